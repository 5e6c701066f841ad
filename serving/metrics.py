"""What Prometheus reads of the service; with PROMETHEUS_MULTIPROC_DIR set, of all its processes together."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("huoren_requests", "Requests answered.", ["method", "route", "code"])
REQUEST_SECONDS = Histogram("huoren_request_seconds", "From request to answer.", ["route"], buckets=_SECONDS)
REFUSED = Counter("huoren_refused", "Requests refused to protect the service.", ["reason"])
NOTES = Counter("huoren_notes", "Notes judged and answered.", ["origin"])
VERDICTS = Counter("huoren_verdicts", "Verdicts answered, dry runs left out.", ["label", "decision"])
QUEUE = Gauge("huoren_queue_notes", "Notes read and not yet answered.", multiprocess_mode="livesum")
BATCH_NOTES = Histogram("huoren_batch_notes", "Notes judged in one call.", buckets=(1, 2, 4, 8, 16, 32, 64))
SHADOW_NOTES = Counter("huoren_shadow_notes", "Notes that the shadow model judged too.", ["agreement"])
SHADOW_DROPPED = Counter("huoren_shadow_dropped", "Notes that the shadow model had no time for.")
MODEL_INFO = Gauge(
    "huoren_model_info", "1 for the model in use.", ["model_version", "ruleset_version"], multiprocess_mode="livemax"
)
JOURNAL_WAITING_BYTES = Gauge(
    "huoren_journal_waiting_bytes", "Verdicts answered and not yet in the database.", multiprocess_mode="livemax"
)
STORE_UP = Gauge("huoren_store_up", "1 while the database answers.", multiprocess_mode="livemin")
WEBHOOKS = Counter("huoren_webhooks", "Webhook deliveries tried.", ["outcome"])
JOBS = Counter("huoren_jobs", "Jobs that came to an end.", ["state"])
