"""A table of a page: every cell carries its column's name, so that a narrow screen can show a row as a list."""

from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is markup already; any other text is escaped."""


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, css: str = "stack") -> Html:
    r"""Write a table; the first cell of a row is its heading.

    Examples
    --------
    >>> html_table(["who"], [["a<b"]]).partition("<tbody>")[2]
    "\n<tr><th scope='row'>a&lt;b</th></tr>\n</tbody></table>"
    """
    head = "".join(f"<th>{markup(name)}</th>" for name in columns)
    lines = "\n".join(_row(columns, row) for row in rows)
    return Html(f"<table class='{css}'><thead><tr>{head}</tr></thead><tbody>\n{lines}\n</tbody></table>")


def markup(text: str) -> str:
    """Escape what is not markup yet."""
    return text if isinstance(text, Html) else escape(text)


def breakable(name: str) -> Html:
    """Escape a name; its line may break behind `_` and `/`."""
    return Html(escape(name).replace("_", "_<wbr>").replace("/", "/<wbr>"))


def _row(columns: Sequence[str], row: Sequence[str]) -> str:
    cells = zip(columns[1:], row[1:], strict=True)
    rest = "".join(f"<td data-name='{escape(name)}'>{markup(cell)}</td>" for name, cell in cells)
    return f"<tr><th scope='row'>{markup(row[0])}</th>{rest}</tr>"
