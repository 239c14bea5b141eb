"""One thousand random changes to the stored trail, each by itself, made with SQL: one thousand are found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from skiptrace.privacy import AuditEvent, AuditRow, ChainBroken, Checkpoint, CheckpointFile, KeyRing, Signer, chain
from skiptrace.privacy.audit import START
from skiptrace.stores.schema import audit
from skiptrace.stores.sql import CHECKPOINTS
from skiptrace.stores.verifying import verify_trail
from skiptrace.stores.writer import audit_row
from skiptrace.testing.store import NOW
from tests.stores.databases import Place

ROWS = 12
TEXTS = ("event", "actor", "tenant", "purpose", "about", "detail")


@dataclass
class Stranger:
    """Somebody who may write to the database and knows how the trail is made. ``key`` is what they think seals it."""

    conn: Connection
    rows: Sequence[AuditRow]
    dice: random.Random
    key: bytes

    def edit(self) -> None:
        """One column of one row."""
        column = self.dice.choice((*TEXTS, "at", "hash", "seal", "number"))
        at = self.dice.randrange(ROWS)
        row = self.rows[at]
        old = {"at": NOW, "hash": row.hash, "seal": row.seal, "number": row.number}.get(column)
        match column:
            case "at":
                new: object = row.event.at.replace(microsecond=row.event.at.microsecond ^ 1)
            case "number":
                new = ROWS + 1 + self.dice.randrange(9)
            case "hash" | "seal":
                assert isinstance(old, bytes)
                place, bit = self.dice.randrange(32), 1 << self.dice.randrange(8)
                new = old[:place] + bytes([old[place] ^ bit]) + old[place + 1 :]
            case _:
                text = getattr(row.event, column)
                place = self.dice.randrange(len(text) + 1)
                new = text[:place] + self.dice.choice("x0 ") + text[place:]
        self.conn.execute(update(audit).where(audit.c.number == at + 1).values({column: new}))

    def delete(self) -> None:
        """One row; half the time the rows behind it move up."""
        at = self.dice.randrange(1, ROWS + 1)
        self.conn.execute(delete(audit).where(audit.c.number == at))
        if self.dice.random() < 0.5 and at < ROWS:
            for number in range(at + 1, ROWS + 1):
                self.conn.execute(update(audit).where(audit.c.number == number).values(number=number - 1))

    def insert(self) -> None:
        """One row behind the last, or before the first; linked in good order, sealed with another key."""
        event = AuditEvent(NOW, "call.settled", "call-x", "0.00 USD", "jane")
        at_the_end = self.dice.random() < 0.5
        before = self.rows[-1].hash if at_the_end else START
        [row] = chain(self.key, ROWS if at_the_end else -1, before, [event])
        self.write([row])

    def swap(self) -> None:
        """What two rows say, or two rows whole."""
        one, other = self.dice.sample(range(ROWS), 2)
        a, b = self.rows[one], self.rows[other]
        whole = self.dice.random() < 0.5
        self.conn.execute(delete(audit).where(audit.c.number.in_([one + 1, other + 1])))
        changed = [
            AuditRow(a.number, b.event, *((b.hash, b.seal) if whole else (a.hash, a.seal))),
            AuditRow(b.number, a.event, *((a.hash, a.seal) if whole else (b.hash, b.seal))),
        ]
        self.write(changed)

    def truncate(self) -> None:
        """Everything behind some row."""
        self.conn.execute(delete(audit).where(audit.c.number > self.dice.randrange(ROWS)))

    def replace(self) -> None:
        """Everything from some row on, linked anew; half the time with the right key, as if the key file was theirs."""
        at = self.dice.randrange(ROWS)
        key = RIGHT[0] if self.dice.random() < 0.5 else self.key
        events = [AuditEvent(NOW, "call.settled", f"other-{n}", "0.01 USD", "jane") for n in range(at, ROWS)]
        self.conn.execute(delete(audit).where(audit.c.number > at))
        self.write(list(chain(key, at, self.rows[at - 1].hash if at else START, events)))

    def write(self, rows: Sequence[AuditRow]) -> None:
        values = [
            {"number": row.number, "at": row.event.at, "hash": row.hash, "seal": row.seal}
            | {name: getattr(row.event, name) for name in TEXTS}
            for row in rows
        ]
        self.conn.execute(insert(audit), values)


CHANGES: tuple[Callable[[Stranger], None], ...] = (
    Stranger.edit,
    Stranger.delete,
    Stranger.insert,
    Stranger.swap,
    Stranger.truncate,
    Stranger.replace,
)
RIGHT: list[bytes] = []


async def test_t63_a_thousand_changes_of_the_stored_trail_are_a_thousand_found(place: Place) -> None:
    async with place.store() as store:
        for n in range(ROWS):
            event = AuditEvent(NOW, "call.settled", f"call-{n}", f"0.{n:02} USD", "jane", "acme", "GLBA_ENFORCE")
            await store.audit.note(event)
    changes = 1000 if place.url.startswith("sqlite") else 120  # a server is asked over a socket
    ring = KeyRing.read(place.key_file)
    key = ring.derive("audit chain")
    RIGHT[:] = [key]
    checkpoints = CheckpointFile(place.key_file.with_name(CHECKPOINTS)).read(Signer(ring).public_key)
    assert max(checkpoint.number for checkpoint in checkpoints) == ROWS

    def change_and_check(conn: Connection) -> Counter[str]:
        found, dice = Counter[str](), random.Random(63)
        rows = [audit_row(row) for row in conn.execute(select(audit).order_by(audit.c.number))]
        for n in range(changes):
            change = CHANGES[n % len(CHANGES)]
            taken_back = conn.begin_nested()
            change(Stranger(conn, rows, dice, bytes(32)))
            found[change.__name__] += is_broken(conn, key, checkpoints)
            taken_back.rollback()
        assert verify_trail(conn, key, checkpoints).rows == ROWS, "each change was taken back"
        return found

    found = await place.run(change_and_check)
    assert found.total() == changes, found


def is_broken(conn: Connection, key: bytes, checkpoints: Sequence[Checkpoint]) -> bool:
    try:
        verify_trail(conn, key, checkpoints)
    except ChainBroken:
        return True
    return False
