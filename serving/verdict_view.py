"""A verdict as a person reads it in a terminal: names, bars, and the evidence underlined where it stands."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from data.kinds import KINDS
from data.labels import LABEL_NAMES_ZH, LABELS, Label
from data.notes import Note
from models.evidence import Evidence
from models.verdict import Verdict
from serving.fields import field_text
from serving.full_lines import FullLines
from serving.safe_text import safe_text

_BAR_CELLS = 24
_AROUND = 40  # characters shown on either side of evidence in a long field
_LONG = 400  # characters from which a field is shown in excerpts
_NAME_CELLS = 13
_FIELDS_SHOWN = 12  # fields with evidence, and comments: a thread may hold hundreds
_ITEMS_SHOWN = 20  # evidence in one field
_ID_SHOWN = 64  # characters of an id
_VALUE_SHOWN = 60
_BY = {"author": "the author", "other": "other people's comments", "unknown": "a comment of an unknown writer"}
_LABEL_STYLES = {
    Label.DISCLOSED_AD: "bold cyan",
    Label.DIVERSION: "bold red",
    Label.ORGANIC: "bold green",
    Label.UNDISCLOSED_AD: "bold yellow",
}
_DECISION_STYLES = {"pass": "green", "review": "yellow", "block": "bold red"}
_SITE_STYLES = {"off": "underline bold red", "in": "underline cyan", "none": "underline yellow"}


def render_verdict(note: Note, verdict: Verdict) -> RenderableType:
    """Draw one verdict; no line of it holds more of the note than the fields with evidence."""
    rows = Table.grid(padding=(0, 1))
    rows.add_column(min_width=_NAME_CELLS, no_wrap=True)
    rows.add_column()
    for label in LABELS:
        rows.add_row(f"  {LABEL_NAMES_ZH[label]}", _bar(label, verdict))
    rows.add_row("  questions", ", ".join(f"{name} {p_yes:.3f}" for name, p_yes in verdict.questions.items()))
    if verdict.author_label != verdict.label:
        rows.add_row("  author", f"{_name(verdict.author_label)}, without other people's comments")
    if verdict.diversion_by:
        rows.add_row("  diverted by", _BY.get(verdict.diversion_by, verdict.diversion_by))
    if verdict.rule:
        rows.add_row("  rule", f"{verdict.rule.id} since {verdict.rule.since}: {verdict.rule.status}")
    _add_evidence(rows, note, verdict)
    _add_comments(rows, verdict)
    versions = f"model {verdict.model_version}, rules {verdict.ruleset_version}, policy {verdict.policy_version}"
    rows.add_row("  versions", Text(f"{versions}; date {verdict.date_source}", style="dim"))
    return Group(_head(verdict), rows, Text())


def _head(verdict: Verdict) -> Text:
    return Text.assemble(
        (_name(verdict.label), _LABEL_STYLES[verdict.label]),
        "  decision ",
        (verdict.decision, _DECISION_STYLES[verdict.decision]),
        (f"  note {safe_text(verdict.note_id[:_ID_SHOWN])}", "dim"),
        overflow="fold",
    )


def _bar(label: Label, verdict: Verdict) -> Text:
    score = verdict.scores[label]
    filled = round(score * _BAR_CELLS)
    return Text.assemble(
        ("█" * filled, _LABEL_STYLES[label]), ("░" * (_BAR_CELLS - filled), "dim"), f" {score:.3f} {label}"
    )


def _add_evidence(rows: Table, note: Note, verdict: Verdict) -> None:
    """Add each field that holds evidence; past the first ones only their number."""
    by_field: dict[str, list[Evidence]] = defaultdict(list)
    for item in verdict.evidence:
        by_field[item.field].append(item)
    if not by_field:
        rows.add_row("  evidence", "none")
    for field, evidence in list(by_field.items())[:_FIELDS_SHOWN]:
        shown = sorted(evidence, key=lambda item: item.start)[:_ITEMS_SHOWN]
        rows.add_row(f"  {field}", FullLines(_marked(field_text(note, field), shown)))
        for words in _explained(shown):
            rows.add_row("", FullLines(Text(f"└ {words}", style="dim")))
        if more := len(evidence) - len(shown):
            rows.add_row("", Text(f"└ and {more} more: --json tells all", style="dim"))
    if (more := len(by_field) - _FIELDS_SHOWN) > 0:
        rows.add_row("", Text(f"and evidence in {more} more fields: --json tells all", style="dim"))


def _add_comments(rows: Table, verdict: Verdict) -> None:
    for at, comment in enumerate(verdict.comments[:_FIELDS_SHOWN]):
        decision = (comment.decision, _DECISION_STYLES[comment.decision])
        words = Text.assemble(f"{comment.score:.2f} ", decision, f"  {safe_text(comment.comment_id[:_ID_SHOWN])}")
        rows.add_row("" if at else "  comments", words)
    if (more := len(verdict.comments) - _FIELDS_SHOWN) > 0:
        rows.add_row("", Text(f"and {more} more: --json tells all", style="dim"))


def _name(label: Label) -> str:
    return f"{LABEL_NAMES_ZH[label]} {label}"


def _explained(evidence: Sequence[Evidence]) -> Iterator[str]:
    """Name each kind with the words found, for those who see no underline; what one detector found on one line."""
    found: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for item in evidence:
        words = " = ".join(_cut(part) for part in dict.fromkeys((item.text, item.value)) if part)
        found[item.kind, item.hit_source, item.detector][words] = None
    for (kind, source, detector), texts in found.items():
        name = f"{KINDS[kind].zh} {KINDS[kind].en}" if kind in KINDS else kind
        yield f"{name} ({source} {detector}): " + "、".join(texts)


def _cut(text: str) -> str:
    return safe_text(text if len(text) <= _VALUE_SHOWN else f"{text[:_VALUE_SHOWN]}…")


def _marked(text: str | None, evidence: Sequence[Evidence]) -> Text:
    """Underline evidence in a field's text; a long field is cut to what stands around it."""
    if text is None:
        return Text("(the platform's own word)")
    marked = Text(safe_text(text))
    for item in evidence:
        kind = KINDS.get(item.kind)
        marked.stylize(_SITE_STYLES[kind.site if kind else "none"], item.start, item.end)
    if len(text) <= _LONG:
        return marked
    pieces = [marked[start:end] for start, end in _windows(len(text), evidence)]
    return Text.assemble("…", Text(" … ").join(pieces), "…")


def _windows(length: int, evidence: Sequence[Evidence]) -> list[tuple[int, int]]:
    windows: list[tuple[int, int]] = []
    for item in sorted(evidence, key=lambda item: item.start):
        start, end = max(0, item.start - _AROUND), min(length, item.end + _AROUND)
        if windows and start <= windows[-1][1]:
            start, end = windows[-1][0], max(end, windows.pop()[1])
        windows.append((start, end))
    return windows
