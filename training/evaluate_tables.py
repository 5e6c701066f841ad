"""The tables that `huoren evaluate` prints: the figures of each whole set, and the main ones of its slices."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.labels import LABEL_NAMES_ZH, LABELS
from training.figures import PER_NOTES
from training.report_text import (
    IN_TRAINING,
    SLICE_COUNTS,
    count_text,
    figure_text,
    share_text,
    slice_counts,
    slice_groups,
    slice_headline,
)

Block = Mapping[str, Any]
_QUESTION_FIGURES = ("auc", "average_precision", "precision", "recall", "f1", "calibration_error")
_QUESTION_HEADINGS = ("AUC", "AP", "precision", "recall", "F1", "ECE")
_COUNTS = ("precision", "recall", "f1")


def print_report(report: Block, console: Console) -> None:
    """Print every set of a report, then what it was measured with."""
    for each in report["sets"]:
        if each.get("in_training"):
            console.print(f"{each['name']}: {IN_TRAINING}", markup=False, highlight=False, soft_wrap=True)
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


def _tables(each: Block) -> Iterator[Table]:
    overall = each["overall"]
    yield _questions(each["name"], overall)
    if "labels" in overall:
        yield _labels(overall["labels"])
        yield _confusion(overall["labels"]["confusion"])
        yield _decisions(overall["decisions"])
    else:
        yield _covert(overall["covert_ad"])
    if "operating_points" in each:
        yield _operating_points(each["operating_points"])
    yield _slices(each)
    if any(block["rows"] for block in each.get("by_diverter", {}).values()):
        yield _diverters(each["by_diverter"])
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
        table.add_row(question, counts, share_text(block["threshold"]), *_question_cells(block, _QUESTION_FIGURES))
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
        table.add_row(f"{row['prevalence']:.1%}", *(count_text(row[name]) for name in names))
    return table


def _covert(block: Block) -> Table:
    table = _table("covert advertisements: undisclosed_ad or diversion", "gold / notes", *_COUNTS)
    table.add_row(f"{block['positives']} / {block['rows']}", *(figure_text(block[name]) for name in _COUNTS))
    return table


def _slices(each: Block) -> Table:
    table = _table("by slice", "slice", *SLICE_COUNTS, *slice_headline(each["overall"]))
    for _, slices in slice_groups(each):
        for name, block in slices:
            table.add_row(escape(name), *slice_counts(block), *map(figure_text, slice_headline(block).values()))
        table.add_section()
    return table


def _diverters(slices: Block) -> Table:
    table = _table("diversion by", "who", "notes", "recall")
    for name, block in slices.items():
        table.add_row(name, str(block["rows"]), figure_text(block["recall"]))
    return table


def _operating_points(points: Block) -> Table:
    """Show what each question's chosen threshold costs at the target's prevalence, or why there is none."""
    columns = ("threshold", "recall", "precision", f"false reviews per {PER_NOTES}", "remark")
    table = _table("thresholds for the wanted precision", "question", *columns)
    for question, point in points.items():
        if point["threshold"] is None:
            table.add_row(question, "none", "–", "–", "–", point["reason"])
            continue
        costs = (figure_text(point["recall"]), figure_text(point["precision"]))
        reviews = count_text(point[f"false_reviews_per_{PER_NOTES}"])
        bound = "the false positive rate is a bound" if point["false_positive_rate_is_a_bound"] else ""
        table.add_row(question, f"{point['threshold']:.4f}", *costs, reviews, bound)
    return table


def _comparison(block: Block) -> Table:
    table = _table("against the baseline, on the same notes", "figure", "model", "baseline", "P(better)")
    for name, row in block.items():
        numbers = (row["value"], row["baseline"], row["probability_better"])
        table.add_row(name, *("–" if number is None else share_text(number) for number in numbers))
    return table
