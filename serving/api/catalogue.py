"""All endpoints of the service, from the modules of their ideas, in the order in which `/docs` shows them."""

from serving.api import (
    appeals,
    audit_log,
    audits,
    classify,
    comments,
    description,
    erase,
    feedback,
    feeds,
    health,
    jobs,
    keys,
    labels,
    models,
    policies,
    site,
    verdicts,
)
from serving.api.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *(*classify.ENDPOINTS, *comments.ENDPOINTS, *verdicts.ENDPOINTS),
    *(*feedback.ENDPOINTS, *appeals.ENDPOINTS),
    *jobs.ENDPOINTS,
    *(*feeds.ENDPOINTS, *audits.ENDPOINTS),
    *(*models.ENDPOINTS, *policies.ENDPOINTS, *labels.ENDPOINTS),
    *(*keys.ENDPOINTS, *erase.ENDPOINTS, *audit_log.ENDPOINTS),
    *(*health.ENDPOINTS, *description.ENDPOINTS, *site.ENDPOINTS),
)
