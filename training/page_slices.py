"""The slices of a set on an evaluation page: dots on intervals, beside the figure of all notes."""

from collections.abc import Iterator, Mapping
from typing import Any

from training.evaluate_plots import interval_plot
from training.html_table import Html, breakable, html_table
from training.report_text import SLICE_COUNTS, figure_text, slice_counts, slice_groups, slice_headline

Block = Mapping[str, Any]


def slices_section(each: Block) -> str:
    """Write the slices of a set, each figure beside that of all notes, then the recall of diversion by who diverts."""
    whole = slice_headline(each["overall"])
    body: list[list[str]] = [["all notes", *slice_counts(each["overall"]), *_dots(whole, whole)]]
    for title, slices in slice_groups(each):
        if slices:
            body.append([Html(f"<b>by {title}</b>"), *[""] * (2 + len(whole))])
            body += [
                [breakable(name), *slice_counts(block), *_dots(slice_headline(block), whole)] for name, block in slices
            ]
    diverters = [
        [name, str(block["rows"]), _dot(block["recall"], None)]
        for name, block in each["by_diverter"].items()
        if block["rows"]
    ]
    found = ""
    if diverters:
        table = html_table(["who diverts", "notes", "recall"], diverters, css="stack narrow")
        found = f"<h3>Diversion by</h3>\n{table}"
    return f"""<h3>Slices</h3>
{html_table(["slice", *SLICE_COUNTS, *whole], body)}
<p class="note">Each scale runs from 0 to 1; the upright line is the figure of all notes, a hollow dot has no interval.
A dash: the figure needs notes with a yes and without, of each label for macro-3.</p>
{found}"""


def _dots(figures: Mapping[str, Block | None], whole: Mapping[str, Block | None]) -> Iterator[Html]:
    return (_dot(figure, whole[name]) for name, figure in figures.items())


def _dot(figure: Block | None, whole: Block | None) -> Html:
    text = figure_text(figure).removesuffix(" (no interval)")  # the hollow dot says so
    return Html(f"<div class='dots'>{interval_plot(figure, whole)}<span>{text}</span></div>")
