"""The audit chain: each row carries an HMAC over itself and the row before, under a key outside the database.

Whoever can write to the database but lacks the key can neither change, insert, remove nor reorder a row unseen. Rows
that were cut off at the end show only against a copy of a later hash that is kept elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from skiptrace.errors import SkiptraceError

START = bytes(32)
"""What the first row is chained to."""


class ChainBroken(SkiptraceError):
    """The audit trail was changed at or before row ``number``. Keep the database as it is and investigate."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the audit trail does not verify at row {number}")
        self.number = number


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event of money, security or personal data: opaque ids and figures, never a person's values."""

    at: datetime
    event: str
    about: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An event at its place in the chain. Numbers start at 1 and have no gaps."""

    number: int
    event: AuditEvent
    before: bytes
    hash: bytes


def chain(key: bytes, number: int, before: bytes, events: Iterable[AuditEvent]) -> Iterator[AuditRow]:
    """Chain events on behind row ``number``, whose hash is ``before`` (0 and ``START`` for an empty trail)."""
    for event in events:
        number += 1
        link = _hash(key, number, before, event)
        yield AuditRow(number, event, before, link)
        before = link


def verify(key: bytes, rows: Iterable[AuditRow]) -> int:
    """Check a whole trail from its first row on; returns how many rows it has. Raises ChainBroken."""
    number, before = 0, START
    for row in rows:
        number += 1
        expected = _hash(key, number, before, row.event)
        if row.number != number or row.before != before or not hmac.compare_digest(row.hash, expected):
            raise ChainBroken(number)
        before = row.hash
    return number


def _hash(key: bytes, number: int, before: bytes, event: AuditEvent) -> bytes:
    row = orjson.dumps((number, event.at.astimezone(UTC).isoformat(), event.event, event.about, event.detail))
    return hmac.digest(key, before + row, hashlib.sha256)
