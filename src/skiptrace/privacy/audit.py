"""The audit chain: who did what, each row linked by SHA-256 to all rows before it and sealed with an HMAC.

``digest = SHA-256(canonical row)`` and ``hash = SHA-256(hash of the row before || digest)`` need no key, so that an
outsider can check them and a row can stand for itself by its digest alone. ``seal = HMAC-SHA-256(key, hash)`` needs the
key, which is kept outside the database: whoever can write to the database can build a chain of hashes, but not its
seals. Rows that were cut off at the end, or a whole older trail put back, show against the signed checkpoints
(``skiptrace.privacy.checkpoints``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from skiptrace.errors import SkiptraceError

START = bytes(32)
"""What the first row is linked to."""


class ChainBroken(SkiptraceError):
    """The audit trail was changed at or before row ``number``. Keep the database as it is and investigate."""

    def __init__(self, number: int, why: str = "") -> None:
        super().__init__(f"the audit trail does not verify at row {number}" + (f": {why}" if why else ""))
        self.number = number


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event of money, security or personal data: opaque ids and figures, never a person's values.

    ``actor``, ``tenant`` and ``purpose`` may be left empty: the writer fills in who is acting (``privacy.acting``), and
    how they signed in. ``auth_method`` and ``mfa`` are None in rows from before that was written down.
    """

    at: datetime
    event: str
    about: str
    detail: str = ""
    actor: str = ""
    tenant: str = ""
    purpose: str = ""
    auth_method: str | None = None
    mfa: str | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An event at its place in the chain. Numbers start at 1 and have no gaps."""

    number: int
    event: AuditEvent
    hash: bytes
    seal: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Seals:
    """The key that seals rows now, and each one before it with the last row that its seals count for."""

    key: bytes
    retired: tuple[tuple[bytes, int], ...] = ()

    def hold(self, number: int, hash_of_row: bytes, seal_of_row: bytes) -> bool:
        if hmac.compare_digest(seal_of_row, seal(self.key, hash_of_row)):
            return True
        before = (key for key, last_row in self.retired if number <= last_row)
        return any(hmac.compare_digest(seal_of_row, seal(key, hash_of_row)) for key in before)


def chain(key: bytes, number: int, before: bytes, events: Iterable[AuditEvent]) -> Iterator[AuditRow]:
    """Chain events on behind row ``number``, whose hash is ``before`` (0 and ``START`` for an empty trail)."""
    for event in events:
        number += 1
        stored = _storable(event)
        before = link(before, digest(number, stored))
        yield AuditRow(number, stored, before, seal(key, before))


def verify(key: bytes, rows: Iterable[AuditRow]) -> int:
    """Check a whole trail from its first row on; returns how many rows it has. Raises ChainBroken."""
    return verify_links(
        Seals(key), ((row.number, canonical(row.number, row.event), row.hash, row.seal) for row in rows)
    )


def verify_links(seals: Seals, links: Iterable[tuple[int, bytes, bytes, bytes]]) -> int:
    """``verify`` for rows as number, canonical bytes, hash and seal: what a trail of millions is read as."""
    expected, before = 0, START
    for number, row, hash_of_row, seal_of_row in links:
        expected += 1
        before = link(before, hashlib.sha256(row).digest())
        if number != expected or hash_of_row != before:
            raise ChainBroken(expected, "it is missing, or not linked to the row before")
        if not seals.hold(number, before, seal_of_row):
            raise ChainBroken(expected, "its seal was not made with this key")
    return expected


def canonical(number: int, event: AuditEvent) -> bytes:
    """The bytes that are hashed: a JSON array without spaces, the moment in UTC with microseconds."""
    return in_form(
        number,
        moment(event.at),
        event.event,
        event.actor,
        event.tenant,
        event.purpose,
        event.about,
        event.detail,
        event.auth_method,
        event.mfa,
    )


def in_form(number: int, at: str, *columns: str | None) -> bytes:
    """Ten elements; eight in the first form, without ``auth_method`` and ``mfa``. The length tells the forms apart."""
    row = (number, at, *columns)
    return orjson.dumps(row[:FIRST_FORM] if row[FIRST_FORM:] == NOT_WRITTEN_DOWN else row)


FIRST_FORM, NOT_WRITTEN_DOWN = 8, (None, None)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(number: int, event: AuditEvent) -> bytes:
    return hashlib.sha256(canonical(number, event)).digest()


def link(before: bytes, digest_of_row: bytes) -> bytes:
    return hashlib.sha256(before + digest_of_row).digest()


def seal(key: bytes, hash_of_row: bytes) -> bytes:
    return hmac.digest(key, hash_of_row, hashlib.sha256)


def _storable(event: AuditEvent) -> AuditEvent:
    """As every database gives it back: NUL and lone surrogates become U+FFFD before they are hashed."""
    texts = (event.event, event.actor, event.tenant, event.purpose, event.about, event.detail, event.auth_method or "")
    if all(text.isascii() and "\0" not in text for text in texts):
        return event
    kind, actor, tenant, purpose, about, detail, method = (
        text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts
    )
    plain = replace(event, event=kind, actor=actor, tenant=tenant, purpose=purpose, about=about, detail=detail)
    return plain if event.auth_method is None else replace(plain, auth_method=method)
