"""How well disclosed advertisements are found: on real notes and on those that we wrote, which are never added up.

We wrote most disclosed ads that a model learns from, so a figure on them says how well it learned our way of writing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from data.labels import Label
from models.artifact import Artifact
from models.classifier import Classifier
from models.platform_evidence import is_disclosed_by_platform
from models.prevalence.intervals import wilson_interval
from training.checkpoint import keep_nothing
from training.config import FitConfig
from training.corpora import OWN_SOURCE
from training.design import build_design
from training.figures import MIN_POSITIVES
from training.fit_input import input_of_corpora
from training.gold import LabeledNote
from training.judged import Judge
from training.labelled_data import LabelledData
from training.learn import fit_model, weigh_design
from training.near_duplicates import near_duplicate_clusters, note_text
from training.splits import Split, split_notes
from training.stages import Stages
from training.written_notes import WrittenCorpus

Labels = Sequence[Label]
Bools = npt.NDArray[np.bool_]


def labels_of(classifier: Judge, rows: Sequence[LabeledNote]) -> list[Label]:
    """Give the label that a classifier gives each note."""
    return [each.verdict.label for each in classifier.judge_many([row.note for row in rows])]


def disclosed_figures(rows: Sequence[LabeledNote], given: Labels, pairs: Sequence[str] = ()) -> dict[str, Any]:
    """Count disclosed ads found, and other notes taken for one, among notes that the platform itself does not label.

    Parameters
    ----------
    pairs
        (n_notes,) name of the hard pair that each note is of, or "". Given, `pairs` and `pairs_right` count the pairs
        with one disclosed ad, and those of which that one alone is called so.

    Returns
    -------
    dict
        JSON-ready; `status` is "not established" under `MIN_POSITIVES` disclosed ads, whatever the shares say.
    """
    known = [
        at for at, row in enumerate(rows) if row.label is not None and not is_disclosed_by_platform(row.note.platform)
    ]
    is_disclosed = np.array([rows[at].label is Label.DISCLOSED_AD for at in known], dtype=np.bool_)
    is_called = np.array([given[at] is Label.DISCLOSED_AD for at in known], dtype=np.bool_)
    positives = int(is_disclosed.sum())
    figures: dict[str, Any] = {
        "notes": len(known),
        "left_out": len(rows) - len(known),
        "disclosed_ads": positives,
        "recall": _share(is_called, is_disclosed),
        "false_alarms": _share(is_called, ~is_disclosed),
        "precision": _share(is_disclosed, is_called),
        "status": "measured" if positives >= MIN_POSITIVES else "not established",
    }
    if not pairs:
        return figures
    named = np.array([pairs[at] for at in known], dtype=np.str_)
    told = [
        bool((is_called[members] == is_disclosed[members]).all())
        for members in (np.flatnonzero(named == name) for name in np.unique(named[named != ""]))
        if len(members) == 2 and is_disclosed[members].sum() == 1
    ]
    return figures | {"pairs": len(told), "pairs_right": sum(told)}


def _share(taken: Bools, among: Bools) -> dict[str, Any] | None:
    n, found = int(among.sum()), int((taken & among).sum())
    if not n:
        return None
    interval = wilson_interval(found, n)
    return {"found": found, "of": n, "value": found / n, "ci_low": interval.ci_low, "ci_high": interval.ci_high}


def out_of_fold(
    corpora: Path, corpus: WrittenCorpus, artifact: Artifact, config: FitConfig, stages: Stages
) -> tuple[list[LabeledNote], Labels, Labels]:
    """Label real and written notes by weights that saw neither their source nor, of ours, their pair and topic.

    The artifact lends calibration and thresholds. gold_dev never trains, as in a fit. The comment scorer and the topic
    space, which no answer about disclosure enters, are learned once.

    Returns
    -------
    tuple
        The real notes, the labels given to them, and those given to ours in the order of the corpus.
    """
    read = input_of_corpora(corpora, LabelledData(), config, stages, keep_nothing)
    others = np.array([item.source != OWN_SOURCE for item in read.notes], dtype=np.bool_)
    notes = [*(item for item, other in zip(read.notes, others, strict=True) if other), *corpus.rows]
    is_own = np.arange(len(notes)) >= int(others.sum())
    none = np.zeros(len(corpus.rows), dtype=np.bool_)
    held_out, measured = np.r_[read.held_out[others], none], np.r_[read.measured[others], none]
    with stages.stage("laying out notes"):
        matrices = weigh_design(build_design([item.note for item in notes]), read.space, read.scorer, config)
        clusters = near_duplicate_clusters([note_text(item.note) for item in notes], threshold=config.near_duplicate)
    split = split_by_topic(split_notes(notes, held_out, measured, clusters, config), is_own, corpus, config.n_folds)
    given: dict[int, Label] = {}
    with stages.stage("cross-fitting", split.n_folds) as advance:
        for fold in range(split.n_folds):
            weights = fit_model(matrices, notes, split.training(fold), config)
            classifier = Classifier(msgspec.structs.replace(artifact, model=weights))
            rows = split.held_out(fold).tolist()
            given |= zip(rows, labels_of(classifier, [notes[row] for row in rows]), strict=True)
            advance()
    of_real = [row for row in split.rows.tolist() if not is_own[row]]
    real = [notes[row] for row in of_real]
    return real, [given[row] for row in of_real], [given[row] for row in np.flatnonzero(is_own).tolist()]


def split_by_topic(split: Split, is_own: Bools, corpus: WrittenCorpus, n_folds: int) -> Split:
    """Hold our notes out besides the others, in the same folds, a pair or topic whole; the last rows are ours."""
    folds, groups = split.folds.copy(), split.groups.copy()
    groups[is_own] = groups.max() + 1 + corpus.groups
    own = np.flatnonzero(is_own)
    for fold, (_, test) in enumerate(GroupKFold(n_folds).split(own, groups=corpus.groups)):
        folds[own[test]] = fold
    return msgspec.structs.replace(split, folds=folds, groups=groups)
