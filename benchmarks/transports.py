"""What one provider call costs on the wire: CPU per request and lost time, for several ways to send it.

    python benchmarks/transports.py [--rounds 3] [--at-once 16 64 256] [--seconds 2]

A server in a process of its own answers each GET after 50 ms with 877 bytes of JSON. ``efficiency`` is requests per
second over the ideal, concurrency / 50 ms; CPU is the client process's alone. The ways take turns within a round, and
the median of the rounds is shown. ``httpx-aiohttp`` and ``pyreqwest`` are measured when they are installed.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import httpx
import uvloop

from skiptrace.model import Reply
from skiptrace.providers.http import Exchange, Wire
from skiptrace.providers.transport import AiohttpTransport

LATENCY = 0.05
BODY = b'{"person": null, "message": "' + b"x" * 846 + b'"}'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY)

Get = Callable[[str], Awaitable[int]]
Measured = tuple[float, float, float]


class Vendor(asyncio.Protocol):
    """Answers every request head with the same reply after LATENCY. Requests have no body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._pending = b""

    def data_received(self, data: bytes) -> None:
        *heads, self._pending = (self._pending + data).split(b"\r\n\r\n")
        for _ in heads:
            asyncio.get_running_loop().call_later(LATENCY, self._transport.write, HEAD + BODY)  # type: ignore[attr-defined]


def serve(port: multiprocessing.Queue[int]) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", 0, backlog=1024)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(main())


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def _nothing() -> None:
    pass


def _fine(reply: Reply) -> None:
    return None


async def ways(stack: AsyncExitStack) -> dict[str, Get]:
    wire = Wire(Now(), allow_loopback=True)
    stack.push_async_callback(wire.close)
    bare = await stack.enter_async_context(AiohttpTransport(allow_loopback=True))

    async def through_wire(url: str) -> int:
        return (await wire.send(Exchange("bench", httpx.Request("GET", url), 30, _fine), _nothing)).status

    async def through_transport(url: str) -> int:
        response = await bare.handle_async_request(httpx.Request("GET", url))
        await response.aread()
        return response.status_code

    found: dict[str, Get] = {"Wire": through_wire, "our transport alone": through_transport}
    clients = {
        "httpx.AsyncClient, our transport": AiohttpTransport(allow_loopback=True),
        "httpx.AsyncClient, its own pool": httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=None)),
        **_optional(),
    }
    for name, transport in clients.items():
        client = httpx.AsyncClient(transport=transport, trust_env=False, timeout=30)
        found[name] = _through(await stack.enter_async_context(client))
    return found


def _through(client: httpx.AsyncClient) -> Get:
    async def get(url: str) -> int:
        return (await client.get(url)).status_code

    return get


def _optional() -> dict[str, httpx.AsyncBaseTransport]:
    found: dict[str, httpx.AsyncBaseTransport] = {}
    try:
        from httpx_aiohttp import AiohttpTransport as Package

        found["httpx.AsyncClient, httpx-aiohttp"] = Package(limits=httpx.Limits(max_connections=None))
    except ImportError:
        pass
    try:
        from pyreqwest.compatibility.httpx import HttpxTransport

        found["httpx.AsyncClient, pyreqwest"] = HttpxTransport()
    except ImportError:
        pass
    return found


async def measure(get: Get, url: str, at_once: int, seconds: float) -> Measured:
    """Efficiency, CPU microseconds a request, 99th percentile in milliseconds, after a warm-up."""
    await asyncio.gather(*(get(url) for _ in range(at_once)))
    ends, taken = time.perf_counter() + seconds, []

    async def worker() -> None:
        while (began := time.perf_counter()) < ends:
            if await get(url) != 200:
                raise RuntimeError("the server did not answer 200")
            taken.append(time.perf_counter() - began)

    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    rate = len(taken) / wall
    return rate / (at_once / LATENCY), used / len(taken) * 1e6, statistics.quantiles(taken, n=100)[98] * 1e3


async def run(url: str, rounds: int, levels: list[int], seconds: float) -> None:
    print(f"{'way':36}{'at once':>8}{'efficiency':>12}{'CPU us':>9}{'p99 ms':>9}")
    for at_once in levels:
        async with AsyncExitStack() as stack:
            taking_turns = await ways(stack)
            results: dict[str, list[Measured]] = {name: [] for name in taking_turns}
            for _ in range(rounds):
                for name, get in taking_turns.items():
                    results[name].append(await measure(get, url, at_once, seconds))
        for name, measured in results.items():
            efficiency, cpu, p99 = (statistics.median(column) for column in zip(*measured, strict=True))
            print(f"{name:36}{at_once:>8}{efficiency:>12.3f}{cpu:>9.0f}{p99:>9.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at-once", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{port.get()}/"
        uvloop.run(run(url, options.rounds, options.at_once, options.seconds))
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
