"""``skiptrace quarantine``: a case that killed its workers is shown, told about, and let in again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from skiptrace.model import JobState, Lane
from skiptrace.settings import Settings
from skiptrace.stores import SqlStore
from skiptrace.testing.store import a_case
from skiptrace.wiring import SystemClock, open_store
from tests.cli.command import in_process

Capsys = pytest.CaptureFixture[str]
BRIEF = 0.02


async def kill(store: SqlStore, case_id: str) -> None:
    """Three workers die with it."""
    await store.submit([a_case(case_id)], Lane.STANDARD)
    for death in range(3):
        assert await store.claim(f"worker {death}", 1, BRIEF, suspects=death == 2)
        await asyncio.sleep(2 * BRIEF)
        await store.sweep()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    async def fill() -> None:
        async with open_store(Settings(home=tmp_path), SystemClock()) as store:
            await kill(store, "case-1")
            await kill(store, "case-2")

    asyncio.run(fill())
    return tmp_path


async def states(home: Path) -> list[JobState]:
    async with open_store(Settings(home=home), SystemClock()) as store:
        return [job.state for job in await store.jobs_of(["case-1", "case-2"])]


def test_it_is_listed_with_its_reason(home: Path, capsys: Capsys) -> None:
    shown = json.loads(in_process(capsys, home, "quarantine", "list", "--json").out)
    assert [(row["case_id"], row["deaths"]) for row in shown] == [("case-1", 3), ("case-2", 3)]
    assert shown[0]["reason"] == "3 workers died while they did it"
    assert "case-1" in in_process(capsys, home, "quarantine", "list").out
    assert "Quarantined jobs: 2; see skiptrace quarantine list" in in_process(capsys, home, "status").out


def test_one_is_let_in_again_or_all(home: Path, capsys: Capsys) -> None:
    assert in_process(capsys, home, "quarantine", "readmit", "case-1").out == "1 cases are queued again.\n"
    refused = in_process(capsys, home, "quarantine", "readmit", "case-1")
    assert (refused.code, "case-1 is not in quarantine" in refused.err) == (2, True)
    assert in_process(capsys, home, "quarantine", "readmit", "--all").out == "1 cases are queued again.\n"
    assert asyncio.run(states(home)) == [JobState.QUEUED, JobState.QUEUED]
    assert in_process(capsys, home, "quarantine", "list").out == "No case is in quarantine.\n"


def test_either_cases_are_named_or_all_of_them(home: Path, capsys: Capsys) -> None:
    assert in_process(capsys, home, "quarantine", "readmit").code == 2
    assert in_process(capsys, home, "quarantine", "readmit", "--all", "case-1").code == 2


async def test_sinks_and_the_audit_trail_hear_of_it(tmp_path: Path) -> None:
    async with open_store(Settings(home=tmp_path), SystemClock()) as store:
        await kill(store, "case-1")
        events = await store.audit.about(["case-1"])
        assert [row.event.event for row in events if row.event.event.startswith("job.")][-1] == "job.quarantined"
        told = await store.audit.told_of_case("")
    assert [(event.kind, list(event.deliveries)) for event in told] == [("alert.raised", [])]
