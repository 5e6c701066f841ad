import gzip
import json
from datetime import UTC, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import serving.feeds.scored_columns
from data.errors import DataError
from data.labels import LABELS
from data.scored import ADDED, VERSION_KEY
from data.scored_writer import ScoredWriter
from models.prevalence import author_posteriors
from serving.feeds.scored_columns import ScoredColumns, read_scored

EVERY_FORM = pytest.mark.parametrize("name", ["scored.jsonl", "scored.parquet", "scored"])
SCORES = {"disclosed_ad": 0.125, "diversion": 0.25, "organic": 0.5, "undisclosed_ad": 0.125}
SECRET = "weixin-abc123"


def row(note_id, **changes):
    return {
        "note_id": note_id,
        "label": "diversion",
        "author_label": "organic",
        "scores": SCORES,
        "questions": {"commercial": 0.25, "disclosed": 0.5, "diversion": 0.25},
        "pa_organic": 0.625,
        "evidence": [{"field": "body", "text": SECRET}],
        "scored_at": "2026-11-01T00:00:00Z",
        "model_version": "m1",
        "policy_version": "default@1",
        **changes,
    }


def write(out, rows):
    with ScoredWriter(out, part_rows=2) as writer:
        for each in rows:
            writer.write(each)
    return out


def micros(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1_000_000)


@EVERY_FORM
def test_every_column_is_read(tmp_path, name):
    full = row(
        "b",
        feed_id="护肤",
        keyword="面霜",
        author_id="u1",
        text_hash="f" * 32,
        published_at="2025-03-12T00:00:00.5Z",
        collected_at="2025-03-14T00:00:00Z",
        impressions=70,
        likes=2**40,
        n_comments=4,
        n_diverting_comments=1,
        model_version="m2",
        author_label="undisclosed_ad",
    )
    columns = read_scored(write(tmp_path / name, [row("a", policy_version=None), full, row("c", keyword="口红")]))
    assert columns.note_ids.to_pylist() == ["a", "b", "c"]
    assert columns.feeds == ("default", "护肤", "口红")
    assert columns.feed.tolist() == [0, 1, 2]
    assert [columns.channels[code] if code >= 0 else None for code in columns.channel] == [None, "面霜", "口红"]
    assert [columns.versions[code] for code in columns.version] == ["m1", "m2", "m1"]
    assert [columns.policies[code] if code >= 0 else None for code in columns.policy] == [None, *["default@1"] * 2]
    assert columns.author.tolist() == [-1, 0, -1]
    assert columns.dated.tolist() == columns.collected_known.tolist() == [False, True, False]
    assert columns.published_us[1] == micros(2025, 3, 12) + 500_000
    assert columns.collected_us[1] == micros(2025, 3, 14)
    assert columns.scored_us.tolist() == [micros(2026, 11, 1)] * 3
    assert columns.author_label.tolist() == [2, 3, 2]
    np.testing.assert_array_equal(columns.impressions, [np.nan, 70, np.nan])
    np.testing.assert_array_equal(columns.likes, [np.nan, 2.0**40, np.nan])
    assert columns.n_comments.tolist() == [-1, 4, -1]
    assert columns.n_diverting_comments.tolist() == [-1, 1, -1]
    np.testing.assert_allclose(columns.q_commercial, 0.25)
    scores = np.array([[SCORES[label] for label in LABELS]] * 3)
    np.testing.assert_allclose(columns.posteriors, author_posteriors(scores, np.full(3, 0.625)), atol=1e-7)
    assert columns.posteriors.dtype == np.float32
    assert len(set(columns.cluster.tolist())) == 3


