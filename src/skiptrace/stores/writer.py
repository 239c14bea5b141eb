"""One writer per process: whatever queued up while a transaction was under way goes into the next one together.

A lone write starts at once. A write that the database refuses in company is tried again alone, so that one caller's
mistake does not fail the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from skiptrace.errors import StoreError
from skiptrace.model import CallState
from skiptrace.privacy import Actor, AuditEvent, AuditRow, Seals, chain
from skiptrace.privacy.acting import who_acts
from skiptrace.privacy.audit import START
from skiptrace.stores import schema
from skiptrace.stores.databases import Database, take_turn
from skiptrace.stores.rows import insert_rows
from skiptrace.stores.set_back import refuse_set_back
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.witness import SECONDS, Witness

TOGETHER = 256
"""At most so many writes share a transaction, which bounds what one commit has to carry."""

_LAST = select(schema.audit.c.number, schema.audit.c.hash).order_by(schema.audit.c.number.desc()).limit(1)

SENT = f"call.{CallState.SENT}"


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of the last audit row, and what its transaction was for."""

    number: int
    hash: bytes
    sent: bool = False
    restored: bool = False


@dataclass(slots=True)
class Turn:
    """One write transaction, and the audit events that will be chained at its end."""

    conn: Connection
    events: list[AuditEvent] = field(default_factory=list)
    takes_over: bool = False
    """The database is known to have been set back, and this transaction holds back what that may have undone."""
    _taken: bool = False

    def take(self) -> None:
        """From here to the commit no other process writes to the ledger or the audit chain."""
        if not self._taken:
            take_turn(self.conn)
            self._taken = True


Handler = Callable[[Turn, Sequence[Any]], Sequence[object]]
"""Writes several items of one kind; returns for each its result, or the exception that its caller gets."""


TURNLESS: set[Handler] = set()
"""Handlers that lock rows, write no audit row and so never wait for the turn; each in a transaction of its own."""


def turnless(handler: Handler) -> Handler:
    TURNLESS.add(handler)
    return handler


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    handler: Handler
    item: object
    actor: Actor
    done: asyncio.Future[Any]


