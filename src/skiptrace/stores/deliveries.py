"""Deliveries: which event goes to which sink, how often that was tried, and how each sink is.

A sink's ``seen`` is a cursor over the outbox; the events behind it have a delivery here. What holds an event back is
the state of the earlier deliveries of its line, and no lock, so any number of relays may claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from skiptrace.model import Delivery, DeliveryState, Event, EventKind, SinkHealth
from skiptrace.model.delivery import OURS
from skiptrace.ports import Settled, SinkEntry
from skiptrace.privacy import AuditEvent
from skiptrace.stores.databases import Database
from skiptrace.stores.outbox import add_events, alert
from skiptrace.stores.schema.delivery import deliveries, outbox, sinks
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import Handler, Turn, Writer, turnless

DISABLED_AFTER = timedelta(days=5)
"""A sink that has failed for so long without one success is not told any more, until somebody enables it."""

FAN_OUT = 1000
"""So many events become deliveries of a sink at a time."""

_OPEN = (DeliveryState.WAITING, DeliveryState.FAILED)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Claim:
    sink: str
    count: int
    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class _Settling:
    done: Sequence[Settled]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Change:
    """An operator's change to open deliveries of one sink; to all of them when no event is named."""

    sink: str
    event_ids: Sequence[str]
    to: DeliveryState
    at: datetime


