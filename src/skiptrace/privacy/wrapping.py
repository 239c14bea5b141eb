"""The key-encryption key in a file: wraps with the active key of the ring, and notices when the ring was rotated."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock

from skiptrace.privacy.fields import CannotOpen, FieldCipher
from skiptrace.privacy.keyring import Guard, KeyRing

LOOK_SECONDS = 1.0
"""How soon a running process notices a rotation."""


class RingWrapper:
    """A ``Cipher`` over the key file. A process that runs while the ring is rotated goes on with the new key."""

    def __init__(self, path: Path, guard: Guard | None = None) -> None:
        self._path = path
        self._guard = guard
        self._seen = 0
        self._looked = 0.0
        self._held: tuple[KeyRing, FieldCipher] | None = None
        self._lock = Lock()

    def seal(self, table: str, column: str, row: str, value: bytes) -> bytes:
        return self._current()[1].seal(table, column, row, value)

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Raises CannotOpen."""
        _, cipher = self._held or self._current()
        try:
            return cipher.open(table, column, row, sealed)
        except CannotOpen:
            _, current = self._current(fresh=True)
            if current is cipher:
                raise
            return current.open(table, column, row, sealed)

    def header(self) -> bytes:
        """What every value begins with that is sealed with the active key."""
        return self._current()[1].header

    def ring(self) -> KeyRing:
        """As it is in the file now."""
        return self._current(fresh=True)[0]

    def look_again(self) -> None:
        """Notice a rotation at once."""
        self._current(fresh=True)

    def _current(self, *, fresh: bool = False) -> tuple[KeyRing, FieldCipher]:
        with self._lock:
            if self._held is not None and not fresh and time.monotonic() - self._looked < LOOK_SECONDS:
                return self._held
            self._looked = time.monotonic()
            changed = self._path.stat().st_mtime_ns
            if self._held is None or changed != self._seen:
                ring = KeyRing.read(self._path, self._guard)
                self._held, self._seen = (ring, FieldCipher(ring)), changed
            return self._held
