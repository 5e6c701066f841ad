"""What a note is: frozen, validated, with defaults for everything but its id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from data.dates import date_from_note_id, parse_time
from data.errors import DataError

DateSource = Literal["given", "note_id", "unknown"]
Industry = Literal["fmcg", "sports_outdoor", "health", "other"]


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment below a note; `is_author` is None where nothing says whether the note's author wrote it."""

    comment_id: str = ""
    author_id: str | None = None
    is_author: bool | None = None
    text: str = ""
    pinned: bool = False
    blue_link: bool = False
    published_at: datetime | None = None


LinkKind = Literal["goods_card", "ad_link", "blue_link", "lead_form", "mini_program"]
LinkPlatform = Literal["taobao", "jd", "pdd", "wechat", "xhs"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link component that the platform itself put below a note or comment (never typed text)."""

    kind: LinkKind
    platform: LinkPlatform


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform says of a note; None or missing where it says nothing."""

    is_ad: bool | None = None
    brand_partner: str | None = None
    declaration: str | None = None  # "marketing" = 内容包含营销广告
    enrolled: bool | None = None
    industry: Industry | None = None
    links: tuple[Link, ...] = ()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One published note with its thread.

    Times are UTC. `date_source` says where `published_at` came from. Build one with `note_from_mapping`.
    """

    note_id: str
    title: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()
    author_id: str | None = None
    feed_id: str | None = None
    keyword: str | None = None
    published_at: datetime | None = None
    collected_at: datetime | None = None
    impressions: int | None = None
    likes: int | None = None
    comments: tuple[Comment, ...] = ()
    platform: Platform = Platform()
    image_texts: tuple[str, ...] = ()
    date_source: DateSource = "unknown"

    @property
    def feed(self) -> str:
        """The feed a note is counted in: feed_id, else keyword, else "default"."""
        return self.feed_id or self.keyword or "default"


NOTE_KEYS = frozenset(Note.__struct_fields__) - {"date_source"}
_COMMENT_KEYS = frozenset(Comment.__struct_fields__)
_PLATFORM_KEYS = frozenset(Platform.__struct_fields__)
_KNOWN_VALUES = {"industry": get_args(Industry), "kind": get_args(LinkKind), "platform": get_args(LinkPlatform)}
_LONGEST_NAME = 64
_LINK_KEYS = frozenset(Link.__struct_fields__)


def note_from_mapping(raw: Mapping[str, Any], *, where: str = "", strict_keys: bool = False) -> Note:
    """Check one mapping in our own schema and turn it into a `Note`.

    Parameters
    ----------
    raw
        Keys of `Note`; missing keys and nulls take defaults. Dates as `data.dates.parse_time` reads them.
    where
        Put before every error, such as "notes.jsonl:41".
    strict_keys
        Refuse unknown keys (HTTP); otherwise they are ignored (archives carry columns of their own).

    Raises
    ------
    DataError
        If a key is missing, unknown (with `strict_keys`) or of the wrong type; the text itself is never quoted.

    Examples
    --------
    >>> note_from_mapping({"note_id": "a", "title": "你好"}).feed
    'default'
    """
    at = f"{where}: " if where else ""
    if not isinstance(raw, Mapping):
        raise DataError(f"{at}a note must be an object with keys. Got {type(raw).__name__} instead.")
    if strict_keys:
        _refuse_unknown_keys(raw, at)
    fields = {key: raw[key] for key in raw if key in NOTE_KEYS and raw[key] is not None}
    note_id = fields.get("note_id")
    if not isinstance(note_id, str) or not note_id:
        raise DataError(f"{at}'note_id' must be a non-empty string. Got {_shape(note_id)} instead.")
    try:
        published_at = _time(fields.pop("published_at", None), "published_at")
        fields["collected_at"] = _time(fields.pop("collected_at", None), "collected_at")
        if "comments" in fields:
            fields["comments"] = _comments(fields["comments"])
    except DataError as error:
        raise DataError(f"{at}{error}") from error
    if published_at is not None:
        fields["published_at"], fields["date_source"] = published_at, "given"
    elif decoded := date_from_note_id(note_id):
        fields["published_at"], fields["date_source"] = decoded, "note_id"
    if isinstance(fields.get("platform"), Mapping):
        fields["platform"] = {key: value for key, value in fields["platform"].items() if value is not None}
    try:
        return mark_own_comments(msgspec.convert(fields, Note))
    except msgspec.ValidationError as error:
        raise DataError(f"{at}{_without_values(error)}") from error


def mark_own_comments(note: Note) -> Note:
    """Mark comments as the author's where they carry the note's own `author_id` and nothing says whose they are.

    Another `author_id` says nothing: one of the two may be hashed.
    """
    if note.author_id is None:
        return note
    own = [each.is_author is None and each.author_id == note.author_id for each in note.comments]
    if not any(own):
        return note
    marked = (
        msgspec.structs.replace(each, is_author=True) if is_own else each
        for each, is_own in zip(note.comments, own, strict=True)
    )
    return msgspec.structs.replace(note, comments=tuple(marked))


def _comments(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list | tuple):
        raise DataError(f"'comments' must be a list. Got {_shape(raw)} instead.")
    comments = []
    for position, item in enumerate(raw):
        if not isinstance(item, Mapping):
            raise DataError(f"'comments[{position}]' must be an object with keys. Got {_shape(item)} instead.")
        comment = {key: item[key] for key in item if key in _COMMENT_KEYS and item[key] is not None}
        comment.setdefault("comment_id", str(position))
        if "published_at" in comment:
            comment["published_at"] = _time(comment["published_at"], f"comments[{position}].published_at")
        comments.append(comment)
    return comments


def _time(value: Any, key: str) -> datetime | None:
    try:
        return parse_time(value)
    except DataError as error:
        raise DataError(f"'{key}': {error}") from error


def _refuse_unknown_keys(raw: Mapping[str, Any], at: str) -> None:
    """Refuse a key that would be ignored: a misspelt 'is_author' would change the verdict in silence."""
    comments, platform = raw.get("comments"), raw.get("platform")
    links = platform.get("links") if isinstance(platform, Mapping) else None
    parts = [("A note", "", raw, NOTE_KEYS), ("'platform'", "platform.", platform, _PLATFORM_KEYS)]
    for name, items, keys in (("comments", comments, _COMMENT_KEYS), ("platform.links", links, _LINK_KEYS)):
        if isinstance(items, list | tuple):
            parts += [(f"'{name}[{i}]'", f"{name}[{i}].", item, keys) for i, item in enumerate(items)]
    for name, prefix, part, keys in parts:
        if isinstance(part, Mapping) and (unknown := sorted(str(key) for key in part.keys() - keys)):
            # What is no name may be the text of a note.
            is_name = unknown[0].isascii() and unknown[0].isidentifier() and len(unknown[0]) <= _LONGEST_NAME
            shown = f"'{prefix}{unknown[0]}'" if is_name else f"of {len(unknown[0])} characters"
            raise DataError(f"{at}unknown key {shown}. {name} has {', '.join(sorted(keys))}.")


def _shape(value: Any) -> str:
    """Name a value without quoting it."""
    return (
        f"an empty {type(value).__name__}" if value == "" else type(value).__name__ if value is not None else "nothing"
    )


def _without_values(error: msgspec.ValidationError) -> str:
    """Keep msgspec's own words ("Expected `str`, got `int` - at `$.title`") but never a quoted value."""
    message = str(error)
    if message.startswith("Invalid enum value"):
        place = message[message.rfind(" - at `$") :]
        known = _KNOWN_VALUES[place.rpartition(".")[2].rstrip("`")]
        return f"one of {', '.join(known)} must be given. Got another.{place}"
    return message
