"""The ledger in SQL: load what a turn's operations touch, let the books decide, write back what changed.

Five to eight statements per turn, however many purchases share it.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, TextClause, and_, exists, func, select, text

from skiptrace.errors import CapReached, SkiptraceError
from skiptrace.model import Call, CallState
from skiptrace.ports import Needless, Reserved
from skiptrace.privacy import AuditEvent
from skiptrace.stores.books import Books, Counter, Entry, Move, Reserve, limits
from skiptrace.stores.databases import OneOf
from skiptrace.stores.replies import reply_row
from skiptrace.stores.rows import insert_rows, update_rows
from skiptrace.stores.schema import calls, replies, spending
from skiptrace.stores.schema.engine import OPEN
from skiptrace.stores.schema.jobs import jobs
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn

# Built once: for a single purchase, building and hashing them costs as much as running them.
_STANDING = select(calls.c.call_id, calls.c.state, calls.c.token, calls.c.active, calls.c.hit).where(
    OneOf(calls.c.call_id, "ids")
)
_ACTIVE = select(calls).where(OneOf(calls.c.fingerprint, "fingerprints"), text("active"))
_COUNTERS = select(spending).where(
    OneOf(spending.c.tenant, "tenants"), OneOf(spending.c.cap, "caps"), OneOf(spending.c.name, "names")
)
_OPEN = text(OPEN)
_UNDER_WAY = calls.c.state.in_((CallState.INTENDED, CallState.SENT, CallState.ANSWERED))
_OF_CASES = OneOf(calls.c.case_id, "cases")
_WITH_STATUS = (
    select(calls, replies.c.status).outerjoin(replies, replies.c.call_id == calls.c.call_id).where(_UNDER_WAY)
)
_MOVING = ("state", "active", "hit", "charged", "token", "sent_at", "answered_at", "reason")


class Purchases:
    """Handlers for the writer: reservations, transitions, recovery."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def apply(self, turn: Turn, operations: Sequence[Reserve | Move]) -> Sequence[object]:
        """Apply operations in order; each gets its result or its own error."""
        turn.take()
        books = _load(turn.conn, operations)
        results: list[object] = []
        kept: list[Move] = []
        for operation in operations:
            try:
                results.append(self._apply(books, operation, turn, kept))
            except (SkiptraceError, ValueError) as error:
                results.append(error)
        self._write(turn.conn, books, kept)
        return results

    def recover(self, turn: Turn, befores: Sequence[datetime]) -> Sequence[object]:
        """What a crash left behind before a moment: sent becomes in doubt, answered is booked, and what an
        older version intended and did not send is released.

        Of cases that a worker holds nothing is touched: when it dies, the sweep sees to its calls.
        """
        turn.take()
        return [self._settle(turn, _recoveries(turn.conn, _left_behind(before), before)) for before in befores]

    def abandon(self, turn: Turn, case_ids: Sequence[str], at: datetime) -> int:
        """The same for all calls of cases whose worker is gone: its own moves are refused from here on."""
        if not case_ids:
            return 0
        return self._settle(turn, _recoveries(turn.conn, _OF_CASES, at, cases=list(case_ids)))

    def disown(self, turn: Turn, call_id: str, at: datetime) -> None:
        """The same for one call."""
        self._settle(turn, _recoveries(turn.conn, calls.c.call_id == call_id, at))

    def doubt_all(self, turn: Turn, at: datetime, reason: str) -> int:
        """Everything under way may have been sent: in doubt, but for what was answered, which is booked."""
        moves = [
            found if found.call.state is CallState.ANSWERED else replace(found, to=CallState.IN_DOUBT, reason=reason)
            for found in _recoveries(turn.conn, _OPEN, at)
        ]
        self._settle(turn, moves)
        return sum(move.to is CallState.IN_DOUBT for move in moves)

    def _settle(self, turn: Turn, moves: Sequence[Move]) -> int:
        """Apply all of these moves; none of them may fail."""
        for result in self.apply(turn, moves):
            if isinstance(result, Exception):
                raise result
        return len(moves)

    def _apply(self, books: Books, operation: Reserve | Move, turn: Turn, kept: list[Move]) -> object:
        if isinstance(operation, Reserve):
            reservation = books.reserve(operation.intent, operation.caps)
            if isinstance(reservation, Reserved):
                turn.events.append(_event(reservation.call, operation.intent.at))
            return reservation
        call = books.move(operation)
        turn.events.append(_event(call, operation.at))
        if operation.reply is not None:
            kept.append(operation)
        return call

    def _write(self, conn: Connection, books: Books, kept: Sequence[Move]) -> None:
        # a predecessor becomes inactive before its successor comes in: one active row per question
        if changed := [_changes(books.entries[i]) for i in books.changed - books.new]:
            update_rows(conn, calls, "call_id", changed)
        if new := [row_of(books.entries[i]) for i in books.new]:
            insert_rows(conn, calls, new)
        if kept:
            insert_rows(conn, replies, self._replies(kept))
        if books.changes:
            _write_counters(conn, books)

    def _replies(self, kept: Sequence[Move]) -> list[dict[str, object]]:
        ciphers = self._vault.for_replies((m.call.tenant, m.call.case_id) for m in kept)
        return [
            reply_row(ciphers[m.call.tenant, m.call.case_id], m.call.call_id, m.reply)
            for m in kept
            if m.reply is not None
        ]


