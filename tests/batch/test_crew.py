"""A batch on several cores: the same results as on one, and trouble in a process of the crew is the run's trouble."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from skiptrace.batch import Batch, BatchResult, OneProcess, batch_id, crew, hands_for, run_batch, validate
from skiptrace.errors import StoreError
from skiptrace.intake import Accounts, Terms
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, connect
from tests import builders as build
from tests.batch.test_batch import Unwatched

PEOPLE = 60


def people(folder: Path) -> tuple[Path, Path]:
    """A placement file, and a reference file that knows where each of its debtors moved to."""
    accounts, records = ["account_id,first,last,ssn4,balance,account_state,debt_origin,phone"], []
    for n in range(PEOPLE):
        accounts.append(f"P-{n},Marion,Okafor{chr(97 + n % 26)}{n},{1000 + n},500,open,credit,5125550{100 + n}")
        records.append(f"{n},Marion,Okafor{chr(97 + n % 26)}{n},{1000 + n},{n} Elm St,Austin,TX,78701,2026,A")
    placement, reference = folder / "accounts.csv", folder / "people.csv"
    placement.write_text("\n".join(accounts) + "\n")
    reference.write_text(
        "\n".join(["rec_id,first,last,ssn4,address,city,state,zip,last_seen,provider", *records]) + "\n"
    )
    return placement, reference


async def run(folder: Path, *, cases: int, out: str) -> tuple[BatchResult, list[str], bool]:
    placement, reference = people(folder)
    settings = Settings(home=folder / f"home-{out}", reference_file=reference)
    accounts = Accounts(placement)
    (folder / out).mkdir()
    today = replace(
        build.COLLECTION, certified_at=SystemClock().now()
    )  # the processes of a crew have clocks of their own
    terms = Terms(today, "tests", build.case().budget, build.TODAY, batch_id=batch_id("x", folder / out, ()))
    batch = Batch(accounts, terms, folder / out)
    validation = validate(accounts, terms, lambda _: None)
    async with connect(settings) as app, hands_for(app, settings, cases, 4) as hands:
        result = await run_batch(batch, validation, app, hands, stop=asyncio.Event(), watch=Unwatched())
    lines = (folder / out / "results.csv").read_text().splitlines()
    return result, [",".join(line.split(",")[:4]) for line in lines], isinstance(hands, OneProcess)


async def test_many_cases_of_a_file_of_our_own_are_shared_among_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew.os, "sched_getaffinity", lambda _: {0, 1})
    alone, expected, one = await run(tmp_path, cases=10, out="alone")
    shared, lines, also_one = await run(tmp_path, cases=crew.WORTH_IT, out="shared")

    assert (one, also_one) == (True, False)
    assert lines == expected
    assert shared.summary.accounts == alone.summary.accounts == PEOPLE
    assert shared.summary.locates == alone.summary.locates > 0
    assert not shared.failed


async def test_a_batch_that_asks_vendors_stays_in_one_process(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sandbox_url="http://127.0.0.1:9")
    async with connect(settings) as app, hands_for(app, settings, 100_000, 7) as hands:
        assert isinstance(hands, OneProcess)
        assert hands.count == 7


async def test_a_killed_process_ends_the_run_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew.os, "sched_getaffinity", lambda _: {0, 1})
    _, reference = people(tmp_path)
    settings = Settings(home=tmp_path / "home", reference_file=reference)
    async with connect(settings) as app, hands_for(app, settings, crew.WORTH_IT, 4) as hands:
        assert not isinstance(hands, OneProcess)
        under_way = asyncio.ensure_future(hands.trace([build.case()]))
        await asyncio.sleep(0)
        for process in list(hands.pool._processes.values()):
            process.kill()
        with pytest.raises(StoreError, match="run the same command again"):
            await under_way
