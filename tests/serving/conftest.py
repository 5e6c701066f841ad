"""What tests of the service share: a classifier that needs no weights, and a store on SQLite and on PostgreSQL."""

import shutil
import uuid
from collections.abc import Sequence

import msgspec
import psycopg
import pytest

from data.labels import Label
from data.notes import Note
from models.evidence import Evidence
from models.verdict import CommentVerdict, RuleFinding, Verdict
from serving.store.engine import Store
from serving.store.tables import metadata
from tests.serving.postgres import new_postgres


class FakeJudgement(msgspec.Struct, frozen=True):
    verdict: Verdict
    pa_organic: float


class FakeClassifier:
    """It finds "微信" and nothing else."""

    model_version = "fake-1"
    ruleset_version = "rules-1"
    policy_version = "default@1"

    def __init__(self):
        self.batches = []
        self.warmed = 0

    def warm(self) -> None:
        self.warmed += 1

    def classify(self, note: Note) -> Verdict:
        texts = {"title": note.title, "body": note.body}
        texts |= {f"comments[{position}]": comment.text for position, comment in enumerate(note.comments)}
        evidence = tuple(
            Evidence(
                field=field,
                start=text.index("微信"),
                end=len(text),
                text=text[text.index("微信") :],
                kind="wechat",
                value=text[text.index("微信") + 2 :],
                detector="fake",
                hit_source="lexicon",
            )
            for field, text in texts.items()
            if "微信" in text
        )
        label = Label.DIVERSION if evidence else Label.ORGANIC
        return Verdict(
            note_id=note.note_id,
            label=label,
            author_label=label,
            scores={each: 0.7 if each is label else 0.1 for each in Label},
            questions={"commercial": 0.2, "disclosed": 0.1, "diversion": 0.7 if evidence else 0.1},
            decision="block" if evidence else "pass",
            evidence=evidence,
            diversion_by="author" if evidence else None,
            comments=(CommentVerdict(comment_id="c1", score=0.9, decision="review"),) if evidence else (),
            rule=RuleFinding(id="contact", since="2019-04-01", status="violation") if evidence else None,
            model_version=self.model_version,
            ruleset_version=self.ruleset_version,
            policy_version=self.policy_version,
            date_source=note.date_source,
        )

    def classify_many(self, notes: Sequence[Note]) -> list[Verdict]:
        return [self.classify(note) for note in notes]

    def judge_many(self, notes: Sequence[Note]) -> list[FakeJudgement]:
        self.batches.append(len(notes))
        return [FakeJudgement(self.classify(note), 0.6) for note in notes]


@pytest.fixture
def classifier():
    return FakeClassifier()


@pytest.fixture(scope="session")
def postgres_server():
    """Start one PostgreSQL server for the session; a test that stops it makes its own."""
    with new_postgres() as server:
        yield server.start()


@pytest.fixture(scope="session")
def postgres_tables(postgres_server):
    store = Store(postgres_server.url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "huoren.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    """Give a `Store` with empty tables: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_tables"), tmp_path / "huoren.db")
        store = Store(f"sqlite:///{tmp_path}/huoren.db")
        yield store
        store.close()
        return
    store = request.getfixturevalue("postgres_tables")  # made once: it has its connections already
    with store.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    yield store


@pytest.fixture
def database_url(store):
    """Give the URL of `store`, for settings and other processes."""
    return store.engine.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """Give the URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.url.replace("/postgres?", f"/{name}?")