def _left_behind(before: datetime) -> ColumnElement[bool]:
    is_held = exists().where(jobs.c.case_id == calls.c.case_id, jobs.c.worker_id != "")
    began = func.coalesce(calls.c.sent_at, calls.c.intended_at)
    return and_(_OPEN, began < before, ~is_held)


def anything_left_behind(conn: Connection, before: datetime) -> bool:
    """Whether ``recover`` has anything to do; without a lock."""
    return bool(conn.execute(select(exists().where(_UNDER_WAY, _left_behind(before)))).scalar_one())


def needless(conn: Connection, asked: Sequence[Reserve]) -> Sequence[object]:
    """For the reader: what makes each needless, None when nothing does, CapReached when its price does not fit."""
    books = _load(conn, asked)
    return [_needless(books, each) for each in asked]


def _needless(books: Books, asked: Reserve) -> Needless | CapReached | None:
    try:
        return books.needless(asked.intent, asked.caps)
    except CapReached as reached:
        return reached


def _load(conn: Connection, operations: Sequence[Reserve | Move]) -> Books:
    books = Books()
    if moved := [o.call for o in operations if isinstance(o, Move)]:
        _load_standing(conn, books, moved)
    if reserves := [o for o in operations if isinstance(o, Reserve)]:
        for row in conn.execute(_ACTIVE, {"fingerprints": list({o.intent.fingerprint for o in reserves})}):
            books.load(Entry(_call(row), row.active, row.hit))
        _load_counters(conn, books, {counter for o in reserves for counter, _ in limits(o.intent, o.caps)})
    return books


def _load_standing(conn: Connection, books: Books, moved: Sequence[Call]) -> None:
    """A token names one version of a row, so of a call that stands as its caller shows it the rest is known."""
    rows = {row.call_id: row for row in conn.execute(_STANDING, {"ids": [call.call_id for call in moved]})}
    for call in moved:
        row = rows.get(call.call_id)
        if row is not None and (row.state, row.token) == (call.state, call.token):
            books.load(Entry(call, row.active, row.hit))


def _load_counters(conn: Connection, books: Books, wanted: Set[Counter]) -> None:
    if wanted:
        tenants, caps, names = (list(set(part)) for part in zip(*wanted, strict=True))
        for row in conn.execute(_COUNTERS, {"tenants": tenants, "caps": caps, "names": names}):
            books.committed[row.tenant, row.cap, row.name] = row.committed


