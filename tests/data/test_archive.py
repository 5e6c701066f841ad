"""The bundled archive and corpus: as many notes as promised, each labelled once, a story, and nothing in both."""

import json
from collections import Counter, defaultdict
from datetime import datetime
from importlib import resources

import pytest

from data.kinds import resolve_kind
from data.labels import Label, derive_label
from data.normalize import normalize

FEEDS = {"outdoors", "skincare", "study"}
MONTHS = [f"2025-{month:02d}" for month in range(1, 11)]
A_FEW_DAYS = 8  # the crawls are a week apart


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


@pytest.fixture(scope="module")
def organic_share(archive, labels):
    """Share of organic notes by (feed, month)."""
    answered = {row["note_id"]: without_others(row) for row in labels}
    groups = defaultdict(list)
    for note in archive:
        groups[note["feed_id"], note["published_at"][:7]].append(answered[note["note_id"]] == Label.ORGANIC)
    return {group: sum(organic) / len(organic) for group, organic in groups.items()}


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


def test_every_diversion_says_by_whom_and_how(labels):
    diversions = [row for row in labels if row["diversion"] == "yes"]
    assert {row["by"] for row in diversions} == {"author", "other"}
    assert "in" not in {resolve_kind(row["kind"]).site for row in diversions}
    assert {(row["by"], row["kind"]) for row in labels if row["diversion"] == "no"} == {("", "")}


def test_every_audited_label_agrees_with_the_answers(labels):
    answered = {row["note_id"]: without_others(row) for row in labels}
    audited = rows("archive/audit.jsonl")
    assert audited
    assert [row["note_id"] for row in audited if answered.get(row["note_id"]) != row["label"]] == []


def test_archive_and_corpus_share_no_note_and_no_body(archive, corpus):
    assert not {row["note_id"] for row in archive} & {row["note_id"] for row in corpus}
    bodies = [{normalize(row["body"]).strip() for row in notes} - {""} for notes in (archive, corpus)]
    assert not bodies[0] & bodies[1]


def test_the_archive_holds_2400_notes_80_a_feed_and_month(archive):
    counts = Counter((note["feed_id"], note["published_at"][:7]) for note in archive)
    assert counts == dict.fromkeys([(feed, month) for feed in FEEDS for month in MONTHS], 80)


def test_the_archive_repeats_no_text(archive):
    texts = {normalize(f"{note['title']}\n{note['body']}") for note in archive}
    assert len(texts) >= 0.98 * len(archive)


def test_a_note_is_collected_after_it_was_published_mostly_within_days(archive):
    lags = [
        (datetime.fromisoformat(note["collected_at"]) - datetime.fromisoformat(note["published_at"])).days
        for note in archive
    ]
    assert min(lags) >= 0
    assert sum(lag <= A_FEW_DAYS for lag in lags) > 0.8 * len(lags)
    assert max(note["collected_at"] for note in archive)[:7] > MONTHS[-1]


def test_every_note_has_impressions_likes_and_one_of_a_few_channels(archive):
    assert all(0 <= note["likes"] <= note["impressions"] for note in archive)
    channels = defaultdict(set)
    for note in archive:
        channels[note["feed_id"]].add(note["keyword"])
    assert {feed: len(names) for feed, names in channels.items()} == dict.fromkeys(FEEDS, 3)


@pytest.mark.parametrize(
    ("feed", "months", "lowest", "highest"),
    [
        ("outdoors", MONTHS, 0.77, 0.83),
        ("skincare", MONTHS[:5], 0.77, 0.83),
        ("skincare", MONTHS[7:], 0.43, 0.47),
        ("study", MONTHS, 0.77, 0.83),
    ],
)
def test_one_feed_turns_commercial_and_two_stay(organic_share, feed, months, lowest, highest):
    assert all(lowest <= organic_share[feed, month] <= highest for month in months)


def test_other_people_divert_in_the_comments_of_one_feed_from_august(archive, labels):
    by_others = {row["note_id"] for row in labels if row["by"] == "other"}
    counts = Counter((note["feed_id"], note["published_at"][:7]) for note in archive if note["note_id"] in by_others)
    wave = [("study", month) for month in MONTHS[7:]]
    assert min(counts[group] for group in wave) >= 10
    assert max(count for group, count in counts.items() if group not in wave) <= 3


def test_the_corpus_holds_200_notes_and_60_disclosed_ads(corpus):
    assert len(corpus) >= 200
    assert sum(row["label"] == Label.DISCLOSED_AD for row in corpus) >= 60
