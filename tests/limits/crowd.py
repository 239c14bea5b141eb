"""A crowd of worker processes that all want to ask one vendor, and a vendor that notes when it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from typing import Any

import httpx
import uvloop

from skiptrace.errors import TryLater
from skiptrace.limits import limiter, redis_desk
from skiptrace.model import Limits
from skiptrace.providers.http import Exchange, Wire

assert redis_desk  # imported late by `limiter`: not while the time is running
REPLY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])  # one process imports everything, the others are forked from it


@dataclass(frozen=True)
class Crowd:
    """How many processes ask, with how many calls at once each, for how long, and by how much their clocks differ."""

    processes: int = 8
    at_once: int = 12
    seconds: float = 3.0
    skew: float = 300.0
    limits: Limits = field(default_factory=lambda: Limits(per_second=100, concurrent=1_000))


@dataclass(frozen=True)
class Seen:
    """When the crowd was let loose and the vendor was asked, on the machine's monotonic clock, oldest first."""

    began: float
    moments: tuple[float, ...]

    def most_in(self, seconds: float) -> int:
        """The most requests that any window of this length holds, wherever it begins."""
        return max(
            (bisect_right(self.moments, moment + seconds) - n for n, moment in enumerate(self.moments)), default=0
        )

    def share_used(self, per_second: float) -> float:
        """How much of what the limit allows between the first and the last request was used."""
        return (len(self.moments) - 1) / (per_second * (self.moments[-1] - self.moments[0]))


class NoSwitches:
    async def paused(self) -> Mapping[str, str]:
        return {}

    async def pause(self, provider: str, reason: str, by: str) -> None: ...

    async def resume(self, provider: str, by: str) -> bool:
        return False


class SkewedClock:
    def __init__(self, seconds: float) -> None:
        self._skew = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skew


def ask(redis_url: str, crowd: Crowd) -> Seen:
    """Let the crowd loose on a vendor and return what the vendor saw."""
    told, tell = _forks.Pipe(duplex=False)
    vendor = _forks.Process(target=_vendor, args=(tell,), daemon=True)
    vendor.start()
    port = told.recv()
    began = _forks.Value("d")
    ready = _forks.Barrier(crowd.processes, action=partial(_note_time, began))
    workers = [
        _forks.Process(target=_worker, args=(number, redis_url, port, crowd, ready), daemon=True)
        for number in range(crowd.processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    vendor.terminate()
    moments = told.recv()
    vendor.join()
    return Seen(began.value, tuple(sorted(moments)))


def _note_time(value: Synchronized[float]) -> None:
    value.value = time.monotonic()


def _vendor(tell: Connection) -> None:
    with contextlib.suppress(PermissionError):
        os.nice(-10)  # it measures: it should not have to wait for those whom it measures
    moments: list[float] = []

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            moments.append(time.monotonic())
            self.transport.write(REPLY)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=1_000)
        tell.send(server.sockets[0].getsockname()[1])
        stopped = asyncio.Event()
        loop.add_signal_handler(15, stopped.set)
        await stopped.wait()
        tell.send(moments)

    uvloop.run(serve())


def _worker(number: int, redis_url: str, port: int, crowd: Crowd, ready: Barrier) -> None:
    clock = SkewedClock(crowd.skew * (-1) ** number)
    url = f"http://127.0.0.1:{port}/"

    async def one_after_another(wire: Wire, ends: float) -> None:
        while time.monotonic() < ends:
            with contextlib.suppress(TryLater):
                await wire.send(Exchange("acme", httpx.Request("GET", url), 10.0, lambda _: None), _nothing)

    async def work() -> None:
        shared = limiter(redis_url, f"worker-{number}", {"acme": crowd.limits}, NoSwitches(), clock)
        wire = Wire(clock, allow_loopback=True, limiter=shared)
        await asyncio.to_thread(ready.wait)
        ends = time.monotonic() + crowd.seconds
        await asyncio.gather(*(one_after_another(wire, ends) for _ in range(crowd.at_once)))
        await shared.close()
        await wire.close()

    uvloop.run(work())


async def _nothing() -> None:
    """Nothing to commit before the first byte."""
