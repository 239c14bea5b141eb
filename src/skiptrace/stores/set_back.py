"""A database that is older than what was already bought: a backup was put back, or a standby took over that had not
heard of the last commits. Nothing is written to it, and so nothing bought, until somebody takes it over.

What tells is the audit trail: whoever saw its head (this process, the file of the last purchases, the signed
checkpoints) finds that row missing, or another in its place. Taking over writes a sealed row, ``database.restored``;
heads that were seen before that moment do not count any more, on this machine and on all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select

from skiptrace.errors import SetBack
from skiptrace.privacy import Checkpoint
from skiptrace.stores.schema import audit

ABOUT, RESTORED = "database", "database.restored"


def refuse_set_back(conn: Connection, seen: Iterable[Checkpoint]) -> None:
    """Raises SetBack when a head that was ``seen`` is not in this database."""
    restored_at: datetime | None = None
    looked = False
    for head in sorted(seen, key=lambda one: one.number, reverse=True):
        if has(conn, head):
            return
        if not looked:
            restored_at, looked = last_restored(conn), True
        if restored_at is None or head.at > restored_at:
            raise SetBack(head.number, head.at)


def has(conn: Connection, head: Checkpoint) -> bool:
    """True when the trail has this very row at its place; an empty trail is the beginning of any."""
    if head.number == 0:
        return True
    found = conn.execute(select(audit.c.hash).where(audit.c.number == head.number)).scalar_one_or_none()
    return found == head.hash


def last_restored(conn: Connection) -> datetime | None:
    """When this database was last taken over after it had been set back."""
    rows = select(func.max(audit.c.at)).where(audit.c.about == ABOUT, audit.c.event == RESTORED)
    found: datetime | None = conn.execute(rows).scalar_one_or_none()
    return found


def standing(conn: Connection, checkpoints: Iterable[Checkpoint]) -> list[Checkpoint]:
    """By their numbers, without those that saw rows which a backup has undone."""
    restored_at = last_restored(conn)
    found = [c for c in checkpoints if restored_at is None or c.at > restored_at or has(conn, c)]
    return sorted(found, key=lambda one: one.number)
