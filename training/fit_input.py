"""What a fit learns from: labelled notes, which of them may be held out, the topic space and the comment scorer."""

from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from models.manifest import TrainingSet
from models.ngrams import N_BUCKETS
from training.checkpoint import Arrays, Keep, digest
from training.comment_data import CommentExample, comment_examples, own_comment_examples
from training.config import FitConfig
from training.corpora import covert_ad_notes, gold_notes, own_corpus
from training.crossfit import may_be_held_out
from training.gold import LabeledNote
from training.gold_sets import read_sets
from training.labelled_data import LabelledData
from training.learn import CommentScorer, fit_comment_scorer
from training.stages import Stages
from training.topic_space import TopicSpace, learn_topic_space, unlabelled_documents
from training.training_sets import own_training_sets, training_sets

MEASURED_ON = "gold_dev.jsonl"  # its sources never train: what a fit is measured on


class FitInput(msgspec.Struct, frozen=True):
    """What a fit learns from.

    Attributes
    ----------
    held_out, measured
        (n_notes,) what may be held out, and what never trains.
    n_own, left_out
        Notes of the analysts' data, the last of `notes`; and those whose ids stood in the corpora already.
    depends_on
        Hash of all that `space` and `scorer` come from.
    """

    notes: list[LabeledNote]
    held_out: npt.NDArray[np.bool_]
    measured: npt.NDArray[np.bool_]
    n_own: int
    left_out: int
    space: TopicSpace
    scorer: CommentScorer
    training_data: tuple[TrainingSet, ...]
    depends_on: str


def input_of_corpora(corpora: Path, own: LabelledData, config: FitConfig, stages: Stages, keep: Keep) -> FitInput:
    """Gather from a corpora folder, and from the analysts' own labelled notes.

    Raises
    ------
    AppError
        If the corpora are unusable.
    """
    with stages.stage("reading labelled notes"):
        gold = gold_notes(corpora)
        dev = {item.note.note_id for each in read_sets([corpora / MEASURED_ON]) for item in each.rows}
        known = [*gold, *covert_ad_notes(corpora), *own_corpus()]
        held = {item.note.note_id for item in known}
        more = [item for item in own.notes if item.note.note_id not in held]
        notes = [*known, *more]
        is_gold = np.arange(len(notes)) < len(gold)
        measured = np.array([item.note.note_id in dev for item in notes], dtype=np.bool_) & is_gold
        files = [path for path in sorted(corpora.rglob("*.jsonl*")) if path.name != MEASURED_ON]
        read = digest([path.relative_to(corpora).as_posix() for path in files], *files)
    with stages.stage("learning the topic space from unlabelled text"):

        def learn_space() -> Arrays:
            documents = unlabelled_documents(corpora, seed=config.seed)
            space = learn_topic_space(documents, n_dimensions=config.n_topics, seed=config.seed)
            return {"idf": space.idf, "directions": space.directions}

        of_space = (read, config.seed, config.n_topics)
        kept = keep("topic-space", of_space, learn_space)
        space = TopicSpace(kept["idf"], kept["directions"])
    with stages.stage("learning the comment scorer"):
        of_scorer = (read, config.seed, config.comment_strength, config.rarest_ngram)
        scorer = _scorer(
            keep("comment-scorer", of_scorer, lambda: _taught(comment_examples(corpora, seed=config.seed), config))
        )
    return FitInput(
        notes=notes,
        held_out=(is_gold | _is_own(notes, len(more))) & may_be_held_out(notes),
        measured=measured,
        n_own=len(more),
        left_out=len(own.notes) - len(more),
        space=space,
        scorer=scorer,
        training_data=(*training_sets(corpora), *own.files),
        depends_on=digest(of_space, of_scorer),
    )


def input_of_own(own: LabelledData, config: FitConfig, stages: Stages) -> FitInput:
    """Gather what we wrote and the analysts' own labelled notes, where there are no corpora: no topic space."""
    with stages.stage("reading labelled notes"):
        known = own_corpus()
        held = {item.note.note_id for item in known}
        more = [item for item in own.notes if item.note.note_id not in held]
        notes = [*known, *more]
    nothing = np.zeros((N_BUCKETS, 1), dtype=np.float32)
    with stages.stage("learning the comment scorer"):
        scorer = fit_comment_scorer(own_comment_examples(), config)
    return FitInput(
        notes=notes,
        held_out=_is_own(notes, len(more)) & may_be_held_out(notes),
        measured=np.zeros(len(notes), dtype=np.bool_),
        n_own=len(more),
        left_out=len(own.notes) - len(more),
        space=TopicSpace(idf=nothing[:, 0], directions=nothing),
        scorer=scorer,
        training_data=(*own_training_sets(), *own.files),
        depends_on=digest(config.seed, config.comment_strength, config.rarest_ngram),
    )


def _is_own(notes: list[LabeledNote], n_own: int) -> npt.NDArray[np.bool_]:
    """Tell the analysts' notes, the last, that answer what thresholds rest on: (n_notes,)."""
    is_own = np.arange(len(notes)) >= len(notes) - n_own
    return is_own & np.array([bool(item.commercial and item.diversion) for item in notes], dtype=np.bool_)


def _taught(examples: list[CommentExample], config: FitConfig) -> Arrays:
    scorer = fit_comment_scorer(examples, config)
    return {
        "idf": scorer.idf,
        "weights": scorer.weights,
        "signal_weights": scorer.signal_weights,
        "bias": np.array(scorer.bias, dtype=np.float64),
    }


def _scorer(kept: Arrays) -> CommentScorer:
    return CommentScorer(kept["idf"], kept["weights"], kept["signal_weights"], float(kept["bias"]))
