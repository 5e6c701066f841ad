"""The recipe of a fit: every choice that cross-validation over sources made, in one place."""

import msgspec


class QuestionRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How one question is learned.

    `strength` is scikit-learn's C (inverse L2 penalty); the scales say how freely each family of features may be used,
    0 leaves it out. `source_power`: a note counts n_source ** -source_power, so that a large source does not speak for
    all.
    """

    strength: float
    ngram_scale: float
    topic_scale: float
    source_power: float


class FitConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A whole fit."""

    seed: int = 0
    n_topics: int = 200  # dimensions of the topic space; 60 and 100 were no better in cross-validation
    n_folds: int = 10  # groups of sources that are held out in turn
    rarest_ngram: int = 3  # rows that must hold an n-gram
    comment_strength: float = 1.0
    commercial: QuestionRecipe = QuestionRecipe(strength=1.0, ngram_scale=2.0, topic_scale=0.1, source_power=0.5)
    disclosed: QuestionRecipe = QuestionRecipe(strength=1.0, ngram_scale=0.0, topic_scale=0.0, source_power=0.5)
    diversion: QuestionRecipe = QuestionRecipe(strength=1.0, ngram_scale=1.0, topic_scale=0.0, source_power=0.5)

    def recipe(self, question: str) -> QuestionRecipe:
        """Give the recipe of one question."""
        recipe: QuestionRecipe = getattr(self, question)
        return recipe
