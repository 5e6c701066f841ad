"""The scored archive: its one schema, versioned, and the row that the writer takes."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from data.dates import parse_time
from data.errors import ConfigError, DataError
from data.labels import LABELS, QUESTIONS

SCHEMA_VERSION = 2
VERSION_KEY = b"huoren.scored_schema_version"  # in the metadata of every Parquet file
NEAR_HASHES = ("near_hash_1", "near_hash_2", "near_hash_3")  # near-copies share one or more: `data.near_copies`
# Since which version; null in files of an older one.
ADDED = {"n_comments": 2, "n_diverting_comments": 2, **dict.fromkeys(NEAR_HASHES, 2)}
ANSWER_VERSION = 1  # `schema_version` of a JSONL row: the answer's, which has the columns `ADDED` beside it or not
_TIME = pa.timestamp("us", tz="UTC")
_EVIDENCE = pa.list_(
    pa.struct(
        [
            ("field", pa.string()),
            ("comment_id", pa.string()),
            ("start", pa.int32()),  # code points of the original text
            ("end", pa.int32()),
            ("text", pa.string()),
            ("kind", pa.string()),
            ("value", pa.string()),
            ("detector", pa.string()),
            ("rule_id", pa.string()),
            ("hit_source", pa.string()),
        ]
    )
)
_TIMES = ("published_at", "collected_at", "scored_at")
_CARRIED = (
    *("note_id", "feed_id", "keyword", "author_id", *_TIMES, "date_source", "label", "author_label", "decision"),
    *("diversion_by", "pa_organic", "impressions", "likes", *ADDED, "text_hash"),
    *("model_version", "ruleset_version", "policy_version", "source_file", "source_row"),
)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("note_id", "feed_id", "keyword", "author_id")),
        *((name, _TIME) for name in _TIMES),
        *((name, pa.string()) for name in ("date_source", "label", "author_label", "decision")),
        *((name, pa.string()) for name in ("diversion_by", "rule_id", "rule_status")),
        *((f"p_{label}", pa.float32()) for label in LABELS),
        *((f"q_{question}", pa.float32()) for question in QUESTIONS),
        ("pa_organic", pa.float32()),
        ("evidence", _EVIDENCE),
        ("impressions", pa.int64()),
        ("likes", pa.int64()),
        ("n_comments", pa.int32()),
        ("n_diverting_comments", pa.int32()),  # those whose own decision is not "pass"
        ("text_hash", pa.string()),
        *((name, pa.int64()) for name in NEAR_HASHES),
        *((name, pa.string()) for name in ("model_version", "ruleset_version", "policy_version")),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
    ],
    metadata={VERSION_KEY: str(SCHEMA_VERSION)},
)


def flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn one row (the answer object plus the carried keys) into the columns of `SCHEMA`.

    Raises
    ------
    DataError
        If the answer is of another schema version, has no scores, questions or scoring time, or a time cannot be read.
    """
    if row.get("schema_version", ANSWER_VERSION) != ANSWER_VERSION:
        raise DataError(
            f"a scored row must have 'schema_version' {ANSWER_VERSION}. Got another; score the archive again."
        )
    scores, questions, rule = row.get("scores"), row.get("questions"), row.get("rule") or {}
    if not isinstance(scores, Mapping) or not isinstance(questions, Mapping) or not isinstance(rule, Mapping):
        raise DataError("a scored row must have 'scores', 'questions' and 'rule' as objects. It does not.")
    missing = [str(key) for key in (*LABELS, *QUESTIONS) if key not in (scores if key in LABELS else questions)]
    missing += [key for key in ("note_id", "label", "scored_at", "model_version") if row.get(key) is None]
    if missing:
        raise DataError(f"a scored row must have {', '.join(missing)}. It has not.")
    flat = {key: row.get(key) for key in _CARRIED}
    flat |= {key: parse_time(row.get(key)) for key in _TIMES}
    flat |= {f"p_{label}": scores[label] for label in LABELS}
    flat |= {f"q_{question}": questions[question] for question in QUESTIONS}
    return flat | {"rule_id": rule.get("id"), "rule_status": rule.get("status"), "evidence": row.get("evidence") or []}


def to_batch(flat_rows: list[dict[str, Any]], schema: pa.Schema = SCHEMA) -> pa.RecordBatch:
    """Build a batch of `schema` from flat rows.

    Raises
    ------
    DataError
        If a value is not of its column's type; it is not quoted.
    """
    columns = []
    for field in schema:
        try:
            columns.append(pa.array([row[field.name] for row in flat_rows], type=field.type))
        except (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise DataError(f"{field.name!r} must be {field.type}. Got a value of another type.") from error
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def text_hash(normalized_text: str, *, key: bytes) -> str:
    """Hash a note's normalised text with a secret key: equal texts meet, and no one without the key can try texts out.

    Returns
    -------
    str
        Keyed BLAKE2b, 128 bits, as 32 hex digits.

    Raises
    ------
    ConfigError
        If `key` is empty.

    Examples
    --------
    >>> len(text_hash("好用", key=b"secret"))
    32
    """
    if not key:
        raise ConfigError("the key of text hashes must be non-empty bytes. Got none.")
    # BLAKE2 needs no HMAC: a secret before the message will do.
    code = hashlib.blake2b(key + normalized_text.encode("utf-8", "surrogatepass"), digest_size=16, person=b"text hash")
    return code.hexdigest()
