"""A latent semantic space learned from unlabelled text, so that n-grams a labelled note never held still get a weight.

Words that share contexts share directions; a linear model over a note's position folds back into one weight an n-gram,
so serving pays one more table look-up and no matrix product (Deerwester et al. 1990, Indexing by latent semantic
analysis).
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from data.notes import Note
from models.ngrams import N_BUCKETS, ngram_counts
from models.segments import note_segments, topic_segments
from models.text_batch import TextBatch
from training.corpora import covert_ad_notes, own_corpus, read_rows, texts
from training.design import inverse_frequency, weigh
from training.gold import LabeledNote, read_labeled

_BATCH = 512
MIN_DOCUMENTS = 8  # an n-gram in fewer documents tells nothing of its neighbours


class TopicSpace(msgspec.Struct, frozen=True):
    """Directions of n-grams.

    Attributes
    ----------
    idf
        (N_BUCKETS,) inverse document frequency, 0 for rare buckets.
    directions
        (N_BUCKETS, n_dimensions) right singular vectors.
    """

    idf: npt.NDArray[np.float32]
    directions: npt.NDArray[np.float32]

    def positions(self, counts: sparse.csr_matrix) -> npt.NDArray[np.float32]:
        """Place documents, given n-gram counts (n, N_BUCKETS): (n, n_dimensions)."""
        return np.asarray(weigh(counts, self.idf) @ self.directions, dtype=np.float32)


def topic_counts(notes: Sequence[Note]) -> sparse.csr_matrix:
    """Count the n-grams of title, body and tags together: (n_notes, N_BUCKETS)."""
    parts = []
    for start in range(0, len(notes), _BATCH):
        batch = TextBatch(notes[start : start + _BATCH])
        indptr, indices, counts = ngram_counts(topic_segments(note_segments(batch)))
        shape = (len(batch.notes), N_BUCKETS)
        parts.append(sparse.csr_matrix((counts, indices, indptr), shape=shape, dtype=np.float32))
    return sparse.vstack(parts, format="csr")


def learn_topic_space(documents: Sequence[Note], *, n_dimensions: int, seed: int) -> TopicSpace:
    """Learn directions from documents by truncated SVD of their TF-IDF matrix."""
    counts = topic_counts(documents)
    idf = inverse_frequency(counts, n_documents=counts.shape[0], rarest=MIN_DOCUMENTS)
    weighed = weigh(counts, idf)
    kept = np.flatnonzero(idf)
    *_, components = randomized_svd(weighed[:, kept], n_components=n_dimensions, n_iter=3, random_state=seed)
    directions = np.zeros((N_BUCKETS, n_dimensions), dtype=np.float32)
    directions[kept] = components.T
    return TopicSpace(idf, directions)


def unlabelled_documents(corpora: Path, *, seed: int, per_file: int = 12_000) -> list[Note]:
    """Gather text near and far: unlabelled and training notes, samples of the rest; no note of gold_dev."""
    draw = random.Random(seed)
    notes = [
        Note(note_id="-", title=row.get("title") or "", body=row.get("body") or "")
        for row in read_rows(corpora / "unlabelled_notes.jsonl.gz")
    ]
    labeled: list[LabeledNote] = [*read_labeled(corpora / "gold_train.jsonl"), *covert_ad_notes(corpora), *own_corpus()]
    notes += [item.note for item in labeled]
    for name, most in _short_texts(corpora, per_file):
        pool = [text[:600] for text in texts(corpora / name)]
        notes += [Note(note_id="-", body=text) for text in draw.sample(pool, min(most, len(pool)))]
    return notes


def _short_texts(corpora: Path, per_file: int) -> Iterator[tuple[str, int]]:
    yield "zhihu_advertorials.jsonl.gz", per_file
    yield "unlabelled_sister_comments.jsonl.gz", 2 * per_file
    yield "unlabelled_comments.jsonl.gz", per_file * 2 // 3
    yield "diversion/sister_platform_leads.jsonl", per_file
    for path in sorted((corpora / "pretraining").glob("*.jsonl.gz")):
        yield f"pretraining/{path.name}", per_file
