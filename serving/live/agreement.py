"""How far a shadow agrees with the model in use, from the counts of all processes and machines."""

import msgspec

from serving.live.shadow_counts import find_pair, read_matrix
from serving.store.engine import Store


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """A share of notes on which both say the same, with its Wilson interval; null without notes."""

    share: float | None
    ci_low: float | None
    ci_high: float | None
    level: float = 0.95


class ShadowReport(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of notes by what the model said, then by what its shadow said."""

    model_version: str
    shadow_version: str
    first_day: str  # in Asia/Shanghai
    last_day: str
    notes: int
    label_agreement: Agreement
    decision_agreement: Agreement
    labels: dict[str, dict[str, int]]
    decisions: dict[str, dict[str, int]]


def report_agreement(store: Store, model_version: str | None, shadow_version: str) -> ShadowReport | None:
    """Report on a shadow; None where it was compared with nothing.

    Parameters
    ----------
    model_version
        The model that it was compared with; None is the one that it was compared with last.

    Raises
    ------
    StoreUnavailable
        If the database is away.
    """
    with store.read() as connection:
        pair = find_pair(connection, model_version, shadow_version)
        if pair is None:
            return None
        rows = read_matrix(connection, pair.model_version, shadow_version)
    labels: dict[str, dict[str, int]] = {}
    decisions: dict[str, dict[str, int]] = {}
    for row in rows:
        _add(labels, row.label, row.shadow_label, row.n)
        _add(decisions, row.decision, row.shadow_decision, row.n)
    return ShadowReport(
        model_version=pair.model_version,
        shadow_version=shadow_version,
        first_day=pair.since,
        last_day=pair.until,
        notes=sum(row.n for row in rows),
        label_agreement=_agreement(labels),
        decision_agreement=_agreement(decisions),
        labels=labels,
        decisions=decisions,
    )


def _add(matrix: dict[str, dict[str, int]], one: str, other: str, n: int) -> None:
    row = matrix.setdefault(one, {})
    row[other] = row.get(other, 0) + n


def _agreement(matrix: dict[str, dict[str, int]]) -> Agreement:
    from models.prevalence.intervals import wilson_interval  # here: its package takes half a second to load

    n = sum(sum(row.values()) for row in matrix.values())
    same = sum(row.get(name, 0) for name, row in matrix.items())
    if n == 0:
        return Agreement(share=None, ci_low=None, ci_high=None)
    interval = wilson_interval(same, n)
    return Agreement(share=same / n, ci_low=interval.ci_low, ci_high=interval.ci_high, level=interval.level)
