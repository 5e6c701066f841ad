"""A verdict as HTTP answers it: request id, latency, and the offsets that the caller counts in."""

import time

import msgspec

from data.notes import Note
from models.evidence import Evidence
from models.verdict import Verdict
from serving.fields import field_text, utf16_position
from serving.api.note_body import Options

_encoder = msgspec.json.Encoder()


def encode_verdict(note: Note, verdict: Verdict, options: Options, *, request_id: str, started: float) -> bytes:
    """Encode the answer.

    Parameters
    ----------
    started
        When the request came, in seconds of `time.perf_counter`.
    """
    evidence = verdict.evidence if options.explain else ()
    if options.offsets == "utf16":
        evidence = tuple(_in_utf16(note, item) for item in evidence)
    latency_ms = round((time.perf_counter() - started) * 1000, 3)
    return _encoder.encode(
        msgspec.structs.replace(verdict, evidence=evidence, request_id=request_id, latency_ms=latency_ms)
    )


def _in_utf16(note: Note, item: Evidence) -> Evidence:
    text = field_text(note, item.field)
    if text is None:
        return item
    return msgspec.structs.replace(item, start=utf16_position(text, item.start), end=utf16_position(text, item.end))
