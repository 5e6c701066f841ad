"""The notes of a fit: which of them may be held out, which never train, and which must not be torn apart."""

from collections.abc import Collection, Sequence

import msgspec
import numpy as np

from training.augmentation import perturbed_copies
from training.config import FitConfig
from training.crossfit import may_be_held_out
from training.gold import LabeledNote
from training.labelled_data import LabelledData
from training.labelled_sets import SetNote
from training.splits import Bools, Ints


class TrainingNotes(msgspec.Struct, frozen=True, kw_only=True):
    """Labelled notes: those of the recipe's sets, the analysts' data, perturbed copies of either.

    Attributes
    ----------
    held_out, measured
        (n_notes,) what may be held out, and what never trains.
    own
        (n_notes,) the analysts' data.
    ties
        (n_notes,) notes of one number never straddle: a note and its copies, and what a set held out names together.
    left_out
        Notes of the analysts' data whose ids the sets hold already.
    """

    notes: list[LabeledNote]
    held_out: Bools
    measured: Bools
    own: Bools
    ties: Ints
    left_out: int


def gather_notes(
    known: Sequence[SetNote],
    own: LabelledData,
    config: FitConfig,
    *,
    turning: Collection[str],
    measured_ids: Collection[str] = (),
) -> TrainingNotes:
    """Put the notes of sets and the analysts' together, and perturb copies of those that train.

    Parameters
    ----------
    turning
        Sets that may be held out, besides what the analysts answered in full.
    measured_ids
        Gold notes that never train.
    """
    held = {each.item.note.note_id for each in known}
    more = [item for item in own.notes if item.note.note_id not in held]
    notes = [*(each.item for each in known), *more]
    of = np.array([*(each.of for each in known), *["" for _ in more]], dtype=np.str_)
    in_full = np.array([bool(item.commercial and item.diversion) for item in notes], dtype=np.bool_)
    measured = np.array([item.note.note_id in measured_ids for item in notes], dtype=np.bool_) & (of == "gold")
    held_out = (np.isin(of, list(turning)) | (in_full & (of == ""))) & may_be_held_out(notes)
    copies = _copies(notes, measured, config)
    named = [*(each.tie if each.of in turning else "" for each in known), *["" for _ in more]]
    first: dict[str, int] = {}
    ties = [first.setdefault(name, row) if name else row for row, name in enumerate(named)]
    tie_of = {item.note.note_id: tie for item, tie in zip(notes, ties, strict=True)}
    ties += [tie_of[copy.note.note_id.rpartition("~")[0]] for copy in copies]
    none = np.zeros(len(copies), dtype=np.bool_)
    return TrainingNotes(
        notes=[*notes, *copies],
        held_out=np.r_[held_out, none],
        measured=np.r_[measured, none],
        own=np.r_[of == "", none],
        ties=np.array(ties, dtype=np.int64),
        left_out=len(own.notes) - len(more),
    )


def _copies(notes: Sequence[LabeledNote], measured: Bools, config: FitConfig) -> list[LabeledNote]:
    trains = [item for item, is_measured in zip(notes, measured, strict=True) if not is_measured]
    sells = [item for item in trains if "yes" in (item.commercial, item.diversion)]
    return perturbed_copies(sells, seed=config.seed, share=config.perturbed_share)
