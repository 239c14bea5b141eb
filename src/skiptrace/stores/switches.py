"""``ports.Switches`` on SQL: which providers somebody has taken out of use, seen by all workers and audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, delete, select

from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent
from skiptrace.stores.databases import Database, insert_into
from skiptrace.stores.schema.switches import pauses
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import Turn, Writer


@dataclass(frozen=True, slots=True)
class _Pause:
    provider: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class _Resume:
    provider: str
    by: str


class SqlSwitches:
    """The kill switches. A pause replaces an earlier one of the same provider."""

    def __init__(self, database: Database, writer: Writer, clock: Clock) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    async def paused(self) -> Mapping[str, str]:
        with plain_errors():
            return await self._database.read(_paused)

    async def pause(self, provider: str, reason: str, by: str) -> None:
        await self._writer.write(self._pause, _Pause(provider, reason, by))

    async def resume(self, provider: str, by: str) -> bool:
        return cast("bool", await self._writer.write(self._resume, _Resume(provider, by)))

    def _pause(self, turn: Turn, several: Sequence[_Pause]) -> Sequence[object]:
        for pause in several:
            now = self._clock.now()
            row = {"reason": pause.reason, "paused_by": pause.by, "paused_at": now}
            insert = insert_into(turn.conn, pauses).values(provider=pause.provider, **row)
            turn.conn.execute(insert.on_conflict_do_update(index_elements=["provider"], set_=row))
            turn.events.append(AuditEvent(now, "provider.paused", pause.provider, pause.reason, pause.by))
        return [None] * len(several)

    def _resume(self, turn: Turn, several: Sequence[_Resume]) -> Sequence[object]:
        results = []
        for resume in several:
            gone = turn.conn.execute(delete(pauses).where(pauses.c.provider == resume.provider)).rowcount > 0
            if gone:
                event = AuditEvent(self._clock.now(), "provider.resumed", resume.provider, actor=resume.by)
                turn.events.append(event)
            results.append(gone)
        return results


def _paused(conn: Connection) -> Mapping[str, str]:
    return {row.provider: row.reason for row in conn.execute(select(pauses.c.provider, pauses.c.reason))}
