"""Log lines on stderr: plain on a terminal, JSON elsewhere; none holds an exception's words, which may quote a note."""

import json
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Any

# Their messages are known to hold no note, no key and no path of a request; another library's may hold anything.
_TRUSTED = ("huoren", "serving", "uvicorn", "alembic")
_COUNTED = "Invalid HTTP request received."  # a metric counts these: one line each would let anybody fill the disk
_boundary = logging.getLogger("huoren.boundary")


def configure_logs(*, quiet: bool = False, stream: IO[str] | None = None, as_json: bool | None = None) -> None:
    """Send all log lines of this process to stderr.

    Parameters
    ----------
    quiet
        Warnings and errors only.
    as_json
        One JSON object a line; None: where `stream` is no terminal.
    """
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    is_json = not out.isatty() if as_json is None else as_json
    handler.setFormatter(JsonLines() if is_json else PlainLines())
    handler.addFilter(lambda record: record.msg != _COUNTED)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _TRUSTED:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING if quiet or name == "alembic" else logging.INFO)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, process; request_id and error where there are."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "process": os.getpid(),
        }
        if (request_id := getattr(record, "request_id", None)) is not None:
            line["request_id"] = request_id
        if (error := _error(record)) is not None:
            line["error"] = error
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """Time of day, level and message."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")  # the reader's own clock
        error = _error(record)
        place = "" if error is None else f" ({error['type']} at {error['place']})"
        return f"{time} {record.levelname.lower()} {_message(record)}{place}"


def log_uncaught(error: BaseException) -> None:
    """Log an error that nobody foresaw."""
    _log_uncaught(type(error), error, error.__traceback__)


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] not in _TRUSTED:
        return f"{record.name} reported something; its words are left out"
    return " ".join(record.getMessage().split())


def _error(record: logging.LogRecord) -> dict[str, str] | None:
    kind, _, trace = record.exc_info or (None, None, None)
    return None if kind is None else _describe(kind, trace)


def _describe(kind: type[BaseException], trace: TracebackType | None) -> dict[str, str]:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "unknown" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return {"type": kind.__name__, "place": place}


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    _boundary.error("an error that nobody foresaw", exc_info=(kind, error or kind(), trace))
