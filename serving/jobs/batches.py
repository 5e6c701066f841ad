"""A job's lines in batches, as large as they may be: a process that ends over one has to do it again."""

from collections.abc import Iterable, Iterator

from data.notes import Note
from serving.api.problems import RequestError
from serving.jobs.lines import Line
from serving.jobs.progress import Progress

BATCH_NOTES = 256
_BATCH_BYTES = 2**23
_ALONE_STARTS = 3  # at one place: from there on lines come one by one, to find the note that ends the process
_MAX_STARTS = 5  # from there on that note is given up


def make_batches(lines: Iterable[Line], progress: Progress) -> Iterator[list[Line]]:
    """Cut lines into batches; where processes died again and again, of one line each."""
    alone = BATCH_NOTES if progress.starts >= _ALONE_STARTS else 0
    is_given_up = progress.starts > _MAX_STARTS
    batch: list[Line] = []
    start = progress.input_bytes
    for line in lines:
        if is_given_up and isinstance(line.note, Note):
            refusal = RequestError(500, "the note must be judged within the job's process. It ended each time.")
            line, is_given_up = line._replace(note=refusal), False
        batch.append(line)
        if alone > 0 or len(batch) == BATCH_NOTES or line.end - start > _BATCH_BYTES:
            yield batch
            batch, start = [], line.end
            alone -= 1
    if batch:
        yield batch
