"""The worker's loop on real databases: full slots, live leases, clean ends, and no trouble that ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from skiptrace.errors import StoreError
from skiptrace.jobs import Pace
from skiptrace.jobs.holding import OUT_OF_TIME
from skiptrace.model import Again, CallState, Job, JobState, Lane, StopReason
from skiptrace.ports import Claimed, Evidenced, Reserved
from skiptrace.purchase import Permit
from skiptrace.testing.store import NO_CAPS, NOW, an_intent
from tests.jobs.crew import QUICK, at_once, cases, eventually, result_of, until, working
from tests.stores.databases import Place

NEVER_TRIED = Job("case-1", "default", Lane.BATCH, JobState.LEASED, NOW, NOW)


async def test_queued_cases_are_done(place: Place) -> None:
    async with place.store() as store:
        await store.submit(cases(30), Lane.BATCH)
        async with working(store, at_once) as (worker, _):
            done = await until(store, JobState.DONE, *(case.case_id for case in cases(30)))
        assert {job.trace_id for job in done} == {f"trace-{case.case_id}-1" for case in cases(30)}
        assert (worker.figures.claimed, worker.figures.kept) == (30, 30)


async def test_all_slots_are_used_and_no_more(sqlite_place: Place) -> None:
    running, most = 0, 0

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return await at_once(claimed, permit)

    async with sqlite_place.store() as store:
        await store.submit(cases(40), Lane.BATCH)
        async with working(store, work):
            await until(store, JobState.DONE, *(case.case_id for case in cases(40)))
    assert most == QUICK.slots


async def test_a_lookup_does_not_wait_for_a_slot_of_a_batch(sqlite_place: Place) -> None:
    batch_may_end = asyncio.Event()

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        if claimed.job.lane is Lane.BATCH:
            await batch_may_end.wait()
        return await at_once(claimed, permit)

    async with sqlite_place.store() as store:
        await store.submit(cases(20), Lane.BATCH)
        async with working(store, work):
            await until(store, JobState.LEASED, *(case.case_id for case in cases(QUICK.slots)))
            await store.submit(cases(1, "lookup"), Lane.INTERACTIVE)
            await until(store, JobState.DONE, "lookup-000")
            batch_may_end.set()
            await until(store, JobState.DONE, *(case.case_id for case in cases(20)))


async def test_a_lookup_does_not_wait_behind_jobs_that_are_held_ready(sqlite_place: Place) -> None:
    batch_may_end = asyncio.Event()

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        if claimed.job.lane is Lane.BATCH and claimed.job.case_id >= "case-100":
            await batch_may_end.wait()
        return await at_once(claimed, permit)

    async with sqlite_place.store() as store:
        await store.submit(cases(120), Lane.BATCH)
        async with working(store, work, replace(QUICK, slots=8)) as (worker, _):
            await eventually(lambda: worker.figures.kept == 100 and worker.figures.tracing == 8)
            assert worker.figures.claimed >= 108
            await store.submit(cases(1, "lookup"), Lane.INTERACTIVE)
            await until(store, JobState.DONE, "lookup-000")
            batch_may_end.set()
            await until(store, JobState.DONE, *(case.case_id for case in cases(120)))


async def test_a_long_trace_keeps_its_lease_by_heartbeats(place: Place) -> None:
    short = replace(QUICK, lease=2.0)

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        await asyncio.sleep(1.2 * short.lease)
        assert not permit.withdrawn()
        return await at_once(claimed, permit)

    async with place.store() as store, place.store() as other:
        await store.submit(cases(1), Lane.BATCH)
        async with working(store, work, short), working(other, at_once, short, worker_id="other"):
            (job,) = await until(store, JobState.DONE, "case-000")
        assert (job.deaths, job.token) == (0, 1)


async def test_a_cancelled_case_buys_nothing_more_and_what_it_bought_is_kept(place: Place) -> None:
    began = asyncio.Event()

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        began.set()
        await eventually(permit.withdrawn)
        return result_of(claimed, StopReason.CANCELLED)

    async with place.store() as store:
        await store.submit(cases(1), Lane.BATCH)
        async with working(store, work) as (worker, _):
            await began.wait()
            assert await store.cancel("default", "case-000")
            await eventually(lambda: worker.figures.kept)
        job = await store.job("default", "case-000")
        assert job is not None
        assert (job.state, job.trace_id) == (JobState.CANCELLED, "trace-case-000-1")


async def test_providers_that_could_not_answer_are_asked_again_and_not_for_ever(sqlite_place: Place) -> None:
    seen: list[tuple[int, tuple[str, ...]]] = []

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        seen.append((claimed.job.retries, claimed.job.only))
        return replace(await at_once(claimed, permit), again=Again(0.0, "acme: HTTP status 503", ("acme",)))

    async with sqlite_place.store() as store:
        await store.submit(cases(1), Lane.BATCH)
        async with working(store, work):
            (job,) = await until(store, JobState.DONE, "case-000")
    assert seen == [(0, ()), (1, ("acme",)), (2, ("acme",))]
    assert job.trace_id == "trace-case-000-3"


def test_a_retry_waits_longer_each_time_and_as_long_as_the_provider_asks() -> None:
    pace = Pace(retries=9, retry_after=60, retry_at_most=200)
    wanted = Again(0.0, "dark", ("acme",))
    job = NEVER_TRIED
    waits = [again.after for n in range(4) if (again := pace.retry(replace(job, retries=n), wanted))]
    assert waits == [60, 120, 200, 200]
    assert pace.retry(job, replace(wanted, after=900.0)) == replace(wanted, after=900.0)
    assert pace.retry(replace(job, retries=9), wanted) is None
    assert pace.retry(job, None) is None


async def test_a_case_that_goes_wrong_does_not_stop_the_others(sqlite_place: Place) -> None:
    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        if claimed.job.case_id == "case-001":
            raise KeyError("a value that must not be repeated")
        return await at_once(claimed, permit)

    async with sqlite_place.store() as store:
        await store.submit(cases(3), Lane.BATCH)
        async with working(store, work):
            await until(store, JobState.DONE, "case-000", "case-002")
            (job,) = await until(store, JobState.WAITING, "case-001")
    assert job.deaths == 1
    assert job.reason.startswith("KeyError at test_worker.py:")


async def test_nothing_is_claimed_after_the_signal_and_what_runs_ends_well(place: Place) -> None:
    began = asyncio.Event()

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        began.set()
        await asyncio.sleep(0.1)
        return await at_once(claimed, permit)

    async with place.store() as store:
        await store.submit(cases(20), Lane.BATCH)
        async with working(store, work, replace(QUICK, drain=60, drain_at_most=120)) as (worker, _):
            await began.wait()
        done = worker.figures.kept
        assert 0 < done < 20
        left = await store.claim("next", 20, 60)
        assert len(left) == 20 - done, "what was not begun is for others at once, and no death is counted"
        assert {each.job.deaths for each in left} == {0}


async def test_a_trace_that_does_not_end_in_time_stops_before_its_next_purchase(sqlite_place: Place) -> None:
    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        await eventually(permit.withdrawn)
        return result_of(claimed, StopReason.CANCELLED)

    async with sqlite_place.store() as store:
        await store.submit(cases(1), Lane.BATCH)
        async with working(store, work, replace(QUICK, drain_at_most=60)) as (worker, stop):
            await until(store, JobState.LEASED, "case-000")
            stop.set()
        assert (worker.figures.kept, worker.figures.given_back) == (0, 1)
        assert await store.trace("trace-case-000-1") is None
        await store.sweep()
        assert len(await store.claim("next", 9, 60)) == 1


async def test_a_trace_that_never_ends_is_broken_off_and_its_calls_are_listed(sqlite_place: Place) -> None:
    bought, broken_off = asyncio.Event(), asyncio.Event()

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        reserved = await store.reserve(an_intent(case_id=claimed.job.case_id), NO_CAPS)
        assert isinstance(reserved, Reserved)
        bought.set()
        try:
            await asyncio.sleep(3600)
        finally:
            broken_off.set()
        raise AssertionError

    async with sqlite_place.store() as store:
        await store.submit(cases(1), Lane.BATCH)
        async with working(store, work) as (_, stop):
            await bought.wait()
            stop.set()
        assert broken_off.is_set()
        assert [call.state for call in await store.calls("case-000")] == [CallState.IN_DOUBT]
        assert len(await store.claim("next", 9, 60)) == 1


@pytest.mark.parametrize("method", ["claim", "renew", "keep", "sweep"])
async def test_a_database_that_goes_away_and_comes_back_loses_nothing(sqlite_place: Place, method: str) -> None:
    async with sqlite_place.store() as store:
        await store.submit(cases(10), Lane.BATCH)
        flaky = Flaky(store, method)
        async with working(flaky, at_once):
            await eventually(lambda: flaky.refused)
            flaky.away = False
            await until(store, JobState.DONE, *(case.case_id for case in cases(10)))


async def test_without_heartbeats_in_time_nothing_is_bought(sqlite_place: Place) -> None:
    reasons: list[str] = []

    async def work(claimed: Claimed, permit: Permit) -> Evidenced:
        reasons.append(await eventually(permit.withdrawn))
        flaky.away = False
        return result_of(claimed, StopReason.CANCELLED)

    async with sqlite_place.store() as store:
        flaky = Flaky(store, "renew", away=False)
        await store.submit(cases(1), Lane.BATCH)
        async with working(flaky, work, replace(QUICK, lease=0.6)) as (worker, _):
            await until(store, JobState.LEASED, "case-000")
            flaky.away = True
            await eventually(lambda: worker.figures.given_back + worker.figures.lost)
        assert reasons[0] == OUT_OF_TIME
        assert await store.trace("trace-case-000-1") is None, "it did not end by itself and is not kept"


class Flaky:
    """A store of which one method fails while the database is ``away``."""

    def __init__(self, store: object, method: str, *, away: bool = True) -> None:
        self._store, self._method = store, method
        self.away, self.refused = away, 0

    def __getattr__(self, name: str) -> object:
        found = getattr(self._store, name)
        if name != self._method:
            return found

        async def call(*args: object, **more: object) -> object:
            if self.away:
                self.refused += 1
                raise StoreError("the database cannot be reached")
            return await found(*args, **more)

        return call
