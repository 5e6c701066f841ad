"""What decisions cost, on an evaluation page: those of the policy, and of thresholds chosen for a precision."""

from collections.abc import Mapping
from html import escape
from typing import Any

from training.figures import PER_NOTES
from training.html_table import html_table
from training.report_text import count_text, figure_text

Block = Mapping[str, Any]


def _per_notes(name: str) -> str:
    return name.removesuffix(f"_per_{PER_NOTES}").replace("_", " ")


def decisions_section(block: Block) -> str:
    """Write what the policy finds and what it costs at each prevalence."""
    names = [name for name in block["at_prevalence"][0] if name != "prevalence"]
    rows = ([f"{row['prevalence']:.1%}", *(count_text(row[name]) for name in names)] for row in block["at_prevalence"])
    return f"""<h3>Decisions of the policy, per {PER_NOTES:,} notes</h3>
<p>Of {block["diverting"]} notes that their author diverts, {figure_text(block["recall"])} are reviewed or blocked,
{figure_text(block["recall_blocked"])} blocked. False reviews and blocks are of the {block["not_diverting"]} notes that
do not divert, were diversion as common as the row says.</p>
{html_table(["diversion", *map(_per_notes, names)], rows)}"""


def operating_points_section(points: Block) -> str:
    """Write each question's chosen threshold with its costs, or why there is none."""
    parts = ["<h3>Thresholds that keep the wanted precision</h3>"]
    for question, point in points.items():
        if point["threshold"] is None:
            parts.append(f"<p><b>{question}</b>: {escape(point['reason'])}</p>")
            continue
        bound = " The false positive rate is a bound: too few are seen to claim less." * bool(
            point["false_positive_rate_is_a_bound"]
        )
        parts.append(
            f"<p><b>{question}</b>: from {point['threshold']:.4f}, at a prevalence of {point['prevalence']:.1%}:"
            f" precision {figure_text(point['precision'])}, recall {figure_text(point['recall'])}.{bound}</p>"
        )
        found, reviews = f"found_per_{PER_NOTES}", f"false_reviews_per_{PER_NOTES}"
        rows = (
            [f"{row['prevalence']:.1%}", figure_text(row["precision"]), *map(count_text, (row[found], row[reviews]))]
            for row in point["at_prevalence"]
        )
        columns = ("prevalence", "precision", f"found per {PER_NOTES:,}", f"false reviews per {PER_NOTES:,}")
        parts.append(html_table(columns, rows))
    return "\n".join(parts)
