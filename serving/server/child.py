"""What every process of the service does first: it stops when told by the supervisor, and never outlives it."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from data.errors import AppError
from serving.logs import configure_logs, log_uncaught

# Sent to a whole terminal or session: the supervisor hears them, and tells its children in good order.
FROM_TERMINAL = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_logger = logging.getLogger("huoren.server")


def run_child(quiet: bool, last_seconds: float, work: Callable[..., None], *args: object) -> None:
    """Run a child process's work.

    Parameters
    ----------
    last_seconds
        How long it may go on when the supervisor has died.
    """
    configure_logs(quiet=quiet)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent, last_seconds), name="parent", daemon=True).start()
    try:
        work(*args)
    except AppError as error:
        _logger.error("%s", error)
        sys.exit(1)
    except Exception as error:  # the process's boundary: an error's own words may quote a note, so they go nowhere
        log_uncaught(error)
        sys.exit(1)


def _end_with(parent: BaseProcess, last_seconds: float) -> None:
    parent.join()
    _logger.error("the supervisor has ended; so does this process")
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(last_seconds)
    os._exit(1)
