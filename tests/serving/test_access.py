import hashlib
import stat

import pytest

from data.errors import ConfigError
from serving.access import Access
from serving.settings import Settings
from serving.store.engine import Store, StoreUnavailable
from serving.store.keys import create_key, revoke_key
from serving.store.tables import api_key


def hashed(key):
    return hashlib.sha256(key.encode()).hexdigest()


def add(store, name="shop", roles=("score",), rate=None):
    with store.begin() as connection:
        return create_key(connection, name, roles, rate, actor="ops")


@pytest.fixture
def open_access(store, tmp_path):
    opened = []

    def make(database=store, **settings):
        opened.append(Access(Settings(state=tmp_path / "state", **settings), database))
        return opened[-1]

    yield make
    for access in opened:
        access.close()


@pytest.fixture
def away():
    store = Store("postgresql://huoren@127.0.0.1:1/huoren")
    yield store
    store.close()


def test_without_keys_the_service_is_open(open_access):
    access = open_access()
    access.refresh()
    assert access.is_open
    assert access.find("") is None


def test_a_new_key_is_known_after_a_refresh(open_access, store):
    access = open_access()
    access.refresh()
    key = add(store, roles=["feedback", "score"])
    access.refresh()
    caller = access.find(key)
    assert (caller.name, caller.roles) == ("shop", {"score", "feedback"})
    assert not access.is_open
    assert access.find(key + "x") is access.find(key.upper()) is access.find("钥\ud83d") is access.find("") is None


def test_a_revoked_key_is_unknown_and_opens_nothing(open_access, store):
    key = add(store)
    access = open_access()
    access.refresh()
    with store.begin() as connection:
        revoke_key(connection, "shop", actor="ops")
    access.refresh()
    assert access.find(key) is None
    assert not access.is_open


def test_a_database_that_has_lost_its_keys_opens_nothing(open_access, store):
    access = open_access()
    key = add(store)
    access.refresh()
    with store.begin() as connection:
        connection.execute(api_key.delete())
    access.refresh()
    assert not access.is_open
    assert access.find(key) is None


def test_an_admin_has_every_role(open_access, store):
    key = add(store, roles=["admin"])
    access = open_access()
    access.refresh()
    assert access.find(key).roles == {"score", "feedback", "admin"}


def test_keys_of_the_environment_need_no_database(open_access, away):
    access = open_access(
        away, api_keys=f"shop:score+feedback:{hashed('huoren_a')}, ops:admin:{hashed('huoren_b').upper()}"
    )
    assert access.find("huoren_a").name == "shop"
    assert "admin" in access.find("huoren_b").roles
    assert not access.is_open


def test_a_start_without_the_database_knows_the_keys_of_before(open_access, store, away):
    key = add(store)
    open_access().refresh()
    access = open_access(away)
    with pytest.raises(StoreUnavailable):
        access.refresh()
    assert access.find(key).name == "shop"


def test_while_nobody_knows_whether_there_are_keys_nothing_is_open(open_access, away):
    access = open_access(away)
    assert not access.is_open


def test_the_snapshot_holds_hashes_alone_and_is_its_owners(open_access, store, tmp_path):
    key = add(store)
    open_access().refresh()
    path = tmp_path / "state" / "keys.json"
    assert key not in path.read_text()
    assert hashed(key) in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in path.parent.iterdir()) == ["keys.json", "rates"]


def test_a_revoked_key_that_a_full_disk_kept_on_is_unknown_once_it_takes_something(
    open_access, store, away, monkeypatch
):
    key = add(store)
    access = open_access()
    access.refresh()
    with store.begin() as connection:
        revoke_key(connection, "shop", actor="ops")

    def fail(path, keys):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("serving.access.write_snapshot", fail)
        with pytest.raises(OSError, match="No space"):
            access.refresh()
    assert access.find(key) is None
    access.refresh()
    assert open_access(away).find(key) is None


@pytest.mark.parametrize("content", [b'{"keys": 1}', b'{"was_any": true, "keys": [{"name": "\xff"}]}'])
def test_a_snapshot_that_cannot_be_read_counts_as_none(open_access, tmp_path, content):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "keys.json").write_bytes(content)
    access = open_access()
    assert not access.is_open
    access.refresh()
    assert access.is_open


def test_each_key_has_its_own_rate_and_the_others_that_of_the_settings(open_access, store):
    keys = [add(store, "slow", rate=0.001), add(store, "rest")]
    access = open_access(rate=3.0, api_keys=f"own:score:{hashed('own')}")
    access.refresh()
    slow, rest, own = (access.find(key) for key in (*keys, "own"))
    assert access.allow(slow) == 0.0
    assert access.allow(slow) > 900
    assert [access.allow(rest) for _ in range(3)] == [0.0] * 3
    assert access.allow(own) == 0.0


def test_without_a_rate_there_is_no_limit(open_access, store):
    key = add(store)
    access = open_access()
    access.refresh()
    assert {access.allow(access.find(key)) for _ in range(100)} == {0.0}


@pytest.mark.parametrize(
    "text",
    [
        "canary",
        f"a b:score:{'0' * 64}",
        f"a:root:{'0' * 64}",
        f"a:score+:{'0' * 64}",
        f"a:score:{'0' * 63}",
        f"a:score:{'0' * 64},a:score:{'1' * 64}",
        f"a:score:{'0' * 64},b:score:{'0' * 64}",
    ],
)
def test_an_unusable_list_of_keys_is_refused_and_not_quoted(text, tmp_path, away):
    with pytest.raises(ConfigError, match="HUOREN_API_KEYS must") as caught:
        Access(Settings(state=tmp_path, api_keys=text), away)
    assert "canary" not in str(caught.value)
