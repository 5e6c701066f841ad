"""Erase a note or an author over HTTP (PIPL), for admins."""

from dataclasses import asdict

import msgspec

from serving.api.endpoint import Call, Endpoint
from serving.api.problems import RequestError
from serving.store.deleted_rows import forget_deleted
from serving.store.engine import Store
from serving.store.erase import Erased, erase_author, erase_note

_WHAT_HAPPENS = (
    "Deletes verdicts, stored text, feedback and audit rows; verdicts that wait to be stored are dropped. Counts of "
    "feeds stay, and so does a hash of the id, so that nothing comes back. An id of which nothing is stored is no "
    "error: the counts are 0, and erasing again changes nothing. Backups, and what callers hold, are not reached."
)


class ErasedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows went."""

    verdicts: int
    texts: int
    feedback: int
    audit_rows: int


async def erase_one_note(call: Call) -> ErasedCounts:
    """Erase a note."""
    return await call.service.in_thread(
        _erase_note, call.service.store, _given(call, "note_id"), call.service.secret, call.caller.name
    )


async def erase_one_author(call: Call) -> ErasedCounts:
    """Erase an author."""
    return await call.service.in_thread(
        _erase_author, call.service.store, _given(call, "author_id"), call.service.secret, call.caller.name
    )


def _given(call: Call, name: str) -> str:
    given = call.path[name]
    if not given:
        raise RequestError(404, "the path must end with an id. It does not.")
    return given


def _erase_note(store: Store, note_id: str, secret: bytes, actor: str) -> ErasedCounts:
    with store.begin() as connection:
        erased = erase_note(connection, note_id, secret=secret, actor=actor)
    forget_deleted(store)
    return _counts(erased)


def _erase_author(store: Store, author_id: str, secret: bytes, actor: str) -> ErasedCounts:
    with store.begin() as connection:
        erased = erase_author(connection, author_id, secret=secret, actor=actor)
    forget_deleted(store)
    return _counts(erased)


def _counts(erased: Erased) -> ErasedCounts:
    return ErasedCounts(**asdict(erased))


ENDPOINTS = (
    Endpoint(
        method="DELETE",
        path="/v1/notes/{note_id:path}",
        summary="Erase a note",
        description=_WHAT_HAPPENS,
        handle=erase_one_note,
        role="admin",
        tag="erase",
        answer=ErasedCounts,
        refusals=(404,),
    ),
    Endpoint(
        method="DELETE",
        path="/v1/authors/{author_id:path}",
        summary="Erase an author",
        description=f"{_WHAT_HAPPENS} Feedback and audit rows go where a verdict or text of the note is still stored.",
        handle=erase_one_author,
        role="admin",
        tag="erase",
        answer=ErasedCounts,
        refusals=(404,),
    ),
)
