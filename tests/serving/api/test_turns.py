"""Whose notes are judged next."""

import asyncio

import pytest

from serving.api.turns import MOST_NOTES, Turns
from serving.journal.failures import JournalFull


def judged_counts(*counts, fail=None):
    """Have groups of so many notes wait together; give how many were judged in each turn, and the answers."""
    seen = []

    def judge(works):
        seen.append(len(works))
        if fail is not None:
            raise fail
        return [work * 10 for work in works]

    async def wait_together():
        turns = Turns(judge)
        groups = [turns.judge([number] * count, 1) for number, count in enumerate(counts)]
        return await asyncio.gather(*groups, return_exceptions=True)

    return seen, asyncio.run(wait_together())


def test_notes_of_several_requests_are_judged_in_one_go_and_each_gets_its_own():
    seen, answers = judged_counts(2, 1, 3)
    assert seen == [6]
    assert answers == [[0, 0], [10], [20, 20, 20]]


def test_a_note_waits_for_one_large_batch_at_most():
    seen, _ = judged_counts(MOST_NOTES, MOST_NOTES, MOST_NOTES, 1)
    assert seen == [1, MOST_NOTES, MOST_NOTES, MOST_NOTES]


def test_a_large_batch_waits_for_one_turn_of_few_at_most():
    seen = []

    async def never_stop_sending():
        turns = Turns(lambda works: seen.append(len(works)) or list(works))

        async def send_few():
            while MOST_NOTES not in seen and len(seen) < 50:
                await turns.judge([1], 1)

        await asyncio.gather(send_few(), send_few(), turns.judge([2] * MOST_NOTES, 1))

    asyncio.run(never_stop_sending())
    assert seen.index(MOST_NOTES) == 1


def test_who_hangs_up_takes_no_verdict_from_others():
    async def hang_up():
        turns = Turns(list)
        leaving, staying = (asyncio.create_task(turns.judge([number], 1)) for number in (1, 2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(hang_up()) == [2]


@pytest.mark.parametrize("error", [JournalFull("it is full."), ValueError("of one note")])
def test_a_full_journal_is_told_to_all_and_another_failure_to_none(error):
    _, answers = judged_counts(1, 1, fail=error)
    assert answers == ([error, error] if isinstance(error, JournalFull) else [None, None])
