"""One thousand random changes to the stored trail, each by itself, made with SQL: one thousand are found.

And with any one of the trail's defences taken away, some are not: the changes are of every kind that there is.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson
import pytest
from sqlalchemy import Connection, delete, insert, select, update

from skiptrace.privacy import (
    AuditEvent,
    AuditRow,
    BadCheckpoint,
    ChainBroken,
    Checkpoint,
    CheckpointFile,
    KeyRing,
    Seals,
    Signer,
    chain,
)
from skiptrace.privacy import audit as audit_chain
from skiptrace.privacy.audit import START
from skiptrace.stores import verifying
from skiptrace.stores.schema import audit
from skiptrace.stores.sql import CHECKPOINTS
from skiptrace.stores.verifying import verify_trail
from skiptrace.stores.writer import audit_row
from skiptrace.testing.store import NOW
from tests.stores.databases import Place

ROWS, OLD = 12, 4
"""The first few rows are from before it was written down how somebody signed in."""
TEXTS = ("event", "actor", "tenant", "purpose", "about", "detail", "auth_method", "mfa")


@dataclass
class Stranger:
    """Somebody who may write to the database and knows how the trail is made. ``key`` seals it; ``wrong`` is what they
    have instead, unless the key file was theirs for once.
    """

    conn: Connection
    rows: Sequence[AuditRow]
    dice: random.Random
    key: bytes
    wrong: bytes = bytes(32)

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
                text = getattr(row.event, column) or ""
                place = self.dice.randrange(len(text) + 1)
                new = text[:place] + self.dice.choice("x0 ") + text[place:]
        self.conn.execute(update(audit).where(audit.c.number == at + 1).values({column: new}))

    def change_form(self) -> None:
        """How somebody signed in is taken out of a row, as if it were an old one, or put into an old one."""
        at = self.dice.randrange(ROWS)
        new = {"auth_method": "", "mfa": ""} if at < OLD else {"auth_method": None, "mfa": None}
        self.conn.execute(update(audit).where(audit.c.number == at + 1).values(new))

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
        [row] = chain(self.wrong, ROWS if at_the_end else -1, before, [event])
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
        key = self.key if self.dice.random() < 0.5 else self.wrong
        events = [AuditEvent(NOW, "call.settled", f"other-{n}", "0.01 USD", "jane") for n in range(at, ROWS)]
        self.conn.execute(delete(audit).where(audit.c.number > at))
        self.write(list(chain(key, at, self.rows[at - 1].hash if at else START, events)))

    def put_back(self) -> None:
        """One row, or several up to it, as another genuine trail of the same key had them: an older backup's."""
        last = self.dice.randrange(1, ROWS)
        first = last if self.dice.random() < 0.5 else self.dice.randrange(1, last + 1)
        other = chain(self.key, 0, START, [replace(row.event, detail="as it was once") for row in self.rows])
        self.conn.execute(delete(audit).where(audit.c.number.between(first, last)))
        self.write([row for row in other if first <= row.number <= last])

    def write(self, rows: Sequence[AuditRow]) -> None:
        values = [
            {"number": row.number, "at": row.event.at, "hash": row.hash, "seal": row.seal}
            | {name: getattr(row.event, name) for name in TEXTS}
            for row in rows
        ]
        self.conn.execute(insert(audit), values)


CHANGES: tuple[Callable[[Stranger], None], ...] = (
    Stranger.edit,
    Stranger.change_form,
    Stranger.delete,
    Stranger.insert,
    Stranger.swap,
    Stranger.truncate,
    Stranger.replace,
    Stranger.put_back,
)


def an_event(number: int) -> AuditEvent:
    return AuditEvent(NOW, "call.settled", f"call-{number}", f"0.{number:02} USD", "jane", "acme", "GLBA_ENFORCE")


async def written(place: Place) -> tuple[bytes, Sequence[Checkpoint]]:
    """A trail of old rows and new ones; the key that seals it, and its checkpoints."""
    async with place.store():
        pass
    ring = KeyRing.read(place.key_file)
    key = ring.derive("audit chain")
    old = list(chain(key, 0, START, [an_event(n) for n in range(OLD)]))
    await place.run(lambda conn: Stranger(conn, (), random.Random(0), key).write(old))
    async with place.store() as store:
        for n in range(OLD, ROWS):
            await store.audit.note(an_event(n))
    checkpoints = CheckpointFile(place.key_file.with_name(CHECKPOINTS)).read(Signer(ring).public_key)
    assert max(checkpoint.number for checkpoint in checkpoints) == ROWS
    return key, checkpoints