@EVERY_FORM
def test_each_feed_keeps_the_latest_row_of_a_note_and_of_equal_ones_the_last(tmp_path, name):
    rows = [
        row("a", feed_id="f", likes=1, scored_at="2026-11-03T00:00:00Z"),
        row("a", feed_id="f", likes=2),
        row("b", feed_id="f", likes=3),
        row("b", feed_id="f", likes=4),
        row("b", feed_id="g", likes=5),
        row("c", feed_id="g", likes=6),
    ]
    columns = read_scored(write(tmp_path / name, rows))
    assert columns.likes.tolist() == [1, 4, 5, 6]
    assert columns.note_ids.to_pylist() == ["a", "b", "b", "c"]
    assert columns.posteriors.shape == (4, 4)
    assert columns.latest(per_feed=True).tolist() == [0, 1, 2, 3]
    assert columns.latest(per_feed=False).tolist() == [0, 2, 3]


@EVERY_FORM
def test_an_archive_without_notes_has_empty_columns(tmp_path, name):
    columns = read_scored(write(tmp_path / name, []))
    assert (columns.feeds, len(columns.note), columns.posteriors.shape) == ((), 0, (0, 4))
    assert columns.rows_of(["a"]).tolist() == [-1]


@EVERY_FORM
def test_notes_of_an_author_and_copies_of_a_text_are_clusters(tmp_path, name):
    whose = [("u1", None), ("u1", None), ("u2", "x"), ("u3", "x"), ("", ""), ("", "")]
    rows = [row(f"n{at}", author_id=author, text_hash=text) for at, (author, text) in enumerate(whose)]
    cluster = read_scored(write(tmp_path / name, rows)).cluster
    assert cluster[0] == cluster[1]
    assert cluster[2] == cluster[3]
    assert len(set(cluster)) == 4


@EVERY_FORM
def test_near_copies_in_a_feed_are_clusters(tmp_path, name):
    hashes = [(1, 2, 3), (4, 2, 5), (1, 2, 3), (6, 7, 8), (None, None, None), (None, None, None)]
    rows = [
        row(f"n{at}", feed_id=feed) | {f"near_hash_{place}": value for place, value in enumerate(of_note, start=1)}
        for at, (of_note, feed) in enumerate(zip(hashes, "ffgfff", strict=True))
    ]
    columns = read_scored(write(tmp_path / name, rows))
    of_note = dict(zip(columns.note_ids.to_pylist(), columns.cluster.tolist(), strict=True))
    assert of_note["n0"] == of_note["n1"]
    assert len(set(of_note.values())) == 5


@EVERY_FORM
def test_the_model_and_policy_that_judged_before_are_known(tmp_path, name):
    old = {"model_version": "m1", "scored_at": "2026-10-01T00:00:00Z"}
    rows = [row("a", **old), row("b", **old), row("a", model_version="m2"), row("c", model_version="m2")]
    rows += [row("d", policy_version="default@0", scored_at="2026-10-01T00:00:00Z"), row("d")]
    columns = read_scored(write(tmp_path / name, rows))
    versions = {
        note: (columns.versions[now], columns.versions[before] if before >= 0 else None)
        for note, now, before in zip(
            columns.note_ids.to_pylist(), columns.version, columns.earlier_version, strict=True
        )
    }
    assert versions == {"a": ("m2", "m1"), "b": ("m1", None), "c": ("m2", None), "d": ("m1", None)}
    policies = [columns.policies[code] if code >= 0 else None for code in columns.earlier_policy]
    assert policies == [None, None, None, "default@0"]


def test_archives_written_before_comments_were_counted_are_read_beside_new_ones(tmp_path):
    folder = write(tmp_path / "scored", [row(f"n{at}", n_comments=4, n_diverting_comments=1) for at in range(4)])
    old = folder / "part-00000.parquet"
    pq.write_table(pq.read_table(old).drop_columns(list(ADDED)).replace_schema_metadata({VERSION_KEY: b"1"}), old)
    assert read_scored(folder).n_comments.tolist() == [-1, -1, 4, 4]
    assert read_scored(old).n_diverting_comments.tolist() == [-1, -1]


def test_compressed_lines_and_blank_ones_are_read(tmp_path):
    path = tmp_path / "scored.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join([json.dumps(row("a")).encode(), b"", json.dumps(row("b")).encode()])))
    assert read_scored(path).note_ids.to_pylist() == ["a", "b"]


