"""Signals, the process for suspects, and the port that says how this one is."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from skiptrace.jobs import Worker


def on_signals(stop: asyncio.Event) -> None:
    """The first SIGTERM or SIGINT sets ``stop``; the second ends the process, which is as good as a kill."""

    def told() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told)


class Apart:
    """A process of our own in which suspects are done, so that they take no other job with them."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "skiptrace.cli.main", *arguments, "worker", "--suspects"]
        self._process: asyncio.subprocess.Process | None = None
        self._beginning: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start it, unless it runs."""
        runs = self._process is not None and self._process.returncode is None
        if not runs and (self._beginning is None or self._beginning.done()):
            self._beginning = asyncio.create_task(self._begin())

    async def _begin(self) -> None:
        self._process = await asyncio.create_subprocess_exec(*self._command, stdin=asyncio.subprocess.DEVNULL)

    async def end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def health(port: int, worker: Worker) -> AsyncIterator[None]:
    """``/livez`` answers 200 while the event loop turns, ``/readyz`` while the database answers too."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(2):
                asked = (await reader.readuntil(b"\r\n"))[:200].split()
            well = len(asked) > 1 and (asked[1] == b"/livez" or (asked[1] == b"/readyz" and worker.ready))
            line = b"200 OK" if well else b"503 Service Unavailable"
            writer.write(b"HTTP/1.0 " + line + b"\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield
