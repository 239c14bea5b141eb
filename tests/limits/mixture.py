"""Work that asks several vendors through the slots of one worker, and vendors that are well or hang."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from time import monotonic

import httpx

from skiptrace.errors import ProviderError
from skiptrace.limits import Terms, Turns
from skiptrace.limits.desk import OwnDesk
from skiptrace.model import Limits
from skiptrace.providers.http import Exchange, Wire
from tests.limits.crowd import REPLY, NoSwitches, SkewedClock

ANSWERS_IN = 0.04


@asynccontextmanager
async def slow_server() -> AsyncIterator[str]:
    """A vendor that is well and takes its time."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(ANSWERS_IN)
                writer.write(REPLY)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@asynccontextmanager
async def hanging() -> AsyncIterator[str]:
    """A vendor that takes requests and never answers."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def served(
    vendors: Mapping[str, str], *, seconds: float, slots: int = 30, places: int = 6, deadline: float = 0.3
) -> int:
    """How often all but the first vendor answered. Each slot asks them in turn and goes on in any case."""
    terms = Terms(window=2, calls=6, rests=1.0)
    limits = {name: Limits(concurrent=places) for name in vendors}
    limiter = Turns(limits, OwnDesk(SkewedClock(0), terms), NoSwitches(), terms=terms, patience=0.5)
    wire = Wire(SkewedClock(0), allow_loopback=True, limiter=limiter)
    ends, answered, names = monotonic() + seconds, 0, list(vendors)

    async def slot(number: int) -> None:
        nonlocal answered
        while monotonic() < ends:
            name = names[number % len(names)]
            number += 1
            request = httpx.Request("GET", vendors[name])
            with suppress(ProviderError):
                await wire.send(Exchange(name, request, deadline, lambda _: None), _nothing)
                answered += name != names[0]

    await asyncio.gather(*(slot(number) for number in range(slots)))
    await wire.close()
    return answered


async def _nothing() -> None:
    """Nothing to commit before the first byte."""
