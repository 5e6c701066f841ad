"""How far the labels of one feed and period have come, by counting."""

from collections.abc import Sequence

import msgspec

from models.prevalence.audit_sample import MAX_NONRESPONSE, MIN_LABELS
from serving.audits.agreement import measure_agreement
from serving.audits.file import AuditRow


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of drawn notes: `unsure` were asked about and nobody could say, `waiting` have no answer yet.

    `ready`: a report would publish an audited share of it. `organic` and its 95 % interval are of the answers so far,
    taken as a random part of each stratum; None without the archive, or with too few labels.
    """

    feed: str
    period: str
    drawn: int
    labelled: int
    unsure: int
    waiting: int
    labelled_twice: int
    agreement: float | None
    kappa: float | None
    nonresponse: float  # of the notes that were asked about
    ready: bool
    organic: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def half_width(self) -> float:
        """Half the width of the interval; 1 without one."""
        return 1.0 if self.ci_low is None or self.ci_high is None else (self.ci_high - self.ci_low) / 2


def count_labels(feed: str, period: str, drawn: Sequence[AuditRow]) -> Progress:
    """Count what is known of the drawn notes of one feed and period."""
    labelled = sum(row.label is not None for row in drawn)
    left = waiting(drawn)
    unsure = len(drawn) - labelled - left
    twice = [row for row in drawn if row.label is not None and row.second_label is not None]
    agreement = measure_agreement([str(row.label) for row in twice], [str(row.second_label) for row in twice])
    return Progress(
        feed=feed,
        period=period,
        drawn=len(drawn),
        labelled=labelled,
        unsure=unsure,
        waiting=left,
        labelled_twice=agreement.n,
        agreement=agreement.share,
        kappa=agreement.kappa,
        nonresponse=unsure / max(1, labelled + unsure),
        ready=left == 0 and labelled >= MIN_LABELS and unsure / len(drawn) <= MAX_NONRESPONSE,
    )


def waiting(drawn: Sequence[AuditRow]) -> int:
    """Count drawn notes that nobody was asked about yet.

    Where a file with labels names no annotator, notes without a label count as asked: nobody could say.
    """
    if any(row.label for row in drawn) and not any(row.annotators[0] for row in drawn):
        return 0
    return sum(row.label is None and row.annotators[0] is None for row in drawn)
