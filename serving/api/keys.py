"""API keys over HTTP, for admins: what `huoren keys` does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from serving.api.endpoint import Call, Endpoint, Role
from serving.api.problems import RequestError
from serving.store.clock import time_of
from serving.store.engine import Store
from serving.store.keys import NAME, NameTaken, create_key, list_keys, revoke_key

Rate = Annotated[float, msgspec.Meta(gt=0, le=1e6, description="Requests a second; null: HUOREN_RATE.")]


class KeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key to be made."""

    name: Annotated[str, msgspec.Meta(pattern=rf"^{NAME}$(?!\n)", max_length=64, description="Who uses it.")]
    roles: Annotated[list[Role], msgspec.Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: ["score"]
    )
    rate: Rate | None = None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key, shown this once: only its hash is kept."""

    name: str
    key: str
    roles: list[Role]
    rate: float | None


class KeyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A key without the key."""

    name: str
    roles: list[Role]
    rate: float | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class KeyList(msgspec.Struct, frozen=True):
    """All keys by the time they were made, revoked ones too; those of HUOREN_API_KEYS are not among them."""

    keys: list[KeyFacts]


async def make_key(call: Call) -> NewKey:
    """Make a key."""
    return await call.service.in_thread(_make, call.service.store, call.body, call.caller.name)


async def show_keys(call: Call) -> KeyList:
    """List the keys."""
    return KeyList(await call.service.in_thread(_list, call.service.store))


async def revoke(call: Call) -> None:
    """Revoke a key."""
    if not await call.service.in_thread(_revoke, call.service.store, call.path["name"], call.caller.name):
        raise RequestError(404, "a key must exist to be revoked. There is none of this name.")


def _make(store: Store, body: KeyBody, actor: str) -> NewKey:
    try:
        with store.begin() as connection:
            key = create_key(connection, body.name, body.roles, body.rate, actor=actor)
    except NameTaken as error:
        raise RequestError(409, str(error), pointer="/name") from error
    return NewKey(name=body.name, key=key, roles=sorted(set(body.roles)), rate=body.rate)


def _list(store: Store) -> list[KeyFacts]:
    with store.read() as connection:
        rows = list_keys(connection)
    return [
        KeyFacts(
            name=row["name"],
            roles=row["roles"].split(","),
            rate=row["rate"],
            created_at=time_of(row["created_us"]),
            created_by=row["created_by"],
            revoked_at=None if row["revoked_us"] is None else time_of(row["revoked_us"]),
        )
        for row in rows
    ]


def _revoke(store: Store, name: str, actor: str) -> bool:
    with store.begin() as connection:
        return revoke_key(connection, name, actor=actor)


ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        method="POST",
        path="/v1/keys",
        summary="Make an API key",
        description="The answer holds the key, this once. It is in force within about a second.",
        handle=make_key,
        role="admin",
        tag="keys",
        body=KeyBody,
        answer=NewKey,
        status=201,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path="/v1/keys",
        summary="List API keys",
        handle=show_keys,
        role="admin",
        tag="keys",
        answer=KeyList,
    ),
    Endpoint(
        method="DELETE",
        path="/v1/keys/{name}",
        summary="Revoke an API key",
        description="For good: it is out of force within about a second, and its name is not given again.",
        handle=revoke,
        role="admin",
        tag="keys",
        status=204,
        refusals=(404,),
    ),
)
