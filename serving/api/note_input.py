"""A note as HTTP takes it: the keys of `data.notes.Note`, null where nothing is said, times in any form."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from data.dates import date_from_note_id, parse_time
from data.notes import Comment, Industry, Link, LinkKind, LinkPlatform, Note, Platform, mark_own_comments

MAX_FIELD_CHARS = 10_000
MAX_ID_CHARS = 400  # what an index of PostgreSQL holds, whatever the characters
MAX_COMMENTS = 500
_Id = Annotated[str, msgspec.Meta(max_length=MAX_ID_CHARS)]
_Text = Annotated[str, msgspec.Meta(max_length=MAX_FIELD_CHARS)]
_Time = Annotated[
    str | int | float,
    msgspec.Meta(description="ISO, or epoch seconds or milliseconds; without a zone it is Asia/Shanghai."),
]
_COUNT = msgspec.Meta(description="A whole number of 64 bits.")


class CommentInput(msgspec.Struct, forbid_unknown_fields=True):
    """One comment; without `comment_id` it is named by its position.

    `is_author` null is "not known", unless its `author_id` is the note's.
    """

    comment_id: _Id | None = None
    author_id: _Id | None = None
    is_author: bool | None = None
    text: _Text | None = None
    pinned: bool | None = None
    blue_link: bool | None = None
    published_at: _Time | None = None


class LinkInput(msgspec.Struct, forbid_unknown_fields=True):
    """A link component of the platform's own."""

    kind: LinkKind
    platform: LinkPlatform


class PlatformInput(msgspec.Struct, forbid_unknown_fields=True):
    """What the platform says of a note; `declaration` "marketing" is 内容包含营销广告."""

    is_ad: bool | None = None
    brand_partner: str | None = None
    declaration: str | None = None
    enrolled: bool | None = None
    industry: Industry | None = None
    links: list[LinkInput] | None = None


class NoteInput(msgspec.Struct, forbid_unknown_fields=True):
    """A note; only `note_id` must be given."""

    note_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]
    title: _Text | None = None
    body: _Text | None = None
    tags: list[_Text] | None = None
    author_id: _Id | None = None
    feed_id: _Id | None = None
    keyword: _Id | None = None
    published_at: _Time | None = None
    collected_at: _Time | None = None
    impressions: Annotated[int, _COUNT] | None = None
    likes: Annotated[int, _COUNT] | None = None
    comments: Annotated[list[CommentInput], msgspec.Meta(max_length=MAX_COMMENTS)] | None = None
    platform: PlatformInput | None = None
    image_texts: list[_Text] | None = None


def to_note(given: NoteInput) -> Note:
    """Turn what came into a `Note`, as `data.notes.note_from_mapping` would.

    Raises
    ------
    DataError
        If a time cannot be read.
    """
    published_at = None if given.published_at is None else parse_time(given.published_at)
    source: Literal["given", "note_id", "unknown"] = "given"
    if published_at is None:
        published_at = date_from_note_id(given.note_id)
        source = "unknown" if published_at is None else "note_id"
    note = Note(
        note_id=given.note_id,
        title=given.title or "",
        body=given.body or "",
        tags=tuple(given.tags) if given.tags else (),
        author_id=given.author_id,
        feed_id=given.feed_id,
        keyword=given.keyword,
        published_at=published_at,
        collected_at=None if given.collected_at is None else parse_time(given.collected_at),
        impressions=given.impressions,
        likes=given.likes,
        comments=tuple(_comments(given.comments)) if given.comments else (),
        platform=_NOTHING if given.platform is None else _platform(given.platform),
        image_texts=tuple(given.image_texts) if given.image_texts else (),
        date_source=source,
    )
    return mark_own_comments(note)


_NOTHING = Platform()


def _comments(given: list[CommentInput]) -> Iterator[Comment]:
    for position, each in enumerate(given):
        yield Comment(
            comment_id=str(position) if each.comment_id is None else each.comment_id,
            author_id=each.author_id,
            is_author=each.is_author,
            text=each.text or "",
            pinned=bool(each.pinned),
            blue_link=bool(each.blue_link),
            published_at=None if each.published_at is None else parse_time(each.published_at),
        )


def _platform(given: PlatformInput) -> Platform:
    return Platform(
        is_ad=given.is_ad,
        brand_partner=given.brand_partner,
        declaration=given.declaration,
        enrolled=given.enrolled,
        industry=given.industry,
        links=tuple(Link(kind=link.kind, platform=link.platform) for link in given.links or ()),
    )
