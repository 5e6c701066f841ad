"""Which version of huoren runs."""

import importlib.metadata
from functools import cache


@cache
def read_version() -> str:
    """Read the installed version; "unknown" where huoren is run from its source."""
    try:
        return importlib.metadata.version("huoren")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
