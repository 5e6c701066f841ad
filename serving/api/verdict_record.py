"""From a judged note to the record of its verdict: what is kept, without text."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from data.notes import Note
from serving.journal.record import Origin, VerdictRecord, id_hash, new_id, stored_evidence
from serving.note_classifier import Judgement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def make_record(
    note: Note,
    judgement: Judgement,
    hashes: Mapping[str, Any],
    *,
    secret: bytes,
    caller: str,
    request_id: str,
    origin: Origin,
    scored_us: int,
    idempotency_hash: str | None = None,
    verdict_id: str | None = None,
) -> VerdictRecord:
    """Make the record of one verdict.

    Parameters
    ----------
    hashes
        Of the note: `serving.content_hashes`.
    secret
        Of the keyed hashes.
    scored_us
        When it was judged, in microseconds since 1970 in UTC.
    verdict_id
        None makes a new one.
    """
    verdict = judgement.verdict
    questions, rule = verdict.questions, verdict.rule
    p_disclosed_ad, p_diversion, p_organic, p_undisclosed_ad = verdict.scores.values()  # in the order of `Label`
    return VerdictRecord(
        verdict_id=verdict_id or new_id(),
        idempotency_hash=idempotency_hash,
        origin=origin,
        caller=caller,
        request_id=request_id,
        note_id=note.note_id,
        author_hash=id_hash(note.author_id, secret=secret) if note.author_id else None,
        feed_id=note.feed_id,
        keyword=note.keyword,
        feed=note.feed,
        published_us=_microseconds(note.published_at),
        collected_us=_microseconds(note.collected_at),
        scored_us=scored_us,
        date_source=verdict.date_source,
        label=verdict.label,
        author_label=verdict.author_label,
        decision=verdict.decision,
        diversion_by=verdict.diversion_by,
        rule_id=rule.id if rule else None,
        rule_since=rule.since if rule else None,
        rule_status=rule.status if rule else None,
        p_disclosed_ad=p_disclosed_ad,
        p_diversion=p_diversion,
        p_organic=p_organic,
        p_undisclosed_ad=p_undisclosed_ad,
        q_commercial=questions["commercial"],
        q_disclosed=questions["disclosed"],
        q_diversion=questions["diversion"],
        pa_organic=judgement.pa_organic,
        evidence=stored_evidence(verdict, secret=secret) if verdict.evidence else (),
        comments=verdict.comments,
        impressions=note.impressions,
        likes=note.likes,
        n_comments=len(note.comments),
        n_diverting_comments=len([0 for comment in verdict.comments if comment.decision != "pass"]),
        text_hash=hashes["text_hash"],
        near_hash_1=hashes["near_hash_1"],
        near_hash_2=hashes["near_hash_2"],
        near_hash_3=hashes["near_hash_3"],
        model_version=verdict.model_version,
        ruleset_version=verdict.ruleset_version,
        policy_version=verdict.policy_version,
    )


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND
