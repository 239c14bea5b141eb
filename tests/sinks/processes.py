"""Relays that are killed: each ends by SIGKILL right before one of its commits, the last one finishes.

Run as a program: ``python -m tests.sinks.processes URL KEY_FILE HOOK KILLS``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from skiptrace.delivering import LEASE_SECONDS, Relay
from skiptrace.providers.transport import AiohttpTransport
from skiptrace.sinks.webhook import Webhook
from tests.builders import FixedClock
from tests.sinks.traces import setup
from tests.stores.databases import Place
from tests.stores.processes import Killer, fork, wait_for


async def relay(place: Place, hook: str, number: int, *, killed: bool) -> None:
    """One life of a relay. Each begins after the leases of the one before have run out."""
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=number * (LEASE_SECONDS + 1)))
    transport = AiohttpTransport(allow_loopback=True)
    async with place.store() as store:
        if killed:
            Killer(number)
        sinks = {"hook": Webhook(setup("hook", clock, transport, url=hook))}
        await Relay(store, sinks, clock, lambda: 0.0).run_once()
    await transport.aclose()


def main(url: str, key_file: str, hook: str, kills: str) -> None:
    place = Place(url, Path(key_file))
    for number in range(1, int(kills) + 1):
        wait_for(fork(lambda n=number: relay(place, hook, n, killed=True)))
    assert wait_for(fork(lambda: relay(place, hook, int(kills) + 1, killed=False))) == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
