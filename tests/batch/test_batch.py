"""A batch on a real store: in order, once each, stopped and gone on with, one odd case at no cost to the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from skiptrace import compliance, strategies
from skiptrace.batch import Batch, BatchResult, OneProcess, alone_in, batch_id, run_batch, validate
from skiptrace.errors import BadInput, ConfigError, PolicyRefused, StoreError
from skiptrace.intake import Accounts, Terms
from skiptrace.model import Answer, Inquiry, Purpose, Reply, Request
from skiptrace.ports import BeforeFirstByte, Caps, Evidenced
from skiptrace.purchase import Buyer, Stopped
from skiptrace.reporting.summary import Summary
from skiptrace.stores import SqlStore
from skiptrace.tracing import App
from skiptrace.waterfall import Strategy, StrategyStep
from skiptrace.wiring import judge_now
from tests import builders as build
from tests.builders import FixedClock
from tests.scripted import Scripted

SURNAMES = ("Okafor", "Tran", "Lindqvist", "Brandt", "Whitfield", "Moreau", "Castellanos", "Ivers")


class Unwatched:
    def accepted(self, cases: int) -> None: ...

    def finished(self, summary: Summary) -> None: ...


@dataclass
class StopAfter(Unwatched):
    """Asks to stop when so many cases are finished."""

    cases: int
    stop: asyncio.Event

    def finished(self, summary: Summary) -> None:
        if summary.accounts >= self.cases:
            self.stop.set()


@dataclass
class Directory(Scripted):
    """Finds nobody, is slow for some, and breaks down on one surname."""

    slow: str = ""
    breaks_on: str = ""

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        if self.slow and self.slow in str(request.body):
            await asyncio.sleep(0.2)
        return await super().send(product, request, before_first_byte)

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        if inquiry.subject.name.last == self.breaks_on:
            raise ZeroDivisionError("Okafor 900-12-0142")
        return super().to_request(product, inquiry)


class FullStore(SqlStore):
    """Accepts cases and has no room for what is found."""

    async def keep(self, done: Sequence[Evidenced]) -> None:
        del done
        raise StoreError("the disk is full: free some space and run again")


def directory(**changes: str) -> Directory:
    return Directory(build.manifest(), [Answer()] * 100, **changes)  # type: ignore[arg-type]


def app_of(store: SqlStore, clock: FixedClock, provider: Directory, *, first_id: int = 0) -> App:
    shipped = strategies.load()
    steps = (StrategyStep("acme", "search"),)
    strategy = Strategy("test", shipped.wanted, shipped.recovery, shipped.worth_at_most, steps)
    numbers = iter(range(first_id, 10_000))
    buyer = Buyer(store, clock, Caps(), lambda: f"call-{next(numbers)}", Stopped())
    rules = compliance.load_rules(None)
    names = (f"trace-{number}" for number in numbers)
    return App(store, {"acme": provider}, strategy, rules, buyer, judge_now, store.history, clock, lambda: next(names))


def placement(folder: Path, surnames: Sequence[str] = SURNAMES) -> Path:
    rows = [f"P-{n},Marion,{name},{100 + n}.00,open,credit" for n, name in enumerate(surnames)]
    path = folder / "accounts.csv"
    path.write_text("\n".join(["account_id,first,last,balance,account_state,debt_origin", *rows]) + "\n")
    return path


def batch_of(path: Path, out: Path, purpose: Purpose = build.COLLECTION) -> Batch:
    out.mkdir(exist_ok=True)
    accounts = Accounts(path)
    name = batch_id(accounts.digest(), out, ("x",))
    terms = Terms(purpose, "tests", Decimal(5), build.TODAY, batch_id=name)
    return Batch(accounts, terms, out)


async def run(
    batch: Batch,
    app: App,
    stop: asyncio.Event | None = None,
    watch: Unwatched | None = None,
    at_once: int = 4,
) -> BatchResult:
    validation = validate(batch.accounts, batch.terms, lambda _: None)
    hands = OneProcess(app, at_once)
    return await run_batch(batch, validation, app, hands, stop=stop or asyncio.Event(), watch=watch or Unwatched())


def accounts_in(out: Path) -> list[str]:
    return [json.loads(line)["account_id"] for line in (out / "results.jsonl").read_text().splitlines()]


async def test_results_keep_the_order_of_the_file_whoever_finishes_first(
    store: SqlStore, clock: FixedClock, tmp_path: Path
) -> None:
    batch = batch_of(placement(tmp_path), tmp_path / "out")

    result = await run(batch, app_of(store, clock, directory(slow="Tran")))

    assert accounts_in(batch.folder) == [f"P-{n}" for n in range(8)]
    assert result.complete
    assert not result.failed


async def test_a_stop_finishes_what_is_under_way_and_the_same_command_does_the_rest(
    store: SqlStore, clock: FixedClock, tmp_path: Path
) -> None:
    batch, provider, stop = batch_of(placement(tmp_path), tmp_path / "out"), directory(), asyncio.Event()

    first = await run(batch, app_of(store, clock, provider), stop, StopAfter(3, stop), at_once=2)
    assert not first.complete
    assert 3 <= first.summary.accounts < 8
    assert len(accounts_in(batch.folder)) == first.summary.accounts
    assert provider.sent == first.summary.accounts

    second = await run(batch, app_of(store, clock, provider, first_id=1000))
    assert second.complete
    assert second.earlier == first.summary.accounts
    assert provider.sent == 8
    assert sorted(accounts_in(batch.folder)) == [f"P-{n}" for n in range(8)]


async def test_a_finished_batch_run_again_asks_nobody(store: SqlStore, clock: FixedClock, tmp_path: Path) -> None:
    batch, provider = batch_of(placement(tmp_path), tmp_path / "out"), directory()
    await run(batch, app_of(store, clock, provider))
    (batch.folder / "results.jsonl").unlink()

    again = await run(batch, app_of(store, clock, provider, first_id=1000))

    assert (again.earlier, provider.sent) == (8, 8)
    assert len(accounts_in(batch.folder)) == 8


async def test_one_odd_case_costs_the_others_nothing_and_says_where_without_whom(
    store: SqlStore, clock: FixedClock, tmp_path: Path
) -> None:
    batch = batch_of(placement(tmp_path), tmp_path / "out")

    result = await run(batch, app_of(store, clock, directory(breaks_on="Tran")))

    assert list(result.failed) == ["P-1"]
    assert result.failed["P-1"].startswith("ZeroDivisionError at test_batch.py:")
    assert "900-12" not in str(result)
    assert not result.complete
    assert len(accounts_in(batch.folder)) == 7


async def test_a_store_that_fails_ends_the_run_and_leaves_no_results(clock: FixedClock, tmp_path: Path) -> None:
    store = await FullStore.open(f"sqlite:///{tmp_path / 'skiptrace.db'}", tmp_path / "keys.json", clock)
    batch = batch_of(placement(tmp_path), tmp_path / "out")

    with pytest.raises(StoreError, match="disk is full"):
        await run(batch, app_of(store, clock, directory()))
    await store.close()

    assert list(batch.folder.glob("*results*")) == []


async def test_a_batch_that_nobody_certified_is_refused_before_anybody_is_asked(
    store: SqlStore, clock: FixedClock, tmp_path: Path
) -> None:
    purpose = replace(build.COLLECTION, certified_by="")
    batch, provider = batch_of(placement(tmp_path), tmp_path / "out", purpose=purpose), directory()

    with pytest.raises(PolicyRefused) as caught:
        await run(batch, app_of(store, clock, provider))

    assert caught.value.citation
    assert provider.sent == 0


def test_two_runs_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    def second() -> None:
        with alone_in(tmp_path):
            raise AssertionError("two at once")

    with alone_in(tmp_path), pytest.raises(ConfigError, match=r"another run is writing to .*wait until it is done"):
        second()
    with alone_in(tmp_path):
        pass


def test_the_batch_is_known_by_file_folder_and_options(tmp_path: Path) -> None:
    name = batch_id("digest", tmp_path, ("a",))

    assert batch_id("digest", tmp_path / "x" / "..", ("a",)) == name
    assert len({name, batch_id("other", tmp_path, ("a",)), batch_id("digest", tmp_path, ("b",))}) == 3


def test_a_header_without_accounts_is_refused(tmp_path: Path) -> None:
    batch = batch_of(placement(tmp_path, ()), tmp_path / "out")

    with pytest.raises(BadInput, match="has a header and no accounts"):
        validate(batch.accounts, batch.terms, lambda _: None)
