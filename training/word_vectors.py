"""Skip-gram vectors of words, learned from unlabelled text, and their frequency-weighted mean over a document."""

import logging
import re
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

N_DIMENSIONS = 160
N_EPOCHS = 4
_WINDOW, _NEGATIVE, _RAREST, _SAMPLE = 5, 5, 8, 1e-4
_SMOOTHING = 1e-3  # a of a / (a + p(word)): the commoner a word, the less it says of its document
_LONGEST = 3000  # characters of a document that are read
_DIGIT = re.compile(r"\d")


class WordVectors(msgspec.Struct, frozen=True):
    """Words, their unit vectors (n_words, N_DIMENSIONS) and how much each counts in a document's mean (n_words,)."""

    rows: dict[str, int]
    vectors: Floats
    weights: Floats

    def means(self, texts: Iterable[str]) -> Floats:
        """Average the vectors of each text's words: (n_texts, N_DIMENSIONS), zeros where no word is known.

        References
        ----------
        Arora, Liang & Ma (2017), A simple but tough-to-beat baseline for sentence embeddings: the weights a / (a + p).
        """
        means = []
        for text in texts:
            known = [self.rows[word] for word in words_of(text) if word in self.rows]
            weights = self.weights[known, None]
            total = (self.vectors[known] * weights).sum(axis=0)
            means.append(total / weights.sum() if known else total)
        return np.array(means, dtype=np.float32).reshape(len(means), self.vectors.shape[1])


def words_of(text: str) -> list[str]:
    """Cut a text into words, letters small, every digit as 0 (phone numbers of corpora are masked or scrambled).

    Examples
    --------
    >>> words_of("到手价29.9，直接拍")
    ['到手', '价', '00.0', '，', '直接', '拍']
    """
    import rjieba

    return [word for word in rjieba.cut(_DIGIT.sub("0", text[:_LONGEST].lower())) if word.strip()]


def learn_word_vectors(texts: Sequence[str], *, seed: int, workers: int, n_epochs: int = N_EPOCHS) -> WordVectors:
    """Learn vectors by skip-gram with negative sampling.

    Parameters
    ----------
    workers
        Threads; with more than one, two runs differ a little.

    References
    ----------
    Mikolov et al. (2013), Distributed representations of words and phrases and their compositionality.
    """
    from gensim.models import Word2Vec

    logging.getLogger("gensim").setLevel(logging.ERROR)  # it tells of thread timing
    model = Word2Vec(
        sentences=[words_of(text) for text in texts],
        vector_size=N_DIMENSIONS,
        window=_WINDOW,
        sg=1,
        negative=_NEGATIVE,
        min_count=_RAREST,
        sample=_SAMPLE,
        epochs=n_epochs,
        seed=seed,
        workers=workers,
    ).wv
    counts = np.array([model.get_vecattr(word, "count") for word in model.index_to_key], dtype=np.float64)
    weights = _SMOOTHING / (_SMOOTHING + counts / counts.sum())
    vectors = model.vectors / np.linalg.norm(model.vectors, axis=1, keepdims=True)
    return WordVectors(dict(model.key_to_index), vectors.astype(np.float32), weights.astype(np.float32))
