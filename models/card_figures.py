"""The tables of a model card: what `huoren evaluate` measured on each set, with intervals and counts."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from data.errors import ModelError

Block = Mapping[str, Any]
_COUNTS = ("precision", "recall", "f1")
_HEADINGS = {"auc": "AUC", "average_precision": "average precision", "f1": "F1", "calibration_error": "ECE"}


def render_figures(metrics: Block, *, training_sha256: Collection[str]) -> str:
    """Write every set of an evaluation as Markdown tables.

    Parameters
    ----------
    metrics
        What `huoren evaluate --json` prints.
    training_sha256
        Hashes of the files the model learned from; a set among them is marked, since it measures nothing new.

    Raises
    ------
    ModelError
        If `metrics` is not such a report.
    """
    try:
        used = metrics["bootstrap"]
        lines = [
            f"Measured with `{metrics['command']}`,"
            f" rules {metrics['ruleset_version']}, policy {metrics['policy_version']}.",
            f"In brackets {used['level']:.0%} intervals from {used['draws']} bootstrap draws of {used['resampled']}"
            f" (seed {used['seed']}): they speak of other notes",
            f"of the same sources, not of new sources. At 0 and 1: {used['at_0_and_1']}.",
        ]
        for each in metrics["sets"]:
            lines += _set(each, in_training=each["sha256"] in training_sha256)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ModelError(
            f"metrics must be what `huoren evaluate --json` prints. Got a {type(error).__name__} ({error})."
        ) from error
    return "\n".join(lines)


def _set(each: Block, *, in_training: bool) -> Iterator[str]:
    overall = each["overall"]
    yield from ("", f"### {each['name']}: {overall['rows']} notes, sources: {len(each['by_source'])}", "")
    if in_training:
        yield from ("**The model was trained on this very file: these figures say nothing of its quality.**", "")
    yield f"sha256 `{each['sha256']}`"
    yield from _questions(overall["questions"])
    if "labels" in overall:
        yield from _labels(overall["labels"])
        yield from _decisions(overall["decisions"])
    else:
        yield from _covert(overall["covert_ad"])
    yield from _by_comments(each["by_comments"])
    if "against_baseline" in each:
        yield from _baseline(each["against_baseline"])


def _questions(questions: Block) -> Iterator[str]:
    figures = ("auc", "average_precision", *_COUNTS, "calibration_error")
    yield from table_head("question", "yes / asked", *(_HEADINGS.get(name, name) for name in figures))
    for question, block in questions.items():
        yield table_row(question, f"{block['positives']} / {block['rows']}", *_cells(block, figures))


def _labels(block: Block) -> Iterator[str]:
    yield from ("", f"Macro-3 (mean F1 of diversion, organic, undisclosed_ad): **{figure_text(block['macro_3'])}**")
    yield from table_head("label", "gold / given", *(_HEADINGS.get(name, name) for name in _COUNTS))
    for label, figures in block["per_label"].items():
        yield table_row(label, f"{figures['positives']} / {figures['predicted']}", *_cells(figures, _COUNTS))
    order = block["confusion"]["order"]
    yield from table_head("gold \\ given", *order)
    for label, counts in zip(order, block["confusion"]["counts"], strict=True):
        yield table_row(label, *map(str, counts))


def _decisions(block: Block) -> Iterator[str]:
    notes = f"{block['diverting']} diverting and {block['not_diverting']} other notes"
    found, blocked = figure_text(block["recall"]), figure_text(block["recall_blocked"])
    yield from ("", f"Decisions of the policy on {notes}: recall of diversion {found}, blocked {blocked}.")
    yield "Counts are per 10,000 notes, were diversion as common as the row says."
    rows = block["at_prevalence"]
    names = [name for name in (rows[0] if rows else ()) if name != "prevalence"]
    yield from table_head("diversion", *(name.removesuffix("_per_10000").replace("_", " ") for name in names))
    for row in rows:
        yield table_row(f"{row['prevalence']:.1%}", *(figure_text(row[name], digits=0) for name in names))


def _covert(block: Block) -> Iterator[str]:
    yield from table_head("covert advertisement", "gold / given", *(_HEADINGS.get(name, name) for name in _COUNTS))
    counts = f"{block['positives']} / {block['predicted']}"
    yield table_row("undisclosed_ad or diversion", counts, *_cells(block, _COUNTS))


def _by_comments(slices: Block) -> Iterator[str]:
    yield from table_head("comments", "notes", "commercial AUC", "diversion AUC", "macro-3")
    for name, block in slices.items():
        if block is not None:
            aucs = (figure_text(block["questions"][question].get("auc")) for question in ("commercial", "diversion"))
            yield table_row(name, str(block["rows"]), *aucs, figure_text(block.get("labels", {}).get("macro_3")))


def _baseline(block: Block) -> Iterator[str]:
    yield from table_head("figure", "model", "baseline", "P(better), paired bootstrap")
    for name, row in block.items():
        numbers = (row["value"], row["baseline"], row["probability_better"])
        yield table_row(name.replace("_", " "), *("–" if number is None else f"{number:.3f}" for number in numbers))


def _cells(block: Block, names: tuple[str, ...]) -> list[str]:
    if block.get("status", "measured") == "measured":
        return [figure_text(block[name]) for name in names]
    needed = f" (fewer than {block['positives_needed']})" if "positives_needed" in block else ""
    return [block["status"] + needed, *["–"] * (len(names) - 1)]


def figure_text(figure: Block | None, *, digits: int = 3) -> str:
    """Write a figure with its interval; a dash where it is undefined."""
    if figure is None:
        return "–"
    if figure["ci_low"] is None:
        return f"{figure['value']:.{digits}f} (no interval)"
    return f"{figure['value']:.{digits}f} ({figure['ci_low']:.{digits}f}–{figure['ci_high']:.{digits}f})"


def table_head(*cells: str) -> Iterator[str]:
    """Write the head of a table, after an empty line."""
    yield from ("", table_row(*cells), table_row("---", *["---:"] * (len(cells) - 1)))


def table_row(*cells: str) -> str:
    """Write one row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
