"""Folded text: hashtags stand where a regular expression finds them, and places follow dropped whitespace."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.notes import Note
from models.folded_text import fold_text
from models.text_batch import TextBatch

texts = st.text(alphabet='早安 \n\t#＃09\0\x01"!😀\u3000', max_size=60)


def fold(*bodies):
    batch = TextBatch([Note(note_id="a", body=body) for body in bodies])
    return batch, fold_text(batch)


@given(st.lists(texts, max_size=3), st.integers(0, 90))
def test_hashtags_are_those_of_the_regular_expression(bodies, length):
    batch, text = fold(*bodies, "#" + "长" * length + "#尾")
    found = [match.span() for match in re.finditer(r"#[^\s#\0]{1,40}", batch.text.text)]
    assert list(zip(text.tag_starts.tolist(), text.tag_ends.tolist(), strict=True)) == found


@given(st.lists(texts, max_size=3))
def test_whitespace_runs_are_one_space(bodies):
    batch, text = fold(*bodies)
    expected = re.sub(r"\s+", " ", re.sub(r"\d", "0", batch.text.text)) + "\0"
    assert "".join(map(chr, text.codes)) == expected


def test_places_are_those_of_the_same_characters():
    batch, text = fold("早 \n 安1", "  晚")
    kept = np.setdiff1d(np.arange(len(batch.text.codes)), text.dropped)
    assert text.places(kept).tolist() == list(range(len(kept)))
    place = text.places(np.array([batch.text.text.index("晚")]))[0]
    assert chr(text.codes[place]) == "晚"
