"""``skiptrace doubts settle``: by the same path as over HTTP, with the line of the bill in the trail."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from skiptrace.ports import Caps, Reserved
from skiptrace.settings import Settings
from skiptrace.testing.store import a_case, an_intent
from skiptrace.wiring import SystemClock, open_store
from tests.cli.command import in_process

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one call in doubt."""

    async def fill() -> None:
        clock = SystemClock()
        async with open_store(Settings(home=tmp_path), clock) as store:
            await store.accept([a_case()])
            reserved = await store.reserve(an_intent(), Caps())
            assert isinstance(reserved, Reserved)
            await store.doubt(reserved.call, "no answer", clock.now())

    asyncio.run(fill())
    return tmp_path


async def resolved(home: Path) -> list[tuple[str, str]]:
    async with open_store(Settings(home=home), SystemClock()) as store:
        about = [row.event for row in await store.audit.about(["call-1"])]
    return [(e.actor, e.detail) for e in about if e.event == "call.resolved"]


def test_a_call_is_settled_once_and_the_trail_says_by_which_line(home: Path, capsys: Capsys) -> None:
    settle = ("doubts", "settle", "call-1", "call-1", "--charged", "--reference", "line-7")

    assert in_process(capsys, home, *settle).out == "1 calls are booked.\n"
    again = in_process(capsys, home, *settle)
    assert (again.code, "call-1 is not in doubt" in again.err) == (2, True)
    assert json.loads(in_process(capsys, home, "doubts", "list", "--json").out) == []
    [(actor, detail)] = asyncio.run(resolved(home))
    assert actor
    assert detail == "charged 0.25 USD by line-7"


QUICKER = """
CREATE TRIGGER somebody_is_quicker AFTER INSERT ON audit WHEN NEW.event = 'call.resolved'
BEGIN UPDATE calls SET state = 'not_charged', token = token + 1, active = 0 WHERE call_id = NEW.about; END
"""
"""Settles the call between our look at it and our own settlement, every time."""


def test_whoever_is_late_is_told_so_and_books_nothing(home: Path, capsys: Capsys) -> None:
    with sqlite3.connect(home / "skiptrace.db") as database:
        database.execute(QUICKER)
    late = in_process(capsys, home, "doubts", "settle", "call-1", "--charged", "--reference", "line-7")

    assert (late.code, late.out) == (1, "0 calls are booked.\n")
    assert late.err == "Somebody was quicker with call-1: look again, skiptrace doubts list.\n"
