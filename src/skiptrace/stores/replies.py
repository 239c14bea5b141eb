"""Raw replies: the bytes as they came, sealed before anybody reads them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from skiptrace.model import Reply
from skiptrace.privacy import FieldCipher
from skiptrace.stores.codec import decode, encode


def reply_row(cipher: FieldCipher, call_id: str, reply: Reply) -> dict[str, object]:
    return {
        "call_id": call_id,
        "status": reply.status,
        "received_at": reply.received_at,
        "headers": cipher.seal("replies", "headers", call_id, encode(reply.headers)),
        "body": cipher.seal("replies", "body", call_id, reply.body),
    }


def reply_of(cipher: FieldCipher, row: Row[Any]) -> Reply:
    headers = cipher.open("replies", "headers", row.call_id, row.headers)
    return Reply(
        status=row.status,
        body=cipher.open("replies", "body", row.call_id, row.body),
        received_at=row.received_at,
        headers=decode(dict[str, str], headers),
    )
