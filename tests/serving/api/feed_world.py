"""A service of feeds and audits alone, and verdicts whose mix of labels is known."""

import asyncio
from types import SimpleNamespace

import numpy as np
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data.labels import LABELS
from serving.api import audits, feeds
from serving.api.routing import make_routes
from serving.settings import Settings
from serving.store.verdicts import insert_verdicts
from serving.stored_answers import StoredAnswers
from tests.serving.store.records import make_record

DAY_US = 86_400_000_000
MARCH = 1_740_844_800_000_000  # 2025-03-02 in Shanghai
MIX = (0.1, 0.1, 0.6, 0.2)


class AnswersHere:
    """In place of `FeedReports`: the same answers, without a process to start."""

    def __init__(self, settings, store):
        self.answers, self.asked = StoredAnswers(settings, store), 0

    async def answer(self, question, audit, *, state):
        self.asked += 1
        return await asyncio.to_thread(self.answers.answer, question, audit)


def settings_of(store, folder):
    return Settings(state=folder, database_url=store.engine.url.render_as_string(hide_password=False))


def open_feeds(store, folder, reports=None):
    """Give a client of the endpoints under /v1/feeds."""
    settings = settings_of(store, folder)
    service = SimpleNamespace(
        store=store,
        settings=settings,
        access=SimpleNamespace(is_open=True),
        reports=reports or AnswersHere(settings, store),
        in_thread=asyncio.to_thread,
    )
    app = Starlette(routes=make_routes((*feeds.ENDPOINTS, *audits.ENDPOINTS), service))

    async def with_state(scope, receive, send):
        if scope["type"] == "http":
            scope["path"] = scope["raw_path"].decode("ascii")  # as `RequestContext` does: a slash may be of a name
            scope["state"] = {"request_id": "r", "started": 0.0}
        await app(scope, receive, send)

    return TestClient(with_state, base_url="http://127.0.0.1")


def insert_notes(store, n, *, feed="beauty", first_us=MARCH, organic=0.6, seed=1, **changes):
    """Store verdicts of a feed, `n` a month for two months, and give their true labels by note id."""
    rng = np.random.default_rng(seed)
    mix = np.array(MIX)
    mix[[0, 1, 3]] *= (1 - organic) / (1 - mix[2])
    mix[2] = organic
    truth, records = {}, []
    for at in range(2 * n):
        gold = int(rng.choice(4, p=mix))
        scores = 0.75 * np.eye(4)[gold] + 0.25 * rng.dirichlet(np.ones(4))
        label = str(LABELS[int(scores.argmax())])
        note_id = f"{feed}-{at}"
        truth[note_id] = str(LABELS[gold])
        made = {
            "note_id": note_id,
            "author_hash": f"{seed:08x}{at:024x}",
            "feed": feed,
            "feed_id": feed,
            "published_us": first_us + (at // n) * 31 * DAY_US + at * 1_000_000,
            "label": label,
            "author_label": label,
            "decision": "pass",
            **{f"p_{name}": float(scores[k]) for k, name in enumerate(LABELS)},
            "pa_organic": float(scores[2]),
            "q_commercial": float(scores[0] + scores[3]),
            **dict.fromkeys(("text_hash", "near_hash_1", "near_hash_2", "near_hash_3")),
        }
        records.append(make_record(at, **(made | changes)))
    with store.begin() as connection:
        insert_verdicts(connection, records)
    return truth
