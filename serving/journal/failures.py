"""Why the journal takes nothing: both are answered with 503."""

from data.errors import AppError


class JournalFailed(AppError):
    """The disk refused, or a record cannot be written: the verdicts were not kept and must not be answered."""


class JournalFull(JournalFailed):
    """As much as may wait for the database waits already."""
