"""Feeds whose truth is known: labels, posteriors of a calibrated classifier, authors and impressions of every note.

A note of class j has the latent score `x ~ N(means_j, I)` and its posterior is Bayes' at the validation mix, so the
classifier is calibrated there and nowhere else. A world says how feeds differ from validation: by their mix of labels,
by ads that come to look organic, by a style of each feed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import ConfigError
from data.labels import LABELS, Label
from models.prevalence.estimate import FloatArray

IntArray = npt.NDArray[np.int64]
ORGANIC = LABELS.index(Label.ORGANIC)
ADS = (LABELS.index(Label.DISCLOSED_AD), LABELS.index(Label.UNDISCLOSED_AD))
VALIDATION_MIX = np.array([0.045, 0.079, 0.775, 0.101])
MEANS = 2.95 * np.array([[1.15, 0.0, 0.0], [0.0, 1.1, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.95]])
N_VALIDATION = 2_000  # labelled notes that the classifier is validated on
IMPRESSIONS = 400.0  # of a middling organic note


@dataclass(frozen=True)
class World:
    """How feeds come about; shares in [0, 1], weeks counted from 0.

    `drift` is the part of the way to organic that ads have gone by the last week, from week `drift_after` on. `style`
    is the standard deviation of a feed's offset of all latent scores. `makeup` is that of the log odds among labels
    that are not organic, between feeds. `loyalty` is how often a note has its author's one label, `author_style` the
    part of the latent variance that all notes of an author share. `impressions` is the spread of log impressions and
    `reach` what being not organic adds to them.
    """

    first_organic: float = 0.9
    last_organic: float = 0.6
    weeks: int = 24
    drift: float = 0.0
    drift_after: int = 6
    style: float = 0.0
    makeup: float = 0.3
    notes_per_author: float = 1.0
    loyalty: float = 0.0
    author_style: float = 0.0
    impressions: float = 1.3
    reach: float = 0.4


WORLDS: Mapping[str, World] = {"S1": World(), "S2": World(drift=0.8), "S3": World(style=0.25)}


@dataclass(frozen=True, eq=False)
class Notes:
    """Notes of one feed and week; `gold` holds positions in `LABELS`."""

    gold: IntArray  # (n,)
    proba: FloatArray  # (n, 4), calibrated at the validation mix
    authors: IntArray  # (n,)
    impressions: FloatArray  # (n,)


@dataclass(frozen=True, eq=False)
class Feed:
    """What stays the same of a feed over its weeks."""

    offset: FloatArray  # of its latent scores: its style
    makeup: FloatArray  # (4,) shares of labels among notes that are not organic; 0 for organic


def draw_feed(world: World, rng: np.random.Generator) -> Feed:
    """Draw a feed's style and the make-up of what is not organic in it."""
    odds = np.delete(VALIDATION_MIX, ORGANIC) * np.exp(world.makeup * rng.normal(size=len(LABELS) - 1))
    offset = world.style * rng.normal(size=MEANS.shape[1:])
    return Feed(offset, np.insert(odds / odds.sum(), ORGANIC, 0.0))


def shares_in(world: World, feed: Feed, week: int) -> FloatArray:
    """Give the shares of labels that the notes of a week are drawn from: (4,)."""
    past = week / max(1, world.weeks - 1)
    organic = world.first_organic + past * (world.last_organic - world.first_organic)
    shares: FloatArray = (1 - organic) * feed.makeup
    shares[ORGANIC] = organic
    return shares


def means_in(world: World, week: int) -> FloatArray:
    """Give the latent means of the labels in a week, ads moved towards organic: (4, d)."""
    gone = world.drift * max(0, week - world.drift_after) / max(1, world.weeks - 1 - world.drift_after)
    means = MEANS.copy()
    means[list(ADS)] += gone * (MEANS[ORGANIC] - MEANS[list(ADS)])
    return means


def draw_week(world: World, feed: Feed, week: int, n: int, rng: np.random.Generator) -> Notes:
    """Draw the notes of a feed in a week."""
    shares = shares_in(world, feed, week)
    gold, authors = _labels(world, shares, n, rng)
    noise = rng.normal(size=(n, MEANS.shape[1]))
    if world.author_style > 0:
        own = rng.normal(size=(int(authors.max(initial=0)) + 1, MEANS.shape[1]))
        noise = np.sqrt(1 - world.author_style) * noise + np.sqrt(world.author_style) * own[authors]
    latent = means_in(world, week)[gold] + feed.offset + noise
    seen = np.exp(world.impressions * rng.normal(size=n) + world.reach * (gold != ORGANIC))
    return Notes(gold, posteriors(latent), authors, IMPRESSIONS * seen)


def draw_validation(
    n: int, rng: np.random.Generator, *, style: float = 0.0, n_sources: int = 1
) -> tuple[IntArray, FloatArray, IntArray]:
    """Draw labelled notes at the validation mix from sources that have styles of their own.

    Returns
    -------
    tuple of ndarray
        Gold positions (n,), posteriors (n, 4) and the source of each note (n,).
    """
    gold = rng.choice(len(LABELS), n, p=VALIDATION_MIX)
    sources = np.arange(n) % n_sources
    offsets = style * rng.normal(size=(n_sources, MEANS.shape[1]))
    return gold, posteriors(MEANS[gold] + offsets[sources] + rng.normal(size=(n, MEANS.shape[1]))), sources


def posteriors(latent: FloatArray) -> FloatArray:
    """Give Bayes' posteriors at the validation mix: (n, d) -> (n, 4)."""
    logits: FloatArray = latent @ MEANS.T + (np.log(VALIDATION_MIX) - 0.5 * np.sum(MEANS**2, axis=1))
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def annotate(gold: IntArray, error: float, rng: np.random.Generator) -> IntArray:
    """Label notes as somebody does who takes any of the other labels at the rate `error`.

    Raises
    ------
    ConfigError
        If `error` does not lie in [0, 1].
    """
    if not 0 <= error <= 1:
        raise ConfigError(f"'error' must lie in [0, 1]. Got {error} instead.")
    wrong = rng.random(len(gold)) < error
    return np.where(wrong, (gold + rng.integers(1, len(LABELS), len(gold))) % len(LABELS), gold)


def names_of(gold: Sequence[int] | IntArray) -> list[str]:
    """Turn positions in `LABELS` into label ids."""
    names = np.array([label.value for label in LABELS])
    return [str(name) for name in names[np.asarray(gold)]]


def _labels(world: World, shares: FloatArray, n: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Draw labels and authors; an author has one label that most of their notes take."""
    edges = np.cumsum(shares)[:-1]
    gold = np.searchsorted(edges, rng.random(n), side="right")
    if world.notes_per_author <= 1:
        return gold, np.arange(n)
    authors = rng.integers(0, max(1, round(n / world.notes_per_author)), n)
    habits = np.searchsorted(edges, rng.random(int(authors.max(initial=0)) + 1), side="right")
    return np.where(rng.random(n) < world.loyalty, habits[authors], gold), authors
