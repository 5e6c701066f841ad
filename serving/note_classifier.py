"""The classifier as serving sees it: what it must offer, and how it is loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from data.errors import ModelError
from data.notes import Note
from models.verdict import Verdict


class Judgement(Protocol):
    """A verdict and what only the scored archive carries."""

    @property
    def verdict(self) -> Verdict:
        """The answer."""

    @property
    def pa_organic(self) -> float:
        """P(organic) of the author's own content, in [0, 1]."""


class NoteClassifier(Protocol):
    """Judges notes; `models.classifier.Classifier` is one."""

    @property
    def model_version(self) -> str:
        """Version of the weights."""

    @property
    def ruleset_version(self) -> str:
        """Version of the dated platform rules."""

    @property
    def policy_version(self) -> str:
        """Name and version of the policy."""

    def classify(self, note: Note) -> Verdict:
        """Judge one note."""

    def classify_many(self, notes: Sequence[Note]) -> Sequence[Verdict]:
        """Judge notes, in their order."""

    def judge_many(self, notes: Sequence[Note]) -> Sequence[Judgement]:
        """Judge notes for the scored archive, in their order."""

    def warm(self) -> None:
        """Pay what the first note would cost."""


def load_classifier(model: Path | None, policy: Path | None) -> NoteClassifier:
    """Load a model folder and a policy; None means the released model and its own policy.

    Raises
    ------
    ModelError
        If the folder is no artifact that this version understands, or a package it needs is not installed.
    ConfigError
        If the policy is unusable.
    """
    try:
        from models.classifier import Classifier  # here: `--help` of a verb must not wait for weights and tables
    except ModuleNotFoundError as error:  # `huoren doctor` must say so, not break
        raise ModelError(f"the classifier needs {error.name}, which is not installed.") from error

    return Classifier.load(model, policy=policy)
