"""Serve the application with uvicorn: no access log, no banner, bounded connections, and an end in good order."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from skiptrace.web.connections import HEAD_SECONDS, Waiting

DRAIN_SECONDS = 20
"""After SIGTERM requests under way have this long to end; streams are told at once."""
CONNECTIONS = 2048
"""At so many open connections those without a request give way; when all have one, newer ones are answered 503."""
OTHER_FILES = 1024
"""Descriptors beside the connections: the databases', the log's."""


class Server(uvicorn.Server):
    """Tells the streams when it is asked to end, and says when it listens."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the server; uvicorn's own way would raise them once more when it has ended."""
        loop, signals = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)
        for one in signals:
            loop.add_signal_handler(one, self.end)
        try:
            yield
        finally:
            for one in signals:
                loop.remove_signal_handler(one)

    def end(self) -> None:
        """Take no new requests, tell the streams, let the rest end."""
        self._closing.set()
        self.should_exit = True


def server(
    app: FastAPI,
    closing: asyncio.Event,
    *,
    proxies: str = "",
    connections: int = CONNECTIONS,
    head_seconds: float = HEAD_SECONDS,
) -> Server:
    """A server for the application. ``proxies`` are the addresses whose X-Forwarded headers are believed."""
    # a request line holds an account id, and a traceback may hold a person: neither is logged
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=Waiting(connections, head_seconds).protocol,  # type: ignore[arg-type]
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        limit_concurrency=connections,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        h11_max_incomplete_event_size=32 * 1024,
    )
    return Server(config, closing)


def allow_files(wanted: int = CONNECTIONS + OTHER_FILES) -> None:
    """Raise the process's own limit on open files as far as it may: the usual 1,024 would be used up first."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    able = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    if now != resource.RLIM_INFINITY and now < able:
        resource.setrlimit(resource.RLIMIT_NOFILE, (able, most))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only for sockets that say they are TCP; with it each reply waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener
