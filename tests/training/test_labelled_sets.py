"""Labelled sets: a recipe's names choose the notes, and the order of sets is fixed."""

import json
from collections import defaultdict
from importlib import resources

import msgspec

import training.labelled_sets
from training.labelled_sets import read_labelled_sets, set_documents, zhihu_notes
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


def test_our_notes_of_one_pair_are_tied_and_others_are_not(corpora):
    own = read_labelled_sets(corpora, recipe(sets=("own",)))
    lines = resources.files("data").joinpath("corpus/notes.jsonl").read_text(encoding="utf-8").splitlines()
    ties = defaultdict(set)
    for each, line in zip(own, lines, strict=True):
        if pair := json.loads(line).get("pair"):
            ties[pair].add(each.tie)
    assert ties
    assert all(len(names) == 1 for names in ties.values())
    assert len({each.tie for each in own}) > 50


def test_topics_are_learned_from_the_sets_alone_but_from_every_article(corpora):
    config = recipe(sets=("chasm", "zhihu"), zhihu_rows=1)
    documents = set_documents(corpora, read_labelled_sets(corpora, config))
    assert len(documents) == 10 + 20
    assert not any("露营" in note.title for note in documents)


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
