"""Happenings and plans: what bears on the next trace of an account, and when it is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Row, delete, func, select

from skiptrace.model import Event, EventKind, Lane
from skiptrace.ports import Planned, Reported
from skiptrace.privacy import AuditEvent
from skiptrace.scheduling import Due, Happened, Happening
from skiptrace.stores.databases import Database, insert_into
from skiptrace.stores.outbox import add_events, event_id
from skiptrace.stores.schema import traces
from skiptrace.stores.schema.delivery import happenings, schedule
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import Turn, Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Plan:
    tenant: str
    account_id: str
    planned: Planned | None


@dataclass(frozen=True, slots=True)
class _Done:
    planned: Planned
    case_id: str
    at: datetime


class SqlSchedule:
    """Implements ports.Schedule on the store's own writer."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def report(self, reported: Reported) -> bool:
        return cast("bool", await self._writer.write(_report, reported))

    async def happened(self, tenant: str, account_id: str) -> Sequence[Happened]:
        of_account = (happenings.c.tenant == tenant, happenings.c.account_id == account_id)
        found = select(happenings).where(*of_account).order_by(happenings.c.at)
        return await self._read(lambda conn: [Happened(Happening(row.kind), row.at) for row in conn.execute(found)])

    async def traced(self, tenant: str, account_id: str) -> Sequence[tuple[str, datetime]]:
        first = func.min(traces.c.finished_at).label("first")
        of_account = (traces.c.tenant == tenant, traces.c.account_id == account_id)
        found = select(traces.c.case_id, first).where(*of_account).group_by(traces.c.case_id).order_by(first)
        return await self._read(lambda conn: [(row.case_id, row.first) for row in conn.execute(found)])

    async def plan(self, tenant: str, account_id: str, planned: Planned | None) -> None:
        await self._writer.write(_plan, _Plan(tenant, account_id, planned))

    async def due(self, at: datetime, at_most: int) -> Sequence[Planned]:
        due = select(schedule).where(schedule.c.due_at <= at).order_by(schedule.c.due_at).limit(at_most)
        return await self._read(lambda conn: [_planned(row) for row in conn.execute(due)])

    async def done(self, planned: Planned, case_id: str, at: datetime) -> None:
        await self._writer.write(_done, _Done(planned, case_id, at))

    async def plans(self, tenant: str, at_most: int) -> Sequence[Planned]:
        next_ones = select(schedule).where(schedule.c.tenant == tenant).order_by(schedule.c.due_at).limit(at_most)
        return await self._read(lambda conn: [_planned(row) for row in conn.execute(next_ones)])

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._database.read(work)


def _report(turn: Turn, several: Sequence[Reported]) -> Sequence[object]:
    return [_report_one(turn, reported) for reported in several]


def _report_one(turn: Turn, reported: Reported) -> bool:
    kind = EventKind.ACCOUNT_REPORTED
    row = {
        "happening_id": reported.happening_id,
        "tenant": reported.tenant,
        "account_id": reported.account_id,
        "kind": reported.what.value,
        "at": reported.at,
        "reported_by": reported.reported_by,
    }
    insert = insert_into(turn.conn, happenings).on_conflict_do_nothing(index_elements=["happening_id"])
    if not turn.conn.execute(insert.values(row)).rowcount:
        return False
    event = Event(
        seq=0,
        event_id=event_id(kind, reported.happening_id),
        kind=kind,
        at=reported.at,
        tenant=reported.tenant,
        account_id=reported.account_id,
        detail=reported.what.value,
    )
    add_events(turn, [event])
    turn.events.append(AuditEvent(reported.at, "account.reported", reported.account_id, reported.what.value))
    return True


def _plan(turn: Turn, several: Sequence[_Plan]) -> Sequence[object]:
    """The newest word on an account counts, so each replaces what was planned."""
    for given in several:
        of_account = (schedule.c.tenant == given.tenant, schedule.c.account_id == given.account_id)
        turn.conn.execute(delete(schedule).where(*of_account))
        if given.planned is not None:
            turn.conn.execute(schedule.insert().values(_row(given.planned)))
    return [None] * len(several)


def _done(turn: Turn, several: Sequence[_Done]) -> Sequence[object]:
    """Only the plan that was carried out goes; one that was made meanwhile stays."""
    for done in several:
        turn.conn.execute(delete(schedule).where(*(schedule.c[name] == v for name, v in _row(done.planned).items())))
        detail = f"{done.planned.due.reason}; segment {done.planned.due.segment}"
        turn.events.append(AuditEvent(done.at, "retrace.submitted", done.case_id, detail))
    return [None] * len(several)


def _row(planned: Planned) -> dict[str, Any]:
    return {
        "tenant": planned.tenant,
        "account_id": planned.account_id,
        "case_id": planned.case_id,
        "due_at": planned.due.at,
        "lane": planned.due.lane.value,
        "segment": planned.due.segment,
        "budget": planned.due.budget,
        "reason": planned.due.reason,
    }


def _planned(row: Row[Any]) -> Planned:
    due = Due(row.due_at, row.reason, Lane(row.lane), row.segment, row.budget)
    return Planned(row.tenant, row.account_id, row.case_id, due)
