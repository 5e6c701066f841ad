"""The batch: every field of every note once, in a fixed order, and found again from any position."""

import numpy as np
import pytest

from data.notes import Comment, Note
from models.text_batch import FieldGroup, TextBatch

NOTES = (
    Note(
        note_id="a",
        title="题",
        body="正文",
        tags=("标签", "二"),
        comments=(Comment(text="自答", is_author=True), Comment(text="旁人"), Comment(text="读者", is_author=False)),
        image_texts=("图",),
    ),
    Note(note_id="b"),
    Note(note_id="c", body="末", image_texts=("图一", "图二")),
)


def test_fields_stand_in_order_with_their_groups_and_indices():
    batch = TextBatch(NOTES[:1])
    assert batch.originals == ["题", "正文", "标签", "二", "自答", "旁人", "读者", "图"]
    assert batch.field_group == [
        FieldGroup.TITLE,
        FieldGroup.BODY,
        FieldGroup.TAG,
        FieldGroup.TAG,
        FieldGroup.AUTHOR_COMMENT,
        FieldGroup.OTHER_COMMENT,
        FieldGroup.OTHER_COMMENT,
        FieldGroup.IMAGE,
    ]
    assert batch.field_index == [0, 0, 0, 1, 0, 1, 2, 0]
    names = [batch.field_name(field) for field in range(8)]
    assert names == [
        "title",
        "body",
        "tags[0]",
        "tags[1]",
        "comments[0]",
        "comments[1]",
        "comments[2]",
        "image_texts[0]",
    ]


def test_each_field_knows_its_note():
    batch = TextBatch(NOTES)
    assert batch.note_fields == [0, 8, 10, 14]
    assert batch.field_note == [0] * 8 + [1] * 2 + [2] * 4


def test_arrays_hold_what_the_lists_hold():
    batch = TextBatch(NOTES)
    assert batch.note_of_field.tolist() == batch.field_note
    assert batch.group_of_field.tolist() == batch.field_group


def test_positions_lead_back_to_their_fields():
    batch = TextBatch(NOTES)
    for field, original in enumerate(batch.originals):
        for position in range(batch.bounds[field], batch.bounds[field] + len(original)):
            assert batch.field_at(position) == field
    positions = np.arange(len(batch.text.text))
    assert batch.fields_at(positions).tolist() == [batch.field_at(position) for position in positions.tolist()]


@pytest.mark.parametrize(("field", "text"), [(0, None), (3, None), (4, "自答"), (6, "读者"), (7, None)])
def test_only_comment_fields_have_a_comment(field, text):
    comment = TextBatch(NOTES).comment_of(field)
    assert (comment.text if comment else None) == text


def test_spans_are_turned_into_the_fields_own_positions():
    batch = TextBatch([Note(note_id="a", title="题", body="加\u200b微信")])
    start = batch.text.text.index("加")
    assert batch.original_span(start, start + 2) == (0, 3)
