"""The recipe of a fit: every choice that cross-validation over sources made, in one place."""

import msgspec


class QuestionRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How one question is learned.

    `strength` is scikit-learn's C (inverse L2 penalty); the scales say how freely each family of features may be used,
    0 leaves it out. `source_power`: a note counts n_source ** -source_power, so that a large source does not speak for
    all. `source_scale` gives each training source an intercept of its own, which is thrown away after the fit: what
    merely tells sources apart, such as a topic that one seller posts on, then explains nothing. `detectors` limits the
    signals to those of the named detectors, where answers are too few to choose among all (none named: all).
    """

    strength: float = 1.0
    ngram_scale: float = 0.0
    topic_scale: float = 0.0
    signal_scale: float = 1.0
    source_power: float = 0.5
    source_scale: float = 0.0
    detectors: tuple[str, ...] = ()


class FitConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A whole fit."""

    seed: int = 0
    n_topics: int = 200  # dimensions of the topic space; 60 and 100 were no better in cross-validation
    n_folds: int = 10  # groups of training sources that are held out in turn; dev is one fold more
    rarest_ngram: int = 3  # rows that must hold an n-gram
    comment_strength: float = 1.0
    commercial: QuestionRecipe = QuestionRecipe(ngram_scale=2.0, topic_scale=0.1, source_scale=1.5)
    disclosed: QuestionRecipe = QuestionRecipe(
        detectors=("disclosure_ad", "disclosure_word", "disclosure_gift", "disclosure_tie", "no_ad_claim")
    )
    diversion: QuestionRecipe = QuestionRecipe(ngram_scale=1.0)

    def recipe(self, question: str) -> QuestionRecipe:
        """Give the recipe of one question."""
        recipe: QuestionRecipe = getattr(self, question)
        return recipe
