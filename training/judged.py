"""Labelled notes beside what a classifier said of them, as arrays of one length."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from data.errors import DataError
from data.labels import LABELS, QUESTIONS
from data.notes import Note
from models.verdict import Verdict
from training.bootstrap import FloatArray
from training.gold import LabeledNote
from training.metrics import BoolArray, LabelArray

AnswerArray = npt.NDArray[np.int8]  # 1 yes, 0 no, -1 open or never asked
_ANSWERS = {"yes": 1, "no": 0}


class Judgement(Protocol):
    """What evaluation reads of one judged note."""

    @property
    def verdict(self) -> Verdict:
        """The answer."""


class Judge(Protocol):
    """What evaluation needs of a classifier; `models.classifier.Classifier` is one."""

    @property
    def label_thresholds(self) -> dict[str, float]:
        """P(yes) from which a question counts as answered yes, per question; the manifest's `label_thresholds`."""

    def judge_many(self, notes: Sequence[Note]) -> Sequence[Judgement]:
        """Judge notes, in their order."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Gold answers and predictions of n notes; every field has shape (n,) in its first dimension."""

    answers: AnswerArray  # (n, 3), columns in QUESTIONS order
    gold: LabelArray  # positions in LABELS, -1 where open
    by_others: BoolArray  # only other commenters divert
    commented: BoolArray
    source: npt.NDArray[np.str_]
    scores: FloatArray  # (n, 3): P(yes), columns in QUESTIONS order
    predicted: LabelArray
    decision: npt.NDArray[np.str_]  # pass | review | block

    def __len__(self) -> int:
        """Count notes."""
        return len(self.gold)

    def take(self, rows: npt.NDArray[np.generic]) -> Self:
        """Keep the notes of a mask or of positions."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def is_covert_set(self) -> bool:
        """Whether the notes only say covert ad or not, as CHASM's do: nobody was asked about diversion."""
        return bool((self.answers[:, QUESTIONS.index("diversion")] < 0).all() and (self.gold < 0).all())


def judge(classifier: Judge, rows: Sequence[LabeledNote]) -> list[Verdict]:
    """Let a classifier judge labelled notes, in their order.

    Raises
    ------
    DataError
        If the classifier answers more or fewer notes than it was given.
    """
    verdicts = [judgement.verdict for judgement in classifier.judge_many([row.note for row in rows])]
    if len(verdicts) != len(rows):
        raise DataError(f"every note must get one verdict. Got {len(verdicts)} for {len(rows)} notes.")
    return verdicts


def lay_out(rows: Sequence[LabeledNote], verdicts: Sequence[Verdict]) -> Judged:
    """Turn labelled notes and their verdicts, at least one, into arrays."""
    return Judged(
        answers=np.array([_answers(row) for row in rows], dtype=np.int8),
        gold=np.array([-1 if row.label is None else LABELS.index(row.label) for row in rows], dtype=np.int64),
        by_others=np.array([row.by == "other" for row in rows]),
        commented=np.array([bool(row.note.comments) for row in rows]),
        source=np.array([row.source for row in rows]),
        scores=np.array([[verdict.questions[question] for question in QUESTIONS] for verdict in verdicts]),
        predicted=np.array([LABELS.index(verdict.label) for verdict in verdicts], dtype=np.int64),
        decision=np.array([verdict.decision for verdict in verdicts]),
    )


def _answers(row: LabeledNote) -> list[int]:
    """Answers in QUESTIONS order; `disclosed` is a question only where `commercial` is yes."""
    disclosed = row.disclosed if row.commercial == "yes" else ""
    return [_ANSWERS.get(answer, -1) for answer in (row.commercial, disclosed, row.diversion)]
