"""The sections of an evaluation page for one set of notes, from its headline to its worst mistakes."""

from collections.abc import Mapping
from html import escape
from typing import Any

from data.labels import LABEL_NAMES_ZH, Label
from training.evaluate_plots import precision_recall_plot, reliability_plot
from training.html_table import Html, breakable, html_table
from training.page_decisions import decisions_section, operating_points_section
from training.page_slices import slices_section
from training.report_text import IN_TRAINING, figure_text

Block = Mapping[str, Any]
_FIGURES = {"auc": "AUC", "average_precision": "average precision", "precision": "precision", "recall": "recall"} | {
    "f1": "F1",
    "calibration_error": "ECE",
}
_COUNTS = ("precision", "recall", "f1")


def set_sections(each: Block, *, is_first: bool) -> Html:
    """Write one set of a report."""
    overall = each["overall"]
    parts = [
        f"<h2{' class=first' if is_first else ''}>{escape(each['name'])} <small>{overall['rows']} notes,"
        f" sources: {len(each['by_source'])}</small></h2>",
        f"<p class='warning'>{IN_TRAINING}</p>" if each.get("in_training") else "",
        _cards(overall),
        "<h3>Questions</h3>",
        _questions(overall["questions"]),
        _plots(each),
        _labels(overall["labels"]) if "labels" in overall else "",
        slices_section(each),
        decisions_section(overall["decisions"]) if "decisions" in overall else "",
        operating_points_section(each["operating_points"]) if "operating_points" in each else "",
        _baseline(each["against_baseline"]) if "against_baseline" in each else "",
        _mistakes(each["mistakes"]),
    ]
    return Html("\n".join(filter(None, parts)))


def _cards(overall: Block) -> str:
    questions = overall["questions"]
    figures = {"commercial AUC": questions["commercial"].get("auc"), "diversion AUC": questions["diversion"].get("auc")}
    if "labels" in overall:
        figures["diversion F1"] = overall["labels"]["per_label"]["diversion"].get("f1")
        figures["macro-3 (mean F1)"] = overall["labels"]["macro_3"]
        figures["diversions reviewed or blocked"] = overall["decisions"]["recall"]
    else:
        figures |= {f"covert ad {_FIGURES[name]}": overall["covert_ad"][name] for name in _COUNTS}
    cards = "".join(
        f"<div>{escape(name)}<b>{value}</b><small>{interval}</small></div>"
        for name, figure in figures.items()
        if figure is not None
        for value, interval in (figure_text(figure).split(" ", 1),)
    )
    return f"<div class='cards'>{cards}</div>"


def _cells(block: Block, names: tuple[str, ...]) -> list[str]:
    if block.get("status", "measured") == "measured":
        return [_two_lines(figure_text(block[name])) for name in names]
    needed = f" <br>(fewer than {block['positives_needed']})" if "positives_needed" in block else ""
    return [Html(f"<div>{block['status']}{needed}</div>"), *["–"] * (len(names) - 1)]


def _two_lines(text: str) -> Html:
    value, _, interval = text.partition(" ")
    return Html(f"<div>{value} <br><small class='ci'>{interval}</small></div>" if interval else value)


def _questions(questions: Block) -> str:
    rows = (
        [name, f"{block['positives']} / {block['rows']}", f"{block['threshold']:.2f}", *_cells(block, tuple(_FIGURES))]
        for name, block in questions.items()
    )
    return html_table(["question", "yes / asked", "threshold", *_FIGURES.values()], rows)


def _plots(each: Block) -> str:
    figures = []
    for name, bins in each["reliability"].items():
        block = each["overall"]["questions"][name]
        curve = precision_recall_plot(each["precision_recall"][name], block, name)
        figures.append(f"<figure><figcaption>{name}: reliability</figcaption>{reliability_plot(bins, name)}</figure>")
        figures.append(f"<figure><figcaption>{name}: precision and recall</figcaption>{curve}</figure>")
    return f"""<div class="plots">{"".join(figures)}</div>
<p class="note">Reliability: notes in bins of about equal count, with Wilson intervals; on the dashed line a score means
what it says; axes are square roots. Precision and recall: the diamond is the threshold in use, the dashed line the
precision of calling every note a yes. ECE: mean gap between score and share of yes.</p>"""


def _labels(block: Block) -> str:
    rows = (
        [_named(label), f"{figures['positives']} / {figures['predicted']}", *_cells(figures, _COUNTS)]
        for label, figures in block["per_label"].items()
    )
    table = html_table(["label", "gold / given", *(_FIGURES[name] for name in _COUNTS)], rows)
    return f"<h3>Labels of {block['rows']} notes</h3>\n{table}\n<h3>Confusion</h3>\n{_confusion(block['confusion'])}"


def _named(label: str) -> str:
    return f"{label} {LABEL_NAMES_ZH[Label(label)]}"


def _confusion(block: Block) -> str:
    """Shade each cell by its share of the row; the diagonal, what is right, is bold."""
    lines = []
    for row, (label, counts) in enumerate(zip(block["order"], block["counts"], strict=True)):
        cells = ""
        for column, count in enumerate(counts):
            share = count / max(1, sum(counts))
            ink = "#fff" if share > 0.8 else "#1c2430"
            style = f"background:rgba(0,114,178,{share:.2f});color:{ink}"
            small = f"<br><small style='color:inherit'>{share:.0%}</small>" if count else ""
            cells += f"<td style='{style}'{' class=right' if row == column else ''}>{count}{small}</td>"
        lines.append(f"<tr><th scope='row'>{breakable(_named(label))}</th>{cells}</tr>")
    head = "".join(f"<th>{breakable(name)}</th>" for name in block["order"])
    return f"""<table class="heat"><thead><tr><th>gold \\ given</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody>
</table><p class="note">Percentages are of the gold label's notes (rows).</p>"""


def _baseline(block: Block) -> str:
    rows = (
        [name.replace("_", " "), *("–" if row[key] is None else f"{row[key]:.3f}" for key in row)]
        for name, row in block.items()
    )
    return "<h3>Against the baseline</h3>\n" + html_table(["figure", "model", "baseline", "P(better)"], rows)


def _mistakes(mistakes: list[dict[str, Any]]) -> str:
    if not mistakes:
        return ""
    rows = ([each["note_id"], each["source"], each["gold"], each["given"], f"{each['score']:.3f}"] for each in mistakes)
    return f"""<h3>Worst mistakes</h3>
<p class="note">The most confident wrong labels, by note_id; a corpus file holds the text.</p>
{html_table(["note_id", "source", "gold", "given", "score of the given label"], rows, css="stack text")}"""
