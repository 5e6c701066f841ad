"""The recipe of a fit, typed: every choice that it rests on. `recipe.toml` says what each key means."""

from datetime import date
from typing import Annotated, Literal

import msgspec

SplitKind = Literal["source", "author", "time"]
ThresholdRule = Literal["macro_f1", "precision"]
SetName = Literal["gold", "chasm", "adspectorx", "own", "unlabelled", "zhihu"]
Strength = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Scale = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
OpenShare = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class QuestionRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How one question is learned."""

    strength: Strength
    ngram_scale: Scale
    topic_scale: Scale
    signal_scale: Scale
    source_power: Scale
    source_scale: Scale
    detectors: tuple[str, ...]
    comment_scores: bool


class ThresholdRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How the thresholds of labels are chosen; the shares go with `rule = "precision"` alone."""

    rule: ThresholdRule
    precision: OpenShare | None = None
    prevalence: OpenShare | None = None
    disclosed_prevalence: OpenShare | None = None


class FitConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A whole fit; `training.recipe.default_recipe` gives the shipped one."""

    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)]
    n_topics: Count
    rarest_ngram: Count
    comment_strength: Strength
    sets: Annotated[tuple[SetName, ...], msgspec.Meta(min_length=1)]
    zhihu_rows: Count
    other_text: bool
    perturbed_share: Annotated[float, msgspec.Meta(ge=0, le=20)]
    comment_label_weight: Scale
    split: SplitKind
    n_folds: Annotated[int, msgspec.Meta(ge=2)]
    held_out_since: date | None = None
    near_duplicate: Annotated[float, msgspec.Meta(ge=0.5, le=1)]
    commercial: QuestionRecipe
    disclosed: QuestionRecipe
    diversion: QuestionRecipe
    thresholds: ThresholdRecipe

    def recipe(self, question: str) -> QuestionRecipe:
        """Give the recipe of one question."""
        recipe: QuestionRecipe = getattr(self, question)
        return recipe
