"""How much of a change is other channels (keywords) posting more, and how much is change inside channels."""

import numpy as np

from models.prevalence.mix import MixChange, decompose_change
from serving.feeds.note_weights import FloatArray
from serving.feeds.places import Place
from serving.feeds.row_estimate import RowMaker
from serving.feeds.scored_columns import IntArray

MIN_CHANNELS = 2
MIN_NOTES = 50  # of a channel, in both places


def split_by_channel(maker: RowMaker, after: Place, before: Place) -> MixChange | None:
    """Split the change of the model-based share between two places.

    Returns
    -------
    MixChange or None
        Its parts add up to the difference of the model-based shares before they are kept within [0, 1]. None without
        2 channels of 50 notes in both places, and without validation statistics.
    """
    if maker.shares is None:
        return None
    n_channels = len(maker.columns.channels) + 1  # the last: notes of no channel
    both = [np.bincount(_channels(maker, place), minlength=n_channels) >= MIN_NOTES for place in (after, before)]
    if np.count_nonzero((both[0] & both[1])[:-1]) < MIN_CHANNELS:
        return None
    shares_b, weights_b = _by_channel(maker, after, n_channels)
    shares_a, weights_a = _by_channel(maker, before, n_channels)
    return decompose_change(shares_a, weights_a, shares_b, weights_b)


def _channels(maker: RowMaker, place: Place) -> IntArray:
    codes = maker.columns.channel[place.notes]
    return np.where(codes < 0, len(maker.columns.channels), codes)


def _by_channel(maker: RowMaker, place: Place, n_channels: int) -> tuple[FloatArray, FloatArray]:
    """Corrected share and weight of each channel, shape (n_channels,); NaN where it has no note.

    The correction is linear and not clipped, so that the channels add up to their whole.
    """
    channel, scores = _channels(maker, place), maker.scores(place.notes)
    weights = np.bincount(channel, scores.weights, minlength=n_channels).astype(np.float64)
    each = scores.two[:, 1] if scores.weights is None else scores.two[:, 1] * scores.weights
    with np.errstate(invalid="ignore", divide="ignore"):
        counted = np.bincount(channel, each, minlength=n_channels) / weights
    means = maker.shares.two.means if maker.shares is not None else np.eye(2)
    return (counted - means[1, 0]) / (means[1, 1] - means[1, 0]), weights
