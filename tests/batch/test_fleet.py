"""A batch that queues its cases and waits for the workers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from skiptrace.batch import Fleet
from skiptrace.batch.running import Trouble
from skiptrace.dispatch import LocalDispatcher
from skiptrace.model import Lane, Trace
from skiptrace.stores import SqlStore
from tests.builders import FixedClock
from tests.jobs.crew import at_once, cases, working


async def test_the_workers_trace_what_the_batch_queued(store: SqlStore, tmp_path: Path, clock: FixedClock) -> None:
    other = await SqlStore.open(f"sqlite:///{tmp_path / 'skiptrace.db'}", tmp_path / "keys.json", clock)
    given = cases(5)
    await store.accept(given)
    async with working(other, at_once):
        traces = await Fleet(store, LocalDispatcher()).trace(given)
    await other.close()
    assert [trace.case_id for trace in traces if isinstance(trace, Trace)] == [case.case_id for case in given]


async def test_a_case_that_is_given_up_is_trouble_and_does_not_hold_up_the_others(store: SqlStore) -> None:
    given = cases(2)
    await store.submit(given, Lane.BATCH)
    await store.cancel("default", "case-000")
    async with working(store, at_once):
        traces = await Fleet(store, LocalDispatcher()).trace(given)
    assert isinstance(traces[0], Trouble)
    assert traces[0].where == "cancelled: cancelled by its owner"
    assert isinstance(traces[1], Trace)


async def test_a_batch_that_is_run_again_queues_nothing_twice(store: SqlStore) -> None:
    given = cases(3)
    first = asyncio.create_task(Fleet(store, LocalDispatcher()).trace(given))
    await asyncio.sleep(0.2)
    first.cancel()
    async with working(store, at_once) as (worker, _):
        await Fleet(store, LocalDispatcher()).trace(given)
    assert worker.figures.kept == 3
