import json

import pytest
from sqlalchemy import select

from serving.cli import main
from serving.settings import Settings
from serving.store.engine import open_store
from serving.store.keys import list_keys
from serving.store.tables import audit_log


@pytest.fixture
def keys(monkeypatch, tmp_path, database_url, capsys):
    monkeypatch.setenv("HUOREN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HUOREN_DATABASE_URL", database_url)

    def call(*arguments, status=0):
        assert main(["keys", *arguments]) == status
        return capsys.readouterr()

    return call


def test_a_key_is_printed_alone_and_stored_as_its_hash(keys, store):
    printed = keys("create", "shop", "--role", "score", "--role", "feedback", "--rate", "20")
    key = printed.out.removesuffix("\n")
    assert key.startswith("huoren_")
    assert len(key) == len("huoren_") + 43
    assert key not in printed.err
    with store.read() as connection:
        (row,) = list_keys(connection)
        assert key not in str(dict(row))
        assert (row["name"], row["roles"], row["rate"]) == ("shop", "score,feedback", 20.0)


def test_json_is_one_object(keys):
    made = json.loads(keys("create", "shop", "--json").out)
    assert made["name"] == "shop"
    assert set(made) == {"name", "key"}
    (line,) = keys("list", "--json").out.splitlines()
    listed = json.loads(line)
    assert (listed["name"], listed["roles"], listed["revoked_at"]) == ("shop", ["score"], None)


def test_a_list_shows_each_key_and_its_state(keys):
    keys("create", "a", "--role", "admin")
    keys("create", "b", "--rate", "0.5")
    keys("revoke", "a")
    first, second = (line.split("\t") for line in keys("list").out.splitlines())
    assert first[:3] == ["a", "admin", "-"]
    assert first[4].startswith("revoked 2")
    assert second[:3] == ["b", "score", "0.5/s"]
    assert second[4] == "in force"


def test_a_name_is_given_once(keys):
    keys("create", "shop")
    keys("revoke", "shop")
    printed = keys("create", "shop", status=1)
    assert printed.out == ""
    assert "a name of its own" in printed.err


def test_an_unknown_key_cannot_be_revoked(keys):
    assert "There is none called 'shop'" in keys("revoke", "shop", status=1).err


def test_what_is_done_stands_in_the_audit_log(keys, store):
    key = keys("create", "shop").out.strip()
    keys("revoke", "shop")
    keys("revoke", "shop")
    with store.read() as connection:
        rows = connection.execute(select(audit_log)).mappings().all()
    assert [(row["action"], row["target"]) for row in rows] == [("key.create", "shop"), ("key.revoke", "shop")]
    assert all(row["actor"].startswith("cli:") for row in rows)
    assert key not in str(rows)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "a b"],
        ["create", "a", "--rate", "0"],
        ["create", "a", "--rate", "nan"],
        ["create", "a", "--role", "x"],
        [],
    ],
)
def test_what_no_key_can_have_is_a_usage_error(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["keys", *arguments])


def test_the_embedded_database_is_made_where_there_is_none(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HUOREN_STATE", str(tmp_path / "state"))
    assert main(["keys", "list"]) == 0
    assert capsys.readouterr().out == ""
    store = open_store(Settings(state=tmp_path / "state"))
    assert store.is_up()
    store.close()
