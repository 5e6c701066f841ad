"""Every table of the service, for SQLite and PostgreSQL alike; times are microseconds since 1970 in UTC (`*_us`).

No column holds note text, but `note_text.note`, which is written only where HUOREN_STORE_TEXT is on.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from serving.store.any_text import AnyText, PlainString

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is called INTEGER

# One row per verdict that was answered, never changed: a later one for the same note stands beside it.
verdict = Table(
    "verdict",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("verdict_id", PlainString(32), nullable=False, unique=True),
    Column("idempotency_hash", PlainString(64), unique=True),  # of caller and Idempotency-Key; null without one
    Column("origin", PlainString(16), nullable=False),  # classify | batch | comments | job
    Column("caller", PlainString(64), nullable=False),  # name of the API key; "" without keys
    Column("request_id", PlainString(64), nullable=False),
    Column("note_id", AnyText, nullable=False),
    Column("author_hash", PlainString(32), index=True),  # keyed hash: `serving.journal.record.id_hash`
    Column("feed_id", AnyText),
    Column("keyword", AnyText),
    Column("feed", AnyText, nullable=False),  # feed_id, else keyword, else "default"
    Column("published_us", BigInteger),
    Column("collected_us", BigInteger),
    Column("scored_us", BigInteger, nullable=False, index=True),
    Column("date_source", PlainString(16), nullable=False),
    Column("label", PlainString(16), nullable=False),
    Column("author_label", PlainString(16), nullable=False),
    Column("decision", PlainString(8), nullable=False),
    Column("diversion_by", PlainString(8)),
    Column("rule_id", PlainString(64)),
    Column("rule_since", PlainString(16)),
    Column("rule_status", PlainString(16)),
    *(Column(f"p_{label}", Float, nullable=False) for label in ("disclosed_ad", "diversion", "organic")),
    Column("p_undisclosed_ad", Float, nullable=False),
    *(Column(f"q_{question}", Float, nullable=False) for question in ("commercial", "disclosed", "diversion")),
    Column("pa_organic", Float, nullable=False),
    Column("evidence", JSON, nullable=False),  # `serving.journal.record.StoredEvidence`: spans, no text
    Column("comments", JSON, nullable=False),  # `models.verdict.CommentVerdict`
    Column("impressions", BigInteger),
    Column("likes", BigInteger),
    Column("n_comments", Integer, nullable=False),
    Column("n_diverting_comments", Integer, nullable=False),
    Column("text_hash", PlainString(32)),
    *(Column(f"near_hash_{number}", BigInteger) for number in (1, 2, 3)),
    Column("model_version", PlainString(64), nullable=False),
    Column("ruleset_version", PlainString(64), nullable=False),
    Column("policy_version", PlainString(160), nullable=False),
    Index("ix_verdict_feed_published_us", "feed", "published_us"),
    Index("ix_verdict_note_id_scored_us", "note_id", "scored_us"),
)

# How many verdicts were stored, by feed and the day the note was published; outlives retention and erasure.
feed_count = Table(
    "feed_count",
    metadata,
    Column("feed", AnyText, primary_key=True),
    Column("day", PlainString(10), primary_key=True),  # in Asia/Shanghai; "undated" without a date
    Column("model_version", PlainString(64), primary_key=True),
    Column("label", PlainString(16), primary_key=True),  # the author's: `author_label`
    Column("decision", PlainString(8), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

# Only where HUOREN_STORE_TEXT is on: the note as it was last judged, so that later comments need not bring it again.
note_text = Table(
    "note_text",
    metadata,
    Column("note_id", AnyText, primary_key=True),
    Column("author_hash", PlainString(32), index=True),
    Column("note", LargeBinary, nullable=False),  # JSON of `data.notes.Note`
    Column("updated_us", BigInteger, nullable=False, index=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", PlainString(32), primary_key=True),
    Column("verdict_id", PlainString(32), index=True),
    Column("note_id", AnyText, nullable=False, index=True),
    Column("kind", PlainString(16), nullable=False),  # false_positive | miss | wrong_label
    Column("suggested_label", PlainString(16)),
    Column("decision", PlainString(8)),  # a person's decision, which later verdicts on the note take
    Column("appeal", PlainString(16)),  # upheld | overturned; null: no appeal
    Column("actor", PlainString(64), nullable=False),
    Column("reason", PlainString(64)),  # a code, never a sentence
    Column("rule_id", PlainString(64)),  # of the verdict that it speaks of
    Column("model_version", PlainString(64)),
    Column("caller", PlainString(64), nullable=False),
    Column("created_us", BigInteger, nullable=False, index=True),
    Column("changed_us", BigInteger, nullable=False, index=True),  # created or withdrawn: what pollers read by
    Column("withdrawn_us", BigInteger),
)

audit_row = Table(
    "audit_row",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("plan_id", PlainString(32), nullable=False, index=True),
    Column("note_id", AnyText, nullable=False, index=True),
    Column("feed", AnyText, nullable=False, index=True),
    Column("period", PlainString(10), nullable=False),
    Column("stratum", PlainString(64), nullable=False),
    Column("inclusion_probability", Float, nullable=False),
    Column("is_twice", Boolean, nullable=False),  # a second person labels it too
    Column("label", PlainString(16)),
    Column("second_label", PlainString(16)),
    Column("annotator", PlainString(129)),
    Column("labelled_us", BigInteger),
    Column("model_version", PlainString(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("job_id", PlainString(32), primary_key=True),
    Column("state", PlainString(16), nullable=False, index=True),  # queued | running | done | failed | cancelled
    Column("total", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("options", JSON, nullable=False),
    Column("callback_url", Text),
    Column("error", Text),
    Column("caller", PlainString(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("started_us", BigInteger),
    Column("finished_us", BigInteger),
    Column("expires_us", BigInteger, nullable=False, index=True),
    Column("host", PlainString(255), nullable=False),  # the machine whose spool holds its input
)

webhook = Table(
    "webhook",
    metadata,
    Column("webhook_id", PlainString(32), primary_key=True),
    Column("event", PlainString(32), nullable=False),  # verdict.changed | job.finished
    Column("url", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", PlainString(16), nullable=False),  # waiting | delivered | failed
    Column("attempts", Integer, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("last_status", Integer),
    Column("created_us", BigInteger, nullable=False),
    Index("ix_webhook_state_next_us", "state", "next_us"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("name", PlainString(64), nullable=False, unique=True),
    Column("sha256", PlainString(64), nullable=False, unique=True),  # of the whole key; the key itself is shown once
    Column("roles", PlainString(64), nullable=False),  # comma-separated: score, feedback, admin
    Column("rate", Float),  # requests a second; null: no limit
    Column("created_us", BigInteger, nullable=False),
    Column("created_by", PlainString(64), nullable=False),
    Column("revoked_us", BigInteger),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False, index=True),
    Column("actor", PlainString(64), nullable=False),
    Column("action", PlainString(64), nullable=False),  # such as key.create, model.swap, note.erase
    Column("target", AnyText, nullable=False),
    Column("details", JSON, nullable=False),
)

# Versions of policies and phrase lists, none of them ever changed.
document = Table(
    "document",
    metadata,
    Column("kind", PlainString(16), primary_key=True),  # policy | phrases
    Column("name", PlainString(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("created_by", PlainString(64), nullable=False),
)

# What is in use. One row a name; `generation` grows with each change, and every process polls it.
deployment = Table(
    "deployment",
    metadata,
    Column("name", PlainString(80), primary_key=True),  # such as model, shadow, policy/default, phrases
    Column("value", JSON, nullable=False),
    Column("previous", JSON),
    Column("generation", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("changed_by", PlainString(64), nullable=False),
)

shadow_count = Table(
    "shadow_count",
    metadata,
    Column("day", PlainString(10), primary_key=True),
    Column("model_version", PlainString(64), primary_key=True),
    Column("shadow_version", PlainString(64), primary_key=True),
    Column("label", PlainString(16), primary_key=True),
    Column("shadow_label", PlainString(16), primary_key=True),
    Column("decision", PlainString(8), primary_key=True),
    Column("shadow_decision", PlainString(8), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

# What must not come back: a journal record older than its erasure is not stored.
erasure = Table(
    "erasure",
    metadata,
    Column("kind", PlainString(8), primary_key=True),  # note | author
    Column("id_hash", PlainString(32), primary_key=True),
    Column("erased_us", BigInteger, nullable=False),
)
