"""The HTTP service: `create_app(settings)`."""

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from data.notes import Note
from serving.access import Access
from serving.api import catalogue
from serving.api.feed_reports import FeedReports
from serving.api.fixed_paths import FixedPaths
from serving.api.human_decisions import HumanDecisions
from serving.api.judging import Judging
from serving.api.openapi import describe
from serving.api.problems import answer_http_error
from serving.api.routing import make_routes
from serving.api.service import Service
from serving.api.upkeep import Upkeep
from serving.content_hashes import content_hashes
from serving.journal.claims import Claims
from serving.journal.recovery import recover_claims
from serving.journal.writer import JournalWriter
from serving.keeper import Keeper
from serving.live.models import LiveModels
from serving.note_classifier import NoteClassifier
from serving.secret import read_secret
from serving.settings import Settings
from serving.store.engine import StoreUnavailable, open_store
from serving.webhooks.addresses import check_webhook_settings

_logger = logging.getLogger("huoren.serving")


def create_app(
    settings: Settings, *, classifier: NoteClassifier | None = None, keeper: Literal["thread", "none"] = "thread"
) -> FastAPI:
    """Build the service; the model is loaded (where none is given) and warmed when it starts, never here.

    Parameters
    ----------
    classifier
        One that is loaded already; None loads what the settings name.
    keeper
        "thread" moves verdicts from the journal to the database in a thread of this process; "none" leaves that to a
        process of its own, as `huoren serve` has one.

    Raises
    ------
    ConfigError
        If the settings do not fit together, or the state folder cannot be used.
    """
    service = _make_service(settings, classifier)

    async def warm_up() -> None:
        # Compiles, or loads what was compiled, so that the first note need not.
        await asyncio.to_thread(content_hashes, [Note(note_id="warm", body="1")], service.secret)
        await service.models.warm_up()
        if keeper == "none":  # a process of its own: weights and tables live as long, no collection need walk them
            gc.collect()
            gc.freeze()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        thread = None
        if keeper == "thread":
            thread = threading.Thread(target=Keeper(settings, service.store).run, args=(stop,), name="keeper")
            thread.start()
        await asyncio.to_thread(service.upkeep.follow_people)
        ending = asyncio.Event()
        tasks = [
            asyncio.create_task(warm_up(), name="warming up"),
            asyncio.create_task(service.upkeep.run(ending), name="looking after the service"),
        ]
        for task in tasks:
            task.add_done_callback(_tell_failure)
        yield
        ending.set()
        await asyncio.wait(tasks)  # what they do in threads holds connections: it ends first
        await asyncio.to_thread(_close, service, stop, thread)

    # No pages of FastAPI's own: they load scripts from elsewhere.
    app = FixedPaths(
        title="huoren", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.add_exception_handler(HTTPException, answer_http_error)
    app.serve(make_routes(catalogue.ENDPOINTS, service))
    app.openapi = lambda: describe(catalogue.ENDPOINTS)  # type: ignore[method-assign]
    app.state.service = service
    return app


def _make_service(settings: Settings, classifier: NoteClassifier | None) -> Service:
    check_webhook_settings(settings)
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = read_secret(settings)
    store = open_store(settings)
    access = Access(settings, store)
    try:
        store.migrate()
        access.refresh()
    except StoreUnavailable:
        _logger.warning("the database is away; the service starts with what it knew last")
    models, humans = LiveModels(settings, store, classifier), HumanDecisions()
    journal = JournalWriter(settings.state / "journal", sync=settings.journal_sync, max_bytes=settings.journal_bytes)
    claims = Claims(settings.state / "claims.db", boot=journal.boot)
    recover_claims(settings.state / "journal", claims)  # a key of a process that was killed may come again at once
    return Service(
        settings=settings,
        secret=secret,
        store=store,
        journal=journal,
        claims=claims,
        access=access,
        models=models,
        humans=humans,
        judging=Judging(models, humans, journal, secret=secret, limit=settings.notes_in_flight),
        reports=FeedReports(settings),
        upkeep=Upkeep(store, access, models, humans, claims),
    )


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _logger.error("%s ended early: %s", task.get_name(), type(error).__name__)


def _close(service: Service, stop: threading.Event, thread: threading.Thread | None) -> None:
    service.journal.close()  # first, so that the keeper's last round finds all that was answered
    stop.set()
    if thread is not None:
        thread.join()
    service.close()
