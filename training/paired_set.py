"""A labelled file that two models judged: the same notes, in the same order, with the draws that both share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from data.labels import QUESTIONS, Question
from models.manifest import Manifest
from training.bootstrap import DRAWS, SEED, CountArray, bootstrap_weights
from training.gold_sets import GoldSet
from training.judged import Judge, Judged, judge, lay_out
from training.metrics import BoolArray

BY_OTHERS = "diversion by others"


@dataclass(frozen=True, eq=False)
class PairedSet:
    """What models A and B said of one labelled file; `weights` has shape (n_draws, n_notes)."""

    gold: GoldSet
    a: Judged
    b: Judged
    weights: CountArray

    @classmethod
    def judged_by(cls, a: Judge, b: Judge, gold: GoldSet, *, draws: int = DRAWS, seed: int = SEED) -> Self:
        """Let both models judge a file; the draws take notes within their source."""
        ours, theirs = (lay_out(gold.rows, judge(model, gold.rows)) for model in (a, b))
        return cls(gold, ours, theirs, bootstrap_weights(ours.source.tolist(), draws=draws, seed=seed))

    def taken(self, mask: BoolArray) -> tuple[Judged, Judged, CountArray]:
        """Keep the notes of a mask: A, B and the weights."""
        return self.a.take(mask), self.b.take(mask), self.weights[:, mask]

    def slices(self) -> Iterator[tuple[str, BoolArray]]:
        """Give the parts that are looked at apart, each a name and a mask; none that is empty or the whole."""
        by_others = self.a.by_others & (self.a.answers[:, QUESTIONS.index(Question.DIVERSION)] == 1)
        named = {f"source {source}": self.a.source == source for source in np.unique(self.a.source)}
        named |= {"with comments": self.a.commented, "without comments": ~self.a.commented, BY_OTHERS: by_others}
        yield from ((name, mask) for name, mask in named.items() if mask.any() and not mask.all())


def trained_by(gold: GoldSet, manifests: Mapping[str, Manifest]) -> tuple[str, ...]:
    """Name the models that learned from this very file; the same notes in another file are not found out."""
    sets = ((name, manifest.training_data) for name, manifest in manifests.items())
    return tuple(name for name, training_data in sets if gold.sha256 in {used.sha256 for used in training_data})
