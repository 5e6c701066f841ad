"""What an ablation leaves out, row by row: features, choices of the recipe, labelled sets. One design serves all."""

from collections.abc import Callable, Collection

import msgspec
import numpy as np

from data.errors import ConfigError
from data.labels import Question
from training.ablation_bench import Bench, Variant
from training.comment_data import comment_examples
from training.config import FitConfig
from training.design import Design
from training.learn import CommentScorer, Matrices, fit_comment_scorer, weigh_design
from training.recipe import default_recipe
from training.topic_space import TopicSpace, learn_topic_space, unlabelled_documents

MEASURED = (Question.COMMERCIAL, Question.DIVERSION)  # disclosure has too few answers
_CHOICES = {
    "ngrams": "ngram_scale",
    "space": "topic_scale",
    "source_intercepts": "source_scale",
    "source_weights": "source_power",
}
_OTHER_SPACE = "vectors"  # for latent semantic topics in their place
_COPIES = "perturbed_copies"
ROWS = ("signals", *_CHOICES, "comment_scorer", _OTHER_SPACE, "comment_labels", _COPIES, *default_recipe().sets)


def rows_of(only: Collection[str], *, has_vectors: bool) -> list[str]:
    """Name the rows to run, in their order; none named: all that can be.

    Raises
    ------
    ConfigError
        If a row is named that needs a space of vectors, and there is none.
    """
    if _OTHER_SPACE in only and not has_vectors:
        raise ConfigError(f"row {_OTHER_SPACE!r} must come with --space FILE, which it leaves out. Got none.")
    able = [name for name in ROWS if has_vectors or name != _OTHER_SPACE]
    return [name for name in able if not only or name in only]


def variant(bench: Bench, name: str = "") -> Variant:
    """Leave one thing out; nothing where no row is named."""
    whole, config, everyone = bench.matrices, bench.config, np.zeros(len(bench.notes), dtype=np.bool_)
    if name in config.sets:
        return Variant(whole, config, bench.set_of == name)
    if name == _COPIES:
        return Variant(whole, config, bench.is_copy)
    if name in _CHOICES:
        return Variant(whole, _zeroed(config, _CHOICES[name]), everyone)
    change: dict[str, Callable[[], Matrices]] = {
        "": lambda: whole,
        "signals": lambda: msgspec.structs.replace(whole, design=_without_signals(whole.design)),
        "comment_scorer": lambda: _without_pooled(whole),
        "comment_labels": lambda: _weighed(bench, scorer=_unlabelled_scorer(bench)),
        _OTHER_SPACE: lambda: _weighed(bench, space=_latent_space(bench)),
    }
    return Variant(change[name](), config, everyone)


def _zeroed(config: FitConfig, choice: str) -> FitConfig:
    changed = {
        str(question): msgspec.structs.replace(config.recipe(question), **{choice: 0.0}) for question in MEASURED
    }
    return msgspec.structs.replace(config, **changed)


def _without_signals(design: Design) -> Design:
    none = np.zeros_like(design.signals)
    return msgspec.structs.replace(design, signals=none, author_signals=none)


def _without_pooled(matrices: Matrices) -> Matrices:
    none = np.zeros_like(matrices.pooled)
    return msgspec.structs.replace(matrices, pooled=none, author_pooled=none)


def _weighed(bench: Bench, *, space: TopicSpace | None = None, scorer: CommentScorer | None = None) -> Matrices:
    whole = bench.matrices
    return weigh_design(whole.design, space or whole.space, scorer or whole.scorer, bench.config)


def _latent_space(bench: Bench) -> TopicSpace:
    documents = unlabelled_documents(bench.corpora, seed=bench.config.seed)
    return learn_topic_space(documents, n_dimensions=bench.config.n_topics, seed=bench.config.seed)


def _unlabelled_scorer(bench: Bench) -> CommentScorer:
    return fit_comment_scorer(comment_examples(bench.corpora, seed=bench.config.seed), bench.config)
