"""Segments: which stretches of a batch are read together, whatever way a source writes them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.notes import Comment, Note
from models.segments import N_GROUPS, comment_segments, note_segments
from models.text_batch import FieldGroup, TextBatch


def pieces(segments):
    """(row, text) of each segment."""
    text = [chr(code) for code in segments.codes]
    spans = zip(segments.rows.tolist(), segments.starts.tolist(), segments.ends.tolist(), strict=True)
    return [(row, "".join(text[start:end])) for row, start, end in spans]


def note_pieces(**fields):
    return sorted(pieces(note_segments(TextBatch([Note(note_id="a", **fields)]))))


def plain_pieces(batch):
    """Do as `note_segments` with regular expressions."""
    behind, before, hashtags = [], [], []
    for at in range(len(batch.notes)):
        fields = range(batch.note_fields[at], batch.note_fields[at + 1])
        texts = [batch.text.text[batch.bounds[field] : batch.bounds[field + 1] - 1] for field in fields]
        is_tagged = any(re.search(r"#[^\s#]", text) for text in texts[:2])
        for field, text in zip(fields, texts, strict=True):
            group = batch.field_group[field]
            if group == FieldGroup.TAG and is_tagged:
                continue
            parts = re.split(r"#([^\s#]{1,40})", text) if group <= FieldGroup.TAG else [text]
            row = at * N_GROUPS + group
            behind.append((row, parts[-1]))
            before += [(row, part) for part in parts[:-1:2]]
            hashtags += [(at * N_GROUPS + FieldGroup.TAG, part) for part in parts[1::2]]
    folded = [
        (row, re.sub(r"\s+", " ", re.sub(r"\d", "0", text)).strip(" ")) for row, text in (*behind, *before, *hashtags)
    ]
    return sorted([each for each in folded if each[1]], key=lambda each: each[0])


texts = st.text("早安1 \n#", max_size=12)
comments = st.builds(Comment, text=texts, is_author=st.booleans())
notes = st.builds(
    Note,
    note_id=st.just("a"),
    title=texts,
    body=texts | st.integers(30, 90).map(lambda length: "#" + "长" * length),
    tags=st.lists(texts, max_size=3).map(tuple),
    comments=st.lists(comments, max_size=2).map(tuple),
    image_texts=st.lists(texts, max_size=1).map(tuple),
)


@given(st.lists(notes, max_size=3))
def test_the_kernels_agree_with_regular_expressions(batch):
    batch = TextBatch(batch)
    assert pieces(note_segments(batch)) == plain_pieces(batch)


def test_each_field_group_is_a_row():
    note = Note(
        note_id="b",
        title="题",
        body="文",
        tags=("签", "标"),
        comments=(
            Comment(text="甲", is_author=True),
            Comment(text="乙", is_author=False),
            Comment(text="丙"),
            Comment(text="丁", is_author=True),
        ),
        image_texts=("图",),
    )
    rows = pieces(note_segments(TextBatch([Note(note_id="a"), note])))
    assert rows == [
        (N_GROUPS + group, text) for group, text in zip([0, 1, 2, 2, 3, 3, 4, 4, 5], "题文签标甲丁乙丙图", strict=True)
    ]


def test_hashtags_leave_their_text():
    assert note_pieces(title="早#防晒 安", body="今天很晒 #通勤#夏天") == [
        (FieldGroup.TITLE, "安"),
        (FieldGroup.TITLE, "早"),
        (FieldGroup.BODY, "今天很晒"),
        (FieldGroup.TAG, "夏天"),
        (FieldGroup.TAG, "通勤"),
        (FieldGroup.TAG, "防晒"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "今天很晒", "tags": ("防晒", "通勤")},
        {"body": "今天很晒", "tags": ("#防晒", "＃通勤")},
        {"body": "今天很晒", "tags": ("#防晒#通勤",)},
        {"body": "今天很晒\n#防晒[话题]# #通勤[话题]#"},
        {"body": "今天很晒 #防晒 #通勤", "tags": ("防晒", "通勤")},
        {"body": "今天很晒 #防晒 #通勤", "tags": ("#防晒", "#通勤", "无关")},
    ],
)
def test_note_reads_the_same_however_its_tags_are_written(fields):
    assert note_pieces(**fields) == [(FieldGroup.BODY, "今天很晒"), (FieldGroup.TAG, "通勤"), (FieldGroup.TAG, "防晒")]


def test_tags_are_skipped_only_in_the_note_whose_text_holds_hashtags():
    batch = TextBatch([Note(note_id="a", title="#晒", tags=("重复",)), Note(note_id="b", tags=("留下",))])
    assert pieces(note_segments(batch)) == [(FieldGroup.TAG, "晒"), (N_GROUPS + FieldGroup.TAG, "留下")]


def test_hashtag_in_a_comment_stays_there():
    comment = Comment(text="看 #防晒", is_author=True)
    assert note_pieces(tags=("通勤",), comments=(comment,)) == [
        (FieldGroup.TAG, "通勤"),
        (FieldGroup.AUTHOR_COMMENT, "看 #防晒"),
    ]


def test_hashtag_ends_after_forty_characters():
    assert note_pieces(body="#" + "长" * 43) == [(FieldGroup.BODY, "长" * 3), (FieldGroup.TAG, "长" * 40)]


def test_number_sign_before_a_space_is_no_hashtag():
    assert note_pieces(body="c# 语言") == [(FieldGroup.BODY, "c# 语言")]


def test_every_digit_becomes_zero():
    assert note_pieces(body="到手29.9，加１３８٣") == [(FieldGroup.BODY, "到手00.0,加0000")]


def test_whitespace_runs_become_one_space_and_ends_are_trimmed():
    assert note_pieces(body=" \n早 \n\t 安\u3000\n ") == [(FieldGroup.BODY, "早 安")]


def test_notes_without_text_have_no_segments():
    segments = note_segments(TextBatch([Note(note_id="a", body=" \n"), Note(note_id="b")]))
    assert (pieces(segments), segments.n_units, segments.n_rows) == ([], 2, 2 * N_GROUPS)


@pytest.mark.parametrize("cut", [note_segments, comment_segments])
def test_batch_without_notes_has_no_segments(cut):
    segments = cut(TextBatch([]))
    assert (pieces(segments), segments.n_units) == ([], 0)


def test_each_comment_is_a_row_of_its_own():
    notes = [
        Note(note_id="a", title="题", tags=("签",), comments=(Comment(text="甲1", is_author=False), Comment(text=""))),
        Note(note_id="b", body="文"),
        Note(note_id="c", comments=(Comment(text="乙", is_author=True), Comment(text="丙")), image_texts=("图",)),
    ]
    segments = comment_segments(TextBatch(notes))
    assert (pieces(segments), segments.n_units) == ([(0, "甲0"), (2, "乙"), (3, "丙")], 4)


def test_seeds_all_differ():
    batch = TextBatch([])
    seeds = np.concatenate([note_segments(batch).seeds, comment_segments(batch).seeds])
    assert len(set(seeds.tolist())) == N_GROUPS + 1
