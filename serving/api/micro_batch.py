"""Notes that arrive together are judged together: four notes in one call cost hardly more than one."""

import asyncio
from collections.abc import Callable, Sequence

from data.notes import Note
from models.verdict import Verdict
from serving.note_classifier import NoteClassifier

_MAX_NOTES = 32  # more would keep the event loop, and so `/healthz`, waiting


class MicroBatcher:
    """Judges in one call what one turn of the event loop brings; nothing waits for company.

    Parameters
    ----------
    ready
        Gives the classifier.
    """

    def __init__(self, ready: Callable[[], NoteClassifier]) -> None:
        self._ready = ready
        self._notes: list[Note] = []
        self._verdicts: asyncio.Task[Sequence[Verdict]] | None = None

    async def classify(self, note: Note) -> Verdict:
        """Judge one note with those that came with it; a note that fails never fails another."""
        if self._verdicts is None or self._verdicts.done() or len(self._notes) >= _MAX_NOTES:
            self._notes = []
            self._verdicts = asyncio.create_task(self._judge(self._notes))
        verdicts, position = self._verdicts, len(self._notes)
        self._notes.append(note)
        await asyncio.wait([verdicts])  # unlike `await verdicts`, a caller who hangs up cancels nobody else's
        if verdicts.exception() is None:
            return verdicts.result()[position]
        return self._ready().classify(note)

    async def _judge(self, notes: list[Note]) -> Sequence[Verdict]:
        self._verdicts = None if notes is self._notes else self._verdicts
        return self._ready().classify_many(notes)
