"""Rows that keep a promise across requests: idempotency keys, two-person approvals, break-glass openings."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from skiptrace.access import Action
from skiptrace.model import Personal
from skiptrace.privacy import Cipher
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.looking import Act, alert
from skiptrace.stores.schema import access as tables
from skiptrace.stores.writer import Turn

KEPT_FOR = timedelta(hours=48)
"""An idempotency key is remembered for so long; at least 24 hours are promised."""
LOCKED_FOR = timedelta(seconds=60)
"""A request that did not end within this died with its process; another may take its place."""
APPROVAL_HOLDS = timedelta(hours=24)
OPEN_FOR = timedelta(minutes=60)
"""How long broken glass lets somebody in."""


class Claim(StrEnum):
    """What an idempotency key turned out to be."""

    OURS = "ours"
    IN_FLIGHT = "in_flight"
    OTHER_PAYLOAD = "other_payload"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The first response to a request, to be given again."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under an idempotency key of the tenant; ``token`` names this try of it."""

    tenant: str
    key: str
    request_hash: bytes
    token: str

    @property
    def key_digest(self) -> bytes:
        return hashlib.sha256(self.key.encode()).digest()

    @property
    def row(self) -> str:
        return f"{self.tenant}/{self.key_digest.hex()}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """``response`` is there when the request was answered before."""

    claim: Claim
    response: StoredResponse | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A second signature: its id, the one action and the very request that it stands under: ids and codes, no person.

    The signature is bound to the request by its hash.
    """

    approval_id: str
    action: Action
    request: Mapping[str, str]

    @property
    def text(self) -> str:
        return orjson.dumps(dict(self.request), option=orjson.OPT_SORT_KEYS).decode()

    @property
    def payload(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A request that waits for somebody's signature, as they are shown it."""

    approval_id: str
    action: str
    request: Mapping[str, str]
    requested_by: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Opening(Personal):
    """Somebody broke the glass: who, for which account, why, and until when it lets them in."""

    opening_id: str
    principal_id: str
    account_id: str
    reason: str
    opened_at: datetime
    until: datetime


class Promises:
    """``cipher`` seals responses and reasons; times are the caller's.

    ``request_key`` keys the hashes of requests: of a request whose other fields are known, a plain hash would give the
    SSN away to trying all of them.
    """

    def __init__(self, cipher: Cipher, request_key: bytes) -> None:
        self._cipher = cipher
        self._request_key = request_key

    def claim(self, turn: Turn, asked: Asked, at: datetime) -> Claimed:
        """Take the key for this request, or say who has it."""
        turn.take()
        table = tables.idempotency
        turn.conn.execute(delete(table).where(table.c.expires_at < at))
        row = turn.conn.execute(select(table).where(*_same_key(asked))).one_or_none()
        request = hmac.digest(self._request_key, asked.request_hash, hashlib.sha256)
        values = {"token": asked.token, "locked_until": at + LOCKED_FOR, "expires_at": at + KEPT_FOR}
        if row is None:
            first = {"tenant": asked.tenant, "key_digest": asked.key_digest, "request_hash": request}
            turn.conn.execute(table.insert(), {**first, **values})
            return Claimed(Claim.OURS)
        if not hmac.compare_digest(row.request_hash, request):
            return Claimed(Claim.OTHER_PAYLOAD)
        if row.response is not None:
            opened = self._cipher.open("idempotency", "response", asked.row, row.response)
            return Claimed(Claim.ANSWERED, decode(StoredResponse, opened))
        if row.locked_until > at:
            return Claimed(Claim.IN_FLIGHT)
        turn.conn.execute(update(table).where(*_same_key(asked)).values(**values))
        return Claimed(Claim.OURS)

    def answer(self, turn: Turn, asked: Asked, response: StoredResponse) -> None:
        """Keep the response, unless the claim was lost meanwhile."""
        sealed = self._cipher.seal("idempotency", "response", asked.row, encode(response))
        kept = {"status": response.status, "response": sealed}
        turn.conn.execute(update(tables.idempotency).where(*_same_claim(asked)).values(**kept))

    def open_glass(self, turn: Turn, act: Act, account_id: str, opening_id: str, reason: str) -> Opening:
        """Let somebody in, and tell compliance in the same transaction."""
        opening = Opening(opening_id, act.by, account_id, reason, act.at, act.at + OPEN_FOR)
        row = {
            "opening_id": opening_id,
            "tenant": act.tenant,
            "principal_id": act.by,
            "account_id": account_id,
            "reason": self._cipher.seal("break_glass", "reason", opening_id, reason.encode()),
            "opened_at": opening.opened_at,
            "until": opening.until,
        }
        turn.conn.execute(tables.break_glass.insert(), row)
        alert(turn, act, "break_glass", opening_id)
        return opening

    def unreviewed(self, conn: Connection, tenant: str, at_most: int) -> Sequence[Opening]:
        """Openings that nobody has looked into, the oldest first."""
        table = tables.break_glass
        wanted = select(table).where(table.c.tenant == tenant, table.c.reviewed_by.is_(None))
        return [
            Opening(
                row.opening_id,
                row.principal_id,
                row.account_id,
                self._cipher.open("break_glass", "reason", row.opening_id, row.reason).decode(),
                row.opened_at,
                row.until,
            )
            for row in conn.execute(wanted.order_by(table.c.opened_at).limit(at_most))
        ]


def forget(turn: Turn, asked: Asked) -> None:
    """The request came to nothing: the key is free again."""
    turn.conn.execute(delete(tables.idempotency).where(*_same_claim(asked)))


def review(turn: Turn, act: Act, opening_id: str) -> bool:
    """Tick an opening off. Nobody reviews their own."""
    table = tables.break_glass
    unread = (table.c.tenant == act.tenant, table.c.opening_id == opening_id, table.c.reviewed_by.is_(None))
    ticked = {"reviewed_by": act.by, "reviewed_at": act.at}
    if not turn.conn.execute(update(table).where(*unread, table.c.principal_id != act.by).values(**ticked)).rowcount:
        return False
    turn.events.append(act.event("break_glass.reviewed", opening_id))
    return True


def ask_approval(turn: Turn, act: Act, wanted: Approval) -> datetime:
    """Ask for a second signature. Returns until when it may be used."""
    row = {
        "approval_id": wanted.approval_id,
        "tenant": act.tenant,
        "action": wanted.action.value,
        "payload_hash": wanted.payload,
        "requested_by": act.by,
        "expires_at": act.at + APPROVAL_HOLDS,
        "request": wanted.text,
        "asked_at": act.at,
    }
    turn.conn.execute(tables.approvals.insert(), row)
    said = " ".join(f"{name}={value}" for name, value in sorted(wanted.request.items()))
    turn.events.append(act.event("approval.asked", wanted.approval_id, f"{wanted.action} {said}"))
    return act.at + APPROVAL_HOLDS


def unsigned(conn: Connection, tenant: str, by: str, at: datetime) -> Sequence[Unsigned]:
    """What waits for a signature that ``by`` may give, oldest first; what was tampered with is not among it."""
    table = tables.approvals
    rows = conn.execute(
        select(table).where(*_waiting(tenant, by, at)).order_by(table.c.expires_at, table.c.approval_id)
    )
    return [
        Unsigned(row.approval_id, row.action, orjson.loads(row.request), row.requested_by, row.asked_at, row.expires_at)
        for row in rows
        if row.request is not None and _is_whole(row)
    ]


def approve(turn: Turn, act: Act, approval_id: str) -> bool:
    """Sign somebody else's request, as it is shown.

    False for one's own, an expired, a signed or an unknown one, and for one that does not say what was asked.
    """
    table = tables.approvals
    waiting = (table.c.approval_id == approval_id, *_waiting(act.tenant, act.by, act.at))
    row = turn.conn.execute(select(table).where(*waiting)).one_or_none()
    if row is None or not _is_whole(row):
        return False
    if not turn.conn.execute(update(table).where(*waiting).values(approved_by=act.by)).rowcount:
        return False
    turn.events.append(act.event("approval.given", approval_id))
    return True


def _waiting(tenant: str, by: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    table = tables.approvals
    return (
        table.c.tenant == tenant,
        table.c.requested_by != by,
        table.c.approved_by.is_(None),
        table.c.expires_at > at,
    )


def _is_whole(row: Row[Any]) -> bool:
    """Whether the request that is shown is the one that the signature will stand under."""
    return row.request is None or hmac.compare_digest(hashlib.sha256(row.request.encode()).digest(), row.payload_hash)


def use_approval(turn: Turn, act: Act, wanted: Approval) -> bool:
    """Use a signature once, for the very payload it was given for, by the one who asked."""
    table = tables.approvals
    fits = (
        table.c.approval_id == wanted.approval_id,
        table.c.tenant == act.tenant,
        table.c.action == wanted.action.value,
        table.c.payload_hash == wanted.payload,
        table.c.requested_by == act.by,
        table.c.approved_by.is_not(None),
        table.c.used_at.is_(None),
        table.c.expires_at > act.at,
    )
    if not turn.conn.execute(update(table).where(*fits).values(used_at=act.at)).rowcount:
        return False
    turn.events.append(act.event("approval.used", wanted.approval_id, wanted.action))
    return True


def _same_key(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    table = tables.idempotency
    return table.c.tenant == asked.tenant, table.c.key_digest == asked.key_digest


def _same_claim(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return *_same_key(asked), tables.idempotency.c.token == asked.token
