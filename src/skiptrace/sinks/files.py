"""Events as JSON lines in a folder, one file a day (UTC).

A line counts once it is synced to the disk. Whoever was killed between that and noting it is told again: the ids in the
two newest files show what is there already. A torn last line was never confirmed and is cut off. Relays that share the
folder take turns by a lock on it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from skiptrace.errors import ConfigError, NotDelivered
from skiptrace.ports import Message
from skiptrace.sinks.base import SinkSetup, envelope

LOCK = ".lock"


@dataclass(slots=True)
class _Seen:
    """The ids in one file, as far as it was read."""

    read_to: int = 0
    ids: set[str] = field(default_factory=set)


class FileSink:
    """Appends each event with its content to ``events-YYYY-MM-DD.jsonl``."""

    wants_content = True

    def __init__(self, setup: SinkSetup) -> None:
        """Raises ConfigError when no folder is named or it cannot be made."""
        if setup.folder is None:
            raise ConfigError(f"sinks.{setup.name}.folder is missing: write the folder for the files")
        self._setup = setup
        self._folder = setup.folder.expanduser()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"sinks.{setup.name}.folder cannot be made: {error.strerror}") from None
        self._seen: dict[Path, _Seen] = {}

    async def deliver(self, message: Message) -> None:
        line = orjson.dumps(envelope(message, self._setup.links, full=True), option=orjson.OPT_APPEND_NEWLINE)
        try:
            await asyncio.to_thread(self._append, message.event.event_id, line)
        except OSError as error:
            raise NotDelivered(f"the folder cannot be written: {error.strerror}") from None

    async def close(self) -> None:
        """No file is held open."""

    def _append(self, event_id: str, line: bytes) -> None:
        today = self._folder / f"events-{self._setup.clock.now():%Y-%m-%d}.jsonl"
        with self._alone():
            newest = sorted(self._folder.glob("events-*.jsonl"))[-2:]
            self._seen = {path: _caught_up(path, self._seen.get(path, _Seen())) for path in newest}
            if not any(event_id in seen.ids for seen in self._seen.values()):
                self._write(max([*newest, today]), line)

    def _write(self, path: Path, line: bytes) -> None:
        is_new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync(self._folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _caught_up(path: Path, seen: _Seen) -> _Seen:
    """Learn the ids that the file has by now, and cut off a torn last line."""
    with path.open("r+b") as file:
        file.seek(seen.read_to)
        for line in file:
            if not line.endswith(b"\n"):
                file.truncate(seen.read_to)
                break
            seen.ids.add(orjson.loads(line)["data"]["event_id"])
            seen.read_to += len(line)
    return seen


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