def _write_counters(conn: Connection, books: Books) -> None:
    rows = [
        {"tenant": tenant, "cap": cap, "name": name, "committed": change}
        for (tenant, cap, name), change in sorted(books.changes.items())
    ]
    insert_rows(conn, spending, rows, add_to_known=("tenant", "cap", "name"))


def _call(row: Row[Any]) -> Call:
    return Call(
        call_id=row.call_id,
        tenant=row.tenant,
        case_id=row.case_id,
        provider=row.provider,
        product=row.product,
        fingerprint=row.fingerprint,
        state=CallState(row.state),
        reserved=row.reserved,
        charged=row.charged,
        token=row.token,
        batch_id=row.batch_id,
        intended_at=row.intended_at,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        reason=row.reason,
    )


def row_of(entry: Entry) -> dict[str, object]:
    call = entry.call
    return {
        "call_id": call.call_id,
        "tenant": call.tenant,
        "case_id": call.case_id,
        "batch_id": call.batch_id,
        "provider": call.provider,
        "product": call.product,
        "fingerprint": call.fingerprint,
        "state": call.state.value,
        "active": entry.active,
        "hit": entry.hit,
        "reserved": call.reserved,
        "charged": call.charged,
        "token": call.token,
        "intended_at": call.intended_at,
        "sent_at": call.sent_at,
        "answered_at": call.answered_at,
        "reason": call.reason,
    }


def _changes(entry: Entry) -> dict[str, object]:
    row = row_of(entry)
    return {name: row[name] for name in ("call_id", *_MOVING)}


def _event(call: Call, at: datetime) -> AuditEvent:
    amount = call.charged if call.state is CallState.SETTLED else call.reserved
    return AuditEvent(at, f"call.{call.state}", call.call_id, f"{call.provider}.{call.product} {amount:f} USD")


def _recoveries(
    conn: Connection, left: ColumnElement[bool] | TextClause, at: datetime, **named: Sequence[str]
) -> list[Move]:
    """How the calls under way that are ``left`` end; ``named`` are the parameters of that condition."""
    return [_recovery(_call(row), row.status, at) for row in conn.execute(_WITH_STATUS.where(left), named)]


def _recovery(call: Call, status: int | None, at: datetime) -> Move:
    """How a call ends whose process is gone. ``status`` is that of the stored reply, None without one."""
    if call.state is CallState.INTENDED:
        return Move(call, CallState.NOT_CHARGED, at, reason="never sent: the process ended before")
    if call.state is CallState.SENT:
        return Move(call, CallState.IN_DOUBT, at, reason="the process ended between sending and the reply")
    if status is None or not 200 <= status < 300:  # whether an error is charged, nobody read
        reason = f"answered with HTTP status {status}; the process ended before that was judged"
        return Move(call, CallState.IN_DOUBT, at, reason=reason)
    reason = "booked at its full price: the process ended between the reply and the settlement"
    return Move(call, CallState.SETTLED, at, reason=reason, charged=call.reserved, hit=True)


def calls_of_case(conn: Connection, case_id: str) -> Sequence[Call]:
    return _calls(conn, calls.c.case_id == case_id)


def calls_of_provider(conn: Connection, tenant: str, provider: str, since: datetime, until: datetime) -> Sequence[Call]:
    """Those whose first byte was sent in [since, until)."""
    sent_then = (calls.c.sent_at >= since, calls.c.sent_at < until)
    return _calls(conn, calls.c.tenant == tenant, calls.c.provider == provider, *sent_then)


def calls_in_doubt(conn: Connection, tenant: str) -> Sequence[Call]:
    return _calls(conn, _OPEN, calls.c.tenant == tenant, calls.c.state == CallState.IN_DOUBT)


def _calls(conn: Connection, *which: ColumnElement[bool] | TextClause) -> Sequence[Call]:
    found = conn.execute(select(calls).where(*which).order_by(calls.c.intended_at, calls.c.call_id))
    return [_call(row) for row in found]
