"""How long the audit trail was when something was last sent to a vendor: a file of 48 bytes outside the database.

The signed checkpoints tell the same, but up to a minute late. This is written after the commit of ``sent`` and before
the first byte, by every process of the machine. It costs four system calls and no sync, so that it outlives processes
and databases, but not a power cut of this machine.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from skiptrace.errors import StoreError
from skiptrace.privacy import Checkpoint

_RECORD = struct.Struct(">Q32sq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HighWater:
    """The highest head that was noted. Raises StoreError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def read(self) -> Checkpoint | None:
        """None before the first one."""
        if not self._path.exists():
            return None
        return _parse(self._at_file(lambda descriptor: os.pread(descriptor, _RECORD.size, 0)))

    def note(self, head: Checkpoint, *, replace: bool = False) -> None:
        """Remember ``head`` when it is higher than what is known; with ``replace`` also when it is not."""
        record = _RECORD.pack(head.number, head.hash, (head.at - _EPOCH) // timedelta(microseconds=1))

        def write(descriptor: int) -> bytes:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                known = _parse(os.pread(descriptor, _RECORD.size, 0))
                if replace or known is None or known.number < head.number:
                    os.pwrite(descriptor, record, 0)
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            return record

        self._at_file(write)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _at_file(self, work: Callable[[int], bytes]) -> bytes:
        try:
            if self._descriptor < 0:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            return work(self._descriptor)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be used ({error.strerror or error}): nothing is bought") from None


def _parse(record: bytes) -> Checkpoint | None:
    if len(record) < _RECORD.size:
        return None
    number, hash_of_last, micros = _RECORD.unpack(record)
    return Checkpoint(number, hash_of_last, _EPOCH + timedelta(microseconds=micros))
