"""All endpoints of the service, from the modules of their ideas."""

import importlib
import importlib.util

from serving.api.endpoint import Endpoint

_NAMES = (
    *("site", "health", "description", "classify", "comments", "verdicts", "feedback", "appeals", "jobs"),
    *("feeds", "audits", "labels", "models", "policies", "keys", "erase", "audit_log"),
)
ENDPOINTS: tuple[Endpoint, ...] = tuple(
    endpoint
    for name in _NAMES
    if importlib.util.find_spec(f"serving.api.{name}")
    for endpoint in importlib.import_module(f"serving.api.{name}").ENDPOINTS
)
