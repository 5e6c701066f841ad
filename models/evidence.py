"""Evidence: the exact span of a note that a detector saw, in code points of the original text."""

from typing import Literal

import msgspec

HitSource = Literal["model", "rule", "lexicon", "platform", "human"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One span of evidence.

    `field` is `title | body | tags[i] | comments[i] | image_texts[i]` (for platform facts: `platform`);
    `start`, `end` are half-open positions in Unicode code points of that field's original text.
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
