"""Tells a second sink how long the audit trail is, and how it ends: at least every 1,000 rows or 60 seconds.

A head is signed only once it is committed. When the sink cannot be written, the next transaction that has anything to
audit fails before it writes: no search, no look at a person and no paid call goes unwitnessed for longer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from skiptrace.ports import Clock
from skiptrace.privacy import CheckpointFile, Signer

ROWS = 1000
SECONDS = 60.0


@dataclass(slots=True)
class Witness:
    """``marked`` is the number of rows at the last checkpoint of this process, -1 before the first."""

    file: CheckpointFile
    signer: Signer
    clock: Clock
    marked: int = -1
    _at: float = 0.0

    def is_due(self, number: int) -> bool:
        """True when the head at row ``number`` should be signed before anything is added to it."""
        if self.marked < 0 or number - self.marked >= ROWS:
            return True
        return number > self.marked and time.monotonic() - self._at >= SECONDS

    def mark(self, number: int, hash_of_last: bytes) -> None:
        """Sign and keep a committed head. Raises StoreError when the sink cannot be written."""
        self.file.append(self.signer.checkpoint(number, hash_of_last, self.clock.now()))
        self.marked, self._at = number, time.monotonic()
