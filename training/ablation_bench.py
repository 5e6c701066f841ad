"""What all fits of an ablation share: notes laid out once, and how they are held out."""

from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from training.comment_data import comment_examples
from training.config import FitConfig
from training.crossfit import CrossFit, cross_fit
from training.design import build_design
from training.fit_input import MEASURED_ON
from training.gold import LabeledNote
from training.gold_sets import read_sets
from training.labelled_data import LabelledData
from training.labelled_sets import read_labelled_sets
from training.learn import Matrices, fit_comment_scorer, weigh_design
from training.near_duplicates import near_duplicate_clusters, note_text
from training.read_answers import labelled_comments
from training.recipe import default_recipe
from training.space_file import read_space
from training.splits import Bools, Split, by_source, never_trains
from training.stages import Stages
from training.topic_space import TopicSpace, learn_topic_space, unlabelled_documents
from training.training_notes import gather_notes


class Variant(msgspec.Struct, frozen=True):
    """A fit without something; `left_out` (n_notes,) do not train."""

    matrices: Matrices
    config: FitConfig
    left_out: Bools


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """Notes laid out once, and how they are held out.

    Attributes
    ----------
    set_of
        (n_notes,) the labelled set of each note.
    split
        Its last fold is gold_dev, whose sources never train.
    matrices
        With everything in.
    has_vectors
        Whether the space is one that `huoren pretrain` learned.
    """

    corpora: Path
    config: FitConfig
    notes: list[LabeledNote]
    set_of: npt.NDArray[np.str_]
    split: Split
    matrices: Matrices
    has_vectors: bool

    @property
    def trains(self) -> Bools:
        """Tell the notes that a fit with everything in learns from: (n_notes,)."""
        return ~self.split.measured

    def fit(self, variant: Variant, *, dev_only: bool = False) -> CrossFit:
        """Judge the held-out notes by fits without what the variant leaves out."""
        folds = self.split.folds
        if dev_only:
            folds = np.where(folds == folds.max(), 0, -1)
        split = msgspec.structs.replace(self.split, folds=folds, measured=self.split.measured | variant.left_out)
        return cross_fit(variant.matrices, self.notes, split, variant.config)


def prepare(corpora: Path, *, space: Path | None, folds: int, stages: Stages) -> Bench:
    """Gather and lay out once what all rows share; `folds` = 0 holds gold_dev out alone.

    Raises
    ------
    AppError
        If the corpora or the space are unusable.
    """
    config = default_recipe()
    with stages.stage("reading labelled notes"):
        vectors = read_space(space) if space else None
        sets = read_labelled_sets(corpora, config)
        dev = {item.note.note_id for each in read_sets([corpora / MEASURED_ON]) for item in each.rows}
        read = gather_notes(sets, LabelledData(), config, turning=("gold",), measured_ids=dev)
        set_of = {each.item.note.note_id: each.of for each in sets}
        ids = [item.note.note_id for item in read.notes]
    with stages.stage("looking for near-duplicates"):
        texts = [note_text(item.note) for item in read.notes]
        clusters = near_duplicate_clusters(texts, threshold=config.near_duplicate, seed=config.seed)
        never = never_trains(read.notes, read.measured, clusters)
        held_out = read.held_out & (read.measured | ~never)
        split = by_source(read.notes, held_out, never, clusters, n_folds=max(2, folds))
        if folds == 0:
            split = msgspec.structs.replace(split, folds=np.where(split.folds == split.folds.max(), 0, -1))
    with stages.stage("learning the comment scorer" if vectors else "learning topics and the comment scorer"):
        topics = vectors or latent_space(corpora, config)
        weight = config.comment_label_weight
        labelled = labelled_comments(corpora) if weight else []
        examples = comment_examples(corpora, seed=config.seed, labelled=labelled, label_weight=weight)
        scorer = fit_comment_scorer(examples, config)
    with stages.stage("laying out notes"):
        matrices = weigh_design(build_design([item.note for item in read.notes]), topics, scorer, config)
    return Bench(
        corpora=corpora,
        config=config,
        notes=read.notes,
        set_of=np.array([set_of.get(name) or set_of[name.rpartition("~")[0]] for name in ids]),  # a copy: its note's
        split=split,
        matrices=matrices,
        has_vectors=vectors is not None,
    )


def latent_space(corpora: Path, config: FitConfig) -> TopicSpace:
    """Learn latent semantic topics, as a fit does that is given no space."""
    documents = unlabelled_documents(corpora, seed=config.seed)
    return learn_topic_space(documents, n_dimensions=config.n_topics, seed=config.seed)
