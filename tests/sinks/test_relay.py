"""Every event arrives or is shown, in order by case, whatever the receiver does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from skiptrace.delivering import RETRIES, Relay, retry_after
from skiptrace.errors import NotDelivered, SinkGone
from skiptrace.model import DeliveryState
from skiptrace.ports import Message, SinkEntry
from skiptrace.sinks.webhook import Webhook
from skiptrace.stores import SqlStore
from tests.builders import FixedClock
from tests.jobs.crew import eventually
from tests.sinks.receiver import Faults, Receiver, verify_signature
from tests.sinks.traces import case_of, finished, setup

OPEN = (DeliveryState.WAITING, DeliveryState.FAILED)


async def fill(store: SqlStore, cases: int, events: int) -> int:
    """So many cases with so many traces each; returns how many events that makes."""
    accepted = [case_of(n) for n in range(cases)]
    await store.accept(accepted)
    for n in range(events):
        await store.keep([finished(case, f"t{n}") for case in accepted])
    return cases * events


async def relay_to(store: SqlStore, clock: FixedClock, **sinks: Webhook | Stub) -> Relay:
    await store.outbox.register([SinkEntry(name, "webhook", from_start=True) for name in sinks])
    return Relay(store, sinks, clock, lambda: 0.5, poll_seconds=0.02)


class Stub:
    """A sink that raises what it is told to and remembers what it took."""

    wants_content = False

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.told: list[int] = []

    async def deliver(self, message: Message) -> None:
        self.told.append(message.event.seq)
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error

    async def close(self) -> None:
        """Nothing is open."""


async def drain(relay: Relay, clock: FixedClock, store: SqlStore) -> None:
    """Let time jump from retry to retry until all that is left is held back; a disabled sink is enabled at once."""
    for _ in range(1000):
        ended = await relay.run_once()
        disabled = [sink.name for sink in await store.outbox.health() if sink.disabled_at]
        for name in disabled:
            await store.outbox.enable(name, clock.now())
        waiting = await store.outbox.deliveries("", [DeliveryState.WAITING], 10_000)
        later = [delivery.due_at for delivery in waiting if delivery.due_at > clock.at]
        if not (ended or disabled or later):
            return
        clock.at = min(later, default=clock.at)
    pytest.fail("it never ends")


async def test_a_bad_receiver_hears_every_event_in_order_or_the_event_is_shown(
    store: SqlStore, transport: httpx.AsyncBaseTransport
) -> None:
    clock = FixedClock(datetime.now(UTC))
    faults = Faults(status_500=0.30, silence=0.10, reset=0.05, redirect=0.05, gone=0.02)
    async with Receiver(faults, verify_signature) as receiver:
        events = await fill(store, 20, 4)
        sink = Webhook(setup("hook", clock, transport, url=receiver.url, timeout=0.15))
        await drain(await relay_to(store, clock, hook=sink), clock, store)
        failed = await store.outbox.deliveries("hook", [DeliveryState.FAILED], 1000)
        shown = await store.outbox.deliveries("hook", OPEN, 1000)
    taken = {event_id for event_id, event in receiver.taken.items() if event["type"] == "trace.finished"}
    assert len(taken | {delivery.event.event_id for delivery in shown}) == events
    assert {delivery.event.case_id for delivery in shown} == {delivery.event.case_id for delivery in failed}
    assert len(taken) > 0.95 * events
    assert receiver.out_of_order == []
    assert receiver.altered == []
    assert receiver.unverified == 0
    assert sum(receiver.duplicates.values()) > 5, "the faults did not make duplicates, so this test shows nothing"


async def test_a_day_of_outage_loses_nothing(store: SqlStore, transport: httpx.AsyncBaseTransport) -> None:
    clock = FixedClock(datetime.now(UTC))
    began = clock.at
    async with Receiver(check=verify_signature) as receiver:
        sink = Webhook(setup("hook", clock, transport, url=receiver.url))
        relay = await relay_to(store, clock, hook=sink)
        receiver.is_down = True
        events = await fill(store, 20, 3)
        while clock.at < began + timedelta(days=1):
            await relay.run_once()
            waiting = await store.outbox.deliveries("hook", [DeliveryState.WAITING], 1000)
            clock.at = max(min(d.due_at for d in waiting if d.attempts), clock.at + timedelta(seconds=1))
        assert receiver.taken == {}
        [health] = await store.outbox.health()
        assert health.failing_since is not None
        receiver.is_down = False
        await drain(relay, clock, store)
        assert len(receiver.taken) == events
        assert receiver.out_of_order == []
        assert (await store.outbox.health())[0].failing_since is None


async def test_a_later_event_waits_for_the_earlier_one_of_its_case(store: SqlStore, clock: FixedClock) -> None:
    await fill(store, 1, 3)
    sink = Stub(NotDelivered("not now"))
    relay = await relay_to(store, clock, stub=sink)
    await relay.run_once()
    assert len(sink.told) == 1
    clock.at += timedelta(seconds=RETRIES[0] * 1.1)
    await relay.run_once()
    first = sink.told[0]
    assert sink.told == [first, first, first + 1, first + 2]


async def test_an_event_that_failed_for_good_is_shown_and_holds_its_case_until_it_is_redriven(
    store: SqlStore, clock: FixedClock
) -> None:
    await fill(store, 1, 2)
    sink = Stub(*[NotDelivered("status 500")] * (len(RETRIES) + 1))
    relay = await relay_to(store, clock, stub=sink)
    for _ in range(len(RETRIES) + 3):
        await relay.run_once()
        clock.at += timedelta(days=2)
        await store.outbox.enable("stub", clock.at)
    failed, waiting = await store.outbox.deliveries("stub", OPEN, 10)
    assert (failed.state, failed.attempts, failed.error) == (DeliveryState.FAILED, 10, "status 500")
    assert (waiting.state, waiting.attempts) == (DeliveryState.WAITING, 0)
    assert await store.outbox.redrive("stub", [failed.event.event_id], clock.at) == 1
    await relay.run_once()
    assert sink.told[-2:] == [failed.event.seq, waiting.event.seq]
    assert await store.outbox.deliveries("stub", OPEN, 10) == []


async def test_a_dropped_event_lets_the_later_ones_go(store: SqlStore, clock: FixedClock) -> None:
    await fill(store, 1, 2)
    sink = Stub(NotDelivered("status 400"))
    relay = await relay_to(store, clock, stub=sink)
    await relay.run_once()
    [first, second] = await store.outbox.deliveries("stub", OPEN, 10)
    await store.outbox.drop("stub", [first.event.event_id], clock.at)
    await relay.run_once()
    assert sink.told == [first.event.seq, second.event.seq]


async def test_gone_disables_the_sink_and_raises_an_alert_for_the_others(store: SqlStore, clock: FixedClock) -> None:
    await fill(store, 2, 1)
    gone, other = Stub(SinkGone("it answered 410 Gone"), SinkGone("it answered 410 Gone")), Stub()
    relay = await relay_to(store, clock, gone=gone, other=other)
    await relay.run_once()
    health = {sink.name: sink for sink in await store.outbox.health()}
    assert health["gone"].reason == "it answered 410 Gone"
    assert health["gone"].waiting >= 2
    await relay.run_once()
    told = len(gone.told)
    await relay.run_once()
    assert len(gone.told) == told
    assert len(other.told) == 3
    await store.outbox.enable("gone", clock.at)
    await relay.run_once()
    assert {sink.name: sink.waiting for sink in await store.outbox.health()} == {"gone": 0, "other": 0}


async def test_five_days_without_one_success_disable_the_sink(store: SqlStore, clock: FixedClock) -> None:
    await fill(store, 6, 1)
    sink = Stub(*[NotDelivered("no connection")] * 1000)
    relay = await relay_to(store, clock, stub=sink)
    days = 0
    while (await store.outbox.health())[0].disabled_at is None:
        await relay.run_once()
        await store.outbox.redrive("stub", [], clock.at)
        clock.at += timedelta(days=1)
        days += 1
        assert days < 10
    assert days == 6


async def test_two_relays_at_once_tell_each_event_once(store: SqlStore, clock: FixedClock) -> None:
    events = await fill(store, 30, 2)
    sink = Stub()
    first, second = [await relay_to(store, clock, stub=sink) for _ in range(2)]
    await asyncio.gather(first.run_once(), second.run_once())
    assert len(sink.told) == events
    assert len(set(sink.told)) == events


async def test_a_relay_that_lost_its_lease_changes_nothing(store: SqlStore, clock: FixedClock) -> None:
    await fill(store, 1, 1)
    await relay_to(store, clock, stub=Stub())
    [mine] = await store.outbox.claim("stub", 10, clock.at, 60)
    assert await store.outbox.claim("stub", 10, clock.at, 60) == []
    clock.at += timedelta(seconds=61)
    [theirs] = await store.outbox.claim("stub", 10, clock.at, 60)
    from skiptrace.ports import Settled

    await store.outbox.settle([Settled(mine, DeliveryState.FAILED, clock.at, "late")], clock.at)
    await store.outbox.settle([Settled(theirs, DeliveryState.DELIVERED, clock.at)], clock.at)
    [kept] = await store.outbox.deliveries("stub", list(DeliveryState), 10)
    assert (kept.state, kept.error, kept.attempts) == (DeliveryState.DELIVERED, "", 1)


async def test_a_sink_hears_only_its_tenant_and_only_what_comes_after_it(store: SqlStore, clock: FixedClock) -> None:
    await fill(store, 1, 1)
    await store.outbox.register([SinkEntry("new", "webhook"), SinkEntry("theirs", "webhook", tenant="them")])
    other = case_of(100, tenant="them")
    await store.accept([other])
    await store.keep([finished(case_of(0), "again"), finished(other, "t")])
    sinks = {"new": Stub(), "theirs": Stub()}
    await Relay(store, sinks, clock, lambda: 0.0).run_once()
    assert [len(sink.told) for sink in sinks.values()] == [2, 1]


async def test_a_dead_sink_costs_the_others_nothing(store: SqlStore, clock: FixedClock) -> None:
    class Hanging(Stub):
        async def deliver(self, message: Message) -> None:
            await asyncio.sleep(3600)

    events = await fill(store, 50, 2)
    alive = Stub()
    relay = await relay_to(store, clock, dead=Hanging(), alive=alive)
    running = asyncio.create_task(relay.run_once())
    await eventually(lambda: len(alive.told) == events)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_the_waits_are_those_of_standard_webhooks() -> None:
    waits = [retry_after(attempt, 0.0) for attempt in range(1, 11)]
    hours = [wait.total_seconds() / 3600 if wait else None for wait in waits]
    assert hours == [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24, None]
    assert retry_after(2, 0.999) < timedelta(seconds=330)