class SqlOutbox:
    """Implements ports.Outbox on the store's own writer."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def register(self, entries: Sequence[SinkEntry]) -> None:
        await self._writer.write(_register, entries)

    async def claim(self, sink: str, count: int, at: datetime, seconds: float) -> Sequence[Delivery]:
        return cast("Sequence[Delivery]", await self._writer.write(_claim, _Claim(sink, count, at, seconds)))

    async def settle(self, done: Sequence[Settled], at: datetime) -> None:
        if done:
            await self._writer.write(_settle, _Settling(done, at))

    async def alert(self, tenant: str, about: str, detail: str, at: datetime) -> None:
        await self._writer.write(_alert, alert(tenant, about, detail, at))

    async def health(self) -> Sequence[SinkHealth]:
        return await self._read(_health)

    async def deliveries(self, sink: str, states: Sequence[DeliveryState], at_most: int) -> Sequence[Delivery]:
        of_sink = (deliveries.c.sink == sink,) if sink else ()
        wanted = _with_event().where(deliveries.c.state.in_(states), *of_sink)
        wanted = wanted.order_by(deliveries.c.number, deliveries.c.sink).limit(at_most)
        return await self._read(lambda conn: [_delivery(row) for row in conn.execute(wanted)])

    async def redrive(self, sink: str, event_ids: Sequence[str], at: datetime) -> int:
        return await self._change(_Change(sink, event_ids, DeliveryState.WAITING, at))

    async def drop(self, sink: str, event_ids: Sequence[str], at: datetime) -> int:
        return await self._change(_Change(sink, event_ids, DeliveryState.DROPPED, at))

    async def enable(self, sink: str, at: datetime) -> bool:
        return cast("bool", await self._writer.write(_enable, (sink, at)))

    async def _change(self, change: _Change) -> int:
        return cast("int", await self._writer.write(_move_open, change))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._database.read(work)


def _each(work: Callable[[Turn, Any], object]) -> Handler:
    """A handler that does its items one after the other."""

    def handle(turn: Turn, several: Sequence[Any]) -> Sequence[object]:
        return [work(turn, item) for item in several]

    return handle


@_each
def _register(turn: Turn, entries: Sequence[SinkEntry]) -> None:
    turn.take()
    last = turn.conn.execute(select(func.coalesce(func.max(outbox.c.number), 0))).scalar_one()
    known = set(turn.conn.execute(select(sinks.c.name)).scalars())
    for entry in entries:
        if entry.name in known:
            served = {"kind": entry.kind, "tenant": entry.tenant, "events": " ".join(entry.events)}
            turn.conn.execute(update(sinks).where(sinks.c.name == entry.name).values(served))
            continue
        seen = 0 if entry.from_start else last
        turn.conn.execute(
            sinks.insert().values(
                name=entry.name,
                kind=entry.kind,
                tenant=entry.tenant,
                events=" ".join(entry.events),
                seen=seen,
                reason="",
            )
        )


@turnless
@_each
def _claim(turn: Turn, wanted: _Claim) -> Sequence[Delivery]:
    conn, name = turn.conn, wanted.sink
    # the row lock lets one relay at a time look for work of this sink
    sink = conn.execute(select(sinks).where(sinks.c.name == name).with_for_update()).one_or_none()
    if sink is None or sink.disabled_at is not None:
        return ()
    _fan_out(conn, sink, wanted.at)
    found = conn.execute(_due(wanted)).all()
    if found:
        leased = (
            update(deliveries)
            .where(deliveries.c.sink == name, deliveries.c.number == bindparam("n"))
            .values(token=deliveries.c.token + 1, leased_until=wanted.at + timedelta(seconds=wanted.seconds))
        )
        conn.execute(leased, [{"n": row.number} for row in found])
    return [_delivery(row, claimed=True) for row in found]


def _due(wanted: _Claim) -> Select[Any]:
    """Due, leased to nobody, and with nothing open before it in its line."""
    earlier = deliveries.alias("earlier")
    is_held = exists().where(
        earlier.c.sink == deliveries.c.sink,
        earlier.c.line == deliveries.c.line,
        earlier.c.number < deliveries.c.number,
        earlier.c.state.in_(_OPEN),
    )
    is_free = or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until < wanted.at)
    is_due = and_(deliveries.c.state == "waiting", deliveries.c.due_at <= wanted.at)
    of_sink = _with_event().where(deliveries.c.sink == wanted.sink, is_due, is_free, ~is_held)
    return of_sink.order_by(deliveries.c.due_at, deliveries.c.number).limit(wanted.count)


def _fan_out(conn: Connection, sink: Row[Any], at: datetime) -> None:
    new = select(outbox).where(outbox.c.number > sink.seen).order_by(outbox.c.number).limit(FAN_OUT)
    events = conn.execute(new).all()
    if not events:
        return
    rows = [
        {
            "sink": sink.name,
            "number": event.number,
            "line": event.case_id or event.event_id,
            "state": DeliveryState.WAITING.value,
            "attempts": 0,
            "due_at": at,
            "token": 0,
            "error": "",
        }
        for event in events
        if sink.tenant in ("", event.tenant) and _hears(sink.events, event.kind)
    ]
    if rows:
        conn.execute(deliveries.insert(), rows)
    conn.execute(update(sinks).where(sinks.c.name == sink.name).values(seen=events[-1].number))


def _hears(events: str, kind: str) -> bool:
    return kind in events.split() if events else kind not in OURS


@_each
def _settle(turn: Turn, settling: _Settling) -> None:
    # relays that settle the same sinks lock them in the same order
    for name in sorted({settled.delivery.sink for settled in settling.done}):
        mine = [settled for settled in settling.done if settled.delivery.sink == name]
        held = _write(turn.conn, name, mine, settling.at)
        turn.events += [
            AuditEvent(settling.at, "event.delivered", s.delivery.event.event_id, name)
            for s in held
            if s.state is DeliveryState.DELIVERED
        ]
        _note_health(turn, name, held, settling.at)


def _write(conn: Connection, sink: str, done: Sequence[Settled], at: datetime) -> list[Settled]:
    """Write how attempts ended, what was delivered in one statement. Returns those whose lease still held."""
    delivered = [settled for settled in done if settled.state is DeliveryState.DELIVERED]
    held = (
        set(conn.execute(_settled(sink, delivered, at).returning(deliveries.c.number)).scalars())
        if delivered
        else set()
    )
    for settled in done:
        if settled.state is not DeliveryState.DELIVERED and conn.execute(_settled(sink, [settled], at)).rowcount:
            held.add(settled.delivery.event.seq)
    return [settled for settled in done if settled.delivery.event.seq in held]


def _settled(sink: str, alike: Sequence[Settled], at: datetime) -> Update:
    """Only while the lease holds: another claim has moved the token on."""
    first = alike[0]
    waits = first.state is DeliveryState.WAITING
    leases = [(settled.delivery.event.seq, settled.delivery.token) for settled in alike]
    is_mine = and_(
        deliveries.c.sink == sink,
        tuple_(deliveries.c.number, deliveries.c.token).in_(leases),
        deliveries.c.state == DeliveryState.WAITING.value,
    )
    return (
        update(deliveries)
        .where(is_mine)
        .values(
            state=first.state.value,
            attempts=deliveries.c.attempts + 1,
            due_at=first.due_at if waits else deliveries.c.due_at,
            leased_until=None,
            error=first.error,
            settled_at=None if waits else at,
        )
    )


def _note_health(turn: Turn, name: str, held: Sequence[Settled], at: datetime) -> None:
    """Failing since the first failure after the last success; disabled when that lasts, or when the sink is gone."""
    if not held:
        return
    sink = turn.conn.execute(select(sinks).where(sinks.c.name == name).with_for_update()).one()
    well = any(settled.state is DeliveryState.DELIVERED for settled in held)
    since = None if well else (sink.failing_since or at)
    gone = next((settled.error for settled in held if settled.gone), "")
    if not gone and since is not None and at - since >= DISABLED_AFTER:
        gone = f"nothing was delivered for {DISABLED_AFTER.days} days"
    disabled_at = at if gone and sink.disabled_at is None else sink.disabled_at
    if (since, disabled_at) == (sink.failing_since, sink.disabled_at):
        return
    values = {"failing_since": since, "disabled_at": disabled_at, "reason": gone or sink.reason}
    turn.conn.execute(update(sinks).where(sinks.c.name == name).values(values))
    if disabled_at != sink.disabled_at:
        detail = f"sink {name} is disabled: {gone}; run skiptrace outbox enable {name} when it is mended"
        add_events(turn, [alert(sink.tenant, f"sink {name} disabled {at.isoformat()}", detail, at)])
        turn.events.append(AuditEvent(at, "sink.disabled", name, gone))


@_each
def _alert(turn: Turn, raised: Event) -> None:
    add_events(turn, [raised])


@_each
def _move_open(turn: Turn, change: _Change) -> int:
    numbers = select(outbox.c.number).where(outbox.c.event_id.in_(change.event_ids))
    named = (deliveries.c.number.in_(numbers),) if change.event_ids else ()
    drops = change.to is DeliveryState.DROPPED
    moved = turn.conn.execute(
        update(deliveries)
        .where(deliveries.c.sink == change.sink, deliveries.c.state.in_(_OPEN), *named)
        .values(
            state=change.to.value,
            attempts=deliveries.c.attempts if drops else 0,
            due_at=change.at,
            token=deliveries.c.token + 1,
            leased_until=None,
            settled_at=change.at if drops else None,
        )
    ).rowcount
    if moved:
        event = "events.dropped" if drops else "events.redriven"
        turn.events.append(AuditEvent(change.at, event, change.sink, f"{moved} events"))
    return moved


@_each
def _enable(turn: Turn, given: tuple[str, datetime]) -> bool:
    name, at = given
    well = update(sinks).where(sinks.c.name == name).values(failing_since=None, disabled_at=None, reason="")
    if not turn.conn.execute(well).rowcount:
        return False
    waiting = and_(deliveries.c.sink == name, deliveries.c.state == DeliveryState.WAITING.value)
    turn.conn.execute(update(deliveries).where(waiting).values(due_at=at))
    turn.events.append(AuditEvent(at, "sink.enabled", name))
    return True


def _health(conn: Connection) -> Sequence[SinkHealth]:
    def count(state: DeliveryState) -> Any:
        return func.coalesce(func.sum(case((deliveries.c.state == state.value, 1), else_=0)), 0)

    of_sink = and_(deliveries.c.sink == sinks.c.name, deliveries.c.state.in_(_OPEN))
    waiting = count(DeliveryState.WAITING).label("waiting")
    failed = count(DeliveryState.FAILED).label("failed")
    counted = select(sinks, waiting, failed).outerjoin(deliveries, of_sink)
    return [
        SinkHealth(
            name=row.name,
            kind=row.kind,
            failing_since=row.failing_since,
            disabled_at=row.disabled_at,
            reason=row.reason,
            waiting=row.waiting + _not_handed_on(conn, row),
            failed=row.failed,
        )
        for row in conn.execute(counted.group_by(*sinks.c).order_by(sinks.c.name)).all()
    ]


def _not_handed_on(conn: Connection, sink: Row[Any]) -> int:
    """Events that it will hear and that have no delivery yet."""
    heard = outbox.c.kind.in_(sink.events.split()) if sink.events else outbox.c.kind.not_in(OURS)
    of_tenant = (outbox.c.tenant == sink.tenant,) if sink.tenant else ()
    return conn.execute(select(func.count()).where(outbox.c.number > sink.seen, heard, *of_tenant)).scalar_one()


def _with_event() -> Select[Any]:
    event_columns = [column for column in outbox.c if column.name != "number"]
    return select(deliveries, *event_columns).join(outbox, outbox.c.number == deliveries.c.number)


def _delivery(row: Row[Any], *, claimed: bool = False) -> Delivery:
    event = Event(
        row.number,
        row.event_id,
        EventKind(row.kind),
        row.at,
        row.tenant,
        row.account_id,
        row.case_id,
        row.trace_id or "",
        row.contact_id,
        row.detail,
    )
    return Delivery(
        event=event,
        sink=row.sink,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        token=row.token + claimed,
        error=row.error,
        settled_at=row.settled_at,
    )
