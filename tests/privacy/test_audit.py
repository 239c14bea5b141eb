"""A change of the audit trail shows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from skiptrace.privacy import AuditEvent, AuditRow, ChainBroken, chain, verify
from skiptrace.privacy.audit import START, canonical

KEY = bytes(range(32))
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def events(count: int) -> list[AuditEvent]:
    return [
        AuditEvent(AT + timedelta(seconds=n), "call.sent", f"call-{n}", "acme.search 0.25 USD") for n in range(count)
    ]


def trail(count: int) -> list[AuditRow]:
    return list(chain(KEY, 0, START, events(count)))


def test_an_untouched_trail_verifies() -> None:
    assert verify(KEY, trail(20)) == 20
    assert verify(KEY, []) == 0


def test_a_row_from_before_sign_ins_were_written_down_has_the_first_form() -> None:
    event = AuditEvent(AT, "call.sent", "call-1", "0.25 USD", "jane", "acme", "GLBA_ENFORCE")
    first = b'"2026-03-02T12:00:00.000000+00:00","call.sent","jane","acme","GLBA_ENFORCE","call-1","0.25 USD"'
    assert canonical(7, event) == b"[7," + first + b"]"
    signed_in = replace(event, auth_method="api_key 3f9a", mfa="no")
    assert canonical(7, signed_in) == b"[7," + first + b',"api_key 3f9a","no"]'


def test_a_trail_goes_on_where_it_ended() -> None:
    first = list(chain(KEY, 0, START, events(20)[:7]))
    rest = list(chain(KEY, first[-1].number, first[-1].hash, events(20)[7:]))
    assert first + rest == trail(20)


def test_the_same_moment_in_another_zone_is_the_same_row() -> None:
    rows = trail(3)
    elsewhere = replace(rows[1].event, at=rows[1].event.at.astimezone(timezone(timedelta(hours=-7))))
    assert verify(KEY, [rows[0], replace(rows[1], event=elsewhere), rows[2]]) == 3


def test_without_the_key_nobody_writes_a_trail_that_verifies() -> None:
    with pytest.raises(ChainBroken):
        verify(KEY, chain(bytes(32), 0, START, events(3)))


def _edit(rows: list[AuditRow], at: int, dice: random.Random) -> None:
    event = rows[at].event
    changes: list[AuditEvent] = [
        replace(event, about=event.about + "0"),
        replace(event, detail="acme.search 0.26 USD"),
        replace(event, event="call.released"),
        replace(event, at=event.at + timedelta(microseconds=1)),
    ]
    rows[at] = replace(rows[at], event=dice.choice(changes))


def _delete(rows: list[AuditRow], at: int, _: random.Random) -> None:
    del rows[min(at, len(rows) - 2)]


def _insert(rows: list[AuditRow], at: int, _: random.Random) -> None:
    rows.insert(at, rows[at])


def _swap(rows: list[AuditRow], at: int, dice: random.Random) -> None:
    other = dice.choice([n for n in range(len(rows)) if n != at])
    rows[at], rows[other] = rows[other], rows[at]


def _swap_events(rows: list[AuditRow], at: int, dice: random.Random) -> None:
    other = dice.choice([n for n in range(len(rows)) if n != at])
    one, two = rows[at], rows[other]
    rows[at], rows[other] = replace(one, event=two.event), replace(two, event=one.event)


def _flip(rows: list[AuditRow], at: int, dice: random.Random) -> None:
    changed = bytearray(rows[at].hash)
    changed[dice.randrange(32)] ^= 1 << dice.randrange(8)
    rows[at] = replace(rows[at], hash=bytes(changed))


def _renumber(rows: list[AuditRow], at: int, _: random.Random) -> None:
    rows[at] = replace(rows[at], number=rows[at].number + 1)


def _reseal(rows: list[AuditRow], at: int, dice: random.Random) -> None:
    changed = bytearray(rows[at].seal)
    changed[dice.randrange(32)] ^= 1 << dice.randrange(8)
    rows[at] = replace(rows[at], seal=bytes(changed))


@pytest.mark.parametrize("change", [_edit, _delete, _insert, _swap, _swap_events, _flip, _renumber, _reseal])
def test_every_single_change_is_found(change: Callable[[list[AuditRow], int, random.Random], None]) -> None:
    dice = random.Random(7)
    for _ in range(125):
        rows = trail(12)
        change(rows, dice.randrange(len(rows)), dice)
        with pytest.raises(ChainBroken):
            verify(KEY, rows)


def test_a_genuine_row_of_another_trail_does_not_fit_in() -> None:
    """An older backup holds rows with good hashes; only the link to the row before gives them away."""
    rows = trail(5)
    other = list(chain(KEY, 0, START, [replace(event, about="other") for event in events(5)]))
    rows[2] = other[2]
    with pytest.raises(ChainBroken):
        verify(KEY, rows)


def test_rows_cut_off_at_the_end_show_in_the_number_of_rows() -> None:
    assert verify(KEY, trail(20)[:15]) == 15
