"""The store on SQL: one class, one code path for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from skiptrace.model import Call, CallState, Case, Outcome, OutcomeKind, Reply, SourceRecord, Trace
from skiptrace.ports import AlreadyBought, BatchState, Caps, Clock, Evidenced, Intent, Reservation
from skiptrace.privacy import AuditEvent, FieldCipher, Fingerprinter, KeyRing
from skiptrace.stores import schema
from skiptrace.stores.books import Move, Reserve
from skiptrace.stores.cases import Intake, case_of
from skiptrace.stores.databases import engine_for
from skiptrace.stores.keeping import Keeping
from skiptrace.stores.opening import prepare
from skiptrace.stores.purchases import Purchases, call_of
from skiptrace.stores.replies import reply_of
from skiptrace.stores.traces import read_records, read_traces
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import Turn, Writer

PAGE = 200
"""So many cases or traces are read at a time."""


class SqlStore:
    """Implements ports.Store. Made by ``open``; ``close`` it when done."""

    def __init__(self, engine: AsyncEngine, ring: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._cipher = FieldCipher(ring)
        self._fingerprinter = Fingerprinter(ring)
        self._writer = Writer(engine, ring.derive("audit chain"))
        self._keeping = Keeping(self._cipher)
        self._purchases = Purchases(self._cipher)
        self._intake = Intake(self._cipher, clock)

    @classmethod
    async def open(cls, url: str, key_file: Path, clock: Clock) -> SqlStore:
        """Open ``sqlite:///path`` or ``postgresql://…``; the schema and, for a new database, the key file are made.

        Raises ConfigError when the database or the key file cannot be used, StoreError when the database fails.
        """
        engine = engine_for(url)
        try:
            with plain_errors():
                ring = await prepare(engine, key_file)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, ring, clock)

    async def close(self) -> None:
        await self._writer.close()
        await self._engine.dispose()

    # The ledger

    def fingerprint(self, tenant: str, provider: str, product: str, query: bytes) -> bytes:
        return self._fingerprinter.fingerprint(tenant, provider, product, query)

    async def reserve(self, intent: Intent, caps: Caps) -> Reservation:
        reservation = cast("Reservation", await self._writer.write(self._purchases.apply, Reserve(intent, caps)))
        if isinstance(reservation, AlreadyBought):
            return replace(reservation, reply=await self._reply(reservation.call.call_id))
        return reservation

    async def mark_sent(self, call: Call, at: datetime) -> Call:
        return await self._move(Move(call, CallState.SENT, at))

    async def keep_reply(self, call: Call, reply: Reply) -> Call:
        return await self._move(Move(call, CallState.ANSWERED, reply.received_at, reply=reply))

    async def settle(self, call: Call, charged: Decimal, *, hit: bool, at: datetime) -> Call:
        return await self._move(Move(call, CallState.SETTLED, at, charged=charged, hit=hit))

    async def release(self, call: Call, reason: str, at: datetime) -> Call:
        return await self._move(Move(call, CallState.NOT_CHARGED, at, reason=reason))

    async def doubt(self, call: Call, reason: str, at: datetime) -> Call:
        return await self._move(Move(call, CallState.IN_DOUBT, at, reason=reason))

    async def in_doubt(self, tenant: str) -> Sequence[Call]:
        calls = schema.calls
        of_tenant = (calls.c.tenant == tenant, calls.c.state == CallState.IN_DOUBT)
        async with self._reading() as conn:
            rows = await conn.execute(select(calls).where(*of_tenant).order_by(calls.c.intended_at, calls.c.call_id))
            return [call_of(row) for row in rows]

    async def recover(self, before: datetime) -> int:
        return cast("int", await self._writer.write(self._purchases.recover, before))

    async def _move(self, move: Move) -> Call:
        return cast("Call", await self._writer.write(self._purchases.apply, move))

    # Cases and batches

    async def accept(self, cases: Sequence[Case]) -> int:
        return cast("int", await self._writer.write(self._intake.accept, cases))

    async def case(self, case_id: str) -> Case | None:
        async with self._reading() as conn:
            row = (await conn.execute(select(schema.cases).where(schema.cases.c.case_id == case_id))).one_or_none()
        return None if row is None else case_of(self._cipher, row)

    async def unfinished(self, batch_id: str) -> AsyncIterator[Case]:
        cases, traces = schema.cases, schema.traces
        finished = exists().where(traces.c.case_id == cases.c.case_id)
        number = -1
        while True:
            page = (
                select(cases)
                .where(cases.c.batch_id == batch_id, cases.c.number > number, ~finished)
                .order_by(cases.c.number)
                .limit(PAGE)
            )
            async with self._reading() as conn:
                rows = (await conn.execute(page)).all()
            for row in rows:
                yield case_of(self._cipher, row)
            if len(rows) < PAGE:
                return
            number = rows[-1].number

    async def batch(self, batch_id: str) -> BatchState:
        cases, traces, calls = schema.cases, schema.traces, schema.calls
        accepted = select(func.count()).select_from(cases).where(cases.c.batch_id == batch_id)
        done = accepted.where(exists().where(traces.c.case_id == cases.c.case_id))
        spent = select(func.sum(calls.c.charged)).where(calls.c.batch_id == batch_id)
        async with self._reading() as conn:
            return BatchState(
                batch_id=batch_id,
                accepted=(await conn.execute(accepted)).scalar_one(),
                done=(await conn.execute(done)).scalar_one(),
                spent=(await conn.execute(spent)).scalar_one() or Decimal(0),
            )

    # Traces and what they rest on

    async def keep(self, done: Sequence[Evidenced]) -> None:
        await self._writer.write(self._keeping.keep, done)

    async def trace(self, trace_id: str) -> Trace | None:
        await self._note_access("trace.read", trace_id)
        async with self._reading() as conn:
            found = await read_traces(conn, self._cipher, [trace_id])
        return found[0] if found else None

    async def traces_of_account(self, tenant: str, account_id: str) -> Sequence[str]:
        traces = schema.traces
        of_account = (traces.c.tenant == tenant, traces.c.account_id == account_id)
        newest_first = (traces.c.finished_at.desc(), traces.c.trace_id.desc())
        async with self._reading() as conn:
            found = await conn.execute(select(traces.c.trace_id).where(*of_account).order_by(*newest_first))
            return list(found.scalars())

    async def batch_traces(self, batch_id: str) -> AsyncIterator[Trace]:
        await self._note_access("batch.read", batch_id)
        cases, traces = schema.cases, schema.traces
        in_order = (
            select(traces.c.trace_id)
            .join(cases, cases.c.case_id == traces.c.case_id)
            .where(cases.c.batch_id == batch_id)
            .order_by(cases.c.number, traces.c.finished_at)
        )
        async with self._reading() as conn:
            trace_ids = list((await conn.execute(in_order)).scalars())
        for start in range(0, len(trace_ids), PAGE):
            async with self._reading() as conn:
                found = await read_traces(conn, self._cipher, trace_ids[start : start + PAGE])
            for trace in found:
                yield trace

    async def records(self, trace_id: str) -> Sequence[SourceRecord]:
        await self._note_access("records.read", trace_id)
        async with self._reading() as conn:
            return await read_records(conn, self._cipher, trace_id)

    async def calls(self, case_id: str) -> Sequence[Call]:
        calls = schema.calls
        of_case = select(calls).where(calls.c.case_id == case_id).order_by(calls.c.intended_at, calls.c.call_id)
        async with self._reading() as conn:
            return [call_of(row) for row in await conn.execute(of_case)]

    async def reply(self, call_id: str) -> Reply | None:
        await self._note_access("reply.read", call_id)
        return await self._reply(call_id)

    async def record_outcome(self, outcome: Outcome) -> None:
        await self._writer.write(_record_outcomes, outcome)

    async def outcomes(self, trace_id: str) -> Sequence[Outcome]:
        table = schema.outcomes
        of_trace = select(table).where(table.c.trace_id == trace_id).order_by(table.c.at, table.c.outcome_id)
        async with self._reading() as conn:
            return [
                Outcome(row.outcome_id, row.trace_id, row.contact_id, OutcomeKind(row.kind), row.at, row.reported_by)
                for row in await conn.execute(of_trace)
            ]

    async def _reply(self, call_id: str) -> Reply | None:
        async with self._reading() as conn:
            found = await conn.execute(select(schema.replies).where(schema.replies.c.call_id == call_id))
            row = found.one_or_none()
        return None if row is None else reply_of(self._cipher, row)

    async def _note_access(self, event: str, about: str) -> None:
        """Committed before the value is handed out: what cannot be audited is not shown."""
        await self._writer.write(_note, AuditEvent(self._clock.now(), event, about))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with plain_errors():
            async with self._engine.connect() as conn:
                yield await conn.execution_options(isolation_level="AUTOCOMMIT")


async def _note(turn: Turn, events: Sequence[AuditEvent]) -> Sequence[object]:
    turn.events += events
    return [None] * len(events)


async def _record_outcomes(turn: Turn, outcomes: Sequence[Outcome]) -> Sequence[object]:
    rows = [
        {
            "outcome_id": outcome.outcome_id,
            "trace_id": outcome.trace_id,
            "contact_id": outcome.contact_id,
            "kind": outcome.kind.value,
            "at": outcome.at,
            "reported_by": outcome.reported_by,
        }
        for outcome in outcomes
    ]
    await turn.conn.execute(schema.outcomes.insert(), rows)
    turn.events += [AuditEvent(o.at, "outcome.recorded", o.outcome_id, o.kind.value) for o in outcomes]
    return [None] * len(outcomes)
