import pytest

from data.cells import identifier, parse_count, parse_tags
from data.errors import DataError


@pytest.mark.parametrize(
    ("shown", "count"),
    [("1203", 1203), ("1,203", 1203), ("1.2万", 12_000), ("10万+", 100_000), ("3千+", 3000), ("2w", 20_000)]
    + [("1.15亿", 115_000_000), (7, 7), (7.0, 7), ("赞", None), ("", None), (None, None), (float("nan"), None)],
)
def test_counts_are_read_as_the_page_shows_them(shown, count):
    assert parse_count(shown, "likes") == count


@pytest.mark.parametrize("value", ["12赞", "-1", -1, 1.5, True, 2**63, "1.2.3", [], "9" * 50])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(DataError, match="'likes' must be a count"):
        parse_count(value, "likes")


@pytest.mark.parametrize("value", [6.4e23, "6.40E+23", "640000000000.0", True, ["a"]])
def test_an_id_that_lost_digits_is_refused(value):
    with pytest.raises(DataError, match="'user_id' must be a string with all its digits"):
        identifier(value, "user_id")


@pytest.mark.parametrize("value", [None, "", " ", "0", 0, "nan", "None", float("nan")])
def test_a_missing_id_is_none(value):
    assert identifier(value, "user_id") is None


@pytest.mark.parametrize("value", ["5e3a00000000000000000000", "5e31", "12.5", 64])
def test_an_id_with_all_its_digits_is_kept(value):
    assert identifier(value, "note_id") == str(value)


@pytest.mark.parametrize(
    "value", ["露营,徒步", "露营， 徒步,", ["露营", "徒步"], '["露营", "徒步"]', [{"name": "露营"}, {"name": "徒步"}]]
)
def test_tags_are_read_from_every_form(value):
    assert parse_tags(value, "tags") == ["露营", "徒步"]


@pytest.mark.parametrize("value", [7, "[露营", {"name": "露营"}])
def test_what_is_no_list_of_tags_is_refused(value):
    with pytest.raises(DataError, match="'tags'"):
        parse_tags(value, "tags")
