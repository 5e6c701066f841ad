"""Normalisation: what becomes what, idempotence, and positions that map back exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.normalize import FIELD_BREAK, normalize, normalize_fields

MARKUP = st.sampled_from(
    ["[笑哭R]", "[doge]", "#徒步[话题]#", "[话题]", "[", "]", "R]", "加薇", "\u200b", "㎡", "Ⓥ", "\0", "\ud800", "…"]
    + ["繁體"]
)
TEXTS = st.lists(st.one_of(st.text(st.characters(), max_size=8), MARKUP), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ⓥ𝐕🅥ⅴ", "vvvv"),
        ("１３８", "138"),
        ("➊➋③4️⃣", "1234"),
        ("加\u200b微\u202e信", "加微信"),
        ("微̶信", "微信"),
        ("➕薇♥", "+薇❤"),
        ("淘寳 電話", "淘宝 电话"),
        ("㊗大家", "祝大家"),
        ("好用[笑哭R]吗[doge]", "好用☺吗☺"),
        ("#徒步[话题]#走", "#徒步 走"),
        ("[链接]", "[链接]"),
        ("a\0b", "a b"),
        ("\ud83d", "\ufffd"),
        ("", ""),
    ],
)
def test_writing_becomes_what_is_meant(written, meant):
    assert normalize(written) == meant


def test_every_code_point_is_stable_after_one_pass():
    points = [chr(p) for p in range(0x110000) if not 0xD800 <= p < 0xE000]
    once = normalize("".join(points))
    assert normalize(once) == once


@given(TEXTS)
def test_normalising_twice_changes_nothing(text):
    assert normalize(normalize(text)) == normalize(text)


@given(TEXTS)
def test_positions_are_ordered_and_inside_the_original(text):
    result = normalize_fields([text])
    assert len(result.text) == len(result.cased) == len(result.starts) == len(result.ends)
    assert (result.starts < result.ends).all()
    assert (result.ends <= len(text)).all()
    assert (np.diff(result.starts) >= 0).all()


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_fields_are_normalised_as_if_alone(fields):
    joined = normalize_fields(fields)
    for index, field in enumerate(fields):
        alone, span = normalize_fields([field]), slice(joined.bounds[index], joined.bounds[index + 1] - 1)
        assert joined.text[span] == alone.text
        assert FIELD_BREAK not in alone.text
        assert (joined.starts[span] == alone.starts).all()
        assert (joined.ends[span] == alone.ends).all()


@given(TEXTS)
def test_each_character_comes_from_the_span_it_maps_to(text):
    result = normalize_fields([text])
    for char, start, end in zip(result.text, result.starts, result.ends, strict=True):
        assert char in normalize(text[start:end])


@pytest.mark.parametrize(
    ("text", "seen", "starts", "ends"),
    [
        ("\u200b\u200b好\u200b", "好", [2], [3]),
        ("好㎡\ufe0f…吧", "好m2...吧", [0, 1, 1, 3, 3, 3, 4], [1, 2, 2, 4, 4, 4, 5]),
        ("…[笑\u200b哭R]…[话题]#", "...☺... ", [0, 0, 0, 1, 7, 7, 7, 8], [1, 1, 1, 7, 8, 8, 8, 13]),
        ("\u200b", "", [], []),
    ],
)
def test_what_vanishes_or_expands_beside_markup_keeps_its_place(text, seen, starts, ends):
    result = normalize_fields([text])
    assert (result.text, result.starts.tolist(), result.ends.tolist()) == (seen, starts, ends)


def test_case_is_kept_beside_the_lower_cased_text():
    assert normalize_fields(["ＡbＣ"]).cased == "AbC"
