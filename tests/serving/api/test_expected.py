"""A refusal says what is known at its place."""

import json
from typing import Annotated, Literal

import msgspec
import pytest

from serving.api.expected import expected_at
from serving.api.problems import RequestError
from serving.api.routing import decode_body


class Item(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["miss", "hit"] | None = None
    reason: Annotated[str, msgspec.Meta(pattern=r"^[a-z]\d{1,8}$(?!\n)")] | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True, rename={"items": "feedback"}):
    items: Annotated[list[Item], msgspec.Meta(max_length=9)]
    by_name: dict[str, Item] = {}


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("", "feedback, by_name"),
        (".feedback[3]", "kind, reason"),
        (".feedback[3].kind", "hit, miss"),
        (".by_name[...].kind", "hit, miss"),
        (".feedback[3].reason", ""),
        (".nowhere.kind", ""),
    ],
)
def test_what_is_known_is_found_by_the_place(place, known):
    assert expected_at(Body, place) == known


@pytest.mark.parametrize(
    ("body", "detail", "pointer"),
    [
        ({"items": []}, "unknown key 'items'. Known here are feedback, by_name.", "/items"),
        ({"feedback": [{"加微信": 1}]}, "a key is unknown. Known here are kind, reason.", "/feedback/0"),
        ({"feedback": [{"kind": "加微信"}]}, "one of hit, miss must be given. Got another.", "/feedback/0/kind"),
        ({"feedback": [{"kind": "a - at `$.b"}]}, "one of hit, miss must be given. Got another.", "/feedback/0/kind"),
        ({"feedback": [{"reason": "加微信"}]}, r"a text must match '^[a-z]\d{1,8}$'.", "/feedback/0/reason"),
    ],
)
def test_a_refusal_lists_what_is_known_and_quotes_nothing(body, detail, pointer):
    with pytest.raises(RequestError) as refused:
        decode_body(msgspec.json.Decoder(Body), json.dumps(body).encode())
    assert (refused.value.detail, refused.value.pointer) == (detail, pointer)
