"""How decisive words are rewritten: the lexicon that `restored` reads from and perturbations write from."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from data.errors import DataError

# Sections that list words; the others are tables.
WORDS, RESTORED_WORDS, SWAPPED_WORDS = "words", "restored_words", "swapped_words"
_LISTS = (WORDS, RESTORED_WORDS, SWAPPED_WORDS)
_FILE = "lexicons/evasions.txt"


@lru_cache(maxsize=1)
def evasions() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Read the lexicon: section -> what is meant -> its writings.

    Raises
    ------
    DataError
        If a line stands before the first section, or a key has no writing.
    """
    tables: dict[str, dict[str, tuple[str, ...]]] = {}
    section: dict[str, tuple[str, ...]] | None = None
    name = ""
    lines = resources.files("data").joinpath(_FILE).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            section = tables.setdefault(name, {})
        elif line.strip() and not line.startswith("#"):
            meant, *written = line.split()
            if section is None:
                raise DataError(f"{_FILE}:{number}: a line must follow a '[section]'. Got none before it.")
            if name in _LISTS:
                section.update(dict.fromkeys((meant, *written), ()))
            elif not written:
                raise DataError(f"{_FILE}:{number}: a key must be followed by its writings. Got none.")
            else:
                section[meant] = tuple(each.replace("_", " ") for each in written)
    return tables
