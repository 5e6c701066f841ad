"""Paired comparison with a baseline: how often the classifier is better on the same resampled notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from data.errors import DataError
from data.labels import LABELS, QUESTIONS, Label
from training import metrics
from training.bootstrap import CountArray, FloatArray, Statistic, point, probability_better
from training.figures import COVERT_LABELS, Block
from training.judged import Judged

THRESHOLD = 0.5  # of both baseline questions


@dataclass(frozen=True, eq=False)
class BaselinePredictions:
    """P(yes) of two questions, shape (n_notes,), in the order of the files and of their rows."""

    p_commercial: FloatArray
    p_diversion: FloatArray

    def __len__(self) -> int:
        """Count notes."""
        return len(self.p_commercial)

    def rows(self, start: int, stop: int) -> "BaselinePredictions":
        """Keep the notes of one file."""
        return BaselinePredictions(self.p_commercial[start:stop], self.p_diversion[start:stop])

    @property
    def predicted(self) -> npt.NDArray[np.int64]:
        """Labels, positions in LABELS: diversion first, then undisclosed_ad, else organic."""
        organic, covert, diversion = map(LABELS.index, (Label.ORGANIC, Label.UNDISCLOSED_AD, Label.DIVERSION))
        labels = np.where(self.p_commercial >= THRESHOLD, covert, organic)
        return np.where(self.p_diversion >= THRESHOLD, diversion, labels).astype(np.int64)


def read_baseline(path: Path, *, n_notes: int) -> BaselinePredictions:
    """Read an `.npz` of `p_commercial` and `p_diversion`, as `python -m training.baseline` writes it.

    Raises
    ------
    DataError
        If the file is no such archive, or does not hold one share in [0, 1] per note.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = [np.asarray(stored[name], dtype=np.float64) for name in ("p_commercial", "p_diversion")]
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise DataError(
            f"{path}: a baseline must be an .npz of 'p_commercial', 'p_diversion'. Got a {type(error).__name__}."
        ) from error
    for array in arrays:
        if array.shape != (n_notes,):
            raise DataError(
                f"{path}: a baseline must have one prediction for each of {n_notes} notes. Got {array.shape}."
            )
        if not ((array >= 0) & (array <= 1)).all():
            raise DataError(f"{path}: predictions must lie in [0, 1]. Got others.")
    return BaselinePredictions(*arrays)


def compare(judged: Judged, baseline: BaselinePredictions, weights: CountArray) -> Block:
    """Compare the figures of the project's targets, each with both values and P(better) over the paired draws.

    Returns
    -------
    Block
        `{figure: {value, baseline, probability_better}}`; null where undefined.
    """
    return {
        name: {
            "value": _finite(point(ours, len(judged))),
            "baseline": _finite(point(theirs, len(judged))),
            "probability_better": probability_better(ours, theirs, weights),
        }
        for name, ours, theirs in _pairs(judged, baseline)
    }


def _pairs(judged: Judged, baseline: BaselinePredictions) -> Iterator[tuple[str, Statistic, Statistic]]:
    theirs = {"commercial": baseline.p_commercial, "diversion": baseline.p_diversion}
    for question, p_baseline in theirs.items():
        column = QUESTIONS.index(question)
        asked = judged.answers[:, column] >= 0
        if asked.any():
            positive = judged.answers[:, column] == 1
            yield (
                f"{question}_auc",
                _on(asked, metrics.auc(judged.scores[asked, column], positive[asked])),
                _on(asked, metrics.auc(p_baseline[asked], positive[asked])),
            )
    if judged.is_covert_set:
        asked = judged.answers[:, QUESTIONS.index("commercial")] >= 0
        positive = judged.answers[asked, QUESTIONS.index("commercial")] == 1
        covert = [LABELS.index(label) for label in COVERT_LABELS]
        yield (
            "covert_ad_f1",
            _on(asked, metrics.f1(np.isin(judged.predicted[asked], covert), positive)),
            _on(asked, metrics.f1(np.isin(baseline.predicted[asked], covert), positive)),
        )
        return
    known, diversion = judged.gold >= 0, LABELS.index(Label.DIVERSION)
    gold, ours, base = judged.gold[known], judged.predicted[known], baseline.predicted[known]
    yield (
        "diversion_f1",
        _on(known, metrics.f1(ours == diversion, gold == diversion)),
        _on(known, metrics.f1(base == diversion, gold == diversion)),
    )
    yield "macro_3", _on(known, metrics.macro_3(ours, gold)), _on(known, metrics.macro_3(base, gold))


def _on(mask: metrics.BoolArray, statistic: Statistic) -> Statistic:
    """Let a statistic of some notes take the weights of all."""
    return lambda weights: statistic(weights[:, mask])


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
