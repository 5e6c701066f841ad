"""What the fast way reads is what `data.notes.note_from_mapping` reads."""

import json

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.errors import DataError
from data.notes import Comment, Note, Platform, note_from_mapping
from serving.api.note_input import CommentInput, NoteInput, PlatformInput, to_note

texts = st.none() | st.text(max_size=8)
flags = st.none() | st.booleans()
times = st.none() | st.sampled_from(
    [
        "2025-03-11T16:00:00Z",
        "2025-03-11",
        "1.74175E+12",
        "编辑于 02-15 上海",
        "",
        1741750000,
        1741750000000,
        1.5e9,
        "x",
    ]
)
counts = st.none() | st.integers(-(2**63), 2**63 - 1)
comments = st.fixed_dictionaries(
    {},
    optional={
        "comment_id": texts,
        "author_id": texts,
        "is_author": flags,
        "text": texts,
        "pinned": flags,
        "blue_link": flags,
        "published_at": times,
    },
)
links = st.fixed_dictionaries(
    {"kind": st.sampled_from(["goods_card", "lead_form"]), "platform": st.sampled_from(["taobao", "xhs"])}
)
platforms = st.fixed_dictionaries(
    {},
    optional={
        "is_ad": flags,
        "brand_partner": texts,
        "declaration": st.sampled_from([None, "marketing"]),
        "enrolled": flags,
        "industry": st.sampled_from([None, "fmcg", "other"]),
        "links": st.none() | st.lists(links, max_size=2),
    },
)
notes = st.fixed_dictionaries(
    {"note_id": st.sampled_from(["n1", "67d0a1f0000000001d03abcd", "好"])},
    optional={
        "title": texts,
        "body": texts,
        "tags": st.none() | st.lists(st.text(max_size=4), max_size=3),
        "author_id": texts,
        "feed_id": texts,
        "keyword": texts,
        "published_at": times,
        "collected_at": times,
        "impressions": counts,
        "likes": counts,
        "comments": st.none() | st.lists(comments, max_size=3),
        "platform": st.none() | platforms,
        "image_texts": st.none() | st.lists(st.text(max_size=4), max_size=3),
    },
)


def read(way, raw):
    try:
        return way(raw)
    except DataError:
        return DataError


@settings(max_examples=300)
@given(notes)
@example({"note_id": "n1", "author_id": "u1", "comments": [{"author_id": "u1"}, {"author_id": "u2"}]})
def test_both_ways_read_the_same_note(raw):
    fast = read(lambda each: to_note(msgspec.json.decode(json.dumps(each).encode(), type=NoteInput)), raw)
    assert fast == read(note_from_mapping, raw)


@pytest.mark.parametrize(("shape", "of"), [(NoteInput, Note), (CommentInput, Comment), (PlatformInput, Platform)])
def test_http_takes_each_key_of_the_note(shape, of):
    assert set(shape.__struct_fields__) == set(of.__struct_fields__) - {"date_source"}
