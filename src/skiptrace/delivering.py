"""The relay: takes committed events from the outbox to the sinks until each has heard them.

At least once: an event is told again until the sink confirms it, always with the same id. In order by case: an event
waits for the earlier ones of its case. Each sink has a pump of its own, so that a dead one costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from skiptrace.errors import NotDelivered, SinkGone, SkiptraceError
from skiptrace.model import Delivery, DeliveryState, Event, EventKind
from skiptrace.ports import Clock, Message, Settled, Sink, Store
from skiptrace.reporting.known import on_account
from skiptrace.reporting.results import contact_object, write_back_object

RETRIES = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""Seconds to wait after each failed attempt; the schedule that Standard Webhooks recommends. Then it has failed."""
JITTER = 0.1
"""Each wait is up to this share longer, so that what failed together does not come back together."""
SLOTS = 64
"""Attempts under way at one sink."""
LEASE_SECONDS = 60.0
"""Longer than any attempt; what a killed relay held is told again after it."""
POLL_SECONDS = 1.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Relay:
    """Serves the given sinks, which must be registered. ``chance`` gives numbers in [0, 1) for the jitter.

    ``chores`` are done once in each round; they return how much they did.
    """

    store: Store
    sinks: Mapping[str, Sink]
    clock: Clock
    chance: Callable[[], float]
    chores: Sequence[Callable[[], Awaitable[int]]] = ()
    poll_seconds: float = POLL_SECONDS

    async def run_once(self) -> int:
        """Deliver what is due, and what falls due meanwhile; then the chores. Returns how many attempts ended."""
        ended = sum(await asyncio.gather(*(_Pump(self, name, sink).drain() for name, sink in self.sinks.items())))
        for chore in self.chores:
            await chore()
        return ended

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; attempts under way then end first. Trouble of the database is waited out."""
        pumps = [_Pump(self, name, sink) for name, sink in self.sinks.items()]
        serving = [self._serve(pump.name, partial(pump.drain, stop), stop) for pump in pumps]
        await asyncio.gather(*serving, *(self._serve("chores", chore, stop) for chore in self.chores))

    async def _serve(self, name: str, work: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await work()
            except SkiptraceError as error:
                _log.warning("a round was not finished", of=name, reason=str(error))
            await _first(stop.wait(), self.poll_seconds)


@dataclass(slots=True)
class _Pump:
    """One sink's deliveries, many under way at once."""

    relay: Relay
    name: str
    sink: Sink

    async def drain(self, stop: asyncio.Event | None = None) -> int:
        under_way: set[asyncio.Task[Settled]] = set()
        ended = 0
        try:
            while True:
                room = 0 if stop is not None and stop.is_set() else SLOTS - len(under_way)
                claimed = await self._claim(room) if room else ()
                under_way |= {asyncio.create_task(self._attempt(delivery)) for delivery in claimed}
                if not under_way:
                    return ended
                wait = self.relay.poll_seconds if room else None
                done, under_way = await asyncio.wait(under_way, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                await self.relay.store.outbox.settle([task.result() for task in done], self.relay.clock.now())
                ended += len(done)
        finally:
            for task in under_way:
                task.cancel()

    async def _claim(self, room: int) -> Any:
        return await self.relay.store.outbox.claim(self.name, room, self.relay.clock.now(), LEASE_SECONDS)

    async def _attempt(self, delivery: Delivery) -> Settled:
        gone = False
        try:
            content = await content_of(delivery.event, self.relay.store) if self.sink.wants_content else None
            await self.sink.deliver(Message(delivery.event, content))
        except NotDelivered as error:
            reason = error.reason
        except SinkGone as error:
            reason, gone = error.reason, True
        except Exception as error:  # noqa: BLE001 - a sink of somebody else's may raise anything; the event stays
            reason = f"unexpected {type(error).__name__}"
        else:
            return Settled(delivery, DeliveryState.DELIVERED, delivery.due_at)
        _log.info("not delivered", sink=self.name, event_id=delivery.event.event_id, reason=reason)
        return self._failed(delivery, reason, gone=gone)

    def _failed(self, delivery: Delivery, reason: str, *, gone: bool) -> Settled:
        wait = retry_after(delivery.attempts + 1, self.relay.chance())
        if wait is None and not gone:
            return Settled(delivery, DeliveryState.FAILED, delivery.due_at, reason)
        due_at = self.relay.clock.now() + (wait or timedelta())
        return Settled(delivery, DeliveryState.WAITING, due_at, reason, gone)


def retry_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many failed attempts; None when there was the last one."""
    if attempts > len(RETRIES):
        return None
    return timedelta(seconds=RETRIES[attempts - 1] * (1 + JITTER * chance))


async def content_of(event: Event, store: Store) -> dict[str, Any] | None:
    """What an event is about, read from the store and audited there; None for an alert, or when it was erased."""
    trace = await store.trace(event.trace_id) if event.trace_id else None
    case = await store.case(event.case_id) if trace else None
    if trace is None or case is None:
        return None
    known = on_account(case.subject, trace.contacts)
    if event.kind is not EventKind.CONTACT_RETRACTED:
        return write_back_object(trace, known)
    ranked = {contact.contact_id: (rank, contact) for rank, contact in enumerate(trace.contacts, 1)}
    if event.contact_id not in ranked:
        return None
    rank, contact = ranked[event.contact_id]
    return contact_object(contact, rank, contact.contact_id in known)


async def _first(work: Awaitable[object], seconds: float) -> None:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        return
