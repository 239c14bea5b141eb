"""Signed checkpoints: what they saw cannot be cut off, replaced or forged afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from skiptrace.errors import StoreError
from skiptrace.privacy import (
    AuditEvent,
    AuditRow,
    BadCheckpoint,
    ChainBroken,
    Checkpoint,
    CheckpointFile,
    KeyRing,
    Signer,
    chain,
    verify,
)
from skiptrace.privacy.audit import START
from skiptrace.privacy.checkpoints import check_against

RING = KeyRing.new()
SIGNER = Signer(RING)
KEY = RING.derive("audit chain")
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = 40


def trail(rows: int = ROWS, word: str = "call") -> list[AuditRow]:
    events = [
        AuditEvent(AT + timedelta(seconds=n), "call.sent", f"{word}-{n}", "0.25 USD", "jane") for n in range(rows)
    ]
    return list(chain(KEY, 0, START, events))


WHOLE = trail()
WITNESSED = [SIGNER.checkpoint(n, WHOLE[n - 1].hash, AT) for n in (10, 20, 30, ROWS)]


def check(rows: list[AuditRow], checkpoints: list[Checkpoint]) -> int:
    number = verify(KEY, rows)
    check_against(checkpoints, {row.number: row.hash for row in rows}, number)
    return number


def edit(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    at, event = dice.randrange(len(rows)), rows[0].event
    column = dice.choice(["event", "about", "detail", "actor", "tenant", "purpose"])
    changed = replace(rows[at].event, **{column: getattr(event, column) + dice.choice("x0 \n")})
    return [*rows[:at], replace(rows[at], event=changed), *rows[at + 1 :]]


def delete(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    at = dice.randrange(len(rows))
    return [*rows[:at], *rows[at + 1 :]]


def insert(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    at = dice.randrange(len(rows))
    return [*rows[:at], rows[dice.randrange(len(rows))], *rows[at:]]


def swap(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    one, other = dice.sample(range(len(rows)), 2)
    changed = list(rows)
    changed[one], changed[other] = rows[other], rows[one]
    return changed


def truncate(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    return rows[: dice.randrange(len(rows))]


def replace_all(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    """What somebody who has the key as well could do: a whole other trail, all links and seals in order."""
    return trail(len(rows) + dice.randrange(3), f"other{dice.random()}")


def rewrite_from(rows: list[AuditRow], dice: random.Random) -> list[AuditRow]:
    """The same from some row on."""
    at = dice.randrange(len(rows))
    events = [replace(row.event, detail="0.01 USD") for row in rows[at:]]
    before = rows[at - 1].hash if at else START
    return [*rows[:at], *chain(KEY, at, before, events)]


CHANGES = (edit, delete, insert, swap, truncate, replace_all, rewrite_from)


def test_t63_a_thousand_changes_are_a_thousand_found() -> None:
    assert check(WHOLE, WITNESSED) == ROWS
    dice, found = random.Random(11), 0
    for n in range(1000):
        changed = CHANGES[n % len(CHANGES)](WHOLE, dice)
        assert changed != WHOLE
        try:
            check(changed, WITNESSED)
        except ChainBroken:
            found += 1
    assert found == 1000


@pytest.mark.parametrize("change", [truncate, replace_all, rewrite_from])
def test_only_the_checkpoints_show_these(change: Callable[[list[AuditRow], random.Random], list[AuditRow]]) -> None:
    changed = change(WHOLE, random.Random(3))
    assert verify(KEY, changed) == len(changed)
    with pytest.raises(ChainBroken, match="a signed checkpoint saw"):
        check(changed, WITNESSED)


def test_a_checkpoint_file_reads_back_what_was_written(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "deep" / "checkpoints")
    assert file.read(SIGNER.public_key) == []
    for checkpoint in WITNESSED:
        file.append(checkpoint)
    assert file.read(SIGNER.public_key) == WITNESSED


def test_any_change_of_a_checkpoint_is_found(tmp_path: Path) -> None:
    path, dice = tmp_path / "checkpoints", random.Random(5)
    CheckpointFile(path).append(WITNESSED[0])
    whole = path.read_bytes()
    for _ in range(200):
        at = dice.randrange(len(whole) - 2)
        digit = dice.choice([d for d in b"0123456789abcdef" if d != whole[at]])
        path.write_bytes(whole[:at] + bytes([digit]) + whole[at + 1 :])
        with pytest.raises(BadCheckpoint, match="line 1"):
            CheckpointFile(path).read(SIGNER.public_key)


def test_somebody_elses_key_signs_nothing_of_ours(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoints")
    file.append(Signer(KeyRing.new()).checkpoint(10, WHOLE[9].hash, AT))
    with pytest.raises(BadCheckpoint):
        file.read(SIGNER.public_key)


def test_a_line_that_a_crash_cut_off_is_left_out_and_the_next_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints"
    CheckpointFile(path).append(WITNESSED[0])
    with path.open("ab") as file:
        file.write(path.read_bytes()[:40])
    CheckpointFile(path).append(WITNESSED[1])
    assert CheckpointFile(path).read(SIGNER.public_key) == WITNESSED[:2]


def test_a_sink_that_takes_nothing_is_said_so() -> None:
    with pytest.raises(StoreError, match=r"/dev/full cannot be written \(No space left on device\)"):
        CheckpointFile(Path("/dev/full")).append(WITNESSED[0])
