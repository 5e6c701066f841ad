"""A few lines of a job judged, and their verdicts written to the journal: the same ones however often it is begun."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from data.notes import Note
from models.verdict import Verdict
from serving import metrics
from serving.api.evidence_limit import limit_evidence
from serving.api.human_decisions import HumanDecisions
from serving.api.note_body import Options
from serving.api.verdict_answer import answer_of
from serving.api.verdict_record import make_record
from serving.content_hashes import content_hashes
from serving.jobs.lines import Line
from serving.jobs.options import JobOptions
from serving.jobs.results import ResultLine, judged_line, refused_line
from serving.journal.record import VerdictRecord
from serving.note_classifier import NoteClassifier
from serving.store.clock import now_us


@dataclass(frozen=True, kw_only=True)
class JobJudge:
    """Judges the lines of one job.

    Attributes
    ----------
    created_us
        When the job came: its verdicts' ids begin with it.
    secret
        Of the keyed hashes.
    """

    job_id: str
    created_us: int
    caller: str
    options: JobOptions
    classifier: NoteClassifier
    humans: HumanDecisions
    secret: bytes

    def judge(self, lines: Sequence[Line]) -> tuple[list[ResultLine], list[tuple[Note, VerdictRecord]]]:
        """Judge lines, in their order; the records are empty for a dry run."""
        started = time.perf_counter()
        notes = [line.note for line in lines if isinstance(line.note, Note)]
        judgements = iter(self.classifier.judge_many(notes)) if notes else iter(())
        hashes = iter(content_hashes(notes, self.secret) if notes and not self.options.dry_run else ())
        scored_us = now_us()
        options = Options(explain=self.options.explain, offsets=self.options.offsets)
        results: list[ResultLine] = []
        records: list[tuple[Note, VerdictRecord]] = []
        for line in lines:
            if not isinstance(line.note, Note):
                results.append(refused_line(line.number, line.note, request_id=self.options.request_id))
                continue
            judgement = next(judgements)
            verdict = self.humans.apply(limit_evidence(judgement.verdict))
            verdict_id = None if self.options.dry_run else self._verdict_id(line.number)
            if verdict_id is not None:
                record = make_record(
                    line.note,
                    _Decided(verdict, judgement.pa_organic),
                    next(hashes),
                    secret=self.secret,
                    caller=self.caller,
                    request_id=self.options.request_id,
                    origin="job",
                    scored_us=scored_us,
                    verdict_id=verdict_id,
                )
                records.append((line.note, record))
            answer = answer_of(
                line.note,
                verdict,
                options,
                verdict_id=verdict_id,
                request_id=self.options.request_id,
                started=started,
            )
            results.append(judged_line(line.number, answer))
        return results, records

    def _verdict_id(self, line: int) -> str:
        """Name the verdict on a line: the table stores it once, however often it comes."""
        digest = hashlib.sha256(f"{self.job_id}\n{line}".encode()).hexdigest()
        return f"{self.created_us // 1000:012x}{digest[:20]}"


def count(results: Sequence[ResultLine], records: Sequence[tuple[Note, VerdictRecord]]) -> None:
    """Count what was judged for Prometheus."""
    metrics.NOTES.labels("job").inc(sum(result.status == 200 for result in results))
    for _, record in records:
        metrics.VERDICTS.labels(record.label, record.decision).inc()


@dataclass(frozen=True, slots=True)
class _Decided:
    """A judgement after people had their say."""

    verdict: Verdict
    pa_organic: float
