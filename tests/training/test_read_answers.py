"""Stored answers meet their texts: by id, by hash, in the right corpus, and never silently none."""

import gzip
import json
from importlib import resources

import pytest

from data.errors import DataError
from training.gold import read_labeled
from training.read_answers import (
    COMMENT_ANSWERS,
    COMMENT_SETS,
    LabeledComment,
    comment_hash,
    labelled_comments,
    labelled_unlabelled_notes,
)

ANSWERS = {"commercial": "yes", "disclosed": "no", "diversion": "yes", "by": "author", "where": ["body"], "kind": "dm"}


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def small(tmp_path):
    """Give a corpora folder in which "要的滴我" stands in two sets, and an empty folder of labels."""
    notes = [
        {"note_id": "a", "body": "搬家清仓", "source": "s", "comments": [{"text": "要的滴我"}, {"text": "怎么买"}]},
        {"note_id": "b", "body": "今天爬山", "source": "s"},
    ]
    sets = {"unlabelled_notes": notes, "unlabelled_comments": [{"text": "要的滴我"}] * 2}
    for name in COMMENT_SETS:
        text = "".join(json.dumps(row) + "\n" for row in sets.get(name, [{"text": "路过"}]))
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "labels").mkdir()
    return tmp_path


def comment_row(text, answer="leads_off", where="unlabelled_comments"):
    return {"text_hash": comment_hash(text), "set": where, "answer": answer}


def read_comments(small, *rows):
    write(small / "labels" / "comments.jsonl", rows)
    return labelled_comments(small, labels=small / "labels")


def read_notes(small, *rows):
    write(small / "labels" / "notes.jsonl", [{"set": "unlabelled_notes", "chosen_by": "model", **row} for row in rows])
    return labelled_unlabelled_notes(small, labels=small / "labels")


def test_an_answered_note_bears_text_source_and_answers(small):
    (item,) = read_notes(small, {"note_id": "a", **ANSWERS}, {"note_id": "gone", **ANSWERS})
    assert (item.note.note_id, item.note.body, item.source) == ("a", "搬家清仓", "s")
    assert (item.commercial, item.disclosed, item.diversion, item.by) == ("yes", "no", "yes", "author")
    assert item.chosen_by == "model"


def test_answers_without_one_note_in_the_corpus_are_refused(small):
    with pytest.raises(DataError, match=r"must hold the notes that were answered\. Got none of 2\."):
        read_notes(small, {"note_id": "x", **ANSWERS}, {"note_id": "y", **ANSWERS})


def test_a_comment_is_found_once_and_only_in_its_set(small):
    assert read_comments(small, comment_row("要的滴我")) == [("要的滴我", "leads_off", "unlabelled_comments")]


def test_comments_of_notes_are_found(small):
    row = comment_row(" 怎么买\n", "asks", "unlabelled_notes")
    assert read_comments(small, row) == [LabeledComment("怎么买", "asks", "unlabelled_notes")]


def test_answers_without_one_comment_in_the_corpora_are_refused(small):
    with pytest.raises(DataError, match=r"must hold the comments that were answered\. Got none of 1\."):
        read_comments(small, comment_row("不在"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": "yes"}, r"comments\.jsonl: 'answer' must be one of leads_off"),
        ({"set": "gold_dev"}, r"comments\.jsonl:1: must hold 'text_hash' and a 'set' of unlabelled_notes"),
        ({"text_hash": None}, r"comments\.jsonl:1: must hold 'text_hash'"),
    ],
)
def test_an_answer_of_no_known_shape_is_refused(small, change, message):
    with pytest.raises(DataError, match=message):
        read_comments(small, comment_row("要的滴我") | change)


def stored(name):
    lines = resources.files("data").joinpath(f"labels/{name}").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_stored_comments_hold_answers_and_no_text():
    rows = stored("comments.jsonl")
    assert {key for row in rows for key in row} == {"text_hash", "set", "answer", "conf", "chosen_by"}
    assert {row["answer"] for row in rows} == set(COMMENT_ANSWERS)
    assert {row["chosen_by"] for row in rows} == {"model"}
    assert len({(row["set"], row["text_hash"]) for row in rows}) == len(rows) == 1500


def test_stored_notes_are_answers_that_the_gold_reader_takes_and_hold_no_text():
    rows = stored("notes.jsonl")
    assert not {key for row in rows for key in row} & {"title", "body", "text", "tags", "comments"}
    with resources.as_file(resources.files("data").joinpath("labels/notes.jsonl")) as path:
        items = read_labeled(path)
    assert len({item.note.note_id for item in items}) == len(rows) == 300
    assert {item.chosen_by for item in items} == {"model"}
    assert all((item.disclosed in ("", "na")) == (item.commercial != "yes") for item in items)
    assert all(bool(item.by and item.where) == (item.diversion == "yes") for item in items)
