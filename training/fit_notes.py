"""Fit on what was gathered: hold notes out in turn to choose calibration and thresholds, then train on all that may."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec
import numpy as np
from scipy import sparse

from data.errors import DataError
from data.labels import QUESTIONS
from models.calibration import Calibration
from training.checkpoint import Arrays, Keep, digest
from training.config import FitConfig
from training.crossfit import (
    CrossFit,
    calibrate,
    cross_fit,
    explicit_floor,
    flat_calibration,
    validate,
)
from training.cv_figures import cross_validation_figures
from training.design import build_design
from training.design_arrays import arrays_of, design_of
from training.fit_input import FitInput
from training.fitted import Fitted
from training.learn import Matrices, fit_model, weigh_design
from training.near_duplicates import joined, near_duplicate_clusters, note_text
from training.splits import Bools, Ints, never_trains, split_notes
from training.stages import Stages
from training.thresholds import choose_thresholds, review_thresholds

_DEFAULT_FLOOR = 0.95
_ORIGINS = {"gold": "gold train and dev", "chasm": "CHASM", "own": "data/corpus (a topic or pair together)"}


def fit_notes(read: FitInput, config: FitConfig, stages: Stages, keep: Keep) -> Fitted:
    """Fit; without corpora, where notes cannot be held out, without calibration and validation.

    Raises
    ------
    DataError
        If the notes are too few to learn from or, with corpora, to hold out.
    """
    notes = [item.note for item in read.notes]
    with stages.stage("looking for near-duplicates"):
        texts = [note_text(note) for note in notes]
        find = partial(near_duplicate_clusters, texts, threshold=config.near_duplicate, seed=config.seed)
        depends_on = (texts, config.near_duplicate, config.seed)
        clusters = _tied(keep("near-duplicates", depends_on, lambda: {"clusters": find()})["clusters"], read.ties)
    with stages.stage("laying out notes"):
        design = design_of(keep("design", (notes,), lambda: arrays_of(build_design(notes))))
        matrices = weigh_design(design, read.space, read.scorer, config)
    never = never_trains(read.notes, read.measured, clusters)
    crossed, calibration, why = None, flat_calibration(), ""
    try:
        if read.held_out.any():
            crossed = _hold_out(read, never, clusters, matrices, config, stages, keep)
            calibration = _calibrated(crossed)  # refuses notes that answer too little
    except DataError as error:
        if read.measured.any():
            raise
        crossed, why = None, str(error)
    floor = _DEFAULT_FLOOR
    thresholds = {str(question): 0.5 for question in QUESTIONS}
    if crossed is not None:  # before the last fit: what cannot be chosen is refused here
        floor = explicit_floor(crossed)
        parts = crossed.measured.astype(np.int64)  # thresholds must suit train and dev alike
        thresholds = choose_thresholds(config.thresholds, crossed, calibration, floor, parts)
    with stages.stage("fitting the model"):
        model = fit_model(matrices, read.notes, ~never, config)
    left_out = read.left_out + int((never & read.own).sum())
    if crossed is None:
        data = read.training_data
        return Fitted(model, calibration, thresholds, {}, floor, data, {}, None, left_out=left_out, not_held_out=why)
    figures = cross_validation_figures(crossed, calibration, thresholds, floor)
    return Fitted(
        model=model,
        calibration=calibration,
        thresholds=thresholds,
        review=review_thresholds(crossed, calibration, floor),
        floor=floor,
        training_data=read.training_data,
        figures=figures | {"held_out": _held_out_in_words(read, config)},
        validation=validate(crossed, calibration, floor),
        crossed=crossed,
        left_out=left_out,
    )


def _calibrated(crossed: CrossFit) -> Calibration:
    """Calibrate; a note that nobody asked about diversion counts as not diverting where P(commercial) of such is told.

    Else that curve of the clean twin would rest on what we wrote alone, and not on CHASM.
    """
    calibration = calibrate(crossed)
    taken = [item if item.diversion else msgspec.structs.replace(item, diversion="no") for item in crossed.notes]
    otherwise = calibrate(msgspec.structs.replace(crossed, notes=taken)).commercial_otherwise
    return msgspec.structs.replace(calibration, commercial_otherwise=otherwise)


def _tied(clusters: Ints, ties: Ints) -> Ints:
    """Make near-duplicates and what else must not straddle one: (n_notes,)."""
    first = int(clusters.max(initial=0)) + 1
    size = first + int(ties.max(initial=0)) + 1
    together: Ints = joined(sparse.csr_matrix((np.ones(len(ties)), (clusters, first + ties)), shape=(size, size)))
    return together[clusters]


def _held_out_in_words(read: FitInput, config: FitConfig) -> str:
    of_time = f"what was published from {config.held_out_since} on"
    what = {"source": "groups of sources", "author": "groups of authors", "time": of_time}[config.split]
    origins = [*(_ORIGINS[name] for name in read.turning), *(["own labelled notes"] if read.own.any() else [])]
    return f"{what} of {' and '.join(origins)}"


def _hold_out(
    read: FitInput, never: Bools, clusters: Ints, matrices: Matrices, config: FitConfig, stages: Stages, keep: Keep
) -> CrossFit:
    held_out = read.held_out & (read.measured | ~never)
    split = split_notes(read.notes, held_out, never, clusters, config)
    recipes = [config.recipe(question) for question in QUESTIONS]
    all_folds = digest(read.depends_on, read.notes, recipes, config.seed, config.rarest_ngram)

    def keep_fold(stage: str, rows: Iterable[Any], compute: Callable[[], Arrays], /) -> Arrays:
        return keep(stage, (all_folds, *rows), compute)

    with stages.stage(f"cross-fitting by {config.split}", split.n_folds) as advance:
        return cross_fit(matrices, read.notes, split, config, keep=keep_fold, on_fold=advance)
