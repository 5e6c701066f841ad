"""Figures of an evaluation as words, for tables and for the page alike: numbers, intervals, names of slices."""

from collections.abc import Iterator, Mapping
from typing import Any

Block = Mapping[str, Any]
SLICE_COUNTS = ("notes", "commercial / diverting")  # see `slice_counts`


IN_TRAINING = "The model was trained on this very file: these figures say nothing of its quality."


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
        return f"{share_text(figure['value'])} (no interval)"
    return f"{share_text(figure['value'])} ({share_text(figure['ci_low'])}–{share_text(figure['ci_high'])})"


def share_text(value: float) -> str:
    """Write a share with three digits and no leading zero."""
    return f"{value:.3f}".removeprefix("0")


def count_text(figure: Block | None) -> str:
    """Write a count per 10,000 notes as `22 (18–26)`; a dash where it is undefined.

    Examples
    --------
    >>> count_text({"value": 21.9, "ci_low": 18.2, "ci_high": 25.6})
    '22 (18–26)'
    """
    if figure is None:
        return "–"
    if figure["ci_low"] is None:
        return f"{figure['value']:.0f}"
    return f"{figure['value']:.0f} ({figure['ci_low']:.0f}–{figure['ci_high']:.0f})"


def slice_groups(each: Block) -> Iterator[tuple[str, list[tuple[str, Block]]]]:
    """Give the slices of a set that hold a note, group by group, under the names that a reader sees."""
    groups = (
        ("comments", "by_comments", "{} comments"),
        ("year", "by_year", "{}"),
        ("length", "by_length", "{} characters"),
        ("source", "by_source", "{}"),
    )
    for title, key, shown in groups:
        yield title, [(shown.format(name), block) for name, block in each.get(key, {}).items() if block is not None]


def slice_counts(block: Block) -> tuple[str, str]:
    """Give the notes of a slice, and the yes answers that its figures rest on."""
    yes = (str(block["questions"][question]["positives"]) for question in ("commercial", "diversion"))
    return str(block["rows"]), " / ".join(yes)


def slice_headline(block: Block) -> dict[str, Block | None]:
    """Pick the main figures of a slice by name; of a set, all slices have the same names."""
    ranked = {"commercial AUC": block["questions"]["commercial"].get("auc")}
    if "covert_ad" in block:
        return ranked | {"covert ad F1": block["covert_ad"]["f1"]}
    labels = block["labels"]
    return ranked | {"diversion F1": labels["per_label"]["diversion"].get("f1"), "macro-3": labels["macro_3"]}
