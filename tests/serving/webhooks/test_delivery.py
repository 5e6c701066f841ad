import dataclasses
import hashlib
import hmac
import json
import socket
import ssl
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from serving.store.clock import now_us
from serving.store.tables import webhook
from serving.webhooks import post
from serving.webhooks.delivery import FIRST_WAIT_SECONDS, RETRIES, deliver_due, wait_seconds
from serving.webhooks.events import JobFinished
from serving.webhooks.outbox import enqueue

EVENT = JobFinished(
    job_id="0" * 32,
    state="done",
    total=3,
    done=2,
    failed=1,
    finished_at=datetime(2026, 3, 1, tzinfo=UTC),
    results=f"/v1/jobs/{'0' * 32}/results",
)


def put(store, url):
    with store.begin() as connection:
        return enqueue(connection, url=url, body=EVENT)


def rows(store):
    with store.read() as connection:
        return connection.execute(select(webhook).order_by(webhook.c.created_us)).all()


def make_due(store):
    with store.begin() as connection:
        connection.execute(update(webhook).values(next_us=0))


def test_a_receiver_can_check_the_signature_of_the_raw_body(store, settings, receiver):
    webhook_id = put(store, receiver.url)
    deliver_due(store, settings)
    (got,) = receiver.received
    expected = hmac.new(settings.webhook_secret.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-Huoren-Signature"] == f"sha256={expected}"
    assert got.headers["X-Huoren-Delivery"] == webhook_id
    assert got.headers["X-Huoren-Event"] == "job.finished"
    assert abs(int(got.headers["X-Huoren-Timestamp"]) - now_us() / 1e6) < 60
    assert got.path == "/hook?from=huoren"
    assert json.loads(got.body) == {
        "event": "job.finished",
        "job_id": "0" * 32,
        "state": "done",
        "total": 3,
        "done": 2,
        "failed": 1,
        "finished_at": "2026-03-01T00:00:00Z",
        "results": f"/v1/jobs/{'0' * 32}/results",
    }


def test_what_was_delivered_is_neither_sent_again_nor_kept(store, settings, receiver):
    put(store, receiver.url)
    deliver_due(store, settings)
    make_due(store)
    deliver_due(store, settings)
    assert len(receiver.received) == 1
    (row,) = rows(store)
    assert (row.state, row.last_status, row.body) == ("delivered", 200, b"")


def test_a_receiver_that_fails_twice_gets_the_same_delivery_a_third_time(store, settings, receiver):
    receiver.statuses = [500, 503, 204]
    put(store, receiver.url)
    for _ in range(4):
        deliver_due(store, settings)
        make_due(store)
    assert len(receiver.received) == 3
    assert len({(got.headers["X-Huoren-Delivery"], got.body) for got in receiver.received}) == 1
    assert rows(store)[0].state == "delivered"


def test_after_a_failure_the_next_try_waits(store, settings, receiver):
    receiver.statuses = [500]
    put(store, receiver.url)
    deliver_due(store, settings)
    deliver_due(store, settings)
    assert len(receiver.received) == 1
    (row,) = rows(store)
    assert row.state == "waiting"
    assert row.next_us > now_us()


def test_a_receiver_that_never_accepts_is_given_up_after_five_retries(store, settings, receiver):
    receiver.statuses = [404]
    put(store, receiver.url)
    for _ in range(RETRIES + 3):
        deliver_due(store, settings)
        make_due(store)
    assert len(receiver.received) == 1 + RETRIES
    (row,) = rows(store)
    assert (row.state, row.last_status) == ("failed", 404)


def test_a_redirect_is_not_followed(store, settings, receiver):
    receiver.statuses = [302]
    receiver.headers = {"Location": receiver.url}
    put(store, receiver.url)
    deliver_due(store, settings)
    assert len(receiver.received) == 1
    assert rows(store)[0].last_status == 302


def test_a_slow_receiver_is_cut_off_and_holds_up_no_other(store, settings, receiver, monkeypatch):
    monkeypatch.setattr(post, "ANSWER_SECONDS", 1.5)
    receiver.delay = 5.0
    for _ in range(8):
        put(store, receiver.url)
    deliver_due(store, settings)
    receiver.wait_for(8)
    assert {(row.state, row.last_status) for row in rows(store)} == {("waiting", None)}


def test_a_receiver_may_take_longer_to_answer_than_to_be_reached(receiver, monkeypatch):
    monkeypatch.setattr(post, "CONNECT_SECONDS", 1.0)
    receiver.delay = 2.0
    assert post.post(receiver.url, b"", {}) == 200


def test_a_receiver_that_is_not_there_is_tried_again(store, settings, receiver):
    gone = dataclasses.replace(settings, webhook_url="http://127.0.0.1:1/")
    put(store, gone.webhook_url)
    deliver_due(store, gone)
    (row,) = rows(store)
    assert (row.state, row.attempts, row.last_status) == ("waiting", 1, None)


def test_two_keepers_at_once_deliver_once(store, settings, receiver):
    for _ in range(20):
        put(store, receiver.url)
    threads = [threading.Thread(target=deliver_due, args=(store, settings)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.received) == 20
    assert len({got.headers["X-Huoren-Delivery"] for got in receiver.received}) == 20


@pytest.mark.parametrize("change", [{"webhook_url": None}, {"webhook_secret": None}])
def test_nothing_is_sent_where_the_settings_no_longer_say_so(store, settings, receiver, change):
    put(store, receiver.url)
    deliver_due(store, dataclasses.replace(settings, **change))
    assert receiver.received == []
    assert rows(store)[0].state == "failed"


def test_an_event_of_a_transaction_that_fails_is_not_sent(store, settings, receiver):
    with pytest.raises(ZeroDivisionError), store.begin() as connection:  # noqa: PT012
        enqueue(connection, url=receiver.url, body=EVENT)
        _ = 1 / 0
    deliver_due(store, settings)
    assert receiver.received == []


def test_pauses_grow_to_about_an_hour_in_all():
    pauses = [[wait_seconds(tries) for _ in range(200)] for tries in range(1, RETRIES + 1)]
    assert min(pauses[0]) >= FIRST_WAIT_SECONDS / 2
    assert max(pauses[0]) > 1.1 * min(pauses[0])  # receivers that came back are not met by all at once
    assert all(max(shorter) < min(longer) * 2 for shorter, longer in zip(pauses, pauses[1:], strict=False))
    assert 1000 < sum(map(min, pauses)) < sum(map(max, pauses)) < 7200


def test_an_ipv6_host_without_a_port_is_called_on_its_schemes_own(monkeypatch):
    called = []

    def refuse(address, *_):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    for url in ("http://[::1]/", "https://[::1]/", "https://[::1]:8443/"):
        assert post.post(url, b"", {}) is None
    assert called == [("::1", 80), ("::1", 443), ("::1", 8443)]


def test_certificates_that_cannot_be_read_fail_one_post_alone(monkeypatch):
    def fail():
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(ssl, "create_default_context", fail)
    assert post.post("https://hooks.example.com/", b"", {}) is None
