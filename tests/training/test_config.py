"""The recipe: one for every question."""

import msgspec
import pytest

from data.labels import QUESTIONS
from training.recipe import default_recipe


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_its_own_recipe(question):
    config = default_recipe()
    mine = msgspec.structs.replace(config.recipe(question), strength=9.0)
    changed = msgspec.structs.replace(config, **{question: mine})
    assert changed.recipe(question) == mine
    assert all(changed.recipe(other) == config.recipe(other) for other in set(QUESTIONS) - {question})
