import pytest

from data.notes import Comment, Note
from serving.fields import field_text, utf16_position

NOTE = Note(
    note_id="a", title="题", body="文", tags=("甲", "乙"), comments=(Comment(text="评"),), image_texts=("图", "字")
)


@pytest.mark.parametrize(
    ("field", "text"),
    [("title", "题"), ("body", "文"), ("tags[1]", "乙"), ("comments[0]", "评"), ("image_texts[1]", "字")],
)
def test_each_field_is_found_by_the_name_evidence_uses(field, text):
    assert field_text(NOTE, field) == text


def test_the_platforms_word_has_no_text():
    assert field_text(NOTE, "platform") is None


def test_utf16_positions_count_an_emoji_twice():
    text = "上🍑搜🐬程"
    assert [utf16_position(text, position) for position in range(6)] == [0, 1, 3, 4, 6, 7]
