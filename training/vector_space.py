"""A space of n-grams that follows word vectors: serving cuts no words, yet scores by what neighbours words keep.

A document's mean word vector is approximated by a linear map of its weighed n-grams, learned by ridge regression on
unlabelled documents. What a linear model learns over the mapped positions folds into one weight an n-gram, as the
latent semantic space of `training.topic_space` does; only where the directions come from differs.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from data.notes import Note
from models.ngrams import N_BUCKETS
from training.design import inverse_frequency, weigh
from training.topic_space import MIN_DOCUMENTS, TopicSpace, topic_counts
from training.word_vectors import WordVectors

Floats = npt.NDArray[np.float32]

_SHORTEST = 8  # characters of title and body; shorter ones say too little of their mean
_RIDGE = 0.3
STEPS = 12  # of conjugate gradients; the R2 of the map no longer rises


def learn_vector_space(
    documents: Sequence[Note], words: WordVectors, *, on_step: Callable[[], None] = lambda: None
) -> TopicSpace:
    """Map n-grams to word vectors: directions (N_BUCKETS, n_dimensions) whose sum over a document is near its mean."""
    documents = [note for note in documents if len(note.title) + len(note.body) >= _SHORTEST]
    means = words.means(f"{note.title}\n{note.body}" for note in documents)
    counts = topic_counts(documents)
    idf = inverse_frequency(counts, n_documents=counts.shape[0], rarest=MIN_DOCUMENTS)
    kept = np.flatnonzero(idf)
    lengths = np.array([len(note.title) + len(note.body) for note in documents])
    importance = np.sqrt(np.log1p(lengths)).astype(np.float32)
    x = (sparse.diags(importance) @ weigh(counts, idf))[:, kept].tocsr()
    y = (means - means.mean(axis=0)) * importance[:, None]
    directions = np.zeros((N_BUCKETS, means.shape[1]), dtype=np.float32)
    directions[kept] = ridge(x, y, strength=_RIDGE, steps=STEPS, on_step=on_step)
    return TopicSpace(idf, directions)


def ridge(
    x: sparse.csr_matrix, y: Floats, *, strength: float, steps: int, on_step: Callable[[], None] = lambda: None
) -> Floats:
    """Minimise ||x w - y||^2 + strength ||w||^2 by conjugate gradients, each column of y on its own: (n_columns, n_y).

    References
    ----------
    Hestenes & Stiefel (1952), Methods of conjugate gradients for solving linear systems.
    """
    transposed = x.T.tocsr()
    solution = np.zeros((x.shape[1], y.shape[1]), dtype=np.float32)
    residual = np.asarray(transposed @ y, dtype=np.float32)
    direction = residual.copy()
    left = (residual**2).sum(axis=0)
    for _ in range(steps):
        image = transposed @ (x @ direction) + strength * direction
        step = left / np.maximum((direction * image).sum(axis=0), np.finfo(np.float32).tiny)
        solution += step * direction
        residual -= step * image
        now = (residual**2).sum(axis=0)
        direction = residual + (now / np.maximum(left, np.finfo(np.float32).tiny)) * direction
        left = now
        on_step()
    return solution
