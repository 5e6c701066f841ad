"""Shape: lengths, character classes, tags and thread of a note are counted where they stand."""

import numpy as np
import pytest

from data.notes import Comment, Note
from models.shape import SHAPE, shapes
from models.text_batch import TextBatch


def shape(**fields):
    whole, author = shapes(TextBatch([Note(note_id="a", **fields)]), np.zeros(1, dtype=np.int64))
    return dict(zip(SHAPE, whole[0].tolist(), strict=True)), dict(zip(SHAPE, author[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("body", "name", "count"),
    [
        ("1２③", "digits", 3),
        ("aBＣ", "latin", 3),
        ("好😀☀", "emoji", 2),
        ("！!", "exclamation", 2),
        ("？?", "question", 2),
        ("\n\n好", "line", 2),
        ("📍☎📞", "pin", 3),
        ("📍☎📞", "emoji", 3),
        ("✅", "check", 1),
        ("✅", "emoji", 1),
    ],
)
def test_characters_of_the_body_are_counted_by_class(body, name, count):
    assert shape(body=body)[0][name] == pytest.approx(np.log1p(count) / 4)
    assert shape(title=body)[0][name] == 0


@pytest.mark.parametrize(
    ("length", "flags"),
    [
        (0, (1, 0, 0)),
        (14, (1, 0, 0)),
        (15, (0, 1, 0)),
        (59, (0, 1, 0)),
        (60, (0, 0, 0)),
        (400, (0, 0, 0)),
        (401, (0, 0, 1)),
    ],
)
def test_bodies_are_sorted_by_length(length, flags):
    found = shape(title="两字", body="字" * length)[0]
    assert (found["no_body"], found["caption_body"], found["long_body"]) == flags
    assert found["body_length"] == pytest.approx(np.log1p(length) / 6)
    assert found["title_length"] == pytest.approx(np.log1p(2) / 4)


@pytest.mark.parametrize(
    ("fields", "n_tags"),
    [
        ({}, 0),
        ({"tags": ("a", "b")}, 2),
        ({"body": "#a #b #c", "tags": ("a", "b")}, 3),  # written tags are repeated in `tags`
        ({"title": "#a", "body": "#b", "tags": ("c",) * 9}, 2),
        ({"tags": ("#a",) * 6}, 6),
    ],
)
def test_tags_are_counted_once(fields, n_tags):
    found = shape(**fields)[0]
    assert found["n_tags"] == pytest.approx(np.log1p(n_tags) / 3)
    assert (found["no_tags"], found["many_tags"]) == (n_tags == 0, n_tags >= 6)


def test_a_harmless_comment_changes_no_shape():
    answer = Comment(text="好看", is_author=True)
    assert shape(body="一二三", comments=(answer,)) == shape(body="一二三")
