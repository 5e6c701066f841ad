"""How hard to break it: in short, or with `CHAOS=full` at full length and with figures (`pytest -s`)."""

import os
import sys

FULL_SIZE = os.environ.get("CHAOS") == "full"


def report(*figures):
    """Tell figures of a run at full size."""
    if FULL_SIZE:
        sys.stdout.write(f"{' '.join(map(str, figures))}\n")
