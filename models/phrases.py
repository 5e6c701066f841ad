"""Allow and block phrases: whole phrases in normalised text, never a piece of a longer word."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from data.normalize import normalize

_ASCII_WORD = re.compile(r"[a-z0-9_]")  # normalised text is lower-cased


class PhraseHits(msgspec.Struct, frozen=True):
    """Whether an allow phrase and whether a block phrase stands in a text."""

    allow: bool
    block: bool


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
        self._allow, self._block = _normalised(allow), _normalised(block)
        known = tuple({*self._allow, *_normalised(words)})
        self._longer = {
            phrase: tuple(word for word in known if phrase in word and phrase != word)
            for phrase in {*self._allow, *self._block}
        }

    def hits(self, text: str) -> PhraseHits:
        """Look for the phrases in one text as `data.normalize` gives it; fields joined by its break stay apart.

        Examples
        --------
        >>> PhraseMatcher(block=["VX"]).hits("加vx吧")
        PhraseHits(allow=False, block=True)
        """
        characters = set(text)  # most phrases begin with none of them, and need no search
        return PhraseHits(
            allow=any(phrase[0] in characters and self._stands_in(text, phrase) for phrase in self._allow),
            block=any(phrase[0] in characters and self._stands_in(text, phrase) for phrase in self._block),
        )

    def _stands_in(self, text: str, phrase: str) -> bool:
        size = len(phrase)
        spots = [at for at in _occurrences(text, phrase) if _at_word_edges(text, at, at + size)]
        if not spots:
            return False
        shields = [(at, at + len(word)) for word in self._longer[phrase] for at in _occurrences(text, word)]
        return any(not any(start <= at and at + size <= end for start, end in shields) for at in spots)


def _normalised(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for phrase in phrases if (text := normalize(phrase).strip())))


def _occurrences(text: str, phrase: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        yield at
        at = text.find(phrase, at + 1)


def _at_word_edges(text: str, start: int, end: int) -> bool:
    def splits_a_word(at: int) -> bool:
        return 0 < at < len(text) and bool(_ASCII_WORD.match(text[at - 1]) and _ASCII_WORD.match(text[at]))

    return not splits_a_word(start) and not splits_a_word(end)
