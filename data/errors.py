"""Every error we raise on purpose.

AppError
├── DataError      a file or note is malformed (HTTP 422)
├── ModelError     an artifact or estimate is unusable (HTTP 503)
└── ConfigError    a setting, policy or option is unusable (stops start-up)
"""


class AppError(Exception):
    """Root: callers may show `str(error)` to a person; it never holds note text."""


class DataError(AppError):
    """A file or a note is malformed."""


class ModelError(AppError):
    """An artifact or an estimate is unusable."""


class ConfigError(AppError):
    """A setting, a policy or an option is unusable."""
