"""Where a process may be killed, and the wrappers that kill it there, put around the ports from outside.

The names K02 to K22 are those of the failure model. What is not here needs no process of its own: K01 and K05 happen
before anything is written, K06 leaves a job that the next look at the table finds.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from skiptrace.model import Again, Answer, Call, Case, Inquiry, Lane, Lease, Manifest, Reply, Request
from skiptrace.ports import BeforeFirstByte, Caps, Claimed, Evidenced, Intent, Message, Needless, Provider, Reservation


class Point(StrEnum):
    """When the process ends."""

    BEFORE_ACCEPTED = "K02"
    ACCEPTED = "K03"
    ACKNOWLEDGED = "K04"
    BEFORE_LEASE = "K07"
    LEASED = "K08"
    LOOKED = "K10"
    BEFORE_CONNECTION = "K11"
    CONNECTED = "K12"
    BEFORE_SENT = "K09"
    SENT = "K13"
    REQUEST_UNDER_WAY = "K14"
    REQUEST_SENT = "K15"
    REPLY_UNDER_WAY = "K16"
    REPLIED = "K17"
    REPLY_KEPT = "K18"
    BEFORE_SETTLED = "K18b"
    SETTLED = "K18c"
    BEFORE_KEPT = "K19"
    KEPT = "K20"
    TOLD = "K21"
    BACKING_OFF = "K22"


SUBMITTING = (Point.BEFORE_ACCEPTED, Point.ACCEPTED, Point.ACKNOWLEDGED)
SHOT_BY_VENDOR = (Point.REQUEST_UNDER_WAY, Point.REQUEST_SENT, Point.REPLY_UNDER_WAY, Point.BACKING_OFF)
WORKING = tuple(point for point in Point if point not in SUBMITTING)


@dataclass(slots=True)
class Death:
    """Ends this process with ``signal`` the n-th time that it comes to its point; without a point never.

    SIGSTOP instead of SIGKILL makes it a worker that sleeps beyond its lease and goes on as if nothing had happened.
    """

    point: Point | None = None
    left: int = 1
    signal: int = signal.SIGKILL
    _in_commit: bool = False

    def __post_init__(self) -> None:
        event.listen(Engine, "commit", self._commit)
        event.listen(Engine, "before_cursor_execute", self._execute)

    def at(self, point: Point) -> None:
        if self.point is point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), self.signal)

    @contextmanager
    def before_commit(self, point: Point) -> Iterator[None]:
        """The next commit while this is open, on any connection of the process, is the point."""
        if self.point is not point:
            yield
            return
        self._in_commit = True
        try:
            yield
        finally:
            self._in_commit = False

    def _execute(self, conn: Connection, _: object, statement: str, *__: object) -> None:
        """A claim commits itself where that is enough: then this is the last moment before."""
        alone = conn.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        if alone and "UPDATE jobs" in statement:
            self._commit(conn)

    def _commit(self, _: object) -> None:
        if self._in_commit and self.point is not None:
            self._in_commit = False
            self.at(self.point)

    def wish(self) -> str:
        """What the vendor is asked to do to us, if it is the vendor's turn."""
        if self.point not in SHOT_BY_VENDOR:
            return ""
        self.left -= 1
        return f"{self.point} {os.getpid()}" if self.left == 0 else ""


class MortalStore:
    """A store in a process that may die. Whatever is not named here goes through."""

    def __init__(self, store: Any, death: Death, saw: Callable[[str], None]) -> None:
        self._store = store
        self._death = death
        self._saw = saw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def submit(self, cases: Sequence[Case], lane: Lane) -> Sequence[bool]:
        with self._death.before_commit(Point.BEFORE_ACCEPTED):
            new: Sequence[bool] = await self._store.submit(cases, lane)
        self._death.at(Point.ACCEPTED)
        return new

    async def claim(self, worker_id: str, count: int, seconds: float, **more: Any) -> Sequence[Claimed]:
        with self._death.before_commit(Point.BEFORE_LEASE):
            claimed: Sequence[Claimed] = await self._store.claim(worker_id, count, seconds, **more)
        for each in claimed:
            self._saw(each.job.case_id)
            self._death.at(Point.LEASED)
        return claimed

    async def give_back(self, lease: Lease, again: Again) -> None:
        await self._store.give_back(lease, again)
        self._saw(f"-{lease.case_id}")

    async def needless(self, intent: Intent, caps: Caps) -> Needless | None:
        found: Needless | None = await self._store.needless(intent, caps)
        self._death.at(Point.LOOKED)
        return found

    async def reserve(self, intent: Intent, caps: Caps) -> Reservation:
        with self._death.before_commit(Point.BEFORE_SENT):
            reservation: Reservation = await self._store.reserve(intent, caps)
        return reservation

    async def keep_reply(self, call: Call, reply: Reply) -> Call:
        self._death.at(Point.REPLIED)
        kept: Call = await self._store.keep_reply(call, reply)
        self._death.at(Point.REPLY_KEPT)
        return kept

    async def settle(self, call: Call, charged: Decimal, **more: Any) -> Call:
        with self._death.before_commit(Point.BEFORE_SETTLED):
            settled: Call = await self._store.settle(call, charged, **more)
        self._death.at(Point.SETTLED)
        return settled

    async def keep(self, done: Sequence[Evidenced]) -> None:
        with self._death.before_commit(Point.BEFORE_KEPT):
            await self._store.keep(done)
        self._death.at(Point.KEPT)


class MortalSink:
    """Notes what it is told in a file, on the disk before it confirms, in a process that may die in between."""

    wants_content = False

    def __init__(self, told: Path, death: Death) -> None:
        self._told, self._death = told, death

    async def deliver(self, message: Message) -> None:
        event = message.event
        descriptor = os.open(self._told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{event.event_id} {event.seq} {event.case_id}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._death.at(Point.TOLD)

    async def close(self) -> None:
        """Nothing is open."""


class MortalProvider:
    """A provider in a process that may die."""

    def __init__(self, provider: Provider, death: Death) -> None:
        self._provider = provider
        self._death = death

    @property
    def manifest(self) -> Manifest:
        return self._provider.manifest

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        return self._provider.to_request(product, inquiry)

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        self._death.at(Point.BEFORE_CONNECTION)
        if wish := self._death.wish():
            request = replace(request, headers={**request.headers, "x-shoot": wish})

        async def first_byte() -> None:
            self._death.at(Point.CONNECTED)
            await before_first_byte()
            self._death.at(Point.SENT)

        return await self._provider.send(product, request, first_byte)

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        return self._provider.to_answer(product, reply, call_id)

    async def close(self) -> None:
        await self._provider.close()
