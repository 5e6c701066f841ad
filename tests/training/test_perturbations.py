"""Perturbations: each kind writes decisive words as it says, and leaves everything else as it was."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ConfigError
from data.normalize import normalize
from data.notes import Comment, Note
from training.perturbations import HELD_OUT_KINDS, PERTURBATIONS, TRAINED_KINDS, perturb_note

each_kind = pytest.mark.parametrize("kind", PERTURBATIONS)


def writings(kind, text, n=60):
    return {PERTURBATIONS[kind](text, random.Random(seed)) for seed in range(n)}


@pytest.mark.parametrize(
    ("kind", "word", "written"),
    [
        ("homophone", "微信", {"威信", "薇芯"}),
        ("pinyin_initials", "微信", {"wx", "weixin", "wei xin", "wei信"}),
        ("split_characters", "微信", {"彳敚信", "微亻言"}),
        ("look_alikes", "微信", {"徽信", "微伩"}),
        ("emoji_words", "扣扣", {"🐧"}),
        ("full_width", "微信", {"ｗｘ", "ＶＸ"}),
        ("zero_width", "微信", {"微\u200b信"}),
        ("traditional", "电话", {"電話", "电話"}),
        ("inserted_symbols", "微信", {"微.信", "微 信"}),
        ("shuffled_neighbours", "微信", {"信微"}),
    ],
)
def test_kind_writes_a_decisive_word_its_way(kind, word, written):
    assert written <= writings(kind, word)


@each_kind
def test_ordinary_words_stay(kind):
    text = "周末和朋友去爬山，下午三点到山顶，2024年10月，一共花了128"
    assert writings(kind, text, n=5) == {text}


@each_kind
def test_only_the_decisive_word_changes(kind):
    for text in writings(kind, "今天去爬山。咨询请看主页。风很大", n=20):
        assert text.startswith("今天去爬山。")
        assert text.endswith("。风很大")


@each_kind
def test_the_same_seed_writes_the_same(kind):
    text = "加微信预约，淘宝也能买"
    assert PERTURBATIONS[kind](text, random.Random(7)) == PERTURBATIONS[kind](text, random.Random(7))


@pytest.mark.parametrize("kind", ["zero_width", "full_width", "traditional"])
@given(st.integers(0, 1000))
def test_what_the_normaliser_undoes_reads_as_before(kind, seed):
    text = "加vx: lin_2233a 或电话13900001234，链接在主页"
    assert normalize(PERTURBATIONS[kind](text, random.Random(seed))) == normalize(text)


def test_symbols_split_a_number_that_is_written_out():
    assert any(
        text.count("139") == 1 and "13900001234" not in text for text in writings("inserted_symbols", "打13900001234")
    )


@each_kind
def test_every_text_field_of_a_note_is_perturbed(kind):
    words = "微信 电话 扣扣"
    note = Note(note_id="a", title=words, body=words, tags=(words,), comments=(Comment(text=words, is_author=True),))
    perturbed = perturb_note(note, kind, random.Random(1))
    assert words not in (perturbed.title, perturbed.body, perturbed.tags[0], perturbed.comments[0].text)
    assert perturbed.comments[0].is_author
    assert perturbed.note_id == "a"


def test_a_note_without_decisive_words_stays_equal():
    note = Note(note_id="a", title="爬山", comments=(Comment(text="风景真好"),))
    assert all(perturb_note(note, kind, random.Random(0)) == note for kind in PERTURBATIONS)


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"one of homophone, .*shuffled_neighbours\. Got 'rot13' instead"):
        perturb_note(Note(note_id="a"), "rot13", random.Random(0))


def test_trained_and_held_out_kinds_share_nothing():
    assert len(HELD_OUT_KINDS) == 2
    assert set(TRAINED_KINDS) | HELD_OUT_KINDS == set(PERTURBATIONS)
    assert not set(TRAINED_KINDS) & HELD_OUT_KINDS
