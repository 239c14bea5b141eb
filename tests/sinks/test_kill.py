"""A relay that is killed before any of its commits, also between POST and mark: nothing is lost, nothing out of order.

The checker believes the receiver's own log and the store, and nothing that a process says of itself.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from skiptrace.model import DeliveryState
from skiptrace.ports import SinkEntry
from tests.sinks.receiver import Receiver, verify_signature
from tests.sinks.traces import case_of, finished
from tests.stores.databases import Place

KILLS = 8
CASES, EVENTS = 6, 4


async def test_a_relay_killed_before_any_commit_loses_nothing(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'store.db'}", tmp_path / "keys.json")
    async with place.store() as store:
        await store.outbox.register([SinkEntry("hook", "webhook")])
        cases = [case_of(n) for n in range(CASES)]
        await store.accept(cases)
        for n in range(EVENTS):
            await store.keep([finished(case, f"t{n}") for case in cases])
    async with Receiver(check=verify_signature) as receiver:
        arguments = ("-m", "tests.sinks.processes", place.url, str(place.key_file), receiver.url, str(KILLS))
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
        assert await process.wait() == 0
    async with place.store() as store:
        left = await store.outbox.deliveries("hook", [DeliveryState.WAITING, DeliveryState.FAILED], 100)
    assert left == []
    assert len(receiver.taken) == CASES * EVENTS
    assert receiver.out_of_order == []
    assert receiver.altered == []
    assert sum(receiver.duplicates.values()) > 0, "nobody was killed between POST and mark, so this test shows nothing"
