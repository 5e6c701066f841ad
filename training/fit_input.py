"""What a fit learns from: labelled notes, the topic space and the comment scorer."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from data.errors import ConfigError
from models.manifest import TrainingSet
from models.ngrams import N_BUCKETS
from training.checkpoint import Arrays, Keep, digest
from training.comment_data import CommentExample, comment_examples, own_comment_examples, written_examples
from training.config import FitConfig, SetName
from training.corpora import own_corpus
from training.gold_sets import read_sets
from training.labelled_data import LabelledData
from training.labelled_sets import SetNote, read_labelled_sets, set_documents
from training.learn import CommentScorer, fit_comment_scorer
from training.read_answers import labelled_comments
from training.space_file import read_space
from training.stages import Stages
from training.topic_space import TopicSpace, learn_topic_space, unlabelled_documents
from training.training_notes import TrainingNotes, gather_notes
from training.training_sets import own_training_sets, training_sets

MEASURED_ON = "gold_dev.jsonl"  # its sources never train: what a fit is measured on
_WITHOUT_GOLD = ("chasm", "own")  # what is held out where no gold note trains


class FitInput(TrainingNotes, frozen=True, kw_only=True):
    """What a fit learns from.

    Attributes
    ----------
    turning
        Sets that are held out.
    depends_on
        Hash of all that `space` and `scorer` come from.
    """

    turning: tuple[SetName, ...] = ()
    space: TopicSpace
    scorer: CommentScorer
    training_data: tuple[TrainingSet, ...]
    depends_on: str


def input_of_corpora(
    corpora: Path, own: LabelledData, config: FitConfig, stages: Stages, keep: Keep, *, space_file: Path | None = None
) -> FitInput:
    """Gather the recipe's sets from a corpora folder, and the analysts' own labelled notes.

    Raises
    ------
    AppError
        If the corpora are unusable.
    """
    with stages.stage("reading labelled notes"):
        sets = read_labelled_sets(corpora, config)
        dev = {item.note.note_id for each in read_sets([corpora / MEASURED_ON]) for item in each.rows}
        turning = tuple(name for name in config.sets if name in (("gold",) if "gold" in config.sets else _WITHOUT_GOLD))
        notes = gather_notes(sets, own, config, turning=turning, measured_ids=dev)
        files = [path for path in sorted(corpora.rglob("*.jsonl*")) if path.name != MEASURED_ON]
        read = digest([path.relative_to(corpora).as_posix() for path in files], *files)
    space, of_space = _space(corpora, sets, read, config, stages, keep, space_file)
    with stages.stage("learning the comment scorer"):
        weight = config.comment_label_weight
        labelled = labelled_comments(corpora) if weight else []
        with_others = (config.other_text, weight, labelled)
        of_scorer = (read, config.seed, config.comment_strength, config.rarest_ngram, *with_others)

        def learn_scorer() -> Arrays:
            if not config.other_text:
                return _taught(written_examples(), config)
            return _taught(comment_examples(corpora, seed=config.seed, labelled=labelled, label_weight=weight), config)

        scorer = _scorer(keep("comment-scorer", of_scorer, learn_scorer))
    return FitInput(
        **msgspec.structs.asdict(notes),
        turning=turning,
        space=space,
        scorer=scorer,
        training_data=(*training_sets(corpora, config), *own.files),
        depends_on=digest(of_space, of_scorer),
    )


def _space(
    corpora: Path,
    sets: Sequence[SetNote],
    read: str,
    config: FitConfig,
    stages: Stages,
    keep: Keep,
    space_file: Path | None,
) -> tuple[TopicSpace, object]:
    """Read the space that `huoren pretrain` learned, or learn topics; and say what it depends on."""
    if space_file is not None:
        if not config.other_text:
            raise ConfigError("--space must not come with other_text = false: it holds other text. Got both.")
        with stages.stage("reading the space of word vectors"):
            return read_space(space_file), digest(space_file)

    def learn_space() -> Arrays:
        others = config.other_text
        documents = unlabelled_documents(corpora, seed=config.seed) if others else set_documents(corpora, sets)
        space = learn_topic_space(documents, n_dimensions=config.n_topics, seed=config.seed)
        return {"idf": space.idf, "directions": space.directions}

    with stages.stage("learning the topic space from unlabelled text"):
        of_space = (read, config.seed, config.n_topics, None if config.other_text else sets)
        kept = keep("topic-space", of_space, learn_space)
        return TopicSpace(kept["idf"], kept["directions"]), of_space


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
