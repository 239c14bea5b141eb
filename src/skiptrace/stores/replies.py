"""Raw replies: the bytes as they came, sealed before anybody reads them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from skiptrace.model import Reply
from skiptrace.privacy import Cipher
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.schema import calls, replies
from skiptrace.stores.vault import Vault


def reply_row(cipher: Cipher, call_id: str, reply: Reply) -> dict[str, object]:
    return {
        "call_id": call_id,
        "status": reply.status,
        "received_at": reply.received_at,
        "headers": cipher.seal("replies", "headers", call_id, encode(reply.headers)),
        "body": cipher.seal("replies", "body", call_id, reply.body),
    }


def _reply(cipher: Cipher, row: Row[Any]) -> Reply:
    headers = cipher.open("replies", "headers", row.call_id, row.headers)
    return Reply(
        status=row.status,
        body=cipher.open("replies", "body", row.call_id, row.body),
        received_at=row.received_at,
        headers=decode(dict[str, str], headers),
    )


def read_reply(conn: Connection, vault: Vault, call_id: str) -> Reply | None:
    """None when there is none, or none any more."""
    of_call = select(replies, calls.c.tenant, calls.c.case_id).join(calls, calls.c.call_id == replies.c.call_id)
    row = conn.execute(of_call.where(replies.c.call_id == call_id)).one_or_none()
    keys = None if row is None else vault.one(row.tenant, row.case_id)
    return _reply(keys.replies, row) if row is not None and row.body and keys and keys.replies else None
