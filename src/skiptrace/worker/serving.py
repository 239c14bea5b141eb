"""One worker process, from its settings to its end."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

from skiptrace.jobs import Figures, GatheringJudge, Pace, Worker, tracing_jobs
from skiptrace.ports import Dispatcher
from skiptrace.settings import Settings, WorkerSettings
from skiptrace.tracing import App
from skiptrace.wiring import collect_rarely, connect, dispatcher, new_id, parameters_for
from skiptrace.wiring_sinks import open_relay
from skiptrace.worker.checks import refuse_forgetful, refuse_unsafe
from skiptrace.worker.processes import Apart, health, on_signals

IDLE_SECONDS = 3.0
"""A process for suspects ends after so long without one."""

POLL_WITHOUT_REDIS = 0.05
POLL_WITH_REDIS = 1.0
"""With Redis to wake it, a worker looks by itself only this often, for wake-ups that were lost."""

FORCED_AFTER = 15.0
"""So long after ``drain`` a call under way is broken off; longer than any provider's deadline would hold up an end."""


async def serve(
    settings: Settings, told: Callable[[str], None], *, suspects: bool = False, arguments: Sequence[str] = ()
) -> None:
    """Work until SIGTERM or SIGINT, then end what is under way; a second signal ends the process at once.

    ``suspects`` does the jobs that workers died with, one at a time, and ends when there are none. ``arguments`` are
    the options before the command's name, for such a process. Raises ConfigError when the settings are not safe.
    """
    refuse_unsafe(settings)
    stop = asyncio.Event()
    on_signals(stop)
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(connect(settings, seen=not suspects))
        await refuse_forgetful(app.store)
        bell = dispatcher(settings)
        stack.push_async_callback(bell.close)
        apart = Apart(arguments)
        stack.push_async_callback(apart.end)
        worker = worker_of(settings, app, bell, suspects=suspects, on_suspects=apart.begin)
        if suspects:
            others = [_until_idle(worker, stop)]
        else:
            others = await stack.enter_async_context(_beside(settings, app, bell, worker, stop))
        collect_rarely()
        told(f"Working with {1 if suspects else settings.worker.slots} slots")
        async with asyncio.TaskGroup() as group:
            for other in others:
                group.create_task(other)
            await worker.run(stop)
            stop.set()
    told("Ended")


def worker_of(
    settings: Settings, app: App, bell: Dispatcher, *, suspects: bool, on_suspects: Callable[[], None]
) -> Worker:
    together = replace(app, judge=GatheringJudge(parameters_for(settings)))
    return Worker(
        app.store,
        tracing_jobs(together),
        bell,
        pace_of(settings.worker, with_redis=bool(settings.redis)),
        worker_id=f"{socket.gethostname()}-{os.getpid()}-{new_id()[:8]}",
        suspects=suspects,
        on_suspects=(lambda: None) if suspects else on_suspects,
    )


def pace_of(mine: WorkerSettings, *, with_redis: bool) -> Pace:
    return Pace(
        slots=mine.slots,
        lookup_slots=mine.lookup_slots,
        lease=mine.lease,
        heartbeat=mine.heartbeat,
        sweep=min(1.0, mine.lease / 4),
        poll_at_most=POLL_WITH_REDIS if with_redis else POLL_WITHOUT_REDIS,
        drain=mine.drain,
        drain_at_most=mine.drain + FORCED_AFTER,
        retries=mine.retries,
        retry_after=mine.retry_after,
        retry_at_most=mine.retry_at_most,
    )


@asynccontextmanager
async def _beside(
    settings: Settings, app: App, bell: Dispatcher, worker: Worker, stop: asyncio.Event
) -> AsyncIterator[list[Coroutine[Any, Any, None]]]:
    """What runs beside the loop: the platform's arq jobs, the relay to the sinks, the health port."""
    async with AsyncExitStack() as stack:
        beside = []
        if settings.platform is not None:
            from skiptrace.worker.platform import arq_door

            door = await stack.enter_async_context(arq_door(settings, settings.platform, app, bell))
            beside.append(door.run(stop))
        relay = await stack.enter_async_context(open_relay(settings, app))
        beside.append(relay.run(stop))
        if settings.worker.health_port:
            await stack.enter_async_context(health(settings.worker.health_port, worker))
        yield beside


async def _until_idle(worker: Worker, stop: asyncio.Event) -> None:
    before: Figures | None = None
    while not stop.is_set():
        figures = worker.figures
        if figures == before and not figures.tracing and not figures.keeping:
            stop.set()
        before = figures
        await asyncio.sleep(IDLE_SECONDS)
