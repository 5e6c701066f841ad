"""A job's results: one JSON line for each line of the input, in its order, without text."""

import os
from pathlib import Path
from typing import Literal, Self

import msgspec

from serving.api.problems import Problem, RequestError, make_problem
from serving.api.verdict_answer import VerdictAnswer
from serving.jobs.spool import RESULTS, require_room


class JudgedLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="verdict"):
    """A line that was judged; in the evidence of its verdict `text` is "" and `value` null."""

    line: int
    verdict: VerdictAnswer
    status: Literal[200] = 200


class RefusedLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="problem"):
    """A line that is no note; `status` is what it would have been answered with alone."""

    line: int
    status: int
    problem: Problem


ResultLine = JudgedLine | RefusedLine


def judged_line(line: int, answer: VerdictAnswer) -> JudgedLine:
    """Take the text out of an answer, and the latency that a job has not."""
    evidence = tuple(msgspec.structs.replace(item, text="", value=None) for item in answer.evidence)
    return JudgedLine(line=line, verdict=msgspec.structs.replace(answer, evidence=evidence, latency_ms=None))


def refused_line(line: int, error: RequestError, *, request_id: str) -> RefusedLine:
    """Say why a line is no note, and quote none of it."""
    return RefusedLine(line=line, status=error.status, problem=make_problem(error, request_id))


class Results:
    """The results file, opened behind what is vouched for.

    Raises
    ------
    OSError
        From every method, as when the disk is full.
    """

    def __init__(self, folder: Path, *, size: int) -> None:
        self._folder = folder
        self._file = os.open(folder / RESULTS, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(self._file, size)
        os.lseek(self._file, size, os.SEEK_SET)
        self._encoder = msgspec.json.Encoder()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._file)

    def append(self, lines: list[ResultLine]) -> int:
        """Write lines and bring them to disk; bytes written."""
        data = self._encoder.encode_lines(lines)
        require_room(self._folder, len(data))
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fsync(self._file)
        return len(data)
