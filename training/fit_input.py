"""What a fit learns from: labelled notes, the topic space and the comment scorer."""

from pathlib import Path

import msgspec
import numpy as np

from models.manifest import TrainingSet
from models.ngrams import N_BUCKETS
from training.checkpoint import Arrays, Keep, digest
from training.comment_data import CommentExample, comment_examples, own_comment_examples
from training.config import FitConfig
from training.corpora import own_corpus
from training.gold_sets import read_sets
from training.labelled_data import LabelledData
from training.labelled_sets import SetNote, read_labelled_sets
from training.learn import CommentScorer, fit_comment_scorer
from training.read_answers import labelled_comments
from training.stages import Stages
from training.topic_space import TopicSpace, learn_topic_space, unlabelled_documents
from training.training_notes import TrainingNotes, gather_notes
from training.training_sets import own_training_sets, training_sets

MEASURED_ON = "gold_dev.jsonl"  # its sources never train: what a fit is measured on


class FitInput(TrainingNotes, frozen=True, kw_only=True):
    """What a fit learns from; `depends_on` is a hash of all that `space` and `scorer` come from."""

    space: TopicSpace
    scorer: CommentScorer
    training_data: tuple[TrainingSet, ...]
    depends_on: str


def input_of_corpora(corpora: Path, own: LabelledData, config: FitConfig, stages: Stages, keep: Keep) -> FitInput:
    """Gather the recipe's sets from a corpora folder, and the analysts' own labelled notes.

    Raises
    ------
    AppError
        If the corpora are unusable.
    """
    with stages.stage("reading labelled notes"):
        sets = read_labelled_sets(corpora, config)
        dev = {item.note.note_id for each in read_sets([corpora / MEASURED_ON]) for item in each.rows}
        notes = gather_notes(sets, own, config, turning=("gold",), measured_ids=dev)
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
        weight = config.comment_label_weight
        labelled = labelled_comments(corpora) if weight else []
        of_scorer = (read, config.seed, config.comment_strength, config.rarest_ngram, weight, labelled)

        def learn_scorer() -> Arrays:
            examples = comment_examples(corpora, seed=config.seed, labelled=labelled, label_weight=weight)
            return _taught(examples, config)

        scorer = _scorer(keep("comment-scorer", of_scorer, learn_scorer))
    return FitInput(
        **msgspec.structs.asdict(notes),
        space=space,
        scorer=scorer,
        training_data=(*training_sets(corpora, config), *own.files),
        depends_on=digest(of_space, of_scorer),
    )


def input_of_own(own: LabelledData, config: FitConfig, stages: Stages) -> FitInput:
    """Gather what we wrote and the analysts' own labelled notes, where there are no corpora: no topic space."""
    with stages.stage("reading labelled notes"):
        notes = gather_notes([SetNote("own", item) for item in own_corpus()], own, config, turning=())
    nothing = np.zeros((N_BUCKETS, 1), dtype=np.float32)
    with stages.stage("learning the comment scorer"):
        scorer = fit_comment_scorer(own_comment_examples(), config)
    return FitInput(
        **msgspec.structs.asdict(notes),
        space=TopicSpace(idf=nothing[:, 0], directions=nothing),
        scorer=scorer,
        training_data=(*own_training_sets(), *own.files),
        depends_on=digest(config.seed, config.comment_strength, config.rarest_ngram),
    )


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
