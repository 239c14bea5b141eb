"""Serves a bureau over HTTP: in the foreground for a command, or beside the caller on a free port."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from skiptrace.sandbox.bureau import Bureau
from skiptrace.sandbox.faults import USUAL, Weather
from skiptrace.sandbox.vendors import Vendor
from skiptrace.sandbox.world import World


@dataclass(frozen=True, slots=True)
class RunningBureau:
    """Where a bureau listens. ``url`` is what ``sandbox_url`` must be set to; ``token`` opens the guarded pages."""

    url: str
    bureau: Bureau = field(repr=False)

    @property
    def token(self) -> str:
        return self.bureau.token


class _Beside(uvicorn.Server):
    """A server that leaves the signals to the program that it runs in, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(bureau: Bureau) -> uvicorn.Config:
    # no access log: a request line of a real vendor's API holds the person that is asked for
    return uvicorn.Config(bureau.app(), access_log=False, log_level="critical", lifespan="off", server_header=False)


def _listen(host: str, port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only for sockets that say they are TCP; with it each reply waits 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


@asynccontextmanager
async def running_bureau(
    world: World, weather: Weather = USUAL, *, port: int = 0, vendors: Mapping[str, Vendor] | None = None
) -> AsyncIterator[RunningBureau]:
    """Serve on the loopback interface (a free port unless one is named) until the block ends.

    ``vendors`` replaces the built-in ones. Raises OSError when the port is taken.
    """
    bureau = Bureau(world, weather, vendors)
    listener = _listen("127.0.0.1", port)
    server = _Beside(_config(bureau))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.listening.wait()
        yield RunningBureau(f"http://127.0.0.1:{listener.getsockname()[1]}", bureau)
    finally:
        server.should_exit = server.force_exit = True
        await task
        listener.close()


def serve(
    world: World, host: str = "127.0.0.1", port: int = 8800, weather: Weather = USUAL, token_file: Path | None = None
) -> None:
    """Serve in the foreground until interrupted. The token is written to ``token_file``, readable by its owner only.

    Raises OSError when the port is taken or the file cannot be written.
    """
    bureau = Bureau(world, weather)
    listener = _listen(host, port)
    if token_file:
        write_token(token_file, bureau.token)
    with suppress(KeyboardInterrupt):  # uvicorn closes in good order, then raises it once more
        uvicorn.Server(_config(bureau)).run(sockets=[listener])


def write_token(path: Path, token: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
