"""Yesterday's copy of the database is put back: the vendor's bill does not change until somebody has looked."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from skiptrace import tracing
from skiptrace.dispatch import LocalDispatcher
from skiptrace.errors import SetBack
from skiptrace.jobs import Pace, Worker, tracing_jobs
from skiptrace.model import JobState, Lane
from skiptrace.wiring import connect
from tests.cli.command import in_process
from tests.numbered_people import a_case
from tests.torture.checker import bill_of
from tests.torture.lives import Ground
from tests.torture.running import vendor

BEFORE, AFTER, NEW = (1, 2), (3, 4, 5), 6
"""Numbers of the cases that are traced before the backup, after it, and when all is over."""


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with vendor(tmp_path) as address:
        yield Ground(tmp_path, f"sqlite:///{tmp_path}/skiptrace.db", address)


def name_of(number: int) -> str:
    return a_case(number).case_id


def bought(ground: Ground) -> set[str]:
    return {case for case, _, _ in bill_of(ground)}


async def submit(ground: Ground, numbers: Sequence[int]) -> None:
    async with connect(ground.settings) as app:
        await app.store.submit([a_case(number) for number in numbers], Lane.STANDARD)


async def work(ground: Ground, *, until: Sequence[int] = ()) -> None:
    """A worker of the product, until these cases are done; for a second when there are none to wait for."""
    async with connect(ground.settings) as app:
        stop = asyncio.Event()
        worker = Worker(app.store, tracing_jobs(app), LocalDispatcher(), Pace(slots=4), worker_id="w")
        running = asyncio.create_task(worker.run(stop))
        names = [name_of(number) for number in until]
        if not names:
            await asyncio.sleep(1)
        async with asyncio.timeout(100):
            while any(j.state is not JobState.DONE for j in await app.store.jobs_of(names)):  # noqa: ASYNC110 - polled
                await asyncio.sleep(0.05)
        stop.set()
        await running


def copy(source: Path, target: Path) -> None:
    """As a backup does: of the database, and of nothing that lies beside it."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as of, closing(sqlite3.connect(target)) as to:
        of.backup(to)


def put_back(ground: Ground, yesterday: Path) -> None:
    database = ground.folder / "skiptrace.db"
    for path in ground.folder.glob("skiptrace.db-*"):
        path.unlink()
    copy(yesterday, database)


async def lose_a_day(ground: Ground) -> int:
    """Returns how long the vendor's bill is when yesterday's copy has been put back."""
    database, yesterday = ground.folder / "skiptrace.db", ground.folder / "yesterday.db"
    await submit(ground, BEFORE)
    await work(ground, until=BEFORE)
    await submit(ground, AFTER)
    copy(database, yesterday)
    await work(ground, until=AFTER)
    put_back(ground, yesterday)
    assert bought(ground) == {name_of(number) for number in (*BEFORE, *AFTER)}
    return len(bill_of(ground))


async def test_it_never_buys_again_by_itself(ground: Ground) -> None:
    bill = await lose_a_day(ground)
    with pytest.raises(SetBack):
        await work(ground)
    with pytest.raises(SetBack):
        await submit(ground, [NEW])
    assert len(bill_of(ground)) == bill


async def test_after_the_operators_word_only_what_is_new_is_bought(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = await lose_a_day(ground)
    said = await asyncio.to_thread(in_process, capsys, ground.folder, "doubts", "restored", "--json")
    held = json.loads(said.out)
    assert (held["in_doubt"], held["held"]) == (0, len(AFTER))
    await work(ground)
    assert len(bill_of(ground)) == bill, "what was queued in the copy is held"
    await submit(ground, [NEW])
    await work(ground, until=[NEW])
    assert {case for case, _, _ in bill_of(ground)[bill:]} == {name_of(NEW)}


async def test_a_case_that_is_let_in_again_is_bought_by_somebodys_decision(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = await lose_a_day(ground)
    for command in (("doubts", "restored"), ("quarantine", "readmit", name_of(AFTER[0]))):
        assert (await asyncio.to_thread(in_process, capsys, ground.folder, *command)).code == 0
    await work(ground, until=AFTER[:1])
    assert {case for case, _, _ in bill_of(ground)[bill:]} == {name_of(AFTER[0])}


class CopiesBeforeTheFirstByte:
    """A permit that makes the backup when the first call is on the books and its first byte is not out."""

    lease = None

    def __init__(self, folder: Path) -> None:
        self._folder, self._asked = folder, 0

    def withdrawn(self) -> str:
        self._asked += 1
        if self._asked == 3:
            copy(self._folder / "skiptrace.db", self._folder / "yesterday.db")
        return ""


async def test_a_call_that_was_under_way_in_the_copy_is_settled_by_the_bill(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    async def said(*command: str) -> str:
        return (await asyncio.to_thread(in_process, capsys, ground.folder, *command)).out

    async with connect(ground.settings) as app:
        await app.store.accept([a_case(1)])
        await tracing.run(a_case(1), app, CopiesBeforeTheFirstByte(ground.folder))
    put_back(ground, ground.folder / "yesterday.db")
    assert await said("doubts", "restored") != ""
    (doubt,) = json.loads(await said("doubts", "list", "--json"))
    assert (doubt["case_id"], doubt["product"]) == (name_of(1), "contact_enrich")
    assert await said("doubts", "settle", doubt["call_id"], "--charged") == "1 calls are booked.\n"
    assert await said("doubts", "list") == "No call is in doubt.\n"
    await said("quarantine", "readmit", "--all")
    await work(ground, until=[1])
    assert [product for _, product, _ in bill_of(ground)].count("contact_enrich") == 1
