"""The trained linear model: three questions about a note, and one about each comment, from n-grams and signals."""

from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.labels import QUESTIONS
from models.features import Features
from models.folded_text import fold_text
from models.ngram_table import NgramTable
from models.ngrams import N_BUCKETS, ngram_scores
from models.segments import Segments, comment_segments, note_segments, topic_segments
from models.text_batch import FieldGroup, TextBatch

Floats = npt.NDArray[np.float32]

# Plain integers: an enum's members are slow to look up and to compare.
_AUTHOR_COMMENT, _OTHER_COMMENT = int(FieldGroup.AUTHOR_COMMENT), int(FieldGroup.OTHER_COMMENT)
_OWN_GROUPS = [int(group) for group in FieldGroup if group != FieldGroup.OTHER_COMMENT]
N_POOLED = 2  # the author's comments, other people's comments
_NO_COMMENT = -4.0  # logit that stands for "no comment"; a comment below it counts as none


class LinearModel(msgspec.Struct, frozen=True, dict=True):
    """Weights; columns of the three-column tables are `QUESTIONS`.

    Attributes
    ----------
    ngram_idf, topic_idf, comment_idf
        (N_BUCKETS,) inverse document frequencies; 0 leaves a bucket out.
    ngram_weights, topic_weights
        (N_BUCKETS, 3) per n-gram within its field group, and within title, body and tags together.
    signal_weights, pooled_weights, bias
        (n_features, 3), (N_POOLED, 3), (3,).
    comment_weights, comment_signal_weights, comment_bias
        (N_BUCKETS, 1), (n_comment_features,), (1,): does a comment, read alone, lead off the platform?
    """

    ngram_idf: Floats
    ngram_weights: Floats
    topic_idf: Floats
    topic_weights: Floats
    signal_weights: Floats
    pooled_weights: Floats
    bias: Floats
    comment_idf: Floats
    comment_weights: Floats
    comment_signal_weights: Floats
    comment_bias: Floats

    def tensors(self) -> dict[str, Floats]:
        """All weights by name."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    @cached_property
    def packed(self) -> "PackedTables":
        """The n-gram tables as scoring reads them, packed at first use."""
        return PackedTables(
            ngrams=NgramTable.pack(self.ngram_idf, self.ngram_weights),
            topics=NgramTable.pack(self.topic_idf, self.topic_weights),
            comments=NgramTable.pack(self.comment_idf, self.comment_weights),
        )


class PackedTables(msgspec.Struct, frozen=True):
    """The three n-gram tables of a model, rounded to 16 bits."""

    ngrams: NgramTable
    topics: NgramTable
    comments: NgramTable


class Logits(msgspec.Struct, frozen=True):
    """Scores before calibration.

    Attributes
    ----------
    notes, author
        (n_notes, 3), columns in `QUESTIONS` order: the whole thread, and as if nobody but the author had commented.
    comments
        (n_comments,) each comment on its own.
    """

    notes: Floats
    author: Floats
    comments: Floats


def model_from_tensors(
    tensors: Mapping[str, npt.NDArray[np.floating]], *, n_features: int, n_comment_features: int
) -> LinearModel:
    """Check stored weights and build the model.

    Raises
    ------
    ModelError
        If a tensor is missing, unknown or of the wrong shape.
    """
    n_questions = len(QUESTIONS)
    shapes = {
        "ngram_idf": (N_BUCKETS,),
        "ngram_weights": (N_BUCKETS, n_questions),
        "topic_idf": (N_BUCKETS,),
        "topic_weights": (N_BUCKETS, n_questions),
        "signal_weights": (n_features, n_questions),
        "pooled_weights": (N_POOLED, n_questions),
        "bias": (n_questions,),
        "comment_idf": (N_BUCKETS,),
        "comment_weights": (N_BUCKETS, 1),
        "comment_signal_weights": (n_comment_features,),
        "comment_bias": (1,),
    }
    if tensors.keys() != shapes.keys():
        raise ModelError(f"weights must be {', '.join(sorted(shapes))}. Got {', '.join(sorted(tensors))} instead.")
    for name, shape in shapes.items():
        if tensors[name].shape != shape:
            raise ModelError(f"weights {name!r} must have shape {shape}. Got {tensors[name].shape} instead.")
    return LinearModel(**{name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()})


def score(model: LinearModel, batch: TextBatch, features: Features) -> Logits:
    """Score a batch: every note as a whole and without other people's comments, and every comment on its own."""
    text = fold_text(batch)
    segments = note_segments(batch, text)
    groups = ngram_scores(segments, model.packed.ngrams)
    others = groups[:, _OTHER_COMMENT]
    own = ngram_scores(topic_segments(segments), model.packed.topics)[:, 0]
    for group in _OWN_GROUPS:
        own += groups[:, group]
    comments = _comment_logits(model, comment_segments(batch, text), features.comments)
    pooled = pool_comments(comments, *_comment_owners(batch), n_notes=len(batch.notes))
    author_pooled = pooled.copy()
    author_pooled[:, 1] = 0  # what `_scale` makes of no comment
    return Logits(
        notes=own + others + features.notes @ model.signal_weights + pooled @ model.pooled_weights + model.bias,
        author=own + features.author @ model.signal_weights + author_pooled @ model.pooled_weights + model.bias,
        comments=comments,
    )


def _comment_logits(model: LinearModel, segments: Segments, comment_features: Floats) -> Floats:
    """Score each comment on its own: (n_comments,)."""
    ngrams = ngram_scores(segments, model.packed.comments)[:, 0, 0]
    logits: Floats = ngrams + comment_features @ model.comment_signal_weights + model.comment_bias[0]
    return logits


def pool_comments(
    logits: Floats, note: npt.NDArray[np.int64], is_own: npt.NDArray[np.bool_], *, n_notes: int
) -> Floats:
    """Pool comment scores into their notes, (n_notes, 2): the highest of the author's and of other people's."""
    pooled = np.full(n_notes * N_POOLED, _NO_COMMENT, dtype=np.float32)
    np.maximum.at(pooled, note * N_POOLED + ~is_own, logits)
    return _scale(pooled).reshape(n_notes, N_POOLED)


def _scale(logits: Floats) -> Floats:
    """Bring pooled logits to the range of the other features: 0 for none, 3 at most."""
    scaled: Floats = ((logits - np.float32(_NO_COMMENT)) / np.float32(4)).clip(0, 3)
    return scaled


def _comment_owners(batch: TextBatch) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    fields = batch.comment_fields
    return batch.note_of_field[fields], batch.group_of_field[fields] == _AUTHOR_COMMENT
