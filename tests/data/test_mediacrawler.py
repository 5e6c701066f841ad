import pytest

from data.errors import DataError
from data.mediacrawler import comment_fields, note_mapping, shape_of
from data.notes import note_from_mapping

NOTE = {
    "note_id": "67d000000000000000000001",
    "type": "normal",
    "title": "周末去了趟水库",
    "desc": "风很大，帐篷差点飞了[笑哭R] #露营[话题]#",
    "time": 1741750000000,
    "last_update_time": 1751750000000,
    "last_modify_ts": 1761750000000,
    "user_id": "u1",
    "liked_count": "1.2万",
    "tag_list": "露营,徒步",
    "source_keyword": "露营 装备",
}


def note(**changes):
    comments = changes.pop("thread", ())
    return note_from_mapping(note_mapping({**NOTE, **changes}, [comment_fields(comment) for comment in comments]))


def comment(comment_id, **fields):
    return {"comment_id": comment_id, "content": f"评论{comment_id}", "user_id": "u2", "parent_comment_id": 0, **fields}


def test_a_crawled_note_becomes_ours():
    ours = note()
    assert (ours.title, ours.body, ours.tags) == (NOTE["title"], NOTE["desc"], ("露营", "徒步"))
    assert (ours.author_id, ours.feed, ours.likes) == ("u1", "露营 装备", 12_000)


def test_the_publish_time_is_time_and_never_the_last_update():
    assert note().published_at.isoformat() == "2025-03-12T03:26:40+00:00"
    assert note(time=None, note_id="x").published_at is None


def test_a_spreadsheet_mangled_time_is_read():
    assert note(time="1.74175E+12").published_at.isoformat() == "2025-03-12T03:26:40+00:00"


def test_a_missing_time_is_decoded_from_the_id():
    assert note(time=0).date_source == "note_id"


def test_the_crawlers_clock_is_the_collection_time():
    assert note().collected_at.year == 2025
    assert note(last_modify_ts=None).collected_at is None


@pytest.mark.parametrize("title", ["风很大，帐篷差点飞了", "风很大，帐篷…", NOTE["desc"]])
def test_a_title_that_repeats_the_head_of_the_text_is_dropped(title):
    assert note(title=title).title == ""


def test_a_title_that_filled_255_characters_of_a_text_with_line_breaks_is_dropped():
    desc = "第一行\n第二行 \n" * 100
    assert note(title=desc[:255].replace("\n", " "), desc=desc).title == ""


@pytest.mark.parametrize("note_id", ["", None, "nan", " "])
def test_a_note_without_id_is_refused(note_id):
    with pytest.raises(DataError, match="'note_id' must be a non-empty string"):
        note_mapping({**NOTE, "note_id": note_id})


@pytest.mark.parametrize("key", ["note_id", "user_id", "creator_hash"])
def test_an_id_stored_as_a_float_is_refused(key):
    with pytest.raises(DataError, match=f"'{key}' must be a string with all its digits"):
        note_mapping({**NOTE, key: 6.7e23})


@pytest.mark.parametrize(
    ("ours", "theirs", "is_author"),
    [
        ({"user_id": "u1"}, {"user_id": "u1"}, True),
        ({"user_id": "u1"}, {"user_id": "u2"}, False),
        ({"user_id": "u1"}, {"user_id": None}, None),
        ({"user_id": None}, {"user_id": "u2"}, None),
        ({"user_id": "nan"}, {"user_id": "nan"}, None),
        ({"user_id": None, "creator_hash": "h1"}, {"user_id": "u1"}, None),
        ({"user_id": "u1", "creator_hash": "h1"}, {"user_id": None, "creator_hash": "h1"}, True),
    ],
)
def test_the_authors_own_comment_is_found_by_the_key_that_both_carry(ours, theirs, is_author):
    assert note(**ours, thread=[comment("c", **theirs)]).comments[0].is_author is is_author


def test_a_reply_stands_below_the_comment_it_answers():
    thread = [comment("a"), comment("b"), comment("c", parent_comment_id="a"), comment("d", parent_comment_id="c")]
    assert [c.comment_id for c in note(thread=thread).comments] == ["a", "c", "d", "b"]


def test_comments_that_answer_each_other_or_nobody_known_are_kept():
    thread = [
        comment("a", parent_comment_id="b"),
        comment("b", parent_comment_id="a"),
        comment("c", parent_comment_id="x"),
    ]
    assert sorted(c.comment_id for c in note(thread=thread).comments) == ["a", "b", "c"]


def test_comments_without_ids_are_named_by_position():
    thread = [comment(None), comment("")]
    assert [c.comment_id for c in note(thread=thread).comments] == ["0", "1"]


def test_comments_inside_the_note_are_read():
    assert note(comments=[comment("a", user_id="u1")]).comments[0].is_author is True


@pytest.mark.parametrize(
    ("keys", "shape"),
    [
        ({"note_id", "title", "desc"}, "note"),
        ({"note_id", "tag_list"}, "note"),
        ({"note_id", "title", "source_keyword"}, "note"),
        ({"note_id", "content", "user_id", "create_time"}, "comment"),
        ({"note_id", "content", "comment_id"}, "comment"),
        ({"note_id", "title", "body", "user_id"}, "own"),
        ({"note_id", "title", "comments"}, "own"),
    ],
)
def test_a_shape_is_known_by_its_keys(keys, shape):
    assert shape_of(keys) == shape
