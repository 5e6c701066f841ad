"""A verdict as a person reads it in a terminal: names, bars, and the evidence underlined where it stands."""

from collections import defaultdict
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from data.kinds import KINDS
from data.labels import LABEL_NAMES_ZH, LABELS, Label
from data.notes import Note
from models.evidence import Evidence
from models.verdict import Verdict
from serving.fields import field_text

_BAR_CELLS = 24
_AROUND = 40  # characters shown on either side of evidence in a long field
_LONG = 400  # characters from which a field is shown in excerpts
_NAME_CELLS = 12
_LABEL_STYLES = {
    Label.DISCLOSED_AD: "bold cyan",
    Label.DIVERSION: "bold red",
    Label.ORGANIC: "bold green",
    Label.UNDISCLOSED_AD: "bold yellow",
}
_DECISION_STYLES = {"pass": "green", "review": "yellow", "block": "bold red"}
_SITE_STYLES = {"off": "underline bold red", "in": "underline cyan", "none": "underline yellow"}
# Control and direction characters would act on the terminal; one sign stands for one, so positions hold.
_SAFE = {code: 0x2400 + code for code in range(0x20)} | {0x0A: ord("↵"), 0x7F: 0x2421}
_SAFE |= dict.fromkeys([*range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029], 0xFFFD)
_SAFE |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)], 0xFFFD)


def render_verdict(note: Note, verdict: Verdict) -> RenderableType:
    """Draw one verdict; no line of it holds more of the note than the fields with evidence."""
    lines = [_head(verdict), *(_bar(label, verdict) for label in LABELS), _questions(verdict)]
    if verdict.author_label != verdict.label:
        lines.append(_row("author", f"{_name(verdict.author_label)}, without other people's comments"))
    if verdict.diversion_by:
        lines.append(_row("diverted by", verdict.diversion_by))
    if verdict.rule:
        lines.append(_row("rule", f"{verdict.rule.id} since {verdict.rule.since}: {verdict.rule.status}"))
    by_field: dict[str, list[Evidence]] = defaultdict(list)
    for item in verdict.evidence:
        by_field[item.field].append(item)
    for field, evidence in by_field.items():
        lines += [_row(field, _marked(field_text(note, field), evidence)), *map(_evidence, evidence)]
    if not by_field:
        lines.append(_row("evidence", "none"))
    for comment in verdict.comments:
        words = Text.assemble(f"{comment.score:.2f} ", (comment.decision, _DECISION_STYLES[comment.decision]))
        lines.append(_row(f"comment {_safe(comment.comment_id)}", words))
    versions = f"model {verdict.model_version}, rules {verdict.ruleset_version}, policy {verdict.policy_version}"
    lines.append(_row("versions", Text(f"{versions}; date {verdict.date_source}", style="dim")))
    return Group(*lines, Text())


def _head(verdict: Verdict) -> Text:
    return Text.assemble(
        (_name(verdict.label), _LABEL_STYLES[verdict.label]),
        "  decision ",
        (verdict.decision, _DECISION_STYLES[verdict.decision]),
        (f"  note {_safe(verdict.note_id)}", "dim"),
    )


def _bar(label: Label, verdict: Verdict) -> Text:
    score = verdict.scores[label]
    filled = round(score * _BAR_CELLS)
    return Text.assemble(
        f"  {LABEL_NAMES_ZH[label]:　<5} ",  # padded with full-width spaces: a Chinese character takes two cells
        ("█" * filled, _LABEL_STYLES[label]),
        ("░" * (_BAR_CELLS - filled), "dim"),
        f" {score:.3f} {label}",
    )


def _questions(verdict: Verdict) -> Text:
    return _row("questions", ", ".join(f"{question} {p_yes:.3f}" for question, p_yes in verdict.questions.items()))


def _row(name: str, words: str | Text) -> Text:
    return Text.assemble(f"  {name:<{_NAME_CELLS}} ", words)


def _name(label: Label) -> str:
    return f"{LABEL_NAMES_ZH[label]} {label}"


def _evidence(item: Evidence) -> Text:
    kind = KINDS.get(item.kind)
    name = f"{kind.zh} {kind.en}" if kind else item.kind
    words = f"{name}, by {item.hit_source} {item.detector}"
    return _row("", Text(f"└ {words}" + (f": {_safe(item.value)}" if item.value else ""), style="dim"))


def _marked(text: str | None, evidence: Sequence[Evidence]) -> Text:
    """Underline evidence in a field's text; a long field is cut to what stands around it."""
    if text is None:
        return Text("(the platform's own word)")
    marked = Text(_safe(text))
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


def _safe(text: str) -> str:
    return text.translate(_SAFE)