async def found_of(
    place: Place, changes: int, key: bytes, checkpoints: Sequence[Checkpoint]
) -> tuple[Counter[str], Counter[str]]:
    """How many changes of each kind were made, and how many of them were found."""

    def change_and_check(conn: Connection) -> tuple[Counter[str], Counter[str]]:
        made, found, dice = Counter[str](), Counter[str](), random.Random(63)
        rows = [audit_row(row) for row in conn.execute(select(audit).order_by(audit.c.number))]
        for n in range(changes):
            change = CHANGES[n % len(CHANGES)]
            taken_back = conn.begin_nested()
            change(Stranger(conn, rows, dice, key))
            made[change.__name__] += 1
            found[change.__name__] += is_broken(conn, key, checkpoints)
            taken_back.rollback()
        assert verify_trail(conn, Seals(key), checkpoints).rows == ROWS, "each change was taken back"
        return made, found

    return await place.run(change_and_check)


async def test_t63_a_thousand_changes_of_the_stored_trail_are_a_thousand_found(place: Place) -> None:
    changes = 1000 if place.url.startswith("sqlite") else 120  # a server is asked over a socket
    made, found = await found_of(place, changes, *await written(place))
    assert found == made
    assert made.total() == changes


def without_links(_: bytes, digest_of_row: bytes) -> bytes:
    return hashlib.sha256(digest_of_row).digest()


def without_seals(_: bytes, hash_of_row: bytes) -> bytes:
    return hash_of_row


def without_column(left_out: int) -> Callable[..., bytes]:
    def in_form(*columns: object) -> bytes:
        return orjson.dumps([value for place, value in enumerate(columns) if place != left_out])

    return in_form


def without_forms(*columns: object) -> bytes:
    """Nothing and an empty text are the same."""
    return orjson.dumps([value or "" for value in columns])


WEAKENED = {
    "no links": ("link", without_links, {"put_back"}),
    "no seals": ("seal", without_seals, {"insert"}),
    "one form": ("in_form", without_forms, {"change_form"}),
    **{f"no {name}": ("in_form", without_column(place), {"edit"}) for place, name in enumerate(("at", *TEXTS), 1)},
}


@pytest.mark.parametrize("weakness", WEAKENED)
async def test_without_any_one_defence_of_the_chain_some_change_is_not_found(
    weakness: str, sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail is written and checked by a chain that lacks it: what a mistake in the code would make of it."""
    name, weak, missed = WEAKENED[weakness]
    for module in (audit_chain, verifying):
        monkeypatch.setattr(module, name, weak, raising=False)
    made, found = await found_of(sqlite_place, 320, *await written(sqlite_place))
    assert missed <= {kind for kind, count in (made - found).items() if count}


async def test_without_checkpoints_rows_that_are_cut_off_or_sealed_anew_are_not_found(sqlite_place: Place) -> None:
    key, _ = await written(sqlite_place)
    made, found = await found_of(sqlite_place, 240, key, [])
    assert {"truncate", "replace"} <= set(made - found) <= {"truncate", "replace", "delete"}


async def test_a_checkpoint_with_any_bit_changed_is_not_ours(sqlite_place: Place) -> None:
    await written(sqlite_place)
    path, signer = sqlite_place.key_file.with_name(CHECKPOINTS), Signer(KeyRing.read(sqlite_place.key_file))
    genuine = path.read_bytes()
    told = [one.to_json() for one in CheckpointFile(path).read(signer.public_key)]
    dice, changed = random.Random(64), 0
    while changed < 200:
        place, bit = dice.randrange(len(genuine)), 1 << dice.randrange(8)
        path.write_bytes(genuine[:place] + bytes([genuine[place] ^ bit]) + genuine[place + 1 :])
        changed += 1
        try:
            found = [one.to_json() for one in CheckpointFile(path).read(signer.public_key)]
        except BadCheckpoint:
            continue
        assert all(one in told for one in found), "a line that was cut is left out; none says something else"


def is_broken(conn: Connection, key: bytes, checkpoints: Sequence[Checkpoint]) -> bool:
    try:
        verify_trail(conn, Seals(key), checkpoints)
    except ChainBroken:
        return True
    return False
