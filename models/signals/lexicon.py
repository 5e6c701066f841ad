"""Lexicon groups: terms of trade and of honest use, read from text files; some are evidence, all are features."""

from importlib import resources

from data.errors import DataError
from models.signals.detector import Detector

FILES = ("commerce_terms.txt", "disclosure_terms.txt")


def read_groups(file_name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Read one lexicon file: group -> (evidence kind or "-", terms).

    Raises
    ------
    DataError
        If a term stands before the first group, or a group twice.
    """
    groups: dict[str, tuple[str, tuple[str, ...]]] = {}
    name = ""
    lines = resources.files("data").joinpath(f"lexicons/{file_name}").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("[") and "]" in line:
            name, kind = line[1:].split("]", 1)
            if name in groups:
                raise DataError(f"{file_name}:{number}: a group must stand once. Got {name!r} again.")
            groups[name] = (kind.strip(), ())
        elif line.strip() and not line.startswith("#"):
            if not name:
                raise DataError(f"{file_name}:{number}: terms must follow a '[group] kind' line. Got none before them.")
            kind, terms = groups[name]
            groups[name] = (kind, tuple(dict.fromkeys((*terms, *line.split()))))
    return groups


DETECTORS = tuple(
    Detector(name=name, kind=kind, triggers=terms, hit_source="lexicon")
    for file_name in FILES
    for name, (kind, terms) in read_groups(file_name).items()
)
