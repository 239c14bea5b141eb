"""Checks of the stored audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from skiptrace.privacy import ChainBroken, Checkpoint, Seals
from skiptrace.privacy.audit import START, in_form, moment, verify_links
from skiptrace.privacy.checkpoints import check_against
from skiptrace.stores.set_back import last_restored

PAGE = 5000

_ROWS = text(
    "SELECT hash, seal, number, at, event, actor, tenant, purpose, about, detail, auth_method, mfa FROM audit "
    "WHERE number > :last ORDER BY number LIMIT :page"
)
"""Without column types: a million rows are read in their driver's own values."""

Link = tuple[int, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Verified:
    """A trail that holds: its rows, how many checkpoints it was held against, and how many rows stand behind the last.

    Rows behind the last checkpoint are linked and sealed; only whether there were more of them cannot be told.
    ``restored_at``: when somebody last took over a database that had been set back; rows were lost then.
    """

    rows: int
    checkpoints: int
    unwitnessed: int
    restored_at: datetime | None = None


@dataclass(slots=True)
class _Watched:
    """Passes rows on and remembers the hashes at the wanted numbers."""

    wanted: frozenset[int]
    hashes: dict[int, bytes] = field(default_factory=dict)

    def __call__(self, links: Iterator[Link]) -> Iterator[Link]:
        for link in links:
            if link[0] in self.wanted:
                self.hashes[link[0]] = link[2]
            yield link


def verify_trail(conn: Connection, seals: Seals, checkpoints: Sequence[Checkpoint]) -> Verified:
    """Raises ChainBroken at the first row that was changed, or where a checkpoint saw another row."""
    watched = _Watched(frozenset(c.number for c in checkpoints))
    rows = verify_links(seals, watched(_links(conn)))
    hashes, restored_at = watched.hashes | {0: START}, last_restored(conn)
    standing = [c for c in checkpoints if restored_at is None or c.at > restored_at or hashes.get(c.number) == c.hash]
    check_against(standing, hashes, rows)
    return Verified(rows, len(standing), rows - max((c.number for c in standing), default=0), restored_at)


def _links(conn: Connection) -> Iterator[Link]:
    last = -1
    while page := conn.execute(_ROWS, {"last": last, "page": PAGE}).all():
        for hash_of_row, seal, number, at, *columns in page:
            when = moment(at) if isinstance(at, datetime) else at
            try:
                yield number, in_form(number, when, *columns), bytes(hash_of_row), bytes(seal)
            except TypeError:
                raise ChainBroken(number, "a column holds another kind of value") from None
        last = page[-1].number
