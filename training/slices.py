"""Slices of labelled notes, as masks by name: year of publication, length of the body, who diverts."""

from collections.abc import Sequence

import numpy as np

from data.dates import SHANGHAI
from training.gold import LabeledNote
from training.metrics import BoolArray

UNDATED = "undated"
BODY_LENGTHS = {"<50": (0, 50), "50-199": (50, 200), "200-599": (200, 600), "600+": (600, None)}  # characters
DIVERTERS = ("author", "other", "unknown")
Masks = dict[str, BoolArray]  # name -> (n_notes,)


def by_year(rows: Sequence[LabeledNote]) -> Masks:
    """Tell notes apart by their year in Asia/Shanghai, oldest first; undated notes come last."""
    times = [row.note.published_at for row in rows]
    years = np.array([UNDATED if time is None else str(time.astimezone(SHANGHAI).year) for time in times])
    return {str(year): years == year for year in np.unique(years)}  # digits sort before letters


def by_length(rows: Sequence[LabeledNote]) -> Masks:
    """Tell notes apart by the code points of their body; every length is there, with or without a note."""
    lengths = np.array([len(row.note.body) for row in rows])
    return {
        name: (lengths >= low) & (lengths < (np.inf if high is None else high))
        for name, (low, high) in BODY_LENGTHS.items()
    }


def by_diverter(rows: Sequence[LabeledNote]) -> Masks:
    """Tell diverting notes apart by who diverts; `other` are notes that only other commenters divert."""
    diverts = np.array([row.diversion == "yes" for row in rows])
    who = np.array([row.by or "unknown" for row in rows])
    return {name: diverts & (who == name) for name in DIVERTERS}
