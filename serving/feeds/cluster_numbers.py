"""Clusters of some notes, numbered small: an archive's own numbers run to millions."""

from functools import cached_property

import numpy as np

from serving.feeds.scored_columns import IntArray


class ClusterNumbers:
    """Renumbers clusters in time proportional to the notes asked for."""

    def __init__(self, cluster: IntArray) -> None:
        self._cluster = cluster

    @cached_property
    def _latest(self) -> IntArray:
        """A place for each cluster to leave a number at."""
        return np.zeros(int(self._cluster.max(initial=0)) + 1, dtype=np.int64)

    def of(self, notes: IntArray) -> IntArray:
        """Give the clusters of these notes numbers below the count of notes; equal ones alike, some left out."""
        codes = self._cluster[notes]
        self._latest[codes] = np.arange(len(codes))
        return self._latest[codes]
