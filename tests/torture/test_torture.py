"""A slice of the torture; ``make torture`` runs all of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.torture.running import ROOT

KILLS = 78

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_killed_anywhere_nothing_is_lost_and_nothing_is_paid_twice(database: str) -> None:
    program = [sys.executable, "-m", "tests.torture", "--database", database, "--kills", str(KILLS), "--stops", "6"]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr[-4000:]}"
    report = json.loads(ended.stdout.partition(f"{database}: ")[2])
    assert report["kills"] >= KILLS
    assert report["stopped"] >= 1
    assert set(report["by_point"]) >= {f"K{n:02}" for n in (2, 3, 4, *range(7, 23))}
    assert not any(report["findings"].values())


def test_a_cap_holds_among_many_workers_that_are_killed() -> None:
    few = ["--workers", "8", "--wants", "160", "--calls", "20", "--kills", "8"]
    program = [sys.executable, "-m", "tests.torture.capping", *few]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr[-4000:]}"
    report = json.loads(ended.stdout.splitlines()[-1])
    assert report["killed"] >= 1
    assert report["cap"] == "5.00"
    assert float(report["billed"]) >= 5 - 8 * 0.25, "the cap is used, but for what a killed one had begun"


def test_redis_killed_and_flushed_under_load_costs_nothing() -> None:
    program = [sys.executable, "-m", "tests.torture.redis_away", "--minutes", "0.4", "--every", "5"]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr[-4000:]}"
    report = json.loads(ended.stdout.splitlines()[-1])
    assert report["blows"] == 4
    assert report["workers_that_ended"] == []
