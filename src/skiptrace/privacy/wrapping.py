"""The key-encryption key in a file: wraps with the active key of the ring, and notices when the ring was rotated."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock

from skiptrace.privacy.audit import Seals
from skiptrace.privacy.fields import CannotOpen, FieldCipher
from skiptrace.privacy.keyring import Guard, KeyRing

LOOK_SECONDS = 1.0
"""How soon a running process notices a rotation."""


class RingWrapper:
    """A ``Cipher`` over the key file. A process that runs while the ring is rotated goes on with the new key."""

    def __init__(self, path: Path, guard: Guard | None = None) -> None:
        self.path = path
        self.guard = guard
        self._seen = 0
        self._looked = 0.0
        self._held: tuple[KeyRing, FieldCipher, Seals] | None = None
        self._lock = Lock()

    def seal(self, table: str, column: str, row: str, value: bytes) -> bytes:
        return self._current()[1].seal(table, column, row, value)

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Raises CannotOpen."""
        _, cipher, _ = self._held or self._current()
        try:
            return cipher.open(table, column, row, sealed)
        except CannotOpen:
            _, current, _ = self._current(fresh=True)
            if current is cipher:
                raise
            return current.open(table, column, row, sealed)

    def header(self) -> bytes:
        """What every value begins with that is sealed with the active key."""
        return self._current()[1].header

    def ring(self) -> KeyRing:
        """As it is in the file now."""
        return self._current(fresh=True)[0]

    def seals(self) -> Seals:
        """What seals the rows of the audit trail, as it is in the file now."""
        return self._current(fresh=True)[2]

    def look_again(self) -> None:
        """Notice a rotation at once."""
        self._current(fresh=True)

    def _current(self, *, fresh: bool = False) -> tuple[KeyRing, FieldCipher, Seals]:
        with self._lock:
            if self._held is not None and not fresh and time.monotonic() - self._looked < LOOK_SECONDS:
                return self._held
            self._looked = time.monotonic()
            changed = self.path.stat().st_mtime_ns
            if self._held is None or changed != self._seen:
                ring = KeyRing.read(self.path, self.guard)
                self._held, self._seen = (ring, FieldCipher(ring), ring.seals()), changed
            return self._held
