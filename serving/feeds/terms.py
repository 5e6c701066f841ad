"""Words that set commercial notes apart from organic ones, from the notes that were scored."""

import logging
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import log, sqrt

from data.labels import LABELS, Label
from data.notes import Note
from serving.feeds.report_shape import Term
from serving.feeds.scored_columns import ScoredColumns

MIN_NOTES, MIN_AUTHORS = 5, 3  # that say a word: one account's catchword is nobody's language
MIN_Z = 1.96
MOST = 30  # words on either side
MOST_PRIOR, PRIOR_SHARE = 1_000.0, 0.1  # words that are as if seen before, spread as both kinds together use them
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}")  # no digits, letters or signs: no handle, price or code
_BATCH = 20_000  # notes looked up at a time


def commercial_terms(notes: Iterable[Note], columns: ScoredColumns) -> tuple[Term, ...]:
    """Find the words of title and body that commercial notes say more, or less, often than organic ones.

    Parameters
    ----------
    notes
        The notes that were scored; those that are not in the archive, and repeated ones, are passed over.
    columns
        Whether a note counts as organic is its `author_label`.

    Returns
    -------
    tuple of Term
        At most 30 a side with |z| >= 1.96, those of commercial notes first, the clearest first.

    References
    ----------
    Monroe, Colaresi & Quinn (2008), Fightin' words (log-odds ratio with informative Dirichlet prior).
    """
    cut = _cutter()
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())  # of organic notes, of commercial ones
    authors: dict[str, set[str]] = defaultdict(set)
    for note, is_organic in _labelled(notes, columns):
        words = {word for word in cut(f"{note.title}\n{note.body}") if _WORD.fullmatch(word)}
        counts[0 if is_organic else 1].update(words)
        for word in words:
            if len(authors[word]) < MIN_AUTHORS:
                authors[word].add(note.author_id or "")
    terms = log_odds(counts[1], counts[0])
    told = [
        term
        for term in terms
        if term.commercial + term.other >= MIN_NOTES and len(authors[term.word]) >= MIN_AUTHORS and abs(term.z) >= MIN_Z
    ]
    told.sort(key=lambda term: (-abs(term.z), term.word))
    more, less = ([term for term in told if (term.z > 0) is sign] for sign in (True, False))
    return (*more[:MOST], *less[:MOST])


def log_odds(commercial: Counter[str], other: Counter[str]) -> list[Term]:
    """Compare how often two kinds of notes say each word; counts are of notes."""
    n_commercial, n_other = commercial.total(), other.total()
    if not n_commercial or not n_other:
        return []
    terms, weight = [], min(MOST_PRIOR, PRIOR_SHARE * (n_commercial + n_other))
    for word in sorted(commercial.keys() | other.keys()):
        a, b = commercial[word], other[word]
        prior = weight * (a + b) / (n_commercial + n_other)
        first = log((a + prior) / max(0.5, n_commercial + weight - a - prior))
        second = log((b + prior) / max(0.5, n_other + weight - b - prior))
        z = (first - second) / sqrt(1 / (a + prior) + 1 / (b + prior))
        terms.append(Term(word=word, commercial=a, other=b, log_odds=first - second, z=z))
    return terms


def _labelled(notes: Iterable[Note], columns: ScoredColumns) -> Iterator[tuple[Note, bool]]:
    """Pair each note of the archive, once, with whether its author's own content is organic."""
    once = columns.latest(per_feed=False)
    organic = columns.author_label[once] == LABELS.index(Label.ORGANIC)
    seen: set[int] = set()
    stream = iter(notes)
    while batch := list(islice(stream, _BATCH)):
        for note, at in zip(batch, columns.rows_of([note.note_id for note in batch], once).tolist(), strict=True):
            if at >= 0 and at not in seen:
                seen.add(at)
                yield note, bool(organic[at])


def _cutter() -> Callable[[str], list[str]]:
    """Make a tokenizer of our own: jieba's shared one may hold a user's words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own, on import
        import jieba
    jieba.setLogLevel(logging.WARNING)
    cut: Callable[[str], list[str]] = jieba.Tokenizer().lcut
    return cut
