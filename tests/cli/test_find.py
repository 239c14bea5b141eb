"""``skiptrace find``: a case by its account, by a number or by a name that came with it."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

from skiptrace.settings import Settings
from skiptrace.testing.store import a_case
from skiptrace.wiring import SystemClock, open_store
from tests.cli.command import in_process

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    async def fill() -> None:
        async with open_store(Settings(home=tmp_path), SystemClock()) as store:
            await store.accept([a_case()])

    asyncio.run(fill())
    return tmp_path


def found(capsys: Capsys, home: Path, *options: str) -> list[str]:
    said = in_process(capsys, home, "find", *options, "--json")
    assert said.code == 0, said.err
    return [one["case_id"] for one in json.loads(said.out)]


def test_a_case_is_found_by_what_it_came_with_and_by_nothing_else(home: Path, capsys: Capsys) -> None:
    case = a_case()
    name, number = case.subject.names[0], case.subject.phones[0].number

    assert found(capsys, home, "--account", case.account.account_id) == [case.case_id]
    assert found(capsys, home, "--name", f"{name.first} {name.last}".upper()) == [case.case_id]
    assert found(capsys, home, "--phone", number) == [case.case_id]
    assert found(capsys, home, "--name", "Nobody Known") == []


def test_a_name_is_read_from_standard_input_and_is_in_no_trail(
    home: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = a_case().subject.names[0]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{name.first} {name.last}\n"))
    assert found(capsys, home, "--name", "-") == [a_case().case_id]

    async def searched() -> list[str]:
        async with open_store(Settings(home=home), SystemClock()) as store:
            return [row.event.detail for row in await store.audit.about(["search"])]

    assert asyncio.run(searched()) == ["name"]


def test_one_thing_is_searched_at_a_time(home: Path, capsys: Capsys) -> None:
    assert in_process(capsys, home, "find").code == 2
    assert in_process(capsys, home, "find", "--account", "A-1", "--phone", "5125550142").code == 2
    assert in_process(capsys, home, "find", "--name", "Marion").code == 2
