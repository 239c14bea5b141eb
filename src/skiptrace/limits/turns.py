"""``ports.Limiter``: kill switch, bulkhead, breaker, retry budget and limits, in this order, before each attempt."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from skiptrace.errors import Withheld
from skiptrace.limits.allowance import Allowance, Answer, Ask, Terms, Verdict
from skiptrace.limits.desk import Desk, Done
from skiptrace.limits.room import Room
from skiptrace.model import Limits
from skiptrace.model.figures import Standing
from skiptrace.ports import Attempt, Switches

PATIENCE = 30.0
"""Seconds that a call waits for its turn before it is left for later."""

LOOK_AGAIN = 1.0
"""Seconds for which the state of the kill switches is believed; all workers see a change within two."""

RECALL = 60.0
"""Seconds between two looks at the ledger for what was sent, where a quota of the day or month is stated."""

Sent = Callable[[], Awaitable[Mapping[str, tuple[int, int]]]]
"""What the ledger knows was sent this day and this month, by provider."""

POLL = (0.01, 0.04)
"""Seconds between two looks for a free place while the places of all workers together are full."""

LATE = 0.01
"""A send that was reserved for a moment and is later than this would crowd those after it: it reserves anew."""

LET_BY = 2
"""So many reservations in a row may be let by; a process that is always late must still get on."""


class Turns:
    """The limiter. ``limits`` are the providers' own as the settings leave them; others get the defaults."""

    def __init__(
        self,
        limits: Mapping[str, Limits],
        desk: Desk,
        switches: Switches,
        *,
        sent: Sent | None = None,
        terms: Terms | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._allowances = {provider: Allowance.of(stated) for provider, stated in limits.items()}
        self._desk = desk
        self._paused = _Paused(switches)
        self._recall = _Recall(sent, desk) if sent else None
        self._terms = terms or Terms()
        self._patience = patience
        self._rooms: dict[str, Room] = {}

    @asynccontextmanager
    async def turn(
        self, provider: str, *, lasts: float, patience: float | None = None, again: bool = False
    ) -> AsyncIterator[Attempt]:
        """See ``ports.Limiter``. Raises Withheld."""
        loop = asyncio.get_running_loop()
        until = loop.time() + (self._patience if patience is None else min(self._patience, patience))
        allowance = self._allowances.setdefault(provider, Allowance())
        caller = _Caller(provider, allowance, self._room(provider, allowance), lasts, until, again)
        stay = await _enter(caller)
        try:
            grant = await self._leave_to_send(caller)
            attempt, began = Attempt(), loop.time()
            try:
                await self._refuse_paused(provider)
                yield attempt
            finally:
                self._give_back(caller, grant, attempt, loop.time() - began)
        finally:
            caller.room.leave(stay)

    async def standing(self) -> Sequence[Standing]:
        return [await self._desk.standing(provider) for provider in self._allowances]

    async def close(self) -> None:
        await self._desk.close()

    def _room(self, provider: str, allowance: Allowance) -> Room:
        room = self._rooms.get(provider)
        if room is None:
            room = self._rooms[provider] = Room(allowance.concurrent)
        return room

    async def _refuse_paused(self, provider: str) -> None:
        if reason := await self._paused.reason(provider):
            raise Withheld(provider, f"paused: {reason}")

    async def _leave_to_send(self, caller: _Caller) -> _Grant:
        """Take from every limit and wait until what was taken is due."""
        loop = asyncio.get_running_loop()
        await self._refuse_paused(caller.provider)
        if self._recall and (caller.allowance.per_day or caller.allowance.per_month):
            await self._recall.when_due(caller.provider)
        for let_by in range(LET_BY + 1):
            grant = await self._granted(caller)
            due = loop.time() + grant.seconds
            try:
                await asyncio.sleep(max(0.0, grant.seconds))
            except asyncio.CancelledError:
                self._give_back(caller, grant, Attempt(), 0.0)
                raise
            if not grant.seconds or loop.time() - due < LATE or let_by == LET_BY:
                break
            self._give_back(caller, grant, Attempt(), 0.0)
        return grant

    async def _granted(self, caller: _Caller) -> _Grant:
        """Ask the desk; while the places of all workers together are full, one of us asks again and again."""
        answer, place = Answer(Verdict.FULL), ""
        if not caller.room.queue.locked():
            answer, place = await self._take(caller)
        if answer.verdict is Verdict.FULL:
            async with caller.room.queue:
                while answer.verdict is Verdict.FULL and caller.time_left > 0:
                    answer, place = await self._take(caller)
                    if answer.verdict is Verdict.FULL:
                        await asyncio.sleep(random.uniform(*POLL))  # noqa: S311 - nothing is secret about it
        if answer.verdict is not Verdict.GO:
            raise _withheld(caller, answer)
        return _Grant(place, answer.seconds, answer.probe)

    async def _take(self, caller: _Caller) -> tuple[Answer, str]:
        ask = Ask(uuid4().hex, max(0.0, caller.time_left), caller.lasts, caller.again)
        return await self._desk.take(caller.provider, caller.allowance, ask), ask.place

    def _give_back(self, caller: _Caller, grant: _Grant, attempt: Attempt, took: float) -> None:
        needed = self._terms.calls_needed(caller.allowance.concurrent, caller.lasts)
        self._desk.done(caller.provider, Done(grant.place, attempt, grant.probe, needed, took))


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who waits: for what, for how long the attempt lasts, and until when on the loop's clock."""

    provider: str
    allowance: Allowance
    room: Room
    lasts: float
    until: float
    again: bool

    @property
    def time_left(self) -> float:
        return self.until - asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class _Grant:
    """Everything is taken under this name; send in so many seconds."""

    place: str
    seconds: float
    probe: bool


async def _enter(caller: _Caller) -> float:
    """A place in this process. Raises Withheld when none can be expected, or none comes free, in time."""
    wait = caller.room.expected_wait()
    if wait <= caller.time_left:
        try:
            return await caller.room.enter(caller.until)
        except TimeoutError:
            wait = caller.room.expected_wait()
    raise Withheld(caller.provider, "every place is in use", wait)


def _withheld(caller: _Caller, answer: Answer) -> Withheld:
    reasons = {
        Verdict.FULL: ("every place is in use", caller.room.expected_wait()),
        Verdict.LATE: (f"its limits leave no room for another {answer.seconds:.0f} s", answer.seconds),
        Verdict.DARK: (f"its breaker is open for another {answer.seconds:.0f} s", answer.seconds),
        Verdict.SPENT: ("the retry budget is used up", None),
    }
    reason, wait = reasons[answer.verdict]
    return Withheld(caller.provider, reason, wait)


class _Paused:
    """The kill switches, read from the database at most once a second."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._known: Mapping[str, str] = {}
        self._good_until = 0.0
        self._reading = asyncio.Lock()

    async def reason(self, provider: str) -> str:
        """Why the provider is paused; empty when it is not."""
        now = asyncio.get_running_loop().time
        if now() >= self._good_until:
            async with self._reading:
                if now() >= self._good_until:
                    self._known = await self._switches.paused()
                    self._good_until = now() + LOOK_AGAIN
        return self._known.get(provider, "")


class _Recall:
    """Quotas outlive processes and wiped counters: what the ledger knows was sent counts, looked up once a minute."""

    def __init__(self, sent: Sent, desk: Desk) -> None:
        self._sent = sent
        self._desk = desk
        self._due: dict[str, float] = {}
        self._looking = asyncio.Lock()

    async def when_due(self, provider: str) -> None:
        now = asyncio.get_running_loop().time
        if now() < self._due.get(provider, 0.0):
            return
        async with self._looking:
            if now() >= self._due.get(provider, 0.0):
                await self._desk.recall(provider, *(await self._sent()).get(provider, (0, 0)))
                self._due[provider] = now() + RECALL
