"""Answers to questions about scored notes: the report's own, whoever asks."""

from serving.audits.draw import plan_audit
from serving.audits.file import AuditFile, AuditRow
from serving.audits.sample import AuditPlan
from serving.audits.values import WHOLE
from serving.feeds.comparison import compare
from serving.feeds.comparison_shape import Comparison
from serving.feeds.estimates import estimate_rows
from serving.feeds.history import History, history_of
from serving.feeds.note_weights import ESTIMANDS
from serving.feeds.periods import cut_periods, kind_of_period, period_end_us, period_start_us
from serving.feeds.places import split_places
from serving.feeds.questions import AuthenticityQuestion, ComparisonQuestion, DrawQuestion, Frame, Question, Terms
from serving.feeds.report_model import ReportModel
from serving.feeds.report_shape import Report
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report


def answer_question(
    question: Question, columns: ScoredColumns, model: ReportModel, audit: AuditFile | None
) -> Report | History | Comparison | AuditPlan:
    """Answer a question.

    Parameters
    ----------
    columns
        The notes of its frame.
    model
        The model that scored them.
    audit
        Of the frame's feeds, whether or not its periods lie in the frame.

    Raises
    ------
    DataError
        If what is asked for is not among the notes.
    ConfigError
        If a period or weight is unknown.
    """
    if isinstance(question, DrawQuestion):
        return plan_audit(columns, question.options)
    audit = audit_in_frame(audit, question.frame, columns)
    if isinstance(question, ComparisonQuestion):
        terms = question.terms
        estimates = estimate_rows(
            columns, model, period=terms.period, weight=terms.weight, audit=audit, level=terms.level, changes=False
        )
        return compare(estimates, question.before, question.after, estimand=ESTIMANDS[terms.weight])
    report = _report(question.terms, columns, model, audit)
    return report if isinstance(question, AuthenticityQuestion) else history_of(report)


def audit_in_frame(audit: AuditFile | None, frame: Frame, columns: ScoredColumns) -> AuditFile | None:
    """Keep the audit of periods that lie wholly in a frame; None where none of it is of the frame's notes.

    An audit is of all notes of its feed and period: it says nothing of a part of them.
    """
    if audit is None:
        return None
    rows = tuple(row for row in audit.rows if _is_inside(row, frame))
    known = _places_of(columns, {row.period for row in rows})
    if not any((row.feed_id, row.period) in known for row in rows):
        return None
    return AuditFile(sha256=audit.sha256, rows=rows)


def _report(terms: Terms, columns: ScoredColumns, model: ReportModel, audit: AuditFile | None) -> Report:
    return build_report(columns, model, period=terms.period, weight=terms.weight, audit=audit, level=terms.level)


def _is_inside(row: AuditRow, frame: Frame) -> bool:
    if row.period == WHOLE:
        return frame.since_us is None and frame.until_us is None
    begins_inside = frame.since_us is None or period_start_us(row.period) >= frame.since_us
    return begins_inside and (frame.until_us is None or period_end_us(row.period) <= frame.until_us)


def _places_of(columns: ScoredColumns, periods: set[str]) -> set[tuple[str | None, str]]:
    kinds = {WHOLE if period == WHOLE else kind_of_period(period) for period in periods}
    known: set[tuple[str | None, str]] = set()
    for kind in kinds:
        names, when = cut_periods(columns.published_us, columns.dated, kind)
        known |= {(place.feed, str(place.period)) for place in split_places(columns, names, when).by_period}
    return known
