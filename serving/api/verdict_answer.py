"""A verdict as HTTP answers it: its id, the request's, latency, and the offsets that the caller counts in."""

import time
from collections.abc import Mapping

import msgspec

from data.labels import Label
from data.notes import Note
from models.evidence import Evidence
from models.verdict import RuleFinding, Verdict
from serving.api.note_body import Options
from serving.fields import field_text, utf16_position
from serving.journal.record import VerdictRecord


class VerdictAnswer(Verdict, frozen=True, kw_only=True):
    """A verdict over HTTP; `verdict_id` is what feedback names it by, null for a dry run, which is stored nowhere."""

    verdict_id: str | None = None


def answer_of(
    note: Note, verdict: Verdict, options: Options, *, verdict_id: str | None, request_id: str, started: float
) -> VerdictAnswer:
    """Put a verdict into its answer.

    Parameters
    ----------
    started
        When the request came, in seconds of `time.perf_counter`.
    """
    evidence = verdict.evidence if options.explain else ()
    if evidence and options.offsets == "utf16":
        evidence = tuple(_in_utf16(note, item) for item in evidence)
    return VerdictAnswer(
        schema_version=verdict.schema_version,
        note_id=verdict.note_id,
        label=verdict.label,
        author_label=verdict.author_label,
        scores=verdict.scores,
        questions=verdict.questions,
        decision=verdict.decision,
        evidence=evidence,
        diversion_by=verdict.diversion_by,
        comments=verdict.comments,
        rule=verdict.rule,
        model_version=verdict.model_version,
        ruleset_version=verdict.ruleset_version,
        policy_version=verdict.policy_version,
        date_source=verdict.date_source,
        request_id=request_id,
        latency_ms=round((time.perf_counter() - started) * 1000, 3),
        verdict_id=verdict_id,
    )


def verdict_of(record: VerdictRecord, note: Note, values: Mapping[tuple[str, int, int, str], str | None]) -> Verdict:
    """Make a stored verdict whole again, its evidence with the text of the note that came anew.

    Parameters
    ----------
    values
        What the detectors make of each span, by field, start, end and kind; null where they no longer find it.
    """
    evidence = []
    for item in record.evidence:
        text = field_text(note, item.field) if item.field != "note" else None
        evidence.append(
            Evidence(
                field=item.field,
                comment_id=item.comment_id,
                start=item.start,
                end=item.end,
                text="" if text is None else text[item.start : item.end],
                kind=item.kind,
                value=values.get((item.field, item.start, item.end, item.kind)),
                detector=item.detector,
                rule_id=item.rule_id,
                hit_source=item.hit_source,
            )
        )
    fields = {name: getattr(record, name) for name in _SAME}
    rule = None
    if record.rule_id is not None:
        given = {"id": record.rule_id, "since": record.rule_since, "status": record.rule_status}
        rule = msgspec.convert(given, RuleFinding)
    shape = {
        **fields,
        "scores": {label: getattr(record, f"p_{label}") for label in Label},
        "questions": {name: getattr(record, f"q_{name}") for name in ("commercial", "disclosed", "diversion")},
        "evidence": (),
        "comments": msgspec.to_builtins(record.comments),
        "rule": None,
    }
    return msgspec.structs.replace(msgspec.convert(shape, Verdict), evidence=tuple(evidence), rule=rule)


_SAME = (
    *("note_id", "label", "author_label", "decision", "diversion_by"),
    *("model_version", "ruleset_version", "policy_version", "date_source"),
)


def _in_utf16(note: Note, item: Evidence) -> Evidence:
    text = field_text(note, item.field)
    if text is None:
        return item
    return msgspec.structs.replace(item, start=utf16_position(text, item.start), end=utf16_position(text, item.end))
