"""The lives of the torture's processes, forked from a parent that has everything imported.

A worker claims, traces and keeps like any other; that it is mortal it does not know. A submitter hands cases in and
writes down what was acknowledged, as a client would.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from skiptrace import delivering
from skiptrace.delivering import Relay
from skiptrace.dispatch import LocalDispatcher
from skiptrace.jobs import Pace, Worker, tracing_jobs
from skiptrace.model import Lane
from skiptrace.ports import SinkEntry, Store
from skiptrace.settings import Settings
from skiptrace.tracing import App
from skiptrace.wiring import connect
from tests.numbered_people import a_case
from tests.torture.points import Death, MortalProvider, MortalSink, MortalStore, Point

STRATEGY = """
name = "torture"
wanted = { address = 1.0, phone = 1.0 }
worth = { recovery = 1.0, worth_at_most = "1000.00" }

[[step]]
ask = "enformion.contact_enrich"

[[step]]
ask = "trestle.reverse_phone"
"""
"""Two paid calls a case: no probability reaches 1."""

SINK = "told"

delivering.LEASE_SECONDS = 3.0
"""What a killed relay held is told again soon: nobody waits a minute here."""

PRICES = {"contact_enrich": Decimal("0.25"), "reverse_phone": Decimal("0.07")}


@dataclass(frozen=True)
class Ground:
    """Where the torture happens: its folder, database and vendor. ``lease`` is in seconds."""

    folder: Path
    database: str
    vendor: str
    lease: float = 1.0
    day_cap: Decimal | None = None

    @property
    def settings(self) -> Settings:
        strategy = self.folder / "strategy.toml"
        if not strategy.exists():
            strategy.write_text(STRATEGY)
        return Settings(
            home=self.folder,
            database=self.database,
            sandbox_url=self.vendor,
            strategy=strategy,
            day_cap=self.day_cap,
        )

    @property
    def bill(self) -> Path:
        return self.folder / "bill"

    @property
    def acknowledged(self) -> Path:
        """What submitters were told is safe."""
        return self.folder / "acknowledged"

    @property
    def told(self) -> Path:
        """What the sink was told, in lines "event number case"."""
        return self.folder / "told"

    @property
    def claims(self) -> Path:
        """Lines "process case time", for the time it takes to take a case up again; nothing else is judged by it.

        A minus before the case means that it was given back, or let in again: the next claim is no restart.
        """
        return self.folder / "claims"


@dataclass(frozen=True)
class Order:
    """How one life ends: at the ``nth`` passing of a point, or not by itself. ``slots`` cases at once."""

    point: Point | None = None
    nth: int = 1
    slots: int = 1
    signal: int = signal.SIGKILL
    suspects: bool = False
    """Does the jobs that others died with, and nothing else."""
    submit: range | None = None


def fork(life: Callable[[], Coroutine[object, object, None]]) -> int:
    """A child that lives this life; returns its process id."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            asyncio.run(life())
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may get out of a child
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


@asynccontextmanager
async def mortal(ground: Ground, order: Order) -> AsyncIterator[tuple[App, Death]]:
    """The app as wiring makes it, with wrappers around store and providers, and what ends this process."""
    death = Death(order.point, order.nth, order.signal)
    claims = os.open(ground.claims, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def saw(case_id: str) -> None:
        os.write(claims, f"{os.getpid()} {case_id} {time.monotonic()}\n".encode())

    async with connect(ground.settings) as app:
        store: Store = MortalStore(app.store, death, saw)  # type: ignore[assignment]
        providers = {name: MortalProvider(provider, death) for name, provider in app.providers.items()}
        buyer = replace(app.buyer, ledger=store)  # type: ignore[type-var]
        yield replace(app, store=store, providers=providers, buyer=buyer), death


async def submitter(ground: Ground, order: Order) -> None:
    assert order.submit is not None
    async with mortal(ground, order) as (app, _):
        cases = [a_case(number) for number in order.submit]
        await app.store.submit(cases, Lane.STANDARD)
        with ground.acknowledged.open("a") as told:
            told.write("".join(f"{case.case_id}\n" for case in cases))
            told.flush()
            os.fsync(told.fileno())
        if order.point is Point.ACKNOWLEDGED:
            os.kill(os.getpid(), order.signal)


async def worker(ground: Ground, order: Order) -> None:
    """The product's worker, until killed or told to end."""
    me = f"w-{os.getpid()}-{time.monotonic_ns()}"
    lease = ground.lease
    pace = Pace(slots=order.slots, lease=lease, heartbeat=lease / 3, sweep=lease / 6, retry_after=lease, drain=lease)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with mortal(ground, order) as (app, death):
        loop = Worker(app.store, tracing_jobs(app), LocalDispatcher(), pace, worker_id=me, suspects=order.suspects)
        await app.store.outbox.register([SinkEntry(SINK, "told", from_start=True)])
        sinks = {SINK: MortalSink(ground.told, death)}
        relay = Relay(app.store, sinks, app.clock, random.random, poll_seconds=lease)
        async with asyncio.TaskGroup() as group:
            group.create_task(relay.run(stop))
            await loop.run(stop)
