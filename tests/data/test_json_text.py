import pytest

from data.errors import DataError
from data.json_text import decode_json


def test_half_an_emoji_becomes_one_replacement_character():
    assert decode_json(r'{"\ude00": ["好\ud83d", "\ud83d\ude00"]}') == {"\ufffd": ["好\ufffd", "\U0001f600"]}


def test_nan_is_null():
    assert decode_json('{"likes": NaN}') == {"likes": None}


@pytest.mark.parametrize("text", ["{", "", '{"a": 1} x', '{"a": "\x00"}'])
def test_broken_json_is_refused_without_quoting_it(text):
    with pytest.raises(DataError, match="the text must be JSON. It is not at character"):
        decode_json(text)


def test_endless_nesting_is_refused():
    with pytest.raises(DataError, match="must not nest so deep"):
        decode_json("[" * 100_000)


def test_a_number_of_5000_digits_is_refused():
    with pytest.raises(DataError, match="at most 4300 digits"):
        decode_json('{"a": ' + "9" * 5000 + ', "b": NaN}')
