"""Perturbed copies of training notes, so that a fit learns how decisive words look when they are rewritten."""

import random
from collections.abc import Sequence

import msgspec

from data.errors import ConfigError
from training.gold import LabeledNote
from training.perturbations import TRAINED_KINDS, perturb_note


def perturbed_copies(notes: Sequence[LabeledNote], *, seed: int, share: float) -> list[LabeledNote]:
    """Copy notes that hold decisive words, each rewritten by one kind drawn at random; held-out kinds are never drawn.

    Parameters
    ----------
    notes
        Training notes. Never give notes that are measured on: copies belong to the fold of their note's source.
    share
        Expected copies per note that can be rewritten; 0.5 copies every second one, 2 copies each twice.

    Returns
    -------
    list
        Copies with the answers and the source of their notes, and the id "NOTE_ID~KIND". Notes without a word that the
        drawn kind rewrites give none.

    Raises
    ------
    ConfigError
        If `share` is negative.
    """
    if share < 0:
        raise ConfigError(f"'share' must not be negative. Got {share} instead.")
    rng = random.Random(seed)
    copies = []
    for item in notes:
        for _ in range(int(share) + (rng.random() < share % 1)):
            kind = rng.choice(TRAINED_KINDS)
            note = perturb_note(item.note, kind, rng)
            if note != item.note:
                note = msgspec.structs.replace(note, note_id=f"{note.note_id}~{kind}")
                copies.append(msgspec.structs.replace(item, note=note))
    return copies
