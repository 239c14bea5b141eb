"""Questions to the audit trail: is it whole, what does it say of one case, and the proof of that."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from skiptrace.model import Call
from skiptrace.privacy import AuditEvent, AuditRow, CheckpointFile, Seals, Signer
from skiptrace.privacy.audit import START
from skiptrace.privacy.checkpoints import is_signed
from skiptrace.privacy.proofs import Segment
from skiptrace.stores import schema
from skiptrace.stores.databases import Database
from skiptrace.stores.purchases import calls_of_provider
from skiptrace.stores.set_back import standing
from skiptrace.stores.traces import trace_ids_of_case
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.verifying import Verified, verify_trail
from skiptrace.stores.writer import Writer, audit_row, note

MOST_IDS = 500


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One event that was put out, and its state by sink."""

    event_id: str
    kind: str
    at: datetime
    deliveries: dict[str, str]


class AuditTrail:
    """The stored audit trail. ``note`` adds to it; the rest reads it."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        seals: Callable[[], Seals],
        checkpoints: CheckpointFile,
        signer: Signer,
    ) -> None:
        self._database = database
        self._writer = writer
        self._seals = seals
        self._checkpoints = checkpoints
        self.signer = signer

    async def note(self, event: AuditEvent) -> None:
        """Returns when the event is committed. Raises StoreError when it cannot be: then do not go on."""
        await self._writer.write(note, event)

    async def verify(self) -> Verified:
        """Check the trail from its first row on, and against every checkpoint. Raises ChainBroken or BadCheckpoint."""
        checkpoints = self._checkpoints.read(self.signer.public_key, self.signer.retired)
        with plain_errors():
            return await self._database.read(partial(verify_trail, seals=self._seals(), checkpoints=checkpoints))

    async def sign_again(self) -> None:
        """Sign every checkpoint that stands with the key of now, unless it has signed it already."""
        await self._writer.sign_head()
        key = self.signer.public_key
        signed = self._checkpoints.read(key, self.signer.retired)
        with plain_errors():
            found = await self._database.read(partial(standing, checkpoints=signed))
        known = {(one.number, one.hash) for one in found if is_signed(key, one)}
        again = {(one.number, one.hash): one for one in found if (one.number, one.hash) not in known}
        self._checkpoints.append(*(self.signer.checkpoint(one.number, one.hash, one.at) for one in again.values()))

    async def about(self, ids: Iterable[str]) -> Sequence[AuditRow]:
        """The rows about these ids, in their order."""
        with plain_errors():
            return await self._database.read(partial(_rows_about, ids=sorted(set(ids))))

    async def prove(self, rows: Sequence[AuditRow]) -> Sequence[Segment]:
        """Segments that lead from these rows, in their order, to signed checkpoints. Signs the head first."""
        await self._writer.sign_head()
        key = self.signer.public_key
        signed = [c for c in self._checkpoints.read(key, self.signer.retired) if is_signed(key, c)]
        with plain_errors():
            checkpoints = await self._database.read(partial(standing, checkpoints=signed))
        ends = [c.number for c in checkpoints]
        wanted: dict[int, list[int]] = {}
        for row in rows:
            wanted.setdefault(bisect_left(ends, row.number), []).append(row.number)
        segments = []
        for place, numbers in wanted.items():
            checkpoint = checkpoints[place]
            with plain_errors():
                found = await self._database.read(partial(_range, first=numbers[0] - 1, last=checkpoint.number))
            start, behind = (found[0], found[1:]) if numbers[0] > 1 else (None, found)
            before = start.hash if start else START
            segments.append(Segment(numbers[0] - 1, before, tuple(behind), frozenset(numbers), checkpoint))
        return segments

    async def traces_of_case(self, case_id: str) -> Sequence[str]:
        """Ids of all finished traces of a case, oldest first."""
        with plain_errors():
            return await self._database.read(partial(trace_ids_of_case, case_id=case_id))

    async def told_of_case(self, case_id: str) -> Sequence[ToldRow]:
        """Every event of a case that was put out, with its state at each sink."""
        with plain_errors():
            return await self._database.read(partial(_told, case_id=case_id))

    async def calls_of_provider(self, tenant: str, provider: str, since: datetime, until: datetime) -> Sequence[Call]:
        """The calls that went to a provider in a period, by the moment they were sent."""
        which = partial(calls_of_provider, tenant=tenant, provider=provider, since=since, until=until)
        with plain_errors():
            return await self._database.read(which)


def _told(conn: Connection, case_id: str) -> list[ToldRow]:
    outbox, deliveries = schema.delivery.outbox, schema.delivery.deliveries
    found = select(outbox, deliveries.c.sink, deliveries.c.state).outerjoin(
        deliveries, deliveries.c.number == outbox.c.number
    )
    events: dict[int, ToldRow] = {}
    for row in conn.execute(found.where(outbox.c.case_id == case_id).order_by(outbox.c.number)):
        event = events.setdefault(row.number, ToldRow(row.event_id, row.kind, row.at, {}))
        if row.sink is not None:
            event.deliveries[row.sink] = row.state
    return list(events.values())


def _rows_about(conn: Connection, ids: Sequence[str]) -> list[AuditRow]:
    found = []
    for start in range(0, len(ids), MOST_IDS):
        some = schema.audit.c.about.in_(ids[start : start + MOST_IDS])
        found += [audit_row(row) for row in conn.execute(select(schema.audit).where(some))]
    return sorted(found, key=lambda row: row.number)


def _range(conn: Connection, first: int, last: int) -> list[AuditRow]:
    number = schema.audit.c.number
    rows = conn.execute(select(schema.audit).where(number >= first, number <= last).order_by(number))
    return [audit_row(row) for row in rows]
