"""Raw replies: the bytes as they came, sealed before anybody reads them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from skiptrace.model import Reply
from skiptrace.privacy import FieldCipher
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.schema import replies


def reply_row(cipher: FieldCipher, call_id: str, reply: Reply) -> dict[str, object]:
    return {
        "call_id": call_id,
        "status": reply.status,
        "received_at": reply.received_at,
        "headers": cipher.seal("replies", "headers", call_id, encode(reply.headers)),
        "body": cipher.seal("replies", "body", call_id, reply.body),
    }


def _reply(cipher: FieldCipher, row: Row[Any]) -> Reply:
    headers = cipher.open("replies", "headers", row.call_id, row.headers)
    return Reply(
        status=row.status,
        body=cipher.open("replies", "body", row.call_id, row.body),
        received_at=row.received_at,
        headers=decode(dict[str, str], headers),
    )


def read_reply(conn: Connection, cipher: FieldCipher, call_id: str) -> Reply | None:
    row = conn.execute(select(replies).where(replies.c.call_id == call_id)).one_or_none()
    return None if row is None else _reply(cipher, row)
