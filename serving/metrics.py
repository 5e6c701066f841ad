"""What Prometheus reads of the service; with PROMETHEUS_MULTIPROC_DIR set, of all its processes together."""

import os
from functools import cache
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram, values

from serving.metric_slots import take_slot

if _folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    _slot = take_slot(Path(_folder))
    values.ValueClass = values.MultiProcessValue(lambda: _slot)  # type: ignore[no-untyped-call]

_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("huoren_requests", "Requests answered.", ["method", "route", "code"])
REQUEST_SECONDS = Histogram("huoren_request_seconds", "From request to answer.", ["route"], buckets=_SECONDS)
REFUSED = Counter("huoren_refused", "Requests refused to protect the service.", ["reason"])
NOTES = Counter("huoren_notes", "Notes judged and answered.", ["origin"])
VERDICTS = Counter("huoren_verdicts", "Verdicts answered, dry runs left out.", ["label", "decision"])
QUEUE = Gauge("huoren_queue_notes", "Notes read and not yet answered.", multiprocess_mode="livesum")
QUEUE_SECONDS = Histogram(
    "huoren_queue_seconds", "What the first note of a batch waited for the event loop.", buckets=_SECONDS
)
BATCH_NOTES = Histogram("huoren_batch_notes", "Notes judged in one call.", buckets=(1, 2, 4, 8, 16, 32, 64))
SHADOW_NOTES = Counter(
    "huoren_shadow_notes", "Notes that the shadow model judged too, by the model's label.", ["label", "agreement"]
)
SHADOW_DROPPED = Counter("huoren_shadow_dropped", "Notes that the shadow model had no time for.")
WEBHOOKS = Counter("huoren_webhooks", "Webhook deliveries tried.", ["outcome"])
JOBS = Counter("huoren_jobs", "Jobs that came to an end.", ["state"])

# Present from the start, so that the first failure is a step that Prometheus sees.
for _outcome in ("delivered", "failed", "retried"):
    WEBHOOKS.labels(_outcome)
for _state in ("done", "failed", "cancelled"):
    JOBS.labels(_state)

# Of gauges that every process has and some set, the newest figure holds; one that was never set counts for nothing.
MODEL_INFO = Gauge(
    "huoren_model_info",
    "1 for the model in use.",
    ["model_version", "ruleset_version"],
    multiprocess_mode="livemostrecent",
)
BUILD_INFO = Gauge("huoren_build_info", "1 for the release.", ["version"], multiprocess_mode="livemostrecent")
STORE_UP = Gauge("huoren_store_up", "1 while the database answers.", multiprocess_mode="livemostrecent")
JOURNAL_USED = Gauge(
    "huoren_journal_used_ratio",
    "Part of HUOREN_JOURNAL_BYTES in use; at 1, notes are refused.",
    multiprocess_mode="livemostrecent",
)
JOURNAL_ASIDE = Gauge(
    "huoren_journal_aside_files",
    "Files put aside: records that the database takes never, files that were damaged.",
    ["kind"],
    multiprocess_mode="livemostrecent",
)
# What the keeper said last, be it alive or not: that is how its silence is seen.
JOURNAL_WAITING_BYTES = Gauge(
    "huoren_journal_waiting_bytes", "Verdicts answered and not yet in the database.", multiprocess_mode="mostrecent"
)
JOURNAL_DRAINED = Gauge(
    "huoren_journal_drained_timestamp_seconds",
    "When all verdicts were last in the database.",
    multiprocess_mode="mostrecent",
)


@cache
def counter_of(metric: Counter, *labels: str) -> Counter:
    """Give the counter of these labels; kept, for to find it costs more than to count."""
    return metric.labels(*labels)


@cache
def histogram_of(metric: Histogram, *labels: str) -> Histogram:
    """Give the histogram of these labels, kept like a counter."""
    return metric.labels(*labels)