def test_a_name_is_no_pattern(tmp_path):
    write(tmp_path / "a.jsonl", [row("a")])
    path = write(tmp_path / "[a]*.jsonl", [row("b")])
    assert read_scored(path).note_ids.to_pylist() == ["b"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-12T08:00:00+08:00", micros(2025, 3, 12)),
        ("2025-03-12 08:00:00", micros(2025, 3, 12)),
        (1741737600, micros(2025, 3, 12)),
        ("编辑于 02-15 上海", None),
        ("", None),
    ],
)
def test_times_in_other_forms_are_read_too(tmp_path, written, read):
    columns = read_scored(write(tmp_path / "scored.jsonl", [row("a", published_at=written)]))
    assert columns.dated.tolist() == [read is not None]
    assert columns.published_us.tolist() == [read or 0]


@EVERY_FORM
def test_a_count_below_zero_is_unknown(tmp_path, name):
    columns = read_scored(write(tmp_path / name, [row("a", impressions=-1, likes=0)]))
    assert np.isnan(columns.impressions[0])
    assert columns.likes[0] == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"author_label": "ad"}, "'author_label' must be one of disclosed_ad, .*Got another"),
        ({"author_label": None}, "'author_label' must be given"),
        ({"pa_organic": 1.5}, r"'pa_organic' must lie in \[0, 1\]"),
        ({"note_id": ""}, "'note_id' must be given. It is empty"),
        ({"published_at": "9999-12-31T23:59:59Z"}, "'published_at' must lie in the years 1000 to 9998"),
        ({"published_at": "0001-01-01T00:00:00Z"}, "'published_at' must lie in the years 1000 to 9998"),
        ({"pa_organic": None}, "'pa_organic' must be given"),
        ({"scores": SCORES | {"organic": 0.9}}, r"'p_\*' must sum to 1"),
        ({"scores": SCORES | {"organic": -0.5}}, r"'p_organic' must lie in \[0, 1\]"),
    ],
)
@EVERY_FORM
def test_a_wrong_value_is_refused_with_its_place(tmp_path, name, changes, message):
    path = write(tmp_path / name, [row("a"), row("b"), row("c"), row("d") | changes])
    place = r"part-00001\.parquet:2" if name == "scored" else f"{name}:4"
    with pytest.raises(DataError, match=f"{place}: {message}"):
        read_scored(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"note_id": "b"}', "a scored row must have 'scores'"),
        (json.dumps(row("b", label=None)).encode(), "a scored row must have label"),
        (json.dumps(row("b", schema_version=2)).encode(), "a scored row must have 'schema_version' 1"),
        (json.dumps(row("b", published_at="2025-13-12T00:00:00Z")).encode(), "a time must be ISO"),
        (json.dumps(row("b")).encode()[:-9], "the text must be JSON"),
        (b"\xff" + json.dumps(row("b")).encode(), "the line must be UTF-8"),
    ],
)
def test_a_malformed_line_is_refused_with_its_place_and_without_its_text(tmp_path, line, message):
    path = tmp_path / "scored.jsonl"
    path.write_bytes(json.dumps(row("a")).encode() + b"\n\n" + line + b"\n")
    with pytest.raises(DataError, match=rf"scored\.jsonl:3: {message}") as caught:
        read_scored(path)
    assert SECRET not in str(caught.value)
    assert not isinstance(caught.value.__context__, duckdb.Error)  # whose message may quote the line


