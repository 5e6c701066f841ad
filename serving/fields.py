"""A note's text fields by the names that evidence uses: `title`, `body`, `tags[i]`, `comments[i]`, `image_texts[i]`."""

import re

from data.notes import Comment, Note

_ITEM = re.compile(r"(tags|comments|image_texts)\[(\d+)\]")


def field_text(note: Note, field: str) -> str | None:
    """Give the original text of a field; None for `platform`, which has none.

    Examples
    --------
    >>> field_text(Note(note_id="a", tags=("护肤", "敏感肌")), "tags[1]")
    '敏感肌'
    """
    if field == "title":
        return note.title
    if field == "body":
        return note.body
    if match := _ITEM.fullmatch(field):
        items: tuple[str | Comment, ...] = getattr(note, match[1])
        item = items[int(match[2])]
        return item.text if isinstance(item, Comment) else item
    return None


def utf16_position(text: str, position: int) -> int:
    """Turn a position in code points into one in UTF-16 units, as Java and JavaScript count.

    Examples
    --------
    >>> utf16_position("🍑搜", 1)
    2
    """
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2
