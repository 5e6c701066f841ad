"""The notes that we wrote: what ties them together, what they hold, and whether one nearly repeats another text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy import sparse

from training.corpora import OWN_SOURCE, read_rows
from training.gold import LabeledNote
from training.gold_sets import read_sets
from training.near_duplicates import Ints, joined, near_duplicate_clusters, note_text

PERCENTILES = (5, 25, 50, 75, 95)
_TIES = ("pair", "topic")


class WrittenCorpus(msgspec.Struct, frozen=True):
    """Notes written for this project.

    Attributes
    ----------
    pairs
        (n_notes,) a name shared by the two notes of a hard pair, which are alike and have different labels; else "".
    groups
        (n_notes,) one number for what a split must not tear apart: notes of one pair or of one topic.
    """

    name: str
    sha256: str
    rows: list[LabeledNote]
    pairs: list[str]
    groups: Ints


def read_written(path: Path) -> WrittenCorpus:
    """Read such a corpus; `pair` and `topic` are its own keys.

    Raises
    ------
    AppError
        If the file is missing or a row is no labelled note.
    """
    raw = list(read_rows(path))
    (read,) = read_sets([path])
    rows = [msgspec.structs.replace(row, source=OWN_SOURCE) for row in read.rows]
    names = {key: [str(row.get(key) or "") for row in raw] for key in _TIES}
    return WrittenCorpus(read.name, read.sha256, rows, names["pair"], _groups(*names.values()))


def _groups(*ties: Sequence[str]) -> Ints:
    n_notes = len(ties[0])
    first: dict[tuple[int, str], int] = {}
    edges = [
        (at, first.setdefault((kind, name), at))
        for kind, names in enumerate(ties)
        for at, name in enumerate(names)
        if name
    ]
    rows, columns = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    return joined(sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(n_notes, n_notes)))


def corpus_facts(corpus: WrittenCorpus, real: Sequence[LabeledNote]) -> dict[str, Any]:
    """Count what a corpus holds; lengths stand beside those of real notes."""
    rows, members = corpus.rows, Counter(filter(None, corpus.pairs))
    diverting = [row for row in rows if row.diversion == "yes"]
    return {
        "notes": len(rows),
        "labels": _counted(str(row.label or "open") for row in rows),
        "diversion_by": _counted(row.by or "not told" for row in diverting),
        "diversion_kind": _counted(row.kind or "not told" for row in diverting),
        "groups": len(set(corpus.groups.tolist())),
        "hard_pairs": sum(n == 2 for n in members.values()),
        "notes_in_hard_pairs": sum(n for n in members.values() if n == 2),
        "pair_names_without_two_notes": sorted(name for name, n in members.items() if n != 2),
        "with_comments": sum(bool(row.note.comments) for row in rows),
        "comments": sum(len(row.note.comments) for row in rows),
        "percentiles": list(PERCENTILES),
        "body_length": {"ours": _lengths(rows, "body"), "real": _lengths(real, "body")},
        "title_length": {"ours": _lengths(rows, "title"), "real": _lengths(real, "title")},
    }


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _lengths(rows: Sequence[LabeledNote], field: str) -> list[int]:
    lengths = np.percentile([len(getattr(row.note, field)) for row in rows], PERCENTILES)
    return [round(length) for length in lengths.tolist()]


def near_repeats(corpus: WrittenCorpus, real: Sequence[str], *, threshold: float, seed: int) -> dict[str, Any]:
    """Count our notes that nearly repeat another of ours, or a real text.

    Parameters
    ----------
    real
        Texts as `near_duplicates.note_text` gives them.
    threshold
        Jaccard similarity of 5-grams from which two texts are near-duplicates; a share in [0.5, 1].
    """
    ids = [row.note.note_id for row in corpus.rows]
    texts = [note_text(row.note) for row in corpus.rows]
    clusters = near_duplicate_clusters([*texts, *real], threshold=threshold, seed=seed)
    ours, sizes = clusters[: len(ids)], Counter(clusters[: len(ids)].tolist())
    of_real = set(clusters[len(ids) :].tolist())
    with_ours = [name for name, cluster in zip(ids, ours.tolist(), strict=True) if sizes[cluster] > 1]
    with_real = [name for name, cluster in zip(ids, ours.tolist(), strict=True) if cluster in of_real]
    return {
        "threshold": threshold,
        "real_texts": len(real),
        "share_with_ours": len(with_ours) / len(ids),
        "share_with_real": len(with_real) / len(ids),
        "with_ours": with_ours,
        "with_real": with_real,
    }
