from data.kinds import KINDS
from data.labels import LABELS


def test_labels_come_in_their_order_with_the_parts_of_diversion_after_them(client):
    labels = client.get("/v1/labels").json()["labels"]
    assert [label["id"] for label in labels] == [*LABELS, "diversion.contact", "diversion.offsite"]
    assert [label["parent"] for label in labels[-2:]] == ["diversion", "diversion"]
    assert all(label["zh"] and label["en"] for label in labels)


def test_every_kind_is_named_and_belongs_to_a_part_of_diversion_if_it_leads_off_the_platform(client):
    kinds = {kind["id"]: kind for kind in client.get("/v1/labels").json()["kinds"]}
    assert kinds.keys() == KINDS.keys()
    assert {name for name, kind in kinds.items() if kind["label"]} == {
        name for name, kind in KINDS.items() if kind.site == "off"
    }
    parts = {name: kinds[name]["label"] for name in ("wechat", "dm_lead", "jd_link", "in_site_link")}
    assert parts == {
        "wechat": "diversion.contact",
        "dm_lead": "diversion.contact",
        "jd_link": "diversion.offsite",
        "in_site_link": None,
    }


def test_thresholds_are_those_in_force(open_client):
    answer = open_client(given=None, keeper="none").get("/v1/labels").json()
    (policy,) = answer["policies"]
    assert answer["question_thresholds"].keys() == {"commercial", "disclosed", "diversion"}
    assert 0 < policy["labels"]["diversion"]["review"] < policy["labels"]["diversion"]["block"]
    assert policy["labels"]["undisclosed_ad"]["block"] is None
