"""The recipe: one for every question."""

import msgspec
import pytest

from data.labels import QUESTIONS
from training.config import FitConfig


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_its_own_recipe(question):
    mine = msgspec.structs.replace(FitConfig().recipe(question), strength=9.0)
    assert FitConfig(**{question: mine}).recipe(question) == mine
    others = set(QUESTIONS) - {question}
    assert all(FitConfig(**{question: mine}).recipe(other) == FitConfig().recipe(other) for other in others)
