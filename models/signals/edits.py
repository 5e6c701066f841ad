"""Edits of a text: spans replaced by other writing, and the way back from a character to the span it came from."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Edit = tuple[int, int, str]  # start, end, what stands there instead
Positions = npt.NDArray[np.int64]


class Edits:
    """Spans of a text and what stands in their place; none is empty or overlaps another."""

    def __init__(self, found: Sequence[tuple[int, int, str]]) -> None:
        self._found = found
        lost = np.cumsum([end - start - len(meant) for start, end, meant in found], dtype=np.int64)
        self._lost = [0, *lost.tolist()]  # before each edit, and behind all
        self._starts = [start - lost for (start, _, _), lost in zip(found, self._lost, strict=False)]  # in the outcome

    def replaced(self, text: str) -> str:
        """Apply the edits."""
        parts: list[str] = []
        reached = 0
        for start, end, meant in self._found:
            parts += (text[reached:start], meant)
            reached = end
        return "".join((*parts, text[reached:]))

    def moved(self, bounds: Positions) -> Positions:
        """Move bounds, none of which stands inside a span."""
        behind = np.searchsorted([end for _, end, _ in self._found], bounds, side="right")
        moved: Positions = bounds - np.array(self._lost)[behind]
        return moved

    def origin(self, place: int) -> tuple[int, int]:
        """Tell what span a character of the outcome came from."""
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return place, place + 1
        start, end, meant = self._found[index]
        offset = place - self._starts[index]
        if offset < len(meant):
            first = min(start + offset, end - 1)  # of a longer writing, the last character has the rest
            return first, end if offset >= len(meant) - 1 else first + 1
        place += self._lost[index + 1]
        return place, place + 1
