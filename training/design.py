"""Design matrices: labelled notes laid out exactly as inference sees them, once for every question and fold."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from data.notes import Note
from models.features import extract
from models.ngrams import N_BUCKETS, ngram_counts
from models.segments import (
    N_GROUPS,
    Segments,
    author_segments,
    comment_segments,
    note_segments,
    other_segments,
    topic_segments,
)
from models.signals import EXPLICIT, scanner
from models.text_batch import FieldGroup, TextBatch

_BATCH = 256
Floats = npt.NDArray[np.float32]


class Design(msgspec.Struct, frozen=True):
    """Counts and dense features of notes, and of each of their comments.

    Attributes
    ----------
    own_counts, other_counts
        (n_notes * N_GROUPS, N_BUCKETS) n-grams by note and group: the author's content, other people's comments.
    topic_counts
        (n_notes, N_BUCKETS) n-grams of title, body and tags together.
    signals, author_signals
        (n_notes, n_features) of the whole thread, and as if nobody but the author had commented.
    comment_counts, comment_signals
        (n_comments, ...) each comment on its own; `comment_note` says whose, `comment_is_own` whether the author's.
    explicit, own_explicit
        (n_notes,) whether a code or contact stands written out: anywhere in the thread, in the author's own content.
    """

    own_counts: sparse.csr_matrix
    other_counts: sparse.csr_matrix
    topic_counts: sparse.csr_matrix
    signals: Floats
    author_signals: Floats
    comment_counts: sparse.csr_matrix
    comment_signals: Floats
    comment_note: npt.NDArray[np.int64]
    comment_is_own: npt.NDArray[np.bool_]
    explicit: npt.NDArray[np.bool_]
    own_explicit: npt.NDArray[np.bool_]


def build_design(notes: Sequence[Note]) -> Design:
    """Lay notes out, batch by batch."""
    own, other, topic, comments = [], [], [], []
    signals, author_signals, comment_signals = [], [], []
    comment_note, comment_is_own = [], []
    explicit, own_explicit = np.zeros(len(notes), dtype=np.bool_), np.zeros(len(notes), dtype=np.bool_)
    detectors = scanner().detectors
    for start in range(0, len(notes), _BATCH):
        batch = TextBatch(notes[start : start + _BATCH])
        hits = scanner().scan(batch)
        features = extract(batch, hits, detectors)
        for hit in hits:
            if hit.detector in EXPLICIT:
                field = batch.field_at(hit.start)
                row = start + batch.field_note[field]
                explicit[row] = True
                own_explicit[row] |= batch.field_group[field] != FieldGroup.OTHER_COMMENT
        segments = note_segments(batch)
        own.append(_counts(author_segments(segments)))
        other.append(_counts(other_segments(segments)))
        topic.append(_counts(topic_segments(segments)))
        comments.append(_counts(comment_segments(batch)))
        signals.append(features.notes)
        author_signals.append(features.author)
        comment_signals.append(features.comments)
        for position, note in enumerate(batch.notes):
            comment_note += [start + position] * len(note.comments)
            comment_is_own += [bool(comment.is_author) for comment in note.comments]
    return Design(
        own_counts=sparse.vstack(own, format="csr"),
        other_counts=sparse.vstack(other, format="csr"),
        topic_counts=sparse.vstack(topic, format="csr"),
        signals=np.concatenate(signals),
        author_signals=np.concatenate(author_signals),
        comment_counts=sparse.vstack(comments, format="csr"),
        comment_signals=np.concatenate(comment_signals),
        comment_note=np.array(comment_note, dtype=np.int64),
        comment_is_own=np.array(comment_is_own, dtype=np.bool_),
        explicit=explicit,
        own_explicit=own_explicit,
    )


def weigh(counts: sparse.csr_matrix, idf: Floats) -> sparse.csr_matrix:
    """Weigh counts by (1 + ln tf) * idf and L2-normalise each row: what `models.ngrams.ngram_scores` computes."""
    weighed = counts.astype(np.float32, copy=True)
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    norms = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.where(norms > 0, norms, 1), np.diff(weighed.indptr)).astype(np.float32)
    return weighed


def inverse_frequency(*counts: sparse.csr_matrix, n_documents: int, rarest: int) -> Floats:
    """Inverse document frequency of each bucket; 0 where fewer than `rarest` rows hold it."""
    frequency = sum(np.bincount(part.indices, minlength=N_BUCKETS) for part in counts)
    idf = np.log(n_documents / (1 + frequency)).astype(np.float32)
    idf[(frequency < rarest) | (idf < 0)] = 0
    return idf


def note_ngrams(counts: sparse.csr_matrix, idf: Floats) -> sparse.csr_matrix:
    """Weigh each group's row and add a note's rows up: (n_notes, N_BUCKETS), as `models.ngrams.ngram_scores` does."""
    weighed = weigh(counts, idf)
    n_notes = counts.shape[0] // N_GROUPS
    adding = sparse.csr_matrix(
        (np.ones(counts.shape[0], dtype=np.float32), np.arange(counts.shape[0]), np.arange(n_notes + 1) * N_GROUPS),
        shape=(n_notes, counts.shape[0]),
    )
    return (adding @ weighed).tocsr()


def _counts(segments: Segments) -> sparse.csr_matrix:
    indptr, indices, counts = ngram_counts(segments)
    return sparse.csr_matrix((counts, indices, indptr), shape=(segments.n_rows, N_BUCKETS), dtype=np.float32)
