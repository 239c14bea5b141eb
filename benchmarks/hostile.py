"""What one hostile vendor costs the others: time to the error, memory, and the rate of a vendor that behaves.

    python -m benchmarks.hostile [--seconds 8] [--calls 20] [--deadline 2]

Each attack goes through the product's one HTTP client (``Wire``) beside 20 callers of a quick vendor, with the same
wire in the same process. Their rate in a span with ``--calls`` hostile calls, all at once, is compared with their rate
beside as many calls to a vendor that is merely slow; the two take turns, so that other load falls on both. Memory is
the growth of the peak of a fresh process by one call. Each kind of vendor is a process apart.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import resource
import statistics
import time
import zlib
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection

import httpx

from skiptrace.errors import ProviderError
from skiptrace.providers.http import Exchange, Wire
from skiptrace.wiring import SystemClock

MIB = 1024 * 1024
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

QUICK, SLOW = "a quick vendor", "a slow vendor"


def bomb() -> bytes:
    """512 MiB of zeros in some 509 kB."""
    press = zlib.compressobj(9, wbits=31)
    zeros = bytes(MIB)
    return b"".join([*(press.compress(zeros) for _ in range(512)), press.flush()])


def says(head: bytes, *parts: bytes, times: int = 1, pause: float = 0.0) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0)
        writer.write(head)
        for _ in range(times):
            for part in parts:
                writer.write(part)
                await writer.drain()
            if pause:
                await asyncio.sleep(pause)

    return handler


async def _quick(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")


async def _slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(60)


def attacks() -> dict[str, Handler]:
    packed, ok = bomb(), b"HTTP/1.1 200 OK\r\n"
    zipped = ok + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    return {
        QUICK: _quick,
        SLOW: _slow,
        f"gzip of {len(packed) // 1000} kB to 512 MiB": says(zipped, packed),
        "a byte every half second in the body": says(ok + b"content-length: 1000\r\n\r\n", b"a", times=99, pause=0.5),
        "a byte every half second in a header": says(ok + b"x-drip: ", b"a", times=99, pause=0.5),
        "a million headers": says(ok, b"".join(b"x-%d: a\r\n" % n for n in range(10_000)), times=100),
        "a body of 1 GB": says(ok + b"content-length: 1000000000\r\n\r\n", bytes(MIB), times=1000),
        "a redirect inwards": says(ok.replace(b"200 OK", b"302 Found") + b"location: http://127.0.0.1:1/\r\n\r\n"),
    }


def serve(pipe: Connection, names: Sequence[str]) -> None:
    """Some vendors in one process; tells their ports."""

    async def run() -> None:
        ports, handlers = {}, attacks()
        for name in names:
            server = await asyncio.start_server(_forgiving(handlers[name]), "127.0.0.1", 0, backlog=512)
            ports[name] = server.sockets[0].getsockname()[1]
        pipe.send(ports)
        await asyncio.Event().wait()

    asyncio.run(run())


def _forgiving(handler: Handler) -> Handler:
    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has seen enough
        finally:
            writer.close()

    return serve_one


async def _nothing() -> None: ...


async def ask(wire: Wire, port: int, deadline: float) -> str:
    """What became of one call: the error's name, or the status."""
    request = httpx.Request("GET", f"http://127.0.0.1:{port}/", headers={"accept-encoding": "gzip"})
    try:
        reply = await wire.send(Exchange("bench", request, deadline, lambda _: None), _nothing)
    except ProviderError as error:
        return type(error).__name__
    return f"{reply.status}, cut" if "skiptrace-cut" in reply.headers else str(reply.status)


async def rate_beside(ports: dict[str, int], name: str, calls: int, seconds: float, deadline: float) -> float:
    """Calls per second of the quick vendor by 20 callers, beside so many calls to another."""
    wire = Wire(SystemClock(), allow_loopback=True)
    ends, counted = time.monotonic() + seconds, itertools.count()

    async def keep_asking() -> None:
        while time.monotonic() < ends:
            if await ask(wire, ports[QUICK], deadline) == "200":
                next(counted)

    hostile = (ask(wire, ports[name], deadline) for _ in range(calls))
    await asyncio.gather(*(keep_asking() for _ in range(20)), *hostile)
    await wire.close()
    return next(counted) / seconds


async def one_call(port: int, deadline: float) -> tuple[str, float]:
    wire = Wire(SystemClock(), allow_loopback=True)
    began = time.monotonic()
    outcome = await ask(wire, port, deadline)
    took = time.monotonic() - began
    await wire.close()
    return outcome, took


def alone(pipe: Connection, ports: dict[str, int], name: str, deadline: float) -> None:
    """One call in a fresh process: outcome, seconds, growth of peak memory in MiB."""
    asyncio.run(one_call(ports[QUICK], deadline))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome, took = asyncio.run(one_call(ports[name], deadline))
    pipe.send((outcome, took, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--calls", type=int, default=20)
    options.add_argument("--deadline", type=float, default=2)
    given = options.parse_args()
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    names, ports = list(attacks()), {}
    servers = [fork.Process(target=serve, args=(theirs, some), daemon=True) for some in (names[:2], names[2:])]
    for server in servers:
        server.start()
        ports |= ours.recv()
    print(f"{'':<40}{'outcome':>12}{'seconds':>9}{'+ MiB':>7}{'others':>8}")
    for name in names[2:]:
        child = fork.Process(target=alone, args=(theirs, ports, name, given.deadline))
        child.start()
        outcome, took, grown = ours.recv()
        child.join()
        rounds = [_ratio(ports, name, given) for _ in range(given.rounds)]
        print(f"{name:<40}{outcome:>12}{took:9.2f}{grown:7.1f}{statistics.median(rounds):8.2f}", flush=True)
    for server in servers:
        server.kill()


def _ratio(ports: dict[str, int], name: str, given: argparse.Namespace) -> float:
    how = (given.calls, given.seconds, given.deadline)
    calm = asyncio.run(rate_beside(ports, SLOW, *how))
    return asyncio.run(rate_beside(ports, name, *how)) / calm


if __name__ == "__main__":
    main()
