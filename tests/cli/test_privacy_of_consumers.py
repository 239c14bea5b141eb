"""``skiptrace privacy disclose`` and ``affected``: what is printed and written, and to whom."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from skiptrace.settings import Settings
from skiptrace.testing.store import a_case, a_result
from skiptrace.wiring import SystemClock, open_store
from tests.cli.command import in_process

Capsys = pytest.CaptureFixture[str]
ALWAYS = ("--from", "2020-01-01", "--to", "2100-01-01")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    async def fill() -> None:
        async with open_store(Settings(home=tmp_path / "home"), SystemClock()) as store:
            await store.accept([a_case()])
            await store.keep([a_result("trace-1")])

    asyncio.run(fill())
    return tmp_path / "home"


def test_what_is_held_is_a_bundle_that_anybody_can_check(home: Path, capsys: Capsys, tmp_path: Path) -> None:
    account, out = a_case().account.account_id, tmp_path / "out"
    told = in_process(
        capsys, home, "privacy", "disclose", "--account", account, "--reason", "R-17", "--out", out, "--json"
    )

    assert told.code == 0, told.err
    assert json.loads(told.out)["given"] + json.loads(told.out)["withheld"] > 0
    assert json.loads((out / "consumer.json").read_text())["account_id"] == account
    assert in_process(capsys, home, "audit", "verify", out).code == 0
    assert (
        in_process(
            capsys, home, "privacy", "disclose", "--account", "A-9", "--reason", "R-17", "--out", tmp_path / "b"
        ).code
        == 2
    )


def test_whom_an_incident_concerns_is_counted_and_listed_in_a_new_file_only(
    home: Path, capsys: Capsys, tmp_path: Path
) -> None:
    out = tmp_path / "counsel.csv"
    told = in_process(capsys, home, "privacy", "affected", *ALWAYS, "--out", out)

    assert told.code == 0, told.err
    assert told.out.startswith("1 consumers, 1 accounts, 1 cases (0 erased since).")
    assert len(out.read_text().splitlines()) == 2
    assert out.stat().st_mode & 0o777 == 0o600
    assert in_process(capsys, home, "privacy", "affected", *ALWAYS, "--out", out).code == 2
    none = in_process(capsys, home, "privacy", "affected", *ALWAYS, "--provider", "nobody", "--json")
    assert json.loads(none.out)["consumers"] == 0
