"""Verdicts on their way to the database: written before the answer, drained after it, replayed after a crash."""
