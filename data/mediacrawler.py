"""Rows in the MediaCrawler shape, turned into what `data.notes.note_from_mapping` takes."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from data.cells import identifier, json_value, parse_count, parse_tags
from data.dates import parse_time
from data.errors import DataError

NOTE_COLUMNS = frozenset(
    ("note_id", "title", "desc", "time", "user_id", "creator_hash", "liked_count", "tag_list", "source_keyword")
    + ("last_modify_ts", "feed_id", "impressions", "comments", "last_update_time")
)
COMMENT_COLUMNS = frozenset(
    ("note_id", "comment_id", "content", "create_time", "parent_comment_id", "user_id", "creator_hash")
)
_USER_KEYS = ("creator_hash", "user_id")
_NOTE_MARKS = frozenset(("desc", "tag_list", "source_keyword", "liked_count", "last_update_time", *_USER_KEYS))
_OWN_MARKS = frozenset(("body", "tags", "author_id", "published_at", "collected_at"))
_COMMENT_MARKS = frozenset(("comment_id", "parent_comment_id", "create_time"))


def shape_of(keys: Iterable[str]) -> Literal["own", "note", "comment"]:
    """Tell by its keys what a row is: a note in our own schema, a MediaCrawler note, or a MediaCrawler comment.

    Examples
    --------
    >>> shape_of(["note_id", "desc"]), shape_of(["note_id", "content", "create_time"]), shape_of(["note_id", "body"])
    ('note', 'comment', 'own')
    """
    names = set(keys)
    if names & _OWN_MARKS:
        return "own"
    if "content" in names and "desc" not in names and names & _COMMENT_MARKS:
        return "comment"
    return "note" if names & _NOTE_MARKS else "own"


def note_mapping(row: Mapping[str, Any], comments: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Turn a MediaCrawler note and its comments (as `comment_fields` gives them) into a mapping in our own schema.

    `title` is dropped where it only repeats the head of `desc`; `last_update_time` is never the publish time, while
    `last_modify_ts`, the crawler's clock, is `collected_at`. `source_keyword` is the keyword and so names the feed.

    Raises
    ------
    DataError
        If `note_id` is missing, an id is a rounded number, or a count or list cannot be read.
    """
    note_id = identifier(row.get("note_id"), "note_id")
    if note_id is None:
        raise DataError("'note_id' must be a non-empty string. Got nothing instead.")
    body = row.get("desc")
    inside = json_value(row.get("comments"), "comments") or []
    if not isinstance(inside, list):
        raise DataError(f"'comments' must be a list. Got {type(inside).__name__} instead.")
    users = {key: identifier(row.get(key), key) for key in _USER_KEYS}
    thread = _in_thread_order([*(comment_fields(comment) for comment in inside), *comments])
    return {
        "note_id": note_id,
        "title": "" if _repeats_head(row.get("title"), body) else row.get("title"),
        "body": body,
        "tags": parse_tags(row.get("tag_list"), "tag_list"),
        "author_id": users["creator_hash"] or users["user_id"],
        "feed_id": row.get("feed_id") or None,
        "keyword": row.get("source_keyword") or None,
        "published_at": row.get("time"),
        "collected_at": row.get("last_modify_ts"),
        "impressions": parse_count(row.get("impressions"), "impressions"),
        "likes": parse_count(row.get("liked_count"), "liked_count"),
        "comments": [_comment_mapping(comment, users) for comment in thread],
    }


def comment_fields(row: Any) -> dict[str, Any]:
    """Check a MediaCrawler comment and keep what a note needs of it, user keys and parent included.

    Raises
    ------
    DataError
        If the row is no object, its text no string, an id a rounded number, or its time cannot be read.
    """
    if not isinstance(row, Mapping):
        raise DataError(f"a comment must be an object with keys. Got {type(row).__name__} instead.")
    text = row.get("content")
    if text is not None and not isinstance(text, str):
        raise DataError(f"'content' must be a string. Got {type(text).__name__} instead.")
    published_at = parse_time(row.get("create_time"))
    fields: dict[str, Any] = {
        key: identifier(row.get(key), key) for key in ("comment_id", "parent_comment_id", *_USER_KEYS)
    }
    return {**fields, "text": text or "", "published_at": published_at.isoformat() if published_at else None}


def _repeats_head(title: Any, body: Any) -> bool:
    """Tell whether the crawler filled a missing title with the start of the text (it cuts at 255 characters)."""
    if not isinstance(title, str) or not isinstance(body, str):
        return False
    head = " ".join(title.rstrip("….").split())
    return bool(head) and " ".join(body[: len(title) + 64].split()).startswith(head)


def _comment_mapping(comment: Mapping[str, Any], users: Mapping[str, str | None]) -> dict[str, Any]:
    """Say who wrote it by the user key that both carry: a hash and a plain id of one person never compare equal."""
    shared = next((key for key in _USER_KEYS if comment[key] and users[key]), None)
    return {
        "comment_id": comment["comment_id"],
        "author_id": comment["creator_hash"] or comment["user_id"],
        "is_author": None if shared is None else comment[shared] == users[shared],
        "text": comment["text"],
        "published_at": comment["published_at"],
    }


def _in_thread_order(comments: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Put replies below the comment they answer; the crawl writes all first-level comments of a page before them."""
    if all(comment["parent_comment_id"] is None for comment in comments):
        return comments
    known = {comment["comment_id"] for comment in comments} - {None}
    replies: dict[str, list[Mapping[str, Any]]] = {}
    roots = []
    for comment in comments:
        parent = comment["parent_comment_id"]
        if parent in known and parent != comment["comment_id"]:
            replies.setdefault(parent, []).append(comment)
        else:
            roots.append(comment)
    ordered: list[Mapping[str, Any]] = []
    waiting = roots[::-1]
    while waiting:
        comment = waiting.pop()
        ordered.append(comment)
        waiting.extend(reversed(replies.pop(comment["comment_id"], [])))
    for left in replies.values():  # comments that answer each other in a circle: kept, at the end
        ordered.extend(left)
    return ordered
