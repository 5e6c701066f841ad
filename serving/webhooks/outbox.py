"""The outbox: what is to be told stands in the database in the transaction that changed it."""

import msgspec
from sqlalchemy import Connection, insert

from serving.journal.record import new_id
from serving.store.clock import now_us
from serving.store.tables import webhook
from serving.webhooks.events import Event


def enqueue(connection: Connection, *, url: str, body: Event) -> str:
    """Put one event into the outbox; it is delivered once the transaction is committed.

    Returns
    -------
    str
        The delivery's id, the same on every try: receivers drop repeats by it.
    """
    webhook_id, now = new_id(), now_us()
    connection.execute(
        insert(webhook).values(
            webhook_id=webhook_id,
            event=body.__struct_config__.tag,
            url=url,
            body=msgspec.json.encode(body),
            state="waiting",
            attempts=0,
            next_us=now,
            last_status=None,
            created_us=now,
        )
    )
    return webhook_id
