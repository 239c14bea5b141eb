"""``skiptrace refit`` as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from tests.cli.command import in_process
from tests.cli.test_commands import batch, results

PERSON = {"first": "Ines", "last": "Okafor", "dob": "1970-01-11", "ssn4": "1000", "street": "Elm St"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = {"city": "Austin", "state": "TX", "zip": "78701"}
    ids = range(30)
    asked = [PERSON | place | {"account_id": n, "as_of": 2026, "account_year": 2019, "house": "1"} for n in ids]
    seen = {"phone": "5125550142", "provider": "north", "first_seen": 2020, "last_seen": 2025, "phone_last_seen": 2025}
    found = [PERSON | place | seen | {"account_id": n, "rec_id": n, "house": "9"} for n in ids]
    used = [{"account_id": n, "rec_id": n, "contact": "phone", "outcome": "disconnected"} for n in ids]
    for name, rows in (("accounts", asked), ("candidates", found), ("outcomes", used)):
        pacsv.write_csv(pa.Table.from_pylist(rows), tmp_path / f"{name}.csv")
    return tmp_path


def test_a_new_version_is_written_beside_the_old_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "second.json"
    said = in_process(capsys, folder, "refit", folder, "--out", out, "--version", "second", "--json")
    told = json.loads(said.out)
    written = json.loads(out.read_bytes())
    assert told["version"] == written["version"] == "second"
    assert written["provenance"]["outcomes"] == {"address": 0, "phone": 30}
    assert written["provenance"]["moved_bits"]["phone"]["north"] < 0

    assert in_process(capsys, folder, "refit", folder, "--out", out, "--version", "third").code == 2
    assert json.loads(out.read_bytes()) == written
    third = folder / "third.json"
    assert in_process(capsys, folder, "refit", folder, "--out", third, "--version", "third", "--start", out).code == 0
    assert json.loads(third.read_bytes())["provenance"]["refitted_from"] == "second"


def test_the_new_version_scores_otherwise(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "second.json"
    assert in_process(capsys, folder, "refit", folder, "--out", out, "--version", "second").code == 0
    command = ("match", folder / "accounts.csv", folder / "candidates.csv", "--out")
    assert in_process(capsys, folder, *command, folder / "old.csv").code == 0
    assert in_process(capsys, folder, *command, folder / "new.csv", "--parameters", out).code == 0

    old, new = (pacsv.read_csv(folder / name)["p_phone"][0].as_py() for name in ("old.csv", "new.csv"))
    assert new < old


def test_recorded_outcomes_are_learnt_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, home = tmp_path / "second.json", tmp_path / "home"
    batch(capsys, tmp_path)
    again = ("refit", "--out", out, "--version", "second", "--json")
    assert in_process(capsys, home, *again).code == 2  # nothing has happened yet

    found: Any = results(tmp_path)["P-1001"]
    rank = next(n for n, contact in enumerate(found["contacts"], 1) if contact["kind"] == "address")
    assert in_process(capsys, home, "outcome", found["trace_id"], rank, "returned_mail", "--by", "jane").code == 0
    assert in_process(capsys, home, *again).code == 0
    assert json.loads(out.read_bytes())["provenance"]["outcomes"] == {"address": 1, "phone": 0}
