import pytest

from serving.api import appeals
from serving.store.feedback import add_feedback
from tests.serving.api.plain_service import open_endpoints
from tests.serving.store.test_feedback import make_row


@pytest.fixture
def client(store):
    return open_endpoints(store, appeals.ENDPOINTS)


def test_each_rule_has_its_overturn_rate_with_an_interval(client, store):
    ends = ["overturned"] * 3 + ["upheld"] * 7
    with store.begin() as connection:
        rows = [make_row(number, appeal=end, rule_id="contact") for number, end in enumerate(ends)]
        add_feedback(connection, [*rows, make_row(20, appeal="upheld"), make_row(21)])
    answer = client.get("/v1/appeals", params={"by": "rule"}).json()
    contact, no_rule = answer["rules"]
    assert (contact["rule_id"], contact["appeals"], contact["overturned"]) == ("contact", 10, 3)
    # Wilson's interval of 3 of 10, as R's binom::binom.confint(3, 10, methods = "wilson") gives it
    assert contact["overturn_rate"] == pytest.approx(0.3)
    assert (contact["ci_low"], contact["ci_high"]) == pytest.approx((0.1077913, 0.6032219), abs=1e-6)
    assert contact["level"] == 0.95
    assert (no_rule["rule_id"], no_rule["appeals"], no_rule["overturn_rate"]) == (None, 1, 0.0)


def test_withdrawn_and_earlier_appeals_do_not_count(client, store):
    with store.begin() as connection:
        rows = [make_row(1, appeal="upheld"), make_row(2, appeal="upheld", withdrawn_us=9)]
        add_feedback(connection, rows)
    assert [rule["appeals"] for rule in client.get("/v1/appeals").json()["rules"]] == [1]
    assert client.get("/v1/appeals", params={"since": "2020-01-01"}).json()["rules"] == []
    assert client.get("/v1/appeals", params={"by": "actor"}).status_code == 422
