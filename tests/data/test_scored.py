import pyarrow as pa
import pytest

from data.errors import ConfigError, DataError
from data.scored import SCHEMA, flatten, text_hash, to_batch

ROW = {
    "note_id": "a",
    "label": "organic",
    "scores": {"disclosed_ad": 0.1, "diversion": 0.2, "organic": 0.6, "undisclosed_ad": 0.1},
    "questions": {"commercial": 0.3, "disclosed": 0.4, "diversion": 0.2},
    "rule": {"id": "R1", "since": "2021-04-15", "status": "violation"},
    "scored_at": "2026-11-01T00:00:00Z",
    "model_version": "m1",
}


def test_columns_stand_in_the_written_order():
    assert SCHEMA.names == [
        *("note_id", "feed_id", "keyword", "author_id", "published_at", "collected_at", "scored_at", "date_source"),
        *("label", "author_label", "decision", "diversion_by", "rule_id", "rule_status"),
        *("p_disclosed_ad", "p_diversion", "p_organic", "p_undisclosed_ad"),
        *("q_commercial", "q_disclosed", "q_diversion", "pa_organic", "evidence"),
        *("impressions", "likes", "n_comments", "n_diverting_comments", "text_hash"),
        *("near_hash_1", "near_hash_2", "near_hash_3"),
        *("model_version", "ruleset_version", "policy_version", "source_file", "source_row"),
    ]
    assert SCHEMA.field("scored_at").type == pa.timestamp("us", tz="UTC")


def test_an_answer_is_laid_flat():
    flat = flatten(ROW)
    assert list(flat.keys() ^ set(SCHEMA.names)) == []
    assert (flat["p_organic"], flat["q_disclosed"], flat["rule_id"], flat["rule_status"]) == (
        0.6,
        0.4,
        "R1",
        "violation",
    )


def test_an_answer_without_a_rule_has_null_rule_columns():
    assert flatten({**ROW, "rule": None})["rule_status"] is None


@pytest.mark.parametrize("key", ["note_id", "label", "scored_at", "model_version"])
def test_a_row_without_a_needed_key_is_refused(key):
    with pytest.raises(DataError, match=f"a scored row must have {key}"):
        flatten({**ROW, key: None})


def test_a_row_without_one_score_is_refused():
    with pytest.raises(DataError, match="must have diversion"):
        flatten({**ROW, "scores": {"disclosed_ad": 0.1, "organic": 0.9, "undisclosed_ad": 0.0}})


def test_a_row_of_an_older_archive_has_no_counts_of_comments_and_no_hashes_of_near_copies():
    assert flatten(ROW)["n_comments"] is None
    assert flatten(ROW)["near_hash_1"] is None
    assert flatten({**ROW, "schema_version": 1, "n_comments": 3})["n_comments"] == 3


def test_an_answer_of_another_schema_version_is_refused():
    with pytest.raises(DataError, match="must have 'schema_version' 1"):
        flatten({**ROW, "schema_version": 2})


@pytest.mark.parametrize(
    "changes",
    [
        {"likes": "many"},
        {"likes": 2**70},
        {"label": 7},
        {"evidence": [{"start": "x"}]},
        {"evidence": "x"},
        {"pa_organic": "x"},
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_column(changes):
    with pytest.raises(DataError, match=f"'{next(iter(changes))}' must be"):
        to_batch([flatten({**ROW, **changes})])


def test_the_text_hash_depends_on_text_and_key_alone():
    assert text_hash("好用", key=b"k") == text_hash("好用", key=b"k")
    assert len({text_hash("好用", key=b"k"), text_hash("好用", key=b"l"), text_hash("好", key=b"k")}) == 3


def test_a_text_hash_without_a_key_is_refused():
    with pytest.raises(ConfigError, match="the key of text hashes must be non-empty"):
        text_hash("好用", key=b"")
