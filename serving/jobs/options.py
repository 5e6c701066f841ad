"""What a job was asked to do, as its row keeps it."""

from typing import Literal

import msgspec

Offsets = Literal["codepoint", "utf16"]


class JobOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Of one job.

    Attributes
    ----------
    request_id
        Of the request that brought it: its verdicts carry it.
    body_hash
        Of the input and of these options: a repeated Idempotency-Key must come with the same.
    """

    policy: str | None = None
    dry_run: bool = False
    explain: bool = True
    offsets: Offsets = "codepoint"
    request_id: str
    body_hash: str
