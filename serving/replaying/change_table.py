"""A replay on the terminal."""

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serving.feeds.place_words import feed_name
from serving.replaying.changes import Matrix, Replay, Side


def print_replay(replay: Replay, console: Console) -> None:
    """Print both matrices, the feeds, and what the comparison leaves out."""
    console.print(escape(f"before: {_judges(replay.before)}"), highlight=False)
    console.print(escape(f"after: {_judges(replay.after)}"), highlight=False)
    console.print(_matrix("Labels, before by after", replay.labels))
    console.print(_matrix("Decisions, before by after", replay.decisions))
    feeds = Table("feed", title="Feeds", box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("notes", "labels changed", "decisions changed", "organic before", "after"):
        feeds.add_column(name, justify="right")
    for feed in replay.feeds:
        counts = (feed.notes, feed.labels_changed, feed.decisions_changed)
        shares = (_share(feed.organic_before, feed.notes), _share(feed.organic_after, feed.notes))
        feeds.add_row(escape(feed_name(feed.feed)), *(f"{count:,}" for count in counts), *shares)
    console.print(feeds)
    console.print(f"{replay.changed:,} of {replay.notes:,} verdicts changed", highlight=False)
    for count, what in (
        (replay.only_before, "verdicts have no note in the replay"),
        (replay.only_after, "notes have no verdict before"),
        (replay.rejected, "rows could not be read"),
    ):
        if count:
            console.print(f"{count:,} {what}", highlight=False)


def _matrix(title: str, matrix: Matrix) -> Table:
    table = Table("", title=title, box=SIMPLE, padding=(0, 1, 0, 0))
    for name in matrix:
        table.add_column(escape(name or "–"), justify="right")
    for name, row in matrix.items():
        table.add_row(escape(name or "–"), *(f"{count:,}" for count in row.values()))
    return table


def _judges(side: Side) -> str:
    return f"model {', '.join(side.model_versions) or '–'}; policy {', '.join(side.policy_versions) or '–'}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
