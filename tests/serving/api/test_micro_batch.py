import asyncio

import pytest

from data.errors import ModelError
from data.notes import Note
from serving.api.micro_batch import MicroBatcher

NOTES = [Note(note_id=str(number)) for number in range(50)]


class Counting:
    """Remembers the sizes of its batches, and fails at one note."""

    def __init__(self, classifier, bad=None):
        self.classifier, self.bad, self.sizes = classifier, bad, []

    def classify(self, note):
        (verdict,) = self.classify_many([note])
        return verdict

    def classify_many(self, notes):
        self.sizes.append(len(notes))
        if self.bad in [note.note_id for note in notes]:
            raise ModelError("a note that fails")
        return self.classifier.classify_many(notes)


def judge(counting, notes):
    async def all_at_once():
        batcher = MicroBatcher(lambda: counting)
        return await asyncio.gather(*map(batcher.classify, notes), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_each_caller_gets_the_verdict_of_its_own_note(classifier):
    assert [verdict.note_id for verdict in judge(Counting(classifier), NOTES)] == [note.note_id for note in NOTES]


def test_what_arrives_together_is_one_call_up_to_a_limit(classifier):
    counting = Counting(classifier)
    judge(counting, NOTES)
    assert counting.sizes == [32, 18]


def test_a_note_alone_does_not_wait(classifier):
    counting = Counting(classifier)

    async def one_after_another():
        batcher = MicroBatcher(lambda: counting)
        return [await batcher.classify(note) for note in NOTES[:3]]

    asyncio.run(one_after_another())
    assert counting.sizes == [1, 1, 1]


def test_a_note_that_fails_fails_alone(classifier):
    verdicts = judge(Counting(classifier, bad="7"), NOTES[:9])
    assert [verdict.note_id for at, verdict in enumerate(verdicts) if at != 7] == [
        note.note_id for at, note in enumerate(NOTES[:9]) if at != 7
    ]
    assert isinstance(verdicts[7], ModelError)


def test_a_caller_who_hangs_up_takes_no_verdict_from_others(classifier):
    async def hang_up():
        batcher = MicroBatcher(lambda: Counting(classifier))
        tasks = [asyncio.create_task(batcher.classify(note)) for note in NOTES[:3]]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    gone, *answered = asyncio.run(hang_up())
    assert isinstance(gone, asyncio.CancelledError)
    assert [verdict.note_id for verdict in answered] == ["1", "2"]


@pytest.mark.parametrize("n", [1, 2])
def test_a_service_that_is_not_ready_says_so_to_every_caller(n):
    def not_ready():
        raise ModelError("still loading")

    async def ask():
        batcher = MicroBatcher(not_ready)
        return await asyncio.gather(*map(batcher.classify, NOTES[:n]), return_exceptions=True)

    assert all(isinstance(answer, ModelError) for answer in asyncio.run(ask()))
