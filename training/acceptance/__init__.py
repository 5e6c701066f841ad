"""The acceptance rows of the authenticity ratio, on feeds whose truth is known: `python -m training.acceptance`."""