class Writer:
    """Commits writes in turns.

    ``seals`` tells what seals the audit rows now, ``witness`` signs their head, ``actor`` acts where no door says who
    does.
    """

    def __init__(self, database: Database, seals: Callable[[], Seals], witness: Witness, actor: Actor) -> None:
        self._database = database
        self._seals = seals
        self._witness = witness
        self._actor = actor
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self._head: Head | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._signing: asyncio.Task[None] | None = None

    async def write(self, handler: Handler, item: object) -> Any:
        """Hand one item to ``handler`` within the next transaction; returns once that is committed."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(handler, item, who_acts(self._actor), done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await done

    async def close(self) -> None:
        """Wait until everything handed in is committed or refused, and sign the head that this process left."""
        if self._task is not None:
            await self._task
        if self._timer is not None:
            self._timer.cancel()
        if self._signing is not None:
            await self._signing
        await self.sign_head()

    async def sign_head(self) -> None:
        """Write a checkpoint of the last row that this process committed. Raises StoreError."""
        if self._head is not None and self._head.number > self._witness.marked:
            await asyncio.to_thread(self._witness.mark, self._head.number, self._head.hash)

    async def _drain(self) -> None:
        while self._waiting:
            await self._commit_or_split([self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))])

    async def _commit_or_split(self, group: Sequence[_Waiting]) -> None:
        try:
            await self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting callers must hear of it
            if isinstance(error, StoreError) or len(group) == 1:
                _fail(group, error)
                return
            for waiting in group:
                await self._commit_or_split([waiting])

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            with plain_errors():
                results, head = await self._database.write(partial(self._turn, group))
        except StoreError:
            self._witness.look_again()
            raise
        if head is not None:
            self._head = head
            self._witness.saw(head.number, head.hash, sent=head.sent, restored=head.restored)
            self._sign_soon()
        for waiting, result in results:
            tell(waiting.done, result)

    def _sign_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._sign_now)

    def _sign_now(self) -> None:
        self._timer = None
        self._signing = asyncio.create_task(self._try_to_sign())

    async def _try_to_sign(self) -> None:
        with suppress(StoreError):  # the next turn tries again, and fails when it cannot either
            await self.sign_head()

    def _turn(self, group: Sequence[_Waiting], conn: Connection) -> tuple[list[tuple[_Waiting, object]], Head | None]:
        turn = Turn(conn)
        results: list[tuple[_Waiting, object]] = []
        kinds = _by_handler(group)
        handlers = {handler for handler, _ in kinds}
        if len(handlers) > 1 or not handlers <= TURNLESS:
            turn.take()  # before any row is locked: whoever holds the turn may want that row
        for (handler, actor), items in kinds.items():
            start = len(turn.events)
            results += zip(items, handler(turn, [w.item for w in items]), strict=True)
            turn.events[start:] = [_signed_by(actor, event) for event in turn.events[start:]]
        return results, self._chain(turn)

    def _chain(self, turn: Turn) -> Head | None:
        """Write the turn's events behind the trail's head, which is signed first when that is due."""
        if not turn.events:
            return None
        turn.take()
        found = turn.conn.execute(_LAST).one_or_none()
        number, before = (found.number, found.hash) if found else (0, START)
        if not turn.takes_over:
            self._refuse_set_back(turn.conn)
        if self._witness.is_due(number):
            self._witness.mark(number, before)
        rows = [
            {
                "number": row.number,
                "at": row.event.at,
                "event": row.event.event,
                "actor": row.event.actor,
                "tenant": row.event.tenant,
                "purpose": row.event.purpose,
                "about": row.event.about,
                "detail": row.event.detail,
                "hash": row.hash,
                "seal": row.seal,
                "auth_method": row.event.auth_method,
                "mfa": row.event.mfa,
            }
            for row in chain(self._seals().key, number, before, turn.events)
        ]
        insert_rows(turn.conn, schema.audit, rows)
        sent = any(event.event == SENT for event in turn.events)
        return Head(number + len(rows), cast("bytes", rows[-1]["hash"]), sent, turn.takes_over)

    def _refuse_set_back(self, conn: Connection) -> None:
        if heads := self._witness.heads():
            refuse_set_back(conn, heads)
            self._witness.found()


def _by_handler(group: Sequence[_Waiting]) -> dict[tuple[Handler, Actor], list[_Waiting]]:
    """Items of one kind that are done for the same actor go to their handler together."""
    kinds: dict[tuple[Handler, Actor], list[_Waiting]] = {}
    for waiting in group:
        kinds.setdefault((waiting.handler, waiting.actor), []).append(waiting)
    return kinds


def _signed_by(actor: Actor, event: AuditEvent) -> AuditEvent:
    """The event with its actor, tenant and purpose, unless it states its own, and how the actor signed in."""
    signed_in = actor.signed_in
    return replace(
        event,
        actor=event.actor or actor.name,
        tenant=event.tenant or actor.tenant,
        purpose=event.purpose or actor.purpose,
        auth_method=str(signed_in) if signed_in else "",
        mfa=signed_in.mfa.value if signed_in else "",
    )


def tell(done: asyncio.Future[Any], result: object) -> None:
    """Hand a result or an exception to whoever waits for it, unless they have gone."""
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        tell(waiting.done, error)


def audit_row(row: Row[Any]) -> AuditRow:
    signed_in = (row.auth_method, row.mfa)
    event = AuditEvent(row.at, row.event, row.about, row.detail, row.actor, row.tenant, row.purpose, *signed_in)
    return AuditRow(row.number, event, row.hash, row.seal)


def note(turn: Turn, events: Sequence[AuditEvent]) -> Sequence[object]:
    """Handler that writes nothing but audit rows."""
    turn.events += events
    return [None] * len(events)
