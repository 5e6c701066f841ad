"""Labelled sets: a recipe's names choose the notes, and the order of sets is fixed."""

import msgspec

import training.labelled_sets
from training.labelled_sets import read_labelled_sets, zhihu_notes
from training.recipe import default_recipe


def recipe(**changed):
    return msgspec.structs.replace(default_recipe(), **changed)


def test_only_named_sets_are_read_in_an_order_of_their_own(corpora):
    found = read_labelled_sets(corpora, recipe(sets=("own", "chasm")))
    assert list(dict.fromkeys(each.of for each in found)) == ["chasm", "own"]
    assert {each.item.source for each in found} == {"chasm", "huoren-corpus"}


def test_notes_that_were_read_are_joined(corpora, monkeypatch):
    monkeypatch.setattr(training.labelled_sets, "labelled_unlabelled_notes", lambda folder: [folder])
    (found,) = read_labelled_sets(corpora, recipe(sets=("unlabelled",)))
    assert found.item == corpora


def test_articles_are_drawn_by_seed_and_ask_nothing_of_diversion(corpora):
    drawn, again, other = (zhihu_notes(corpora, recipe(zhihu_rows=5, seed=seed)) for seed in (1, 1, 2))
    assert drawn == again != other
    assert len(drawn) == 5
    assert {
        (item.source, item.commercial, item.disclosed, item.diversion) for item in zhihu_notes(corpora, recipe())
    } == {
        ("zhihu-16k", "yes", "no", ""),
        ("zhihu-16k", "no", "", ""),
    }
