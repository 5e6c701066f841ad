"""The tables that `huoren evaluate` prints: the figures of each whole set; slices stand in the JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from data.labels import LABEL_NAMES_ZH, LABELS

Block = Mapping[str, Any]
_QUESTION_FIGURES = ("auc", "average_precision", "precision", "recall", "f1", "calibration_error")
_QUESTION_HEADINGS = ("AUC", "AP", "precision", "recall", "F1", "ECE")
_COUNTS = ("precision", "recall", "f1")


def print_report(report: Block, console: Console) -> None:
    """Print every set of a report, then what it was measured with."""
    for each in report["sets"]:
        for table in _tables(each):
            console.print(table)
    used = report["bootstrap"]
    for line in (
        f"intervals: {used['level']:.0%}, bootstrap of {used['resampled']}, {used['draws']} draws, seed {used['seed']};"
        f" at 0 and 1 {used['at_0_and_1']}",
        f"model: {report['model_version']}  rules: {report['ruleset_version']}  policy: {report['policy_version']}",
        f"command: {report['command']}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def figure_text(figure: Block | None) -> str:
    """Write a figure as `.880 (.833–.921)`; a dash where it is undefined.

    Examples
    --------
    >>> figure_text({"value": 0.88, "ci_low": 0.833, "ci_high": 1.0})
    '.880 (.833–1.000)'
    """
    if figure is None:
        return "–"
    if figure["ci_low"] is None:
        return f"{_short(figure['value'])} (no interval)"
    return f"{_short(figure['value'])} ({_short(figure['ci_low'])}–{_short(figure['ci_high'])})"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _tables(each: Block) -> Iterator[Table]:
    overall = each["overall"]
    yield _questions(each["name"], overall)
    if "labels" in overall:
        yield _labels(overall["labels"])
        yield _confusion(overall["labels"]["confusion"])
        yield _decisions(overall["decisions"])
    else:
        yield _covert(overall["covert_ad"])
    yield _slices(each)
    if "against_baseline" in each:
        yield _comparison(each["against_baseline"])


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _question_cells(block: Block, names: tuple[str, ...]) -> list[str]:
    if block["status"] == "measured":
        return [figure_text(block[name]) for name in names]
    needed = f" (< {block['positives_needed']})" if "positives_needed" in block else ""
    return [block["status"] + needed, *[""] * (len(names) - 1)]


def _questions(name: str, overall: Block) -> Table:
    table = _table(f"{name}: {overall['rows']} notes", "question", "yes / asked", "threshold", *_QUESTION_HEADINGS)
    for question, block in overall["questions"].items():
        counts = f"{block['positives']} / {block['rows']}"
        table.add_row(question, counts, _short(block["threshold"]), *_question_cells(block, _QUESTION_FIGURES))
    return table


def _labels(block: Block) -> Table:
    title = f"labels of {block['rows']} notes: macro-3 {figure_text(block['macro_3'])}"
    table = _table(title, "label", "gold", "given", *_COUNTS)
    for label, figures in block["per_label"].items():
        counts = (str(figures["positives"]), str(figures["predicted"]))
        table.add_row(label, *counts, *_question_cells(figures, _COUNTS))
    return table


def _confusion(block: Block) -> Table:
    table = _table("confusion", "gold \\ given", *block["order"])
    for label, row in zip(LABELS, block["counts"], strict=True):
        table.add_row(f"{label} {LABEL_NAMES_ZH[label]}", *map(str, row))
    return table


def _decisions(block: Block) -> Table:
    found, blocked = figure_text(block["recall"]), figure_text(block["recall_blocked"])
    title = f"decisions: recall of diversion {found}, blocked {blocked}"
    rows = block["at_prevalence"]
    names = [name for name in (rows[0] if rows else ()) if name != "prevalence"]
    table = _table(title, "diversion", *(name.replace("_", " ") for name in names))
    for row in rows:
        cells = (row[name] for name in names)
        table.add_row(f"{row['prevalence']:.1%}", *(_per_notes(cell) for cell in cells))
    return table


def _per_notes(figure: Block | None) -> str:
    if figure is None:
        return "–"
    if figure["ci_low"] is None:
        return f"{figure['value']:.0f}"
    return f"{figure['value']:.0f} ({figure['ci_low']:.0f}–{figure['ci_high']:.0f})"


def _covert(block: Block) -> Table:
    table = _table("covert advertisements: undisclosed_ad or diversion", "gold / notes", *_COUNTS)
    table.add_row(f"{block['positives']} / {block['rows']}", *(figure_text(block[name]) for name in _COUNTS))
    return table


def _slices(each: Block) -> Table:
    table = _table("by comments and source", "slice", "notes", "commercial AUC", "diversion F1", "macro-3")
    named = [(f"{name} comments", block) for name, block in each["by_comments"].items()]
    for name, block in named + list(each["by_source"].items()):
        if block is None:
            continue
        labels = block.get("labels", {})
        cells = (
            block["questions"]["commercial"].get("auc"),
            labels.get("per_label", {}).get("diversion", {}).get("f1"),
            labels.get("macro_3"),
        )
        table.add_row(name, str(block["rows"]), *map(figure_text, cells))
    return table


def _comparison(block: Block) -> Table:
    table = _table("against the baseline, on the same notes", "figure", "model", "baseline", "P(better)")
    for name, row in block.items():
        numbers = (row["value"], row["baseline"], row["probability_better"])
        table.add_row(name, *("–" if number is None else _short(number) for number in numbers))
    return table
