"""The list put together: reasons take turns by their shares, and random notes stand evenly among what they chose."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from training.selection_copies import N_HASHES, near_copies
from training.selection_shortlist import Candidate

# Shares of what the model chooses. A reason that finds too little leaves its places to the others.
# Of what each chose from gold_dev these labels were wrong (model 0.1.0, 2026-11-22): .52, .45, .57, .15; of all notes
# .19. The last looks for new topics, which a set whose words the model's document frequencies know cannot show.
SHARES: Mapping[str, float] = {"uncertain": 0.4, "disagreement": 0.3, "rare_signal": 0.2, "unlike_training": 0.1}
Item = TypeVar("Item")


def in_turn(lists: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """Give the first of each list, then the second of each, and so on."""
    return (candidate for each in zip_longest(*lists) for candidate in each if candidate is not None)


def choose(
    ranked: dict[str, Iterator[Candidate]], drawn: Sequence[Candidate], n: int, per_author: int
) -> list[tuple[str, Candidate]]:
    """Take the best of each reason in turn, by its share, until `n` are taken or nothing is left.

    Nothing is taken that is drawn already, a near copy of what stands on the list, or beyond its author's cap, to which
    drawn notes count.
    """
    taken: list[tuple[str, Candidate]] = []
    ids = {candidate.note_id for candidate in drawn}
    authors = Counter(candidate.author_id for candidate in drawn)
    signatures = np.zeros((len(drawn) + n, N_HASHES), dtype=np.uint32)
    for place, candidate in enumerate(drawn):
        signatures[place] = candidate.signature

    def is_new(candidate: Candidate) -> bool:
        capped = candidate.author_id is not None and authors[candidate.author_id] >= per_author
        held = signatures[: len(drawn) + len(taken)]
        return not (candidate.note_id in ids or capped or len(near_copies(candidate.signature, held)))

    counts = dict.fromkeys(ranked, 0)
    while counts and len(taken) < n:
        reason = min(counts, key=lambda name: (counts[name] + 1) / SHARES[name])
        best = next(filter(is_new, ranked[reason]), None)
        if best is None:
            del counts[reason]
            continue
        signatures[len(drawn) + len(taken)] = best.signature
        taken.append((reason, best))
        ids.add(best.note_id)
        authors[best.author_id] += 1
        counts[reason] += 1
    return taken


def mixed(first: Sequence[Item], second: Sequence[Item]) -> list[Item]:
    """Merge two lists so that each is spread evenly over the whole, its order kept.

    Examples
    --------
    >>> mixed([1, 2, 3, 4], [10, 20])
    [1, 10, 2, 3, 20, 4]
    """
    places = [((place + 0.5) / len(rows), row) for rows in (first, second) for place, row in enumerate(rows)]
    return [row for _, row in sorted(places, key=lambda item: item[0])]
