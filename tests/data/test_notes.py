import pytest

from data.errors import DataError
from data.notes import note_from_mapping


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"bodyy": "x"}, r"unknown key 'bodyy'\. A note has author_id, body"),
        (
            {"comments": [{}, {"is_autor": True}]},
            r"unknown key 'comments\[1\]\.is_autor'\. 'comments\[1\]' has author_id",
        ),
        ({"platform": {"ad": True}}, r"unknown key 'platform\.ad'\. 'platform' has brand_partner"),
        ({"platform": {"links": [{"url": "x"}]}}, r"unknown key 'platform\.links\[0\]\.url'\. .* has kind, platform\."),
    ],
)
def test_an_unknown_key_is_refused_where_keys_are_strict_and_ignored_elsewhere(raw, words):
    if "links" not in raw.get("platform", {}):  # a link without its kind is no link
        assert note_from_mapping({"note_id": "a", **raw}).note_id == "a"
    with pytest.raises(DataError, match=words):
        note_from_mapping({"note_id": "a", **raw}, strict_keys=True)


@pytest.mark.parametrize("raw", [{"加微信abc": 1}, {"comments": [{"加微信abc": 1}]}, {"platform": {"加微信abc": 1}}])
def test_a_key_that_is_text_is_not_quoted(raw):
    with pytest.raises(DataError, match=r"^unknown key of 6 characters\."):
        note_from_mapping({"note_id": "a", **raw}, strict_keys=True)


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ({"industry": "加微信"}, r"^one of fmcg, sports_outdoor, health, other must be given\. Got another\. - at "),
        ({"links": [{"kind": "加微信 - at `$.x`", "platform": "jd"}]}, r"^one of goods_card, .*links\[0\]\.kind`$"),
        ({"links": [{"kind": "ad_link", "platform": "加微信"}]}, r"^one of taobao, .*links\[0\]\.platform`$"),
    ],
)
def test_another_value_than_the_known_is_refused_with_these_and_not_quoted(platform, words):
    with pytest.raises(DataError, match=words) as refused:
        note_from_mapping({"note_id": "a", "platform": platform})
    assert "加微信" not in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"published_at": "加微信"}, "published_at"),
        ({"collected_at": "加微信"}, "collected_at"),
        ({"comments": [{"published_at": "加微信"}]}, r"comments\[0\]\.published_at"),
    ],
)
def test_a_time_that_cannot_be_read_is_named_by_its_key(raw, key):
    with pytest.raises(DataError, match=rf"^'{key}': a time must be ISO .* Got 3 characters"):
        note_from_mapping({"note_id": "a", **raw})


@pytest.mark.parametrize(
    ("note_author", "comment", "is_author"),
    [
        ("u1", {"author_id": "u1"}, True),
        ("u1", {"author_id": "u2"}, None),  # one of the two may be hashed
        ("u1", {"author_id": "u1", "is_author": False}, False),
        ("u1", {}, None),
        (None, {}, None),
    ],
)
def test_a_comment_with_the_notes_author_id_is_the_authors(note_author, comment, is_author):
    raw = {"note_id": "a", "author_id": note_author, "comments": [{"text": "好看"}, {"text": "在哪", **comment}]}
    assert [each.is_author for each in note_from_mapping(raw).comments] == [None, is_author]
