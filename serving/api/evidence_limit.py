"""How much evidence of one note is answered and stored: a note of one repeated word must not fill the disk."""

import msgspec

from models.verdict import Verdict

MAX_EVIDENCE = 1000  # of a note; one of 1 MiB can hold over 200,000 hits


def limit_evidence(verdict: Verdict) -> Verdict:
    """Keep the first `MAX_EVIDENCE` items; what was decided on all of them stays."""
    if len(verdict.evidence) <= MAX_EVIDENCE:
        return verdict
    return msgspec.structs.replace(verdict, evidence=verdict.evidence[:MAX_EVIDENCE])
