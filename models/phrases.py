"""Allow and block phrases: whole phrases in normalised text, never a piece of a longer word."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Self

import msgspec

from data.normalize import normalize

ALLOW, BLOCK = "allow_phrase", "block_phrase"  # detectors of evidence
_ASCII_WORD = re.compile(r"[a-z0-9_]")  # normalised text is lower-cased


class PhraseHit(NamedTuple):
    """A phrase, as its author typed it, at half-open positions of a normalised text; `detector` is ALLOW or BLOCK."""

    start: int
    end: int
    phrase: str
    detector: str


class PhraseHits(msgspec.Struct, frozen=True):
    """Whether an allow phrase and whether a block phrase stands in a text."""

    allow: bool
    block: bool

    @classmethod
    def of(cls, found: Iterable[PhraseHit]) -> Self:
        """Say which of the two are among hits."""
        detectors = {hit.detector for hit in found}
        return cls(allow=ALLOW in detectors, block=BLOCK in detectors)


class PhraseMatcher:
    """Finds a policy's phrases in a text.

    Parameters
    ----------
    allow, block
        Phrases as their author typed them; they are normalised here, as texts are.
    words
        Longer words known otherwise (a lexicon). A phrase inside one of them, or inside a longer allow phrase, is no
        hit: "微信" is not found in "微信读书" when that is a word.

    Notes
    -----
    An edge of a phrase that is an ASCII letter or digit must stand at a word boundary: "vx" is in "加vx吧", not in
    "vxworks". Chinese has no such boundary, so only `words` and the allow phrases shield longer Chinese words. Where a
    longer word merely overlaps a phrase, the phrase counts.
    """

    def __init__(self, allow: Iterable[str] = (), block: Iterable[str] = (), *, words: Iterable[str] = ()) -> None:
        lists = {ALLOW: _normalised(allow), BLOCK: _normalised(block)}
        known = {*lists[ALLOW], *_normalised(words)}
        self._phrases = [
            (phrase, typed, detector) for detector, phrases in lists.items() for phrase, typed in phrases.items()
        ]
        self._longer = {
            phrase: [(word, at) for word in known if word != phrase for at in _occurrences(word, phrase)]
            for phrase, _, _ in self._phrases
        }

    def find(self, text: str) -> list[PhraseHit]:
        """Find the first hit of each phrase in one field as `data.normalize` gives it, in order of their starts.

        Examples
        --------
        >>> PhraseMatcher(block=["VX"]).find("加vx吧")
        [PhraseHit(start=1, end=3, phrase='VX', detector='block_phrase')]
        """
        characters = set(text)  # most phrases begin with none of them, and need no search
        found = [
            PhraseHit(start, start + len(phrase), typed, detector)
            for phrase, typed, detector in self._phrases
            if phrase[0] in characters and (start := self._first(text, phrase)) is not None
        ]
        return sorted(found)

    def _first(self, text: str, phrase: str) -> int | None:
        for at in _occurrences(text, phrase):
            is_inside = any(at >= ahead and text.startswith(word, at - ahead) for word, ahead in self._longer[phrase])
            if not is_inside and _at_word_edges(text, at, at + len(phrase)):
                return at
        return None


def _normalised(phrases: Iterable[str]) -> Mapping[str, str]:
    """Give what each phrase is in normalised text, and how it was first typed; an empty one is none."""
    found: dict[str, str] = {}
    for phrase in phrases:
        if text := normalize(phrase).strip():
            found.setdefault(text, phrase)
    return found


def _occurrences(text: str, phrase: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        yield at
        at = text.find(phrase, at + 1)


def _at_word_edges(text: str, start: int, end: int) -> bool:
    def splits_a_word(at: int) -> bool:
        return 0 < at < len(text) and bool(_ASCII_WORD.match(text[at - 1]) and _ASCII_WORD.match(text[at]))

    return not splits_a_word(start) and not splits_a_word(end)
