"""`huoren serve`: answer over HTTP."""

import argparse
import dataclasses
import gc
import logging
import os
import socket
import tempfile
from functools import partial
from typing import Any

from data.errors import ConfigError
from serving.access import Access
from serving.key_list import read_snapshot
from serving.logs import configure_logs
from serving.note_classifier import load_classifier
from serving.options import add_model_options, natural_int, positive_int
from serving.secret import warn_of_own_secret
from serving.server.address import listen, read_address, require_key, show_url, stop_listening
from serving.server.http_server import DRAIN_SECONDS
from serving.server.limits import ConnectionLimits
from serving.server.member import Member
from serving.server.supervisor import Supervisor
from serving.server.worker import run_worker
from serving.settings import Settings
from serving.store.engine import StoreUnavailable, open_store
from serving.webhooks.addresses import check_webhook_settings

EXAMPLE = """example: huoren serve --port 8000
then:    curl -s http://127.0.0.1:8000/v1/classify -d '{"note_id": "1", "body": "今天到手价29.9，需要的加薇"}'"""
MOST_WORKERS = 64
_KEEPER_SECONDS = 15
_logger = logging.getLogger("huoren.server")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren serve`."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="another than a loopback address needs keys (default: 127.0.0.1)"
    )
    parser.add_argument("--port", type=natural_int, default=8000, help="0 takes a free one (default: 8000)")
    parser.add_argument("--workers", type=positive_int, default=1, help="processes that judge notes (default: 1)")
    add_model_options(parser)
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; 1 where the service could not start or did not stop in good order.

    Raises
    ------
    AppError
        If the address, the model, the policy or the database is unusable.
    """
    if args.workers > MOST_WORKERS:
        raise ConfigError(f"--workers must be at most {MOST_WORKERS}. Got {args.workers} instead.")
    address = read_address(args.host)
    settings = dataclasses.replace(args.settings, model=args.model, policy=args.policy)
    check_webhook_settings(settings)
    with listen(address, args.port) as listener, tempfile.TemporaryDirectory(prefix="huoren-metrics-") as metrics:
        configure_logs(quiet=args.quiet)
        require_key(address, has_key=_has_key(settings))
        version = load_classifier(settings.model, settings.policy).model_version  # a broken model stops the start
        warn_of_own_secret(settings)
        gc.collect()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics  # the processes find each other's figures there
        ready = f"huoren with model {version} on {show_url(listener)}; Ctrl-C stops it"
        return supervise(settings, listener, args.workers, quiet=args.quiet, ready=ready)


def supervise(settings: Settings, listener: socket.socket, workers: int, *, quiet: bool, ready: str) -> int:
    """Run workers and keeper until told to stop; gives the exit status."""
    make = partial(Member, quiet=quiet)
    limits = ConnectionLimits(accept_pause_seconds=0.001 if workers > 1 else 0)
    judges = [
        make(
            f"worker {number}",
            run_worker,
            (partial(make_app, settings), limits, listener),
            beats=True,
            last_seconds=DRAIN_SECONDS + 5,
        )
        for number in range(1, workers + 1)
    ]
    keeper = make("keeper", keep, (settings,), beats=False, last_seconds=_KEEPER_SECONDS)
    supervisor = Supervisor(
        [(judges, DRAIN_SECONDS + 5), ([keeper], _KEEPER_SECONDS)],
        on_ready=lambda: _logger.info("%s", ready),
        on_stop=partial(stop_listening, listener),  # the workers' copies are the last: they take in who waits
    )
    return supervisor.run()


def make_app(settings: Settings) -> Any:
    """Build a worker's application."""
    from serving.api.app import create_app  # here: the supervisor needs none

    return create_app(settings, keeper="none")


def keep(settings: Settings) -> None:
    """Run the keeper."""
    from serving.keeper.process import run_keeper

    run_keeper(settings)


def _has_key(settings: Settings) -> bool:
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings)
    access = Access(settings, store)
    try:
        store.migrate()
        access.refresh()
    except StoreUnavailable as error:
        if settings.api_keys is None and read_snapshot(settings.state / "keys.json") is None:
            raise ConfigError(
                "the database must answer when the service starts for the first time. It is away."
            ) from error
        _logger.warning("the database is away; the service starts with what it knew last")
    finally:
        access.close()
        store.close()
    return not access.is_open
