"""A selection: every reason finds its notes, the random sample owes nothing to the model, and no text comes out."""

from collections import Counter

import msgspec
import numpy as np
import pytest

from models.judge import Judgement
from training.selection import Labelled, Plan, select_notes

SPOKEN = {"uncertain": {"diversion": 0.5}, "disagreement": {"diversion": 0.99}}


class Judge:
    """Says what each note's id begins with."""

    label_thresholds = {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5}

    def __init__(self, verdict_of):
        self.verdict_of = verdict_of

    def judge_many(self, notes):
        return [Judgement(self.verdict(note.note_id), 0.0) for note in notes]

    def verdict(self, note_id):
        name = note_id.split("-")[0]
        evidence = [("in_site_link", "x")] if name == "rare_signal" else []
        return self.verdict_of(note_id, **SPOKEN.get(name, {}), evidence=evidence)


def novelty(notes):
    return np.array([0.9 if note.note_id.startswith("unlike") else np.nan for note in notes])


@pytest.fixture
def archive(draw_note):
    plain = [draw_note(f"plain-{k}") for k in range(300)]
    taught = [draw_note(f"{name}-{k}") for name in (*SPOKEN, "rare_signal", "unlike_training") for k in range(10)]
    return plain[:100] + taught + plain[100:]


@pytest.fixture
def select(archive, verdict_of):
    def run(notes=None, labelled=None, **plan):
        plan = Plan(**{"n": 40, "random_share": 0.5} | plan)
        return select_notes(archive if notes is None else notes, Judge(verdict_of), novelty, plan, labelled=labelled)

    return run


def drawn(selection):
    return [row.note_id for row in selection.proposals if row.reason == "random"]


def test_each_reason_chooses_notes_of_its_own(select):
    chosen = [row for row in select(random_share=0).proposals if row.reason != "random"]
    assert all(row.note_id.startswith(row.reason) for row in chosen)
    assert {row.reason for row in chosen} == {*SPOKEN, "rare_signal", "unlike_training"}


def test_a_row_says_what_its_reason_is_about(select):
    about = {row.reason: (row.question, row.detail) for row in select(random_share=0).proposals}
    assert about == {
        "uncertain": ("diversion", None),
        "disagreement": ("diversion", "score_without_evidence"),
        "rare_signal": (None, "in_site_link"),
        "unlike_training": (None, None),
    }


def test_only_random_rows_bear_the_chance_that_each_note_had(select):
    selection = select()
    chances = {(row.reason == "random", row.chosen_by, row.inclusion_probability) for row in selection.proposals}
    assert chances == {(True, "random", 20 / 340), (False, "model", None)}
    assert (len(drawn(selection)), selection.n_notes) == (20, 340)


def test_the_random_sample_does_not_depend_on_what_the_model_says(select, archive, verdict_of):
    class Certain(Judge):
        def verdict(self, note_id):
            return self.verdict_of(note_id, diversion=0.5)

    plan = Plan(n=40, random_share=0.5)
    other = select_notes(archive, Certain(verdict_of), novelty, plan)
    assert drawn(select()) == drawn(other)


def test_a_drawn_note_stays_random_though_it_would_teach(select, archive):
    notes = [note for note in archive if not note.note_id.startswith("plain")]
    selection = select(notes, n=20, random_share=0.5)
    assert len(drawn(selection)) == 10
    assert max(Counter(row.note_id for row in selection.proposals).values()) == 1


def test_random_rows_stand_evenly_among_the_others(select):
    reasons = [row.reason == "random" for row in select().proposals]
    assert [sum(reasons[k : k + 10]) for k in range(0, 40, 10)] == [5] * 4


@pytest.mark.parametrize(("option", "expected"), [({}, 20), ({"random_share": 0.25}, 10), ({"n": 8}, 4)])
def test_number_and_share_decide_how_many_are_random(select, option, expected):
    assert len(drawn(select(**option))) == expected


def test_another_seed_draws_another_sample(select):
    assert drawn(select(seed=1)) != drawn(select(seed=2))


def test_labelled_notes_are_left_out_by_id(select, archive):
    bare = [msgspec.structs.replace(note, body="") for note in archive if not note.note_id.startswith("plain")]
    selection = select(labelled=Labelled.of(bare))
    assert {row.reason for row in selection.proposals} == {"random"}
    assert (selection.n_labelled, selection.n_notes) == (40, 300)


def test_near_copies_of_labelled_notes_are_not_chosen_but_may_be_drawn(select, archive):
    copies = [msgspec.structs.replace(note, note_id=f"old-{note.note_id}") for note in archive]
    selection = select(labelled=Labelled.of(copies))
    assert [row.reason for row in selection.proposals] == ["random"] * 20
    assert (selection.n_labelled, selection.n_notes) == (0, 340)


@pytest.mark.parametrize("per_author", [1, 3])
def test_authors_are_capped(select, archive, per_author):
    notes = [msgspec.structs.replace(note, author_id=note.note_id.split("-")[0]) for note in archive]
    chosen = Counter(row.reason for row in select(notes, random_share=0, per_author=per_author).proposals)
    assert chosen == dict.fromkeys([*SPOKEN, "rare_signal", "unlike_training"], per_author)


def test_a_common_kind_of_evidence_is_no_rare_signal(select, archive):
    notes = [note for note in archive if note.note_id.startswith(("rare", "unlike"))]
    assert select(notes, random_share=0).counts()["rare_signal"] == 0


def test_no_text_comes_out(select, archive):
    told = msgspec.json.encode(select().proposals).decode()
    assert not any(note.body in told for note in archive)


def test_an_empty_archive_gives_an_empty_list(select):
    selection = select([])
    assert (selection.proposals, selection.n_notes) == ([], 0)
