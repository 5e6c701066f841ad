"""Build `normalize_table.npz`: what each code point becomes; run once, shipped, so that every Python agrees.

Each Python brings its own Unicode version, so the table is frozen in the package instead of being computed at start.
Rebuild with `python -m data.normalize_table` (needs zhconv-rs, a development dependency).
"""

import unicodedata
from importlib import resources
from pathlib import Path

import numpy as np

# Dropped: they show nothing, and sellers put them inside words.
# Zero-width signs, bidi controls (U+202E), soft hyphen; accents and strike-through; keycaps.
_DROPPED_CATEGORIES = {"Cf", "Mn", "Me"}
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def build() -> dict[int, str]:
    """Map every code point that changes to what it becomes (case kept), closed under itself."""
    direct = {point: _direct(point) for point in range(0x110000)}
    direct.update(_letters())
    direct.update(_look_alikes())
    direct.update(_simplified(direct))
    changed = {point: text for point, text in direct.items() if text != chr(point)}
    while True:  # a target may itself change (㊗ -> 祝, traditional after NFKC): follow until nothing moves
        closed = {point: "".join(changed.get(ord(char), char) for char in text) for point, text in changed.items()}
        if closed == changed:
            return closed
        changed = closed


def _direct(point: int) -> str:
    char = chr(point)
    category = unicodedata.category(char)
    if 0xD800 <= point < 0xE000:
        return "\ufffd"  # a lone surrogate cannot be written out
    if char in "\n\u2028\u2029\x85":
        return "\n"
    if category in ("Cc", "Zs"):
        return " "
    if category in _DROPPED_CATEGORIES or point in _SKIN_TONES:
        return ""
    text = "".join(c for c in unicodedata.normalize("NFKC", char) if unicodedata.category(c) not in _DROPPED_CATEGORIES)
    return text or " "


def _letters() -> dict[int, str]:
    """Enclosed letters that NFKC leaves alone: 🅥, 🆅, 🇻."""
    letters = {}
    for index in range(26):
        upper = chr(ord("A") + index)
        for first in (0x1F150, 0x1F170, 0x1F1E6):
            letters[first + index] = upper
    return letters


def _look_alikes() -> dict[int, str]:
    lines = resources.files("data").joinpath("lexicons/look_alikes.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ord(written): meant for written, meant in pairs}


def _simplified(direct: dict[int, str]) -> dict[int, str]:
    from zhconv_rs import zhconv

    table = {}
    for point in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x2FA20)):
        meant = zhconv(direct[point], "zh-hans")
        if len(meant) == 1:
            table[point] = meant
    return table


def main() -> None:
    """Write the table beside this file."""
    table = build()
    points = np.array(sorted(table), dtype=np.uint32)
    texts = [table[int(point)] for point in points]
    np.savez_compressed(
        Path(__file__).with_name("normalize_table.npz"),
        points=points,
        lengths=np.array([len(text) for text in texts], dtype=np.uint8),
        targets=np.array([ord(char) for text in texts for char in text], dtype=np.uint32),
        lower=np.array(_lower(table), dtype=np.uint32).reshape(-1, 2),
    )


def _lower(table: dict[int, str]) -> list[tuple[int, int]]:
    """Code points with a one-character lower case that the table leaves alone."""
    pairs = []
    for point in range(0x110000):
        small = chr(point).lower() if not 0xD800 <= point < 0xE000 else ""
        if len(small) == 1 and ord(small) != point and point not in table and ord(small) not in table:
            pairs.append((point, ord(small)))
    return pairs


if __name__ == "__main__":
    main()
