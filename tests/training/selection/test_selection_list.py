"""The list: reasons take turns by their shares, what one lacks the others fill, and nothing stands twice."""

import pytest

from training.selection_copies import signature
from training.selection_list import SHARES, choose, in_turn
from training.selection_shortlist import Candidate


@pytest.fixture
def candidates(draw_note):
    def make(prefix, n, author=None, body=None):
        notes = [draw_note(f"{prefix}{k}", **({"body": body} if body else {})) for k in range(n)]
        return [
            Candidate(note_id=note.note_id, feed_id="f", author_id=author, scores={}, signature=signature(note))
            for note in notes
        ]

    return make


def chosen(ranked, n, drawn=(), per_author=2):
    taken = choose({reason: iter(ranked.get(reason, ())) for reason in SHARES}, drawn, n, per_author)
    return [(reason, candidate.note_id) for reason, candidate in taken]


def counts(taken):
    return {reason: sum(each == reason for each, _ in taken) for reason in SHARES}


def test_shares_are_a_whole():
    assert sum(SHARES.values()) == pytest.approx(1)


def test_reasons_share_the_list(candidates):
    taken = chosen({reason: candidates(reason, 40) for reason in SHARES}, 40)
    assert counts(taken) == {"uncertain": 16, "disagreement": 12, "rare_signal": 8, "unlike_training": 4}


def test_the_best_of_each_reason_comes_first(candidates):
    taken = chosen({reason: candidates(reason, 9) for reason in SHARES}, 12)
    for reason in SHARES:
        mine = [note_id for each, note_id in taken if each == reason]
        assert mine == [f"{reason}{k}" for k in range(len(mine))]
    assert {reason for reason, _ in taken[:4]} >= {"uncertain", "disagreement"}


def test_a_reason_that_lacks_leaves_its_places_to_the_others(candidates):
    taken = chosen({"uncertain": candidates("u", 2), "rare_signal": candidates("r", 40)}, 20)
    assert counts(taken) == {"uncertain": 2, "disagreement": 0, "rare_signal": 18, "unlike_training": 0}


def test_a_list_may_be_shorter_than_asked(candidates):
    assert len(chosen({"uncertain": candidates("u", 3)}, 20)) == 3


def test_a_note_of_two_reasons_stands_once(candidates):
    both = candidates("b", 3)
    assert len(chosen({"uncertain": both, "disagreement": both}, 20)) == 3


def test_what_is_drawn_is_not_chosen_again(candidates):
    both = candidates("b", 3)
    assert [note_id for _, note_id in chosen({"uncertain": both}, 20, drawn=both[:1])] == ["b1", "b2"]


@pytest.mark.parametrize("is_drawn", [True, False])
def test_near_copies_stand_once_over_all_reasons(candidates, is_drawn):
    one, other = (candidates(prefix, 1, body="同一段话发了好几遍，一个字也没有改过") for prefix in "ab")
    taken = chosen({"uncertain": [] if is_drawn else one, "disagreement": other}, 20, drawn=one if is_drawn else ())
    assert len(taken) == (0 if is_drawn else 1)


@pytest.mark.parametrize(("per_author", "n_drawn", "n_taken"), [(2, 0, 2), (3, 0, 3), (2, 1, 1), (2, 5, 0)])
def test_an_author_is_capped_over_all_reasons_and_the_sample(candidates, per_author, n_drawn, n_taken):
    drawn = candidates("d", n_drawn, author="same")
    ranked = {reason: candidates(reason, 3, author="same") for reason in SHARES}
    assert len(chosen(ranked, 20, drawn=drawn, per_author=per_author)) == n_taken


def test_lists_are_taken_in_turn(candidates):
    first, second = candidates("a", 3), candidates("b", 1)
    assert [each.note_id for each in in_turn([first, second])] == ["a0", "b0", "a1", "a2"]
