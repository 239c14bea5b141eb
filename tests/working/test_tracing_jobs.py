"""What the worker of ``skiptrace worker`` does with a job whose case is gone."""

from __future__ import annotations

from skiptrace.model import JobState, Lane
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import a_case
from skiptrace.working import tracing_jobs
from tests.builders import FixedClock
from tests.stores.databases import Place
from tests.test_tracing import app_of
from tests.working.crew import until, working


async def test_a_job_of_a_restored_queue_ends_when_its_case_was_erased(place: Place) -> None:
    async with place.store() as store:
        await store.submit([a_case("case-1")], Lane.STANDARD)
        await store.erasing.erase(Account("default", "A case-1", "jane", "R-17"))
        await place.sql("UPDATE jobs SET state = 'queued', reason = '' WHERE case_id = 'case-1'")
        app, _ = app_of(store, FixedClock())
        async with working(store, tracing_jobs(app)):
            (job,) = await until(store, JobState.CANCELLED, "case-1")
    assert (job.reason, job.trace_id) == ("its case was erased", "")
