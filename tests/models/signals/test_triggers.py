"""Triggers: the compiled pass finds what a plain search finds, in any text and any number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.triggers import TriggerFinder

LISTENERS = {"加": [0], "加微": [1], "加微信": [0, 2], "微信": [3], "信加": [4], "vx": [5], "😀": [6], "aaa": [7]}
FINDER = TriggerFinder(LISTENERS)
TEXTS = st.text(st.sampled_from("加微信vxa😀\0 ?"), max_size=40)


def find(text, finder=FINDER):
    arrays = finder.find(np.array([ord(char) for char in text], dtype=np.uint32))
    return list(zip(*(values.tolist() for values in arrays), strict=True))


@given(TEXTS)
def test_finds_what_a_search_trigger_by_trigger_finds(text):
    expected = [
        (start, start + len(trigger), listener)
        for trigger, listeners in LISTENERS.items()
        for listener in listeners
        for start in range(len(text))
        if text.startswith(trigger, start)
    ]
    assert sorted(find(text)) == sorted(expected)


def test_a_trigger_within_another_is_found_too():
    assert find("加微信") == [(0, 1, 0), (0, 2, 1), (0, 3, 0), (0, 3, 2), (1, 3, 3)]


def test_more_hits_than_expected_are_all_returned():
    assert len(find("加" * 5000)) == 5000


def test_a_trigger_cut_by_the_end_is_not_found():
    assert find("v") == find("aa") == find("") == []


@pytest.mark.parametrize("n_triggers", [0, 1, 3000])
def test_any_number_of_triggers(n_triggers):
    triggers = {chr(0x4E00 + k) + chr(0x4E00 + k // 3): [k] for k in range(n_triggers)}
    finder = TriggerFinder(triggers)
    text = "。".join(triggers)
    assert [listener for _, _, listener in find(text, finder)] == list(range(n_triggers))
