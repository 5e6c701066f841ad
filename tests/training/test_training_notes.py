"""Notes of a fit: who may be held out, and copies that stay with their note."""

import msgspec
import pytest

import training.training_notes
from data.notes import Note
from training.gold import LabeledNote
from training.labelled_data import LabelledData
from training.labelled_sets import SetNote
from training.recipe import default_recipe
from training.training_notes import gather_notes


def note(name, commercial="no", diversion="no", chosen_by=""):
    return LabeledNote(
        note=Note(note_id=name), source=f"of-{name}", commercial=commercial, diversion=diversion, chosen_by=chosen_by
    )


KNOWN = [
    SetNote("gold", note("dev", "yes")),
    SetNote("gold", note("ad", "yes")),
    SetNote("gold", note("lead", diversion="yes")),
    SetNote("gold", note("plain")),
    SetNote("own", note("ours", "yes")),
    SetNote("unlabelled", note("picked", "yes", chosen_by="model")),
]
DATA = LabelledData((note("mine"), note("half", diversion=""), note("plain")))


@pytest.fixture(autouse=True)
def _copied(monkeypatch):
    def copy(notes, *, seed, share):
        copies = [item for item in notes if share]
        return [msgspec.structs.replace(item, note=Note(note_id=f"{item.note.note_id}~split")) for item in copies]

    monkeypatch.setattr(training.training_notes, "perturbed_copies", copy)


def gathered(share=0.0):
    config = msgspec.structs.replace(default_recipe(), perturbed_share=share)
    return gather_notes(KNOWN, DATA, config, turning=("gold",), measured_ids={"dev", "mine"})


def named(found, rows):
    return [item.note.note_id for item, row in zip(found.notes, rows, strict=True) if row]


def test_gold_and_full_answers_may_be_held_out():
    assert named(gathered(), gathered().held_out) == ["dev", "ad", "lead", "plain", "mine"]


def test_nothing_that_a_model_chose_may_be_held_out():
    found = gather_notes(KNOWN, DATA, default_recipe(), turning=("gold", "unlabelled"))
    assert "picked" not in named(found, found.held_out)


def test_gold_of_dev_alone_is_measured():
    assert named(gathered(), gathered().measured) == ["dev"]


def test_a_note_that_a_set_holds_is_left_out_of_the_analysts():
    assert (named(gathered(), gathered().own), gathered().left_out) == (["mine", "half"], 1)


def test_copies_are_of_what_sells_or_diverts_and_trains():
    copies = [item.note.note_id for item in gathered(1.0).notes if "~" in item.note.note_id]
    assert copies == ["ad~split", "lead~split", "ours~split", "picked~split"]


def test_what_is_named_together_is_tied_where_it_is_held_out():
    known = [SetNote("own", note(name, "yes"), "pair" if name in "ac" else "") for name in "abcd"]
    ties = gather_notes(known, LabelledData(), default_recipe(), turning=("own",)).ties.tolist()
    assert ties[0] == ties[2]
    assert len(set(ties)) == 3
    assert len(set(gather_notes(known, LabelledData(), default_recipe(), turning=()).ties.tolist())) == 4


def test_copies_are_tied_to_their_note_and_never_held_out():
    found = gathered(1.0)
    tie = dict(zip([item.note.note_id for item in found.notes], found.ties.tolist(), strict=True))
    assert all(tie[name] == tie[name.removesuffix("~split")] for name in tie)
    assert len(set(tie.values())) == 8
    assert not any("~" in name for name in named(found, found.held_out | found.measured | found.own))
