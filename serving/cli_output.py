"""Where a verb's words go: results to stdout, all else to stderr."""

import sys


def say(text: str) -> None:
    """Print a line of results, at once: a pipe must not wait for the next."""
    print(text, flush=True)


def tell(text: str) -> None:
    """Print a line about the run."""
    print(text, file=sys.stderr, flush=True)


def tell_error(error: object) -> None:
    """Print an error on one line."""
    tell(f"huoren: error: {' '.join(str(error).split())}")
