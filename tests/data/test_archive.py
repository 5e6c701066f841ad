"""The bundled archive and corpus: as many notes as promised, each labelled once, and nothing in both."""

import json
from collections import Counter
from importlib import resources

import pytest

from data.labels import Label, derive_label
from data.normalize import normalize


def rows(name):
    text = resources.files("data").joinpath(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def archive():
    return rows("archive/notes.jsonl")


@pytest.fixture(scope="module")
def labels():
    return rows("archive/labels.jsonl")


@pytest.fixture(scope="module")
def corpus():
    return rows("corpus/notes.jsonl")


def without_others(row):
    """Give the label of the author's own content, which is what an audit asks for."""
    by_others = row["diversion"] == "yes" and row["by"] in ("other", "unknown")
    return derive_label(row["commercial"], row["disclosed"], "no" if by_others else row["diversion"])


def test_every_archive_note_has_one_label_row(archive, labels):
    assert Counter(row["note_id"] for row in labels) == Counter({row["note_id"]: 1 for row in archive})
    assert len({row["note_id"] for row in archive}) == len(archive)


def test_every_label_follows_from_its_answers(labels):
    wrong = [
        row["note_id"]
        for row in labels
        if row["label"] != derive_label(row["commercial"], row["disclosed"], row["diversion"])
    ]
    assert wrong == []


def test_every_audited_label_agrees_with_the_answers(labels):
    answered = {row["note_id"]: without_others(row) for row in labels}
    audited = rows("archive/audit.jsonl")
    assert audited
    assert [row["note_id"] for row in audited if answered.get(row["note_id"]) != row["label"]] == []


def test_archive_and_corpus_share_no_note_and_no_body(archive, corpus):
    assert not {row["note_id"] for row in archive} & {row["note_id"] for row in corpus}
    bodies = [{normalize(row["body"]).strip() for row in notes} - {""} for notes in (archive, corpus)]
    assert not bodies[0] & bodies[1]


def test_the_archive_holds_300_notes_with_comments(archive):
    assert sum(bool(row["comments"]) for row in archive) >= 300


def test_the_corpus_holds_200_notes_and_60_disclosed_ads(corpus):
    assert len(corpus) >= 200
    assert sum(row["label"] == Label.DISCLOSED_AD for row in corpus) >= 60
