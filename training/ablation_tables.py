"""The ablation as tables of the terminal: one a place of measuring, one a learning curve."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich import box
from rich.table import Table

from training.learning_curves import SHARES
from training.report_text import figure_text, share_text

Block = Mapping[str, Any]
_PLACES = {
    "gold_dev": "gold_dev, whose sources never train",
    "cross_validation": "cross-validation over the training sources",
}
_CAPTION = (
    "change without it, so a minus is what it is worth; 95 % over other notes of the same sources; *: 0 lies outside"
)
TOO_NOISY = "too noisy to tell"


def tables(told: Block) -> Iterator[Table]:
    """Write what `training.ablation` measured."""
    for place, title in _PLACES.items():
        if place in told.get("whole", {}):
            yield _rows(told, place, title)
    for name, block in told["curves"].items():
        yield _curve(name, block)


def _rows(told: Block, place: str, title: str) -> Table:
    names = list(told["whole"][place])
    table = _table(title, "left out", "notes", *(name.replace("_auc", " AUC").replace("_", "-") for name in names))
    table.add_row("nothing", str(told["notes"]), *(figure_text(told["whole"][place][name]) for name in names))
    for row in told["rows"]:
        table.add_row(
            row["left_out"].replace("_", " "), str(row["notes"]), *(change_text(row[place][name]) for name in names)
        )
    table.caption = _CAPTION
    return table


def _curve(name: str, block: Block) -> Table:
    table = _table(f"gold_dev by number of {name}", name, *(f"{question} AUC" for question in block["questions"]))
    of_question = {question: np.array(each["auc"]) for question, each in block["questions"].items()}
    for at, (share, n) in enumerate(zip(SHARES, block["sizes"], strict=True)):
        table.add_row(f"{n} ({share:.0%})", *(_spread(aucs[:, at]) for aucs in of_question.values()))
    table.add_section()
    labels = list(next(iter(block["questions"].values()))["gains"])
    for label in labels:
        table.add_row(label, *(gain_text(each["gains"][label]) for each in block["questions"].values()))
    table.caption = (
        f"mean (lowest to highest) of {len(next(iter(of_question.values())))} draws; below, what more of the same kind "
        "would buy by AUC = a - b / n^c, 95 % over draws and over notes"
    )
    return table


def gain_text(gain: Block) -> str:
    """Write a gain as `+.0031 (+.0004 to +.0060)`, and say where its sign is open."""
    if gain["ci_low"] is None or not np.isfinite(gain["value"]):
        return f"no curve found, {TOO_NOISY}"
    words = f"{_signed(gain['value'], 4)} ({_signed(gain['ci_low'], 4)} to {_signed(gain['ci_high'], 4)})"
    return words if gain["ci_low"] > 0 or gain["ci_high"] < 0 else f"{words}, {TOO_NOISY}"


def change_text(figure: Block) -> str:
    """Write a difference as `−.010 (−.016 to −.004) *`, the star where 0 lies outside."""
    if figure["ci_low"] is None:
        return _signed(figure["difference"], 3)
    low, high = _signed(figure["ci_low"], 3), _signed(figure["ci_high"], 3)
    is_clear = figure["ci_low"] > 0 or figure["ci_high"] < 0
    return f"{_signed(figure['difference'], 3)} ({low} to {high}){' *' if is_clear else ''}"


def _spread(aucs: Any) -> str:
    if aucs.min() == aucs.max():
        return share_text(float(aucs[0]))
    return f"{share_text(float(aucs.mean()))} ({share_text(float(aucs.min()))} to {share_text(float(aucs.max()))})"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("0.", ".", 1).replace("-", "−")


def _table(title: str, *headings: str) -> Table:
    table = Table(*headings, title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    return table
