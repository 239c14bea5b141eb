"""Checks of the stored audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from skiptrace.privacy import AuditRow, Checkpoint, verify
from skiptrace.privacy.audit import START
from skiptrace.privacy.checkpoints import check_against
from skiptrace.stores.writer import trail


@dataclass(frozen=True, slots=True)
class Verified:
    """A trail that holds: its rows, how many checkpoints it was held against, and how many rows stand behind the last.

    Rows behind the last checkpoint are linked and sealed; only whether there were more of them cannot be told.
    """

    rows: int
    checkpoints: int
    unwitnessed: int


@dataclass(slots=True)
class _Watched:
    """Passes rows on and remembers the hashes at the wanted numbers."""

    wanted: frozenset[int]
    hashes: dict[int, bytes] = field(default_factory=dict)

    def __call__(self, rows: Iterator[AuditRow]) -> Iterator[AuditRow]:
        for row in rows:
            if row.number in self.wanted:
                self.hashes[row.number] = row.hash
            yield row


def verify_trail(conn: Connection, key: bytes, checkpoints: Sequence[Checkpoint]) -> Verified:
    """Raises ChainBroken at the first row that was changed, or where a checkpoint saw another row."""
    watched = _Watched(frozenset(c.number for c in checkpoints))
    rows = verify(key, watched(trail(conn)))
    check_against(checkpoints, watched.hashes | {0: START}, rows)
    return Verified(rows, len(checkpoints), rows - max((c.number for c in checkpoints), default=0))
