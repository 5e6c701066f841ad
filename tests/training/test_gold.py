"""Gold: every corpus's way of writing a note is read, and a row of no known shape is refused with its line."""

import json

import pytest

from data.errors import DataError
from data.labels import Label
from training.gold import LabeledNote, read_labeled

ROW = {"note_id": "n1", "title": "题", "body": "文", "commercial": "no", "disclosed": "na", "diversion": "no"}


def read(tmp_path, *rows, name="gold.jsonl", **options):
    path = tmp_path / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_labeled(path, **options)


def test_a_gold_row_keeps_its_answers(tmp_path):
    row = ROW | {"source": "s", "diversion": "yes", "by": "other", "where": ["comment"], "kind": "wechat"}
    (item,) = read(tmp_path, row)
    assert (item.commercial, item.disclosed, item.diversion) == ("no", "na", "yes")
    assert (item.source, item.by, item.where, item.kind) == ("s", "other", ("comment",), "wechat")


@pytest.mark.parametrize(
    ("row", "label"),
    [
        (ROW, Label.ORGANIC),
        (ROW | {"commercial": "yes", "disclosed": "no"}, Label.UNDISCLOSED_AD),
        (ROW | {"commercial": "yes", "disclosed": "yes"}, Label.DISCLOSED_AD),
        (ROW | {"commercial": "yes", "diversion": "yes"}, Label.DIVERSION),
        (ROW | {"commercial": "unsure"}, None),
        (ROW | {"diversion": "unsure"}, None),
        (ROW | {"diversion": None}, None),
    ],
)
def test_the_label_is_derived_from_the_answers(tmp_path, row, label):
    assert read(tmp_path, row)[0].label is label


@pytest.mark.parametrize(("number", "answers"), [(1, ("yes", "no", "")), (0, ("no", "", ""))])
def test_a_covert_ad_row_answers_one_question(tmp_path, number, answers):
    (item,) = read(tmp_path, {"id": "c1", "label": number, "text": "正文"}, source="chasm")
    assert (item.note.note_id, item.note.body, item.source) == ("c1", "正文", "chasm")
    assert (item.commercial, item.disclosed, item.diversion) == answers
    assert item.label is None


def test_authors_and_dates_are_read_under_either_name(tmp_path):
    comments = [{"text": "问", "author": "u2", "is_author": None}, {"text": "答", "author_id": "u1", "is_author": True}]
    (item,) = read(tmp_path, ROW | {"author": "u1", "published_on": "2025-03-12", "comments": comments})
    note = item.note
    assert (note.author_id, note.date_source, note.published_at.isoformat()) == (
        "u1",
        "given",
        "2025-03-11T16:00:00+00:00",
    )
    assert [(each.comment_id, each.author_id, each.is_author) for each in note.comments] == [
        ("0", "u2", None),
        ("1", "u1", True),
    ]


def test_a_row_without_id_or_source_is_named_by_its_place(tmp_path):
    row = {key: value for key, value in ROW.items() if key != "note_id"}
    (item,) = read(tmp_path, "", row, name="mine.jsonl")
    assert (item.note.note_id, item.source) == ("mine.jsonl:2", "mine")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", r"gold\.jsonl:2: a line must be one JSON object\. Got invalid JSON at column"),
        ("[1]", r"gold\.jsonl:2: a line must be one JSON object\. Got list"),
        ({"note_id": "n", "body": "文"}, r"gold\.jsonl:2: a labelled row must hold"),
        ({"note_id": "n", "label": 2}, r"gold\.jsonl:2: a labelled row must hold"),
        (ROW | {"commercial": "Yes"}, r"gold\.jsonl:2: 'commercial' must be yes, no, unsure, na or empty"),
        (ROW | {"diversion": ["yes"]}, r"gold\.jsonl:2: 'diversion' must be yes, no, unsure, na or empty"),
        (ROW | {"comments": ["好"]}, r"gold\.jsonl:2: 'comments\[0\]' must be an object"),
        (ROW | {"comments": "好"}, r"gold\.jsonl:2: 'comments' must be a list"),
        (ROW | {"body": 5}, r"gold\.jsonl:2: .*\$\.body"),
    ],
)
def test_a_row_of_no_known_shape_is_refused_with_its_line(tmp_path, row, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, ROW, row)


def test_no_error_quotes_a_note(tmp_path):
    with pytest.raises(DataError, match="labelled row") as caught:
        read(tmp_path, {"note_id": "n", "body": "私密的话"})
    assert "私密的话" not in str(caught.value)


def test_an_answer_that_was_never_asked_leaves_the_label_open(tmp_path):
    (item,) = read(tmp_path, ROW)
    assert LabeledNote(note=item.note, source="s", commercial="no").label is None


@pytest.mark.parametrize("chooser", ["model", "random", ""])
def test_who_chose_a_row_is_kept(tmp_path, chooser):
    assert read(tmp_path, ROW | {"chosen_by": chooser})[0].chosen_by == chooser
    assert read(tmp_path, {"id": "c", "label": 1, "text": "文", "chosen_by": chooser})[0].chosen_by == chooser


def test_a_row_that_does_not_say_who_chose_it_says_nothing(tmp_path):
    assert read(tmp_path, ROW)[0].chosen_by == ""


def test_an_unknown_chooser_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"gold\.jsonl:1: 'chosen_by' must be model, random or empty"):
        read(tmp_path, ROW | {"chosen_by": "me"})
