"""Write decisive words as people do to pass filters: ten kinds, each a pure function of a text and a random generator.

Decisive are the words of contact and of trade in `data/lexicons/evasions.txt`; kinds that work on any characters also
change written-out numbers and ids. Nothing else of a text changes.
"""

import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from data.errors import ConfigError
from data.notes import Note
from models.signals.evasions import WORDS, evasions

Perturbation = Callable[[str, random.Random], str]
# A phone or QQ number, an id of letters with a digit or "_": what stands free and is no word, year or price.
_CONTACT = r"(?<![A-Za-z0-9])(?:[1-9]\d{5,10}|(?=[A-Za-z]*[_\d])[A-Za-z][A-Za-z0-9_\-]{5,19})(?![A-Za-z0-9])"
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
_SYMBOLS = (".", "·", "-", "*", "~", "/", "_", "|", " ", "、", "丨", "★", "🌸", "✨", "...")
_AS_IS = 0.5  # how often each further character of a word keeps its writing


@lru_cache(maxsize=2)
def _decisive(with_contacts: bool) -> re.Pattern[str]:
    words = sorted(evasions()[WORDS], key=len, reverse=True)
    guarded = (rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join([*guarded, _CONTACT] if with_contacts else guarded), re.IGNORECASE)


def _rewrite(text: str, rng: random.Random, write: Perturbation, *, contacts: bool = False) -> str:
    return _decisive(contacts).sub(lambda match: write(match[0], rng), text)


def _from_table(word: str, rng: random.Random, table: Mapping[str, tuple[str, ...]]) -> str:
    """Take the word's own writing, or rewrite at least one of its characters that have one."""
    if known := table.get(word.lower()):
        return rng.choice(known)
    places = [place for place, char in enumerate(word) if char.lower() in table]
    if not places:
        return word
    certain, characters = rng.choice(places), list(word)
    for place in places:
        if place == certain or rng.random() >= _AS_IS:
            characters[place] = rng.choice(table[word[place].lower()])
    return "".join(characters)


def _by_table(kind: str) -> Perturbation:
    def perturb(text: str, rng: random.Random) -> str:
        return _rewrite(text, rng, lambda word, rng: _from_table(word, rng, evasions()[kind]))

    return perturb


def pinyin_initials(text: str, rng: random.Random) -> str:
    """Spell words: 微信 -> weixin, wei xin, wx, wei信."""
    pinyin = {meant: written[0] for meant, written in evasions()["pinyin_initials"].items()}

    def spell(word: str, rng: random.Random) -> str:
        known = [place for place, char in enumerate(word) if char in pinyin]
        if not known:
            return word
        form, mixed = rng.randrange(4), rng.choice(known)
        if form == 0:
            return word[:mixed] + pinyin[word[mixed]] + word[mixed + 1 :]
        parts = [pinyin.get(char, char) for char in word]
        return "".join(part[0] for part in parts) if form == 1 else (" " if form == 2 else "").join(parts)

    return _rewrite(text, rng, spell)


def full_width(text: str, rng: random.Random) -> str:
    """Widen letters and digits of contacts, and the letters that stand for a word: vx -> ｖｘ, 微信 -> ＶＸ."""

    def widen(word: str, rng: random.Random) -> str:
        known = evasions()["full_width"].get(word.lower())
        text = rng.choice(known) if known else word
        text = text.upper() if known and rng.random() < _AS_IS else text
        return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)

    return _rewrite(text, rng, widen, contacts=True)


def zero_width(text: str, rng: random.Random) -> str:
    """Put a sign that shows nothing between the characters of words and contacts."""
    return _rewrite(text, rng, lambda word, rng: _join(word, lambda: rng.choice(_ZERO_WIDTH)), contacts=True)


def inserted_symbols(text: str, rng: random.Random) -> str:
    """Put one symbol between the characters of words, and after every third of contacts: 微.信, 138-001."""

    def insert(word: str, rng: random.Random) -> str:
        symbol = rng.choice(_SYMBOLS)
        if len(word) > 5 and word.isascii():
            return symbol.join(word[at : at + 3] for at in range(0, len(word), 3))
        return _join(word, lambda: symbol)

    return _rewrite(text, rng, insert, contacts=True)


def shuffled_neighbours(text: str, rng: random.Random) -> str:
    """Swap two neighbours that differ within each word: 微信 -> 信微."""

    def swap(word: str, rng: random.Random) -> str:
        places = [place for place in range(len(word) - 1) if word[place] != word[place + 1]]
        if not places:
            return word
        place = rng.choice(places)
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return _rewrite(text, rng, swap)


def _join(word: str, between: Callable[[], str]) -> str:
    return word[:1] + "".join(between() + char for char in word[1:])


PERTURBATIONS: dict[str, Perturbation] = {
    "homophone": _by_table("homophone"),
    "pinyin_initials": pinyin_initials,
    "split_characters": _by_table("split_characters"),
    "look_alikes": _by_table("look_alikes"),
    "emoji_words": _by_table("emoji_words"),
    "full_width": full_width,
    "zero_width": zero_width,
    "traditional": _by_table("traditional"),
    "inserted_symbols": inserted_symbols,
    "shuffled_neighbours": shuffled_neighbours,
}
# Kept out of training copies: no weight is learned from them. Detection is not blind to them: `models.signals.restored`
# reads swapped contact words and common emoji by its lexicon, so they do not show how an unknown evasion fares.
HELD_OUT_KINDS = frozenset({"emoji_words", "shuffled_neighbours"})
TRAINED_KINDS = tuple(kind for kind in PERTURBATIONS if kind not in HELD_OUT_KINDS)


def perturb_note(note: Note, kind: str, rng: random.Random) -> Note:
    """Perturb title, body, tags and comments; a note without decisive words, or without a writing of them, stays equal.

    Raises
    ------
    ConfigError
        If no perturbation has this name.

    Examples
    --------
    >>> note = Note(note_id="a", title="加微信", body="周末去爬山")
    >>> perturb_note(note, "shuffled_neighbours", random.Random(0)).body
    '周末去爬山'
    """
    if kind not in PERTURBATIONS:
        raise ConfigError(f"a perturbation must be one of {', '.join(PERTURBATIONS)}. Got {kind!r} instead.")
    write = PERTURBATIONS[kind]
    return msgspec.structs.replace(
        note,
        title=write(note.title, rng),
        body=write(note.body, rng),
        tags=tuple(write(tag, rng) for tag in note.tags),
        comments=tuple(msgspec.structs.replace(comment, text=write(comment.text, rng)) for comment in note.comments),
    )
