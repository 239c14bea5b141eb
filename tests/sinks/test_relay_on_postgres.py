"""Relays of two processes share one PostgreSQL: each event is told once, in order by case."""

from __future__ import annotations

import asyncio
from pathlib import Path

from skiptrace.delivering import Relay
from skiptrace.model import DeliveryState
from skiptrace.ports import Message, SinkEntry
from skiptrace.stores import SqlStore
from tests.builders import FixedClock
from tests.servers.postgres import Postgres
from tests.sinks.traces import case_of, finished

CASES, EVENTS = 12, 4


class Slow:
    """Takes a moment for each event and notes the order by case."""

    wants_content = False

    def __init__(self) -> None:
        self.told: dict[str, list[int]] = {}

    async def deliver(self, message: Message) -> None:
        await asyncio.sleep(0.002)
        self.told.setdefault(message.event.case_id, []).append(message.event.seq)

    async def close(self) -> None:
        """Nothing is open."""


async def test_two_relays_on_one_database(postgres: Postgres, tmp_path: Path) -> None:
    await postgres.empty()
    clock, sink = FixedClock(), Slow()
    stores = [await SqlStore.open(postgres.url, tmp_path / "keys.json", clock) for _ in range(2)]
    try:
        await stores[0].outbox.register([SinkEntry("slow", "webhook")])
        cases = [case_of(n) for n in range(CASES)]
        await stores[0].accept(cases)
        for n in range(EVENTS):
            # both processes write at once, so that numbers and commits may cross
            halves = [cases[n % 2 :: 2], cases[1 - n % 2 :: 2]]
            keeping = [s.keep([finished(c, f"t{n}") for c in half]) for s, half in zip(stores, halves, strict=True)]
            await asyncio.gather(*keeping)
        relays = [Relay(store, {"slow": sink}, clock, lambda: 0.0, poll_seconds=0.01) for store in stores]
        await asyncio.gather(*(relay.run_once() for relay in relays))
        left = await stores[1].outbox.deliveries("slow", [DeliveryState.WAITING, DeliveryState.FAILED], 100)
    finally:
        for store in stores:
            await store.close()
    assert left == []
    assert sum(len(told) for told in sink.told.values()) == CASES * EVENTS
    assert all(told == sorted(set(told)) for told in sink.told.values())
