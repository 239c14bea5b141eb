"""Whether others are served while strangers flood the API: wanted are 90 of 100 answers (S63).

    python -m benchmarks.flood [--seconds 10] [--connections 10000]

The server, the flood and a platform that submits cases one by one are processes of their own. The floods, in turn:
connections that say nothing, connections that drip a head, slow bodies with a valid key and without, searches all at
once. Told are the platform's requests, how many were answered as they should be, and in what time (ms).
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Coroutine
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvloop
from tests.web.serving import served, submission

from skiptrace.access import Role
from skiptrace.web.serving import allow_files

FORK = multiprocessing.get_context("fork")
AGAIN = 10.0
"""Seconds until a connection that the server ended is opened again."""


async def serve(pipe: Connection) -> None:
    allow_files()
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as door:
            keys = await door.key(Role.SERVICE, "platform"), await door.key(Role.SERVICE, "flood")
            pipe.send((int(door.url.rpartition(":")[2]), *keys))
            await asyncio.Event().wait()


async def connections(pipe: Connection, port: int, count: int, first: bytes, drop: bytes) -> None:
    """Each sends ``first`` and then a drop a second."""

    async def hold() -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(first.replace(b"{id}", uuid4().hex.encode()))
                while drop and not writer.is_closing():
                    await asyncio.sleep(1)
                    writer.write(drop)
                await reader.read()
                writer.close()
            except (OSError, RuntimeError):  # it was ended meanwhile
                pass
            await asyncio.sleep(AGAIN)

    allow_files(count + 1024)
    async with asyncio.TaskGroup() as group:
        for n in range(count):
            group.create_task(hold())
            if n % 100 == 99:
                await asyncio.sleep(0.05)
        pipe.send("all open")


async def searches(pipe: Connection, port: int, key: str, count: int) -> None:
    limits, headers = httpx.Limits(max_connections=count), {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as http:

        async def search() -> None:
            while True:
                answer = await http.post("/v1/search", json={"phone": "512-555-0142"}, headers=headers)
                if answer.status_code == 429:
                    await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(search())
            pipe.send("all asked")


async def platform(port: int, key: str, seconds: float) -> tuple[int, list[float]]:
    """Requests, and how long those took that were answered as they should be."""
    asked, took = 0, []
    ends = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
        while time.monotonic() < ends:
            headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex}
            began, asked = time.perf_counter(), asked + 1
            try:
                answer = await http.post("/v1/cases", json=submission(account_id=uuid4().hex), headers=headers)
            except httpx.TransportError:
                continue
            if answer.status_code == 202:
                took.append((time.perf_counter() - began) * 1000)
    return asked, sorted(took)


def apart(work: Any, *given: Any) -> tuple[Any, multiprocessing.process.BaseProcess]:
    """Run a coroutine function in a process; what it says first, and the process."""
    ours, theirs = FORK.Pipe()

    def run() -> None:
        doing: Coroutine[Any, Any, None] = work(theirs, *given)
        uvloop.run(doing)

    process = FORK.Process(target=run, daemon=True)
    process.start()
    return ours.recv(), process


def main(seconds: float, count: int) -> None:
    (port, key, other), server = apart(serve)
    post = f"POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {other}\r\nIdempotency-Key: {{id}}\r\n"
    slow = f"{post}Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n".encode()
    floods: dict[str, tuple[Any, ...]] = {
        "nothing": (connections, port, 0, b"", b""),
        f"{count} silent connections": (connections, port, count, b"", b""),
        f"{count} heads that drip": (connections, port, count, b"GET /v1/cases/x HTTP/1.1\r\nx-drip: ", b"a"),
        "500 slow bodies": (connections, port, 500, slow, b" "),
        "500 slow bodies without a key": (connections, port, 500, slow.replace(other.encode(), b"x"), b" "),
        "1000 searches at once": (searches, port, other, 1000),
    }
    print(f"{'':<40}{'asked':>7}{'served':>8}{'median':>8}{'worst':>8}")
    for name, flood in floods.items():
        _, flooding = apart(*flood)
        asked, took = asyncio.run(platform(port, key, seconds))
        flooding.kill()
        flooding.join()
        times = f"{took[len(took) // 2]:8.1f}{took[-1]:8.0f}" if took else ""
        print(f"{name:<40}{asked:7}{len(took) / asked:8.0%}{times}", flush=True)
    server.kill()


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seconds", type=float, default=10)
    given.add_argument("--connections", type=int, default=10_000)
    options = given.parse_args()
    main(options.seconds, options.connections)
