"""Evidence: the exact span of a note that a detector saw, in code points of the original text."""

from typing import Literal

import msgspec

HitSource = Literal["model", "rule", "lexicon", "platform", "human"]
_FIELDS = ("title", "body", "tags", "comments", "image_texts")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One span of evidence.

    `field` is `title | body | tags[i] | comments[i] | image_texts[i]` (for platform facts: `platform`);
    `start`, `end` are half-open positions in Unicode code points of that field's original text.
    Of kind `phrase` (detectors `block_phrase`, `allow_phrase`), `value` is a phrase as the policy has it: the first
    place in each field where it stands. Of kind `human`, a person's decision, `value` is their reason code.
    """

    field: str
    comment_id: str | None = None
    start: int
    end: int
    text: str
    kind: str
    value: str | None = None
    detector: str
    rule_id: str | None = None
    hit_source: HitSource


def reading_order(item: Evidence) -> tuple[int, int, int]:
    """Order of evidence in a note's text: by field, by position among its like, by start."""
    name, _, index = item.field.partition("[")
    return _FIELDS.index(name), int(index[:-1] or 0), item.start