def test_a_truncated_part_is_refused(tmp_path):
    folder = write(tmp_path / "scored", [row(str(at)) for at in range(4)])
    part = folder / "part-00001.parquet"
    content = part.read_bytes()
    part.write_bytes(content[:-9])
    with pytest.raises(DataError, match=r"part-00001\.parquet: the file must be whole Parquet"):
        read_scored(folder)
    part.write_bytes(content[:100] + bytes(len(content) // 2) + content[100 + len(content) // 2 :])
    with pytest.raises(DataError, match=r"part-00001\.parquet: the file must be whole Parquet"):
        read_scored(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [("absent", "must exist"), ("notes.csv", r"must be \.jsonl or \.parquet"), ("empty", r"must hold \.parquet parts")],
)
def test_what_is_no_archive_is_refused(tmp_path, name, message):
    (tmp_path / "notes.csv").write_text("note_id\na\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=message):
        read_scored(tmp_path / name)


def test_a_part_of_a_newer_version_is_refused(tmp_path):
    path = write(tmp_path / "scored.parquet", [row("a")])
    pq.write_table(pq.read_table(path).replace_schema_metadata({VERSION_KEY: b"9"}), path)
    with pytest.raises(DataError, match="must have version 1 to 2. Got 9"):
        read_scored(path)


def test_evidence_is_not_read(tmp_path):
    path = write(tmp_path / "scored.parquet", [row("a")])
    table = pq.read_table(path)
    at = table.schema.get_field_index("evidence")
    pq.write_table(table.set_column(at, "evidence", pa.array([7])), path)
    assert read_scored(path).note_ids.to_pylist() == ["a"]


def test_both_readers_give_the_same_columns(tmp_path, monkeypatch):
    rows = [row(f"n{at % 50}", author_id=f"u{at % 7}", feed_id=f"f{at % 3}", keyword="k", likes=at) for at in range(99)]
    path = write(tmp_path / "scored.jsonl", rows)
    quick = read_scored(path)
    monkeypatch.setattr(
        serving.feeds.scored_columns, "query_archive", lambda path: serving.feeds.scored_columns.stream_archive(path)
    )
    slow = read_scored(path)
    for name in ("feed", "note", "author", "cluster", "likes", "posteriors", "published_us"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(slow, name))


@pytest.mark.parametrize("error", [duckdb.Error, OSError, pa.ArrowInvalid])
def test_the_slower_reader_takes_over_wherever_the_query_stops(tmp_path, monkeypatch, error):
    query = serving.feeds.scored_columns.query_archive

    def stopped(path):
        yield next(query(path))
        raise error(SECRET)

    monkeypatch.setattr(serving.feeds.scored_columns, "query_archive", stopped)
    path = write(tmp_path / "scored.jsonl", [row("a"), row("b")])
    assert read_scored(path).note_ids.to_pylist() == ["a", "b"]


def columns_of(note_ids, **known):
    posteriors = np.tile([0.1, 0.2, 0.3, 0.4], (len(note_ids), 1))
    return ScoredColumns.from_arrays(note_ids, posteriors, feeds=["f", "g"], **known)


def test_notes_are_found_by_their_ids():
    columns = columns_of(["a", "b", "a", "c"], feed=np.array([0, 0, 1, 1]))
    assert columns.rows_of(["c", "x", "a", "c"]).tolist() == [3, -1, 0, 3]
    assert columns.rows_of(["c", "b", "a"], among=np.array([3, 2])).tolist() == [0, -1, 1]


def test_rows_are_taken_in_the_order_asked_for():
    taken = columns_of(["a", "b", "c"], likes=np.array([1.0, 2.0, 3.0])).take(np.array([2, 0]))
    assert taken.note_ids.to_pylist() == ["c", "a"]
    assert taken.likes.tolist() == [3, 1]
    assert taken.posteriors.shape == (2, 4)
    assert taken.feeds == ("f", "g")


def test_columns_made_by_hand_know_only_what_they_are_given():
    columns = columns_of(["a", "b", "a"])
    assert columns.note.tolist() == [0, 1, 0]
    assert columns.author_label.tolist() == [3, 3, 3]
    np.testing.assert_allclose(columns.q_commercial, 0.5)
    assert not columns.dated.any()
    assert np.isnan(columns.impressions).all()
    assert len(set(columns.cluster.tolist())) == 3
