"""Contact words read from `data/lexicons/contact_terms.txt`, as alternatives for patterns."""

import re
from importlib import resources

from data.errors import DataError


def read_terms() -> dict[str, tuple[str, ...]]:
    """Read the lexicon: group -> terms, longest first so that the longest alternative wins.

    Raises
    ------
    DataError
        If a term stands before the first group.
    """
    groups: dict[str, list[str]] = {}
    name = ""
    text = resources.files("data").joinpath("lexicons/contact_terms.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            groups[name] = []
        elif line.strip() and not line.startswith("#"):
            if not name:
                raise DataError(
                    f"contact_terms.txt:{number}: terms must follow a '[group]' line. Got none before them."
                )
            groups[name] += line.split()
    return {group: tuple(sorted(dict.fromkeys(terms), key=len, reverse=True)) for group, terms in groups.items()}


def alternatives(*groups: str) -> str:
    """Join the terms of groups to one regular-expression group, longest first; a letter never starts inside a word."""
    terms = sorted({term for group in groups for term in TERMS[group]}, key=len, reverse=True)
    return "(?:" + "|".join(_guarded(term) for term in terms) + ")"


def triggers(*groups: str) -> tuple[str, ...]:
    """Literal triggers for the terms of groups, also with a blank behind a leading "+" or "加"."""
    terms = [term for group in groups for term in TERMS[group]]
    return tuple(dict.fromkeys(terms + [f"{term[0]} {term[1:]}" for term in terms if term[0] in _ADD]))


def _guarded(term: str) -> str:
    if term[0] in _ADD:
        return re.escape(term[0]) + r"\s?" + re.escape(term[1:])
    return (r"(?<![a-z])" if term[0].isascii() and term[0].isalpha() else "") + re.escape(term)


_ADD = "+加"
TERMS = read_terms()
