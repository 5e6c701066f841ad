"""Fit the weights: scikit-learn learns on the design matrices, and everything folds into one `LinearModel`."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from data.errors import DataError
from data.labels import QUESTIONS
from models.features import feature_names
from models.linear import N_POOLED, LinearModel, Logits, pool_comments
from models.ngrams import N_BUCKETS
from models.platform_evidence import is_disclosed_by_platform
from models.signals import scanner
from training.comment_data import CommentExample, comment_design
from training.config import FitConfig, QuestionRecipe
from training.design import Design, inverse_frequency, note_ngrams, weigh
from training.gold import LabeledNote
from training.topic_space import TopicSpace

Floats = npt.NDArray[np.float32]
_ANSWERS = {"yes": 1, "no": 0}


class CommentScorer(msgspec.Struct, frozen=True):
    """Weights that read one comment alone."""

    idf: Floats
    weights: Floats
    signal_weights: Floats
    bias: float


class Matrices(msgspec.Struct, frozen=True):
    """A design weighed: what every fold and question draws its columns from."""

    ngram_idf: Floats
    own: sparse.csr_matrix
    others: sparse.csr_matrix
    topics: Floats
    topic_deviation: Floats
    space: TopicSpace
    design: Design
    pooled: Floats
    author_pooled: Floats
    comment_logits: Floats
    scorer: CommentScorer


def answers(notes: Sequence[LabeledNote], question: str) -> npt.NDArray[np.int64]:
    """Answers as 1, 0, or -1 where none trains.

    `disclosed` is asked of commercial notes only, and not where the platform's own label answers it.
    """
    values = [_ANSWERS.get(getattr(item, question), -1) for item in notes]
    if question == "disclosed":
        asked = [item.commercial == "yes" and not is_disclosed_by_platform(item.note.platform) for item in notes]
        values = [value if ask else -1 for value, ask in zip(values, asked, strict=True)]
    return np.array(values, dtype=np.int64)


def fit_comment_scorer(examples: Sequence[CommentExample], config: FitConfig) -> CommentScorer:
    """Learn from loose texts whether a comment, read alone, leads off the platform."""
    design = comment_design(examples)
    idf = inverse_frequency(design.comment_counts, n_documents=len(examples), rarest=config.rarest_ngram)
    x = sparse.hstack([weigh(design.comment_counts, idf), sparse.csr_matrix(design.comment_signals)], format="csr")
    y = np.array([item.leads_off for item in examples], dtype=np.int64)
    model = LogisticRegression(C=config.comment_strength, solver="liblinear", max_iter=300, random_state=config.seed)
    model.fit(x, y, sample_weight=np.array([item.weight for item in examples]))
    coefficients = model.coef_[0].astype(np.float32)
    return CommentScorer(idf, coefficients[:N_BUCKETS], coefficients[N_BUCKETS:], float(model.intercept_[0]))


def weigh_design(design: Design, space: TopicSpace, scorer: CommentScorer, config: FitConfig) -> Matrices:
    """Weigh a design once; labels play no part in it."""
    n_notes = len(design.signals)
    idf = inverse_frequency(design.own_counts, design.other_counts, n_documents=n_notes, rarest=config.rarest_ngram)
    topics = space.positions(design.topic_counts)
    logits = weigh(design.comment_counts, scorer.idf) @ scorer.weights
    logits = (logits + design.comment_signals @ scorer.signal_weights + scorer.bias).astype(np.float32)
    pooled = pool_comments(logits, design.comment_note, design.comment_is_own, n_notes=n_notes)
    none = pool_comments(logits[:0], design.comment_note[:0], design.comment_is_own[:0], n_notes=n_notes)
    author_pooled = np.stack([pooled[:, 0], none[:, 1]], axis=1)
    deviation = topics.std(axis=0)
    return Matrices(
        ngram_idf=idf,
        own=note_ngrams(design.own_counts, idf),
        others=note_ngrams(design.other_counts, idf),
        topics=topics,
        topic_deviation=np.where(deviation > 0, deviation, 1).astype(np.float32),
        space=space,
        design=design,
        pooled=pooled,
        author_pooled=author_pooled,
        comment_logits=logits,
        scorer=scorer,
    )


def fit_model(
    matrices: Matrices, notes: Sequence[LabeledNote], rows: npt.NDArray[np.bool_], config: FitConfig
) -> LinearModel:
    """Fit the three questions on the chosen rows, each where its answer is known.

    Raises
    ------
    DataError
        If a question has not both answers among the rows.
    """
    n_signals = matrices.design.signals.shape[1]
    ngram_weights = np.zeros((N_BUCKETS, 3), dtype=np.float32)
    topic_weights = np.zeros((N_BUCKETS, 3), dtype=np.float32)
    signal_weights = np.zeros((n_signals, 3), dtype=np.float32)
    pooled_weights, bias = np.zeros((2, 3), dtype=np.float32), np.zeros(3, dtype=np.float32)
    ngrams = (matrices.own + matrices.others).tocsr()
    for column, question in enumerate(QUESTIONS):
        recipe = config.recipe(question)
        y = answers(notes, question)
        chosen = np.flatnonzero(rows & (y >= 0))
        if len(set(y[chosen].tolist())) < 2:
            raise DataError(f"training notes must answer {str(question)!r} with yes and with no. Got only one of them.")
        topics = matrices.topics / matrices.topic_deviation * recipe.topic_scale
        use = _columns_in_use(recipe) * recipe.signal_scale
        signals = np.concatenate([matrices.design.signals, matrices.pooled], axis=1) * use
        dense = sparse.csr_matrix(np.concatenate([signals[chosen], topics[chosen]], axis=1))
        trained = [notes[row] for row in chosen.tolist()]
        sources = source_columns(trained) * recipe.source_scale
        held = ngrams[chosen]
        buckets = np.unique(held.indices) if recipe.ngram_scale else np.zeros(0, dtype=np.int64)
        x = sparse.hstack([held[:, buckets] * recipe.ngram_scale, dense, sources], format="csr")
        model = LogisticRegression(C=recipe.strength, solver="liblinear", max_iter=300, random_state=config.seed)
        model.fit(x, y[chosen], sample_weight=source_weights(trained, recipe.source_power))
        coefficients = model.coef_[0].astype(np.float32)
        parts = np.split(coefficients, np.cumsum([len(buckets), n_signals, N_POOLED, topics.shape[1]]))
        ngram_weights[buckets, column] = parts[0] * recipe.ngram_scale
        signal_weights[:, column], pooled_weights[:, column] = parts[1] * use[:n_signals], parts[2] * use[n_signals:]
        scale = recipe.topic_scale / matrices.topic_deviation
        topic_weights[:, column] = matrices.space.directions @ (parts[3] * scale)
        bias[column] = model.intercept_[0]
    scorer = matrices.scorer
    return LinearModel(
        ngram_idf=matrices.ngram_idf,
        ngram_weights=ngram_weights,
        topic_idf=matrices.space.idf,
        topic_weights=topic_weights,
        signal_weights=signal_weights,
        pooled_weights=pooled_weights,
        bias=bias,
        comment_idf=scorer.idf,
        comment_weights=scorer.weights[:, None],
        comment_signal_weights=scorer.signal_weights,
        comment_bias=np.array([scorer.bias], dtype=np.float32),
    )


def logits_of(model: LinearModel, matrices: Matrices) -> Logits:
    """Score every note of the design, as `models.linear.score` would."""
    topic = weigh(matrices.design.topic_counts, matrices.space.idf) @ model.topic_weights
    own = matrices.own @ model.ngram_weights + topic + model.bias
    others = matrices.others @ model.ngram_weights
    design, of_signals, of_pooled = matrices.design, model.signal_weights, model.pooled_weights
    return Logits(
        notes=own + others + design.signals @ of_signals + matrices.pooled @ of_pooled,
        author=own + design.author_signals @ of_signals + matrices.author_pooled @ of_pooled,
        comments=matrices.comment_logits,
    )


def _columns_in_use(recipe: QuestionRecipe) -> Floats:
    """Tell signal and pooled columns that a recipe uses (1) from those it does not (0)."""
    names = feature_names(scanner().detectors)
    used = [not recipe.detectors or name.split(":")[1] in recipe.detectors for name in names]
    return np.array([*used, *[recipe.comment_scores] * N_POOLED], dtype=np.float32)


def source_columns(notes: Sequence[LabeledNote]) -> sparse.csr_matrix:
    """Make one column a source, 1 where a note is of it: (n_notes, n_sources)."""
    named, where = np.unique([item.source for item in notes], return_inverse=True)
    ones = np.ones(len(notes), dtype=np.float32)
    return sparse.csr_matrix((ones, (np.arange(len(notes)), where)), shape=(len(notes), len(named)))


def source_weights(notes: Sequence[LabeledNote], power: float) -> npt.NDArray[np.float64]:
    """Weigh notes by n_source ** -power, with mean 1."""
    _, where, counts = np.unique([item.source for item in notes], return_inverse=True, return_counts=True)
    weights = counts[where].astype(np.float64) ** -power
    scaled: npt.NDArray[np.float64] = weights / weights.mean()
    return scaled
