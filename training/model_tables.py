"""The tables that `huoren model` prints: two models side by side, the checks of a promotion, a registry."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.gate import Check
from training.label_changes import CHANGES
from training.paired_figures import LOWER_IS_BETTER

Block = Mapping[str, Any]
SLICE_FIGURES = ("commercial_auc", "diversion_auc", "diversion_f1", "macro_3", "covert_ad_f1")


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Lay out a table; only its first column, of names, is folded where room is short; nothing is read as markup."""
    made = Table(title=escape(title), title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    first, *others = headings
    made.add_column(escape(first), overflow="fold")
    for heading in others:
        made.add_column(escape(heading.replace("_", "\n")), justify="right", no_wrap=True)
    for row in rows:
        made.add_row(*map(escape, row))
    return made


def print_comparison(report: Block, console: Console) -> None:
    """Print what differs on each set, then what it was measured with."""
    for each in report["sets"]:
        overall = {name: figure for name, figure in each["overall"].items() if figure is not None}
        title = f"{each['name']}: {each['rows']} notes"
        rows = (_figure_row(name, figure) for name, figure in overall.items())
        console.print(table(title, ("figure", "A", "B", "B - A", "P(B better)"), rows))
        console.print(_slices(each, [name for name in SLICE_FIGURES if name in overall]))
        console.print(_changes(each["changes"]))
        for line in (_verdict(overall), _mcnemar(each["mcnemar"])):
            console.print(line, highlight=False, soft_wrap=True)
    used = report["bootstrap"]
    for line in (
        f"intervals: {used['level']:.0%}, paired bootstrap of {used['resampled']}, {used['draws']} draws, seed"
        f" {used['seed']}",
        f"A: {report['a']['model_version']}  B: {report['b']['model_version']}",
        f"command: {report['command']}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def print_checks(checks: Iterable[Check], console: Console) -> None:
    """Print every check of a promotion; limits, counts and intervals stand in the JSON."""
    headings = ("figure, slice", "champion", "candidate", "difference", "P(worse)", "check")
    rows = [
        (f"{check.figure}, {check.rule + ' ' if check.champion is None else ''}{check.slice}", number(check.champion))
        + (number(check.candidate), "–" if check.difference is None else _signed(check.difference))
        + (number(check.probability_worse), check.outcome)
        for check in checks
    ]
    console.print(table(f"{len(rows)} checks", headings, rows))


def number(value: float | None) -> str:
    """Write a share as `.880`; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("0.", ".", 1) if abs(value) < 0.9995 else f"{value:+.3f}"


def _difference(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "–"
    return _signed(value) if low is None or high is None else f"{_signed(value)} ({_signed(low)} to {_signed(high)})"


def _figure_row(name: str, figure: Block) -> tuple[str, ...]:
    label = f"{name}, less is better" if name in LOWER_IS_BETTER else name
    difference = _difference(figure["difference"], figure["ci_low"], figure["ci_high"])
    return (label, number(figure["a"]), number(figure["b"]), difference, number(figure["probability_b_better"]))


def _slices(each: Block, names: Sequence[str]) -> Table:
    rows = []
    for name, figures in each["slices"].items():
        notes = max((figure["notes"] for figure in figures.values() if figure), default=0)
        rows.append((name, str(notes), *(_marked(figures[figure]) for figure in names)))
    return table("B - A by slice; * where the interval leaves out 0", ("slice", "notes", *names), rows)


def _marked(figure: Block | None) -> str:
    if figure is None:
        return "–"
    low, high = figure["ci_low"], figure["ci_high"]
    return f"{_signed(figure['difference'])}{' ' if low is None or low <= 0 <= high else '*'}"


def _changes(changes: Block) -> Table:
    headings = ("A -> B", "notes", *CHANGES)
    rows = [
        (f"{row['old']} -> {row['new']}", str(row["notes"]), *(str(row[change]) for change in CHANGES))
        for row in changes["by_label"]
    ]
    return table(f"{changes['changed']} labels change", headings, rows)


def _verdict(overall: Mapping[str, Block]) -> str:
    """Say in words what the intervals tell apart."""
    told: dict[str, list[str]] = {"B is better in": [], "B is worse in": [], "not told apart": []}
    for name, figure in overall.items():
        low, high = figure["ci_low"], figure["ci_high"]
        if low is None or low <= 0 <= high:
            told["not told apart"].append(name)
        else:
            told["B is better in" if (low > 0) != (name in LOWER_IS_BETTER) else "B is worse in"].append(name)
    return "; ".join(f"{words}: {', '.join(names)}" for words, names in told.items() if names)


def _mcnemar(block: Block) -> str:
    return (
        f"labels of {block['notes']} notes: only A right {block['only_a_right']}, only B right {block['only_b_right']},"
        f" both {block['both_right']}, neither {block['both_wrong']}; McNemar's exact p = {block['p_value']:.3g}"
    )
