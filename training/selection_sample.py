"""A uniform random sample of a stream: the notes whose seeded hashes of their ids are smallest."""

import hashlib
import heapq
from array import array

import numpy as np

from training.selection_shortlist import Candidate, JudgedNote


class RandomSample:
    """`size` distinct notes, each set of them as likely as any other, whatever the order of the stream.

    A note that stands in the archive twice has one hash, so it is as likely as the others. Near copies and authors are
    not capped here: a capped sample would stand for no archive. Memory: the sample, and 8 bytes for each note read.
    """

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._key = f"huoren select {seed}".encode()
        self._highest: list[tuple[int, str]] = []  # a heap of (-priority, note_id)
        self._kept: dict[str, Candidate] = {}
        self._seen = array("Q")

    def priority(self, note_id: str) -> int:
        """Hash an id to a whole number, uniform below 2**64."""
        hashed = hashlib.blake2b(note_id.encode("utf-8", "surrogatepass"), digest_size=8, key=self._key)
        return int.from_bytes(hashed.digest(), "big")

    def offer(self, priority: int, judged: JudgedNote) -> None:
        """Count a note, and keep it if its priority is among the smallest."""
        self._seen.append(priority)
        note_id = judged.note.note_id
        if not self._size or note_id in self._kept:
            return
        if len(self._kept) == self._size:
            if priority > -self._highest[0][0]:
                return
            del self._kept[heapq.heappop(self._highest)[1]]
        heapq.heappush(self._highest, (-priority, note_id))
        self._kept[note_id] = judged.candidate

    @property
    def n_notes(self) -> int:
        """Count the distinct notes that were offered."""
        return len(np.unique(np.frombuffer(self._seen, dtype=np.uint64))) if self._seen else 0

    @property
    def inclusion_probability(self) -> float | None:
        """Give the chance that each note had to be drawn; None without a sample."""
        return len(self._kept) / self.n_notes if self._kept else None

    def drawn(self) -> list[Candidate]:
        """Give the sample in random order, so that its first m notes are a random sample of m."""
        return [self._kept[note_id] for _, note_id in sorted(self._highest, reverse=True)]
