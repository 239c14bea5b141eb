"""``skiptrace segments`` and the dry run show what the schedule makes of a file before anything is spent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skiptrace.cli.main import run

FILE = """account_id,first,last,balance,account_state,opened_on,payment_history,responsiveness
A-1,Marion,Okafor,80.00,open,2019-05-01,never_paid,silent
A-2,Gustav,Brandt,9000.00,open,2022-05-01,unknown,unknown
A-3,Elena,Marsh,9000.00,paid,2022-05-01,paying,responsive
A-4,Rosa,Field,1200.00,open,2022-05-01,broken promise,unknown
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "placement.csv"
    path.write_text(FILE)
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    out = capsys.readouterr()
    assert not ended.value.code, out.err
    return out.out


def test_segments_shows_who_is_due_and_what_that_costs_at_most(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, file: Path
) -> None:
    found = json.loads(said(capsys, "--home", str(tmp_path / "home"), "segments", str(file), "--json"))
    counted = {row["segment"]: row for row in found["segments"] if row["accounts"]}
    assert counted["small_and_old"]["due_now_costs_at_most"] == 0.1
    assert counted["large"]["due_now_costs_at_most"] == 5.0
    assert counted["broke_a_promise"]["due_now_costs_at_most"] == 2.0
    assert counted["paying"]["never"] == 1
    assert counted["paying"]["due_now_costs_at_most"] == 0


def test_the_dry_run_of_a_batch_shows_the_segments_when_there_is_a_schedule(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = ("--home", str(tmp_path / "home"), "batch", "run", str(file), "--purpose", "collection", "--json")
    given = (*common, "--certified-by", "Jane Sample", "--out", str(tmp_path / "out"), "--dry-run")
    assert "segments" not in json.loads(said(capsys, *given))
    monkeypatch.setenv("SKIPTRACE_SCHEDULE", "default")
    assert [row["accounts"] for row in json.loads(said(capsys, *given))["segments"] if row["accounts"]] == [1, 1, 1, 1]
