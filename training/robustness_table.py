"""The robustness of one labelled set as a table of the terminal."""

from typing import Any

from rich import box
from rich.table import Table


def robustness_table(block: dict[str, Any], targets: dict[str, float]) -> Table:
    """Write one set's figures, as `training.robustness.report` gives them."""
    seen = " (the model trained on it)" if block["trained_on"] else ""
    headings = ("kind", "notes", "found", "after", "kept", "95 %", "organic", "after")
    table = Table(*headings, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.title = f"{block['name']}{seen}"
    table.caption = (
        f"kept must reach {targets['trained']:.2f}, of kinds held out (*) {targets['held_out']:.2f}; "
        "notes: diverting ones that the kind changes; organic: taken for diversion"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for diverting, organic in zip(block["diverting"], block["organic"], strict=True):
        kept = diverting["kept"]
        table.add_row(
            diverting["kind"] + "*" * diverting["held_out"],
            str(diverting["changed"]),
            *_shares(diverting),
            _share(kept),
            "-" if kept is None else f"{diverting['ci_low']:.2f}-{diverting['ci_high']:.2f}",
            *_shares(organic),
        )
    return table


def _shares(figures: dict[str, Any]) -> list[str]:
    """Write the shares of changed notes that are found, before and after."""
    changed = figures["changed"]
    return [_share(figures[key] / changed if changed else None) for key in ("found", "found_perturbed")]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
