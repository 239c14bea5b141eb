"""Tells a second sink how long the audit trail is, and how it ends: at least every 1,000 rows or 60 seconds.

A head is signed only once it is committed. When the sink cannot be written, the next transaction that has anything to
audit fails before it writes: no search, no look at a person and no paid call goes unwitnessed for longer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from skiptrace.ports import Clock
from skiptrace.privacy import Checkpoint, CheckpointFile, Signer
from skiptrace.stores.high_water import HighWater

ROWS = 1000
SECONDS = 60.0

LOOK_SECONDS = 1.0
"""So often a process makes sure that the database still has what was seen in it."""


@dataclass(slots=True)
class Witness:
    """``marked`` is the number of rows at the last checkpoint of this process, -1 before the first."""

    file: CheckpointFile
    signer: Signer
    clock: Clock
    high_water: HighWater
    marked: int = -1
    _at: float = 0.0
    _head: Checkpoint | None = None
    _looked: float = float("-inf")

    def heads(self) -> Sequence[Checkpoint]:
        """The heads that a database must have which was not set back; none when it was asked for lately."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return ()
        heads = [self._head, self.high_water.read()]
        if self._head is None:  # what this process saw is as good as what it signed
            heads += self.file.last(self.signer.public_key, self.signer.retired)
        return [head for head in heads if head is not None]

    def found(self) -> None:
        """The database has them."""
        self._looked = time.monotonic()

    def look_again(self) -> None:
        """The connection was lost: who knows to which database the next one leads."""
        self._looked = float("-inf")

    def saw(self, number: int, hash_of_last: bytes, *, sent: bool, restored: bool) -> None:
        """A head was committed. ``sent``: something is about to be sent; ``restored``: earlier heads do not count."""
        self._head = Checkpoint(number, hash_of_last, self.clock.now())
        if sent or restored:
            self.high_water.note(self._head, replace=restored)

    def is_due(self, number: int) -> bool:
        """True when the head at row ``number`` should be signed before anything is added to it."""
        if self.marked < 0 or number - self.marked >= ROWS:
            return True
        return number > self.marked and time.monotonic() - self._at >= SECONDS

    def mark(self, number: int, hash_of_last: bytes) -> None:
        """Sign and keep a committed head. Raises StoreError when the sink cannot be written."""
        self.file.append(self.signer.checkpoint(number, hash_of_last, self.clock.now()))
        self.marked, self._at = number, time.monotonic()
