"""Phrases: found whole in normalised text, never as a piece of a longer word."""

import pytest

from data.normalize import FIELD_BREAK, normalize
from models.phrases import PhraseHit, PhraseHits, PhraseMatcher


def hits(matcher, text):
    return PhraseHits.of(matcher.find(text))


@pytest.mark.parametrize(
    ("phrase", "text", "is_hit"),
    [
        ("vx", "加vx吧", True),
        ("vx", "VX", True),
        ("vx", "用vxworks写的", False),
        ("vx", "用devx写的", False),
        ("vx", "devx和vx", True),
        ("vx 号", "我的vx 号码", True),
        ("扣6领", "想要的扣6领资料", True),
        ("扣6", "扣66", False),
        ("領資料", "扣６领资料", True),
        ("领资料", f"来领{FIELD_BREAK}资料", False),
        ("领资料", "", False),
    ],
)
def test_phrase_is_found_whole(phrase, text, is_hit):
    fields = FIELD_BREAK.join(normalize(field) for field in text.split(FIELD_BREAK))
    assert hits(PhraseMatcher(block=[phrase]), fields) == PhraseHits(allow=False, block=is_hit)


def test_block_phrase_inside_a_longer_allow_phrase_is_no_hit():
    matcher = PhraseMatcher(allow=["青禾私信台"], block=["私信"])
    assert hits(matcher, "青禾私信台今天休息") == PhraseHits(allow=True, block=False)


def test_block_phrase_that_also_stands_alone_is_a_hit():
    matcher = PhraseMatcher(allow=["青禾私信台"], block=["私信"])
    assert hits(matcher, "青禾私信台休息,私信我").block


def test_longer_word_shields_a_block_phrase():
    text = normalize("最近在微信读书上看完了")
    assert hits(PhraseMatcher(block=["微信"]), text).block
    assert not hits(PhraseMatcher(block=["微信"], words=["微信读书"]), text).block


def test_longer_word_shields_an_allow_phrase():
    assert not hits(PhraseMatcher(allow=["青禾"], words=["青禾代购"]), "青禾代购开张").allow


def test_longer_word_elsewhere_or_overlapping_shields_nothing():
    matcher = PhraseMatcher(block=["微信"], words=["微信读书", "低微信"])
    assert hits(matcher, "微信读书好用,加微信").block
    assert hits(PhraseMatcher(block=["微信号"], words=["微信读书"]), "微信读书的微信号").block


def test_the_same_phrase_may_be_allowed_and_blocked():
    assert hits(PhraseMatcher(allow=["青禾"], block=["青禾"]), "青禾") == PhraseHits(allow=True, block=True)


def test_no_phrases_hit_nothing():
    assert hits(PhraseMatcher(), "加vx吧") == PhraseHits(allow=False, block=False)


def test_the_first_place_of_each_phrase_is_given_in_order_and_as_it_was_typed():
    matcher = PhraseMatcher(allow=["晴天"], block=["ＶＸ", "領", "vx"])
    assert matcher.find("devx领vx,晴天vx") == [
        PhraseHit(4, 5, "領", "block_phrase"),
        PhraseHit(5, 7, "ＶＸ", "block_phrase"),
        PhraseHit(8, 10, "晴天", "allow_phrase"),
    ]


def test_the_first_place_is_one_that_no_longer_word_holds():
    assert PhraseMatcher(block=["微信"], words=["微信读书", "小微信"]).find("微信读书,小微信,微信")[0].start == 9
