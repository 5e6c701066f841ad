"""Text in full lines, as Chinese is set: rich breaks at spaces, which Chinese hardly has."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

_STARTS_NO_LINE = frozenset("，。！？、；：）」』】》”’…～,.!?;:)]}%↵")
_ENDS_NO_LINE = frozenset("（「『【《“‘([{#@￥$")


class FullLines:
    """Renders a styled text in full lines; Latin words stay whole, closing signs stay with what precedes them."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one line after another."""
        for start, end in fold_lines(self.text.plain, options.max_width):
            line = self.text[start:end]
            line.overflow = "fold"
            yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Ask for as much as there is."""
        return Measurement(1, max(1, min(options.max_width, cell_len(self.text.plain))))


def fold_lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Cut text into lines of at most `width` cells: half-open positions, without the spaces a line would begin with.

    Examples
    --------
    >>> text = "樱花开了，好看"
    >>> [text[start:end] for start, end in fold_lines(text, 8)]
    ['樱花开', '了，好看']
    """
    start = 0
    while start < len(text):
        end = _end_of_line(text, start, width)
        yield start, end
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    if not text:
        yield 0, 0


def _end_of_line(text: str, start: int, width: int) -> int:
    cells = 0
    for position in range(start, len(text)):
        cells += cell_len(text[position])
        if cells > width and position > start:
            return next((end for end in range(position, start, -1) if _may_break(text, end)), position)
    return len(text)


def _may_break(text: str, position: int) -> bool:
    before, after = text[position - 1], text[position]
    if after in _STARTS_NO_LINE or before in _ENDS_NO_LINE or not cell_len(after):
        return False
    return not (_is_latin(before) and _is_latin(after))


def _is_latin(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign in "_-./:=?&")
