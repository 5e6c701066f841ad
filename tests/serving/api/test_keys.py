import pytest

from serving.store.keys import create_key


@pytest.fixture
def service(open_client, database_url):
    return open_client(database_url=database_url, keeper="none")


@pytest.fixture
def admin(store, service):
    with store.begin() as connection:
        key = create_key(connection, "boss", ["admin"], None, actor="ops")
    service.app.state.service.access.refresh()
    return {"Authorization": f"Bearer {key}"}


def test_a_key_that_was_made_is_in_force_until_it_is_revoked(service, admin):
    answer = service.post("/v1/keys", json={"name": "shop", "roles": ["feedback", "admin"], "rate": 5}, headers=admin)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["rate"]) == ("shop", 5.0)
    own = {"Authorization": f"Bearer {made['key']}"}
    service.app.state.service.access.refresh()
    assert service.get("/v1/keys", headers=own).status_code == 200
    assert service.delete("/v1/keys/shop", headers=admin).status_code == 204
    service.app.state.service.access.refresh()
    assert service.get("/v1/keys", headers=own).status_code == 401


def test_a_list_shows_all_but_the_keys_themselves(service, admin):
    service.post("/v1/keys", json={"name": "shop"}, headers=admin)
    service.delete("/v1/keys/shop", headers=admin)
    boss, shop = service.get("/v1/keys", headers=admin).json()["keys"]
    assert set(boss) == {"name", "roles", "rate", "created_at", "created_by", "revoked_at"}
    assert (boss["roles"], boss["created_by"], boss["revoked_at"]) == (["admin"], "ops", None)
    assert (shop["roles"], shop["created_by"]) == (["score"], "boss")
    assert shop["revoked_at"] > shop["created_at"]


def test_a_name_is_given_once(service, admin, refused):
    service.post("/v1/keys", json={"name": "shop"}, headers=admin)
    refused(service.post("/v1/keys", json={"name": "shop"}, headers=admin), 409)


@pytest.mark.parametrize("name", ["nobody", "%00", "a%2Fb", "笔记", "x" * 3000])
def test_an_unknown_key_cannot_be_revoked(service, admin, refused, name):
    refused(service.delete(f"/v1/keys/{name}", headers=admin), 404)


@pytest.mark.parametrize(
    "change",
    [{"name": "a b"}, {"name": "a\n"}, {"name": ""}, {"roles": []}, {"roles": ["root"]}, {"rate": 0}, {"more": 1}],
)
def test_a_key_that_cannot_be_is_refused(service, admin, refused, change):
    refused(service.post("/v1/keys", json={"name": "shop"} | change, headers=admin), 422)


def test_the_audit_log_is_read_page_by_page(service, admin):
    for name in ("a", "b", "c"):
        service.post("/v1/keys", json={"name": name}, headers=admin)
    first = service.get("/v1/audit-log?limit=3", headers=admin).json()
    second = service.get(f"/v1/audit-log?limit=3&before={first['next']}", headers=admin).json()
    assert [action["target"] for action in first["actions"] + second["actions"]] == ["c", "b", "a", "boss"]
    assert second["next"] is None
    assert (first["actions"][0]["actor"], first["actions"][0]["action"]) == ("boss", "key.create")
    assert first["actions"][0]["details"] == {"roles": ["score"], "rate": None}


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "before=0", f"before={2**63}", "before=x"])
def test_a_page_that_cannot_be_is_refused(service, admin, refused, query):
    refused(service.get(f"/v1/audit-log?{query}", headers=admin), 422)
