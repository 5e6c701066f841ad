"""Replays: an archive judged with a new model or policy, beside what was said of it before."""
