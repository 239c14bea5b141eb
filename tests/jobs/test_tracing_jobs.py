"""What the worker of ``skiptrace worker`` does with a job: in whose name, and when its case is gone."""

from __future__ import annotations

from skiptrace.jobs import tracing_jobs
from skiptrace.model import Answer, Fact, JobState, Lane
from skiptrace.privacy import Actor, AuthMethod, SignedIn, acting
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import a_case
from tests import builders as build
from tests.builders import FixedClock
from tests.jobs.crew import until, working
from tests.stores.databases import Place
from tests.test_tracing import OWN, app_of


async def test_a_job_of_a_restored_queue_ends_when_its_case_was_erased(place: Place) -> None:
    async with place.store() as store:
        await store.submit([a_case("case-1")], Lane.STANDARD)
        await store.erasing.erase(Account("default", "A case-1", "jane", "R-17"))
        await place.sql("UPDATE jobs SET state = 'queued', reason = '' WHERE case_id = 'case-1'")
        app, _ = app_of(store, FixedClock())
        async with working(store, tracing_jobs(app)):
            (job,) = await until(store, JobState.CANCELLED, "case-1")
    assert (job.reason, job.trace_id) == ("its case was erased", "")


async def test_a_worker_acts_for_the_requester_who_signed_in_when_the_case_was_accepted(place: Place) -> None:
    async with place.store() as store:
        with acting(Actor("acme-crm", "default", signed_in=SignedIn(AuthMethod.API_KEY, "3f9a", Fact.NO))):
            await store.submit([case := build.case()], Lane.STANDARD)
        app, _ = app_of(store, FixedClock(), ("acme", (Answer(records=(OWN,)),)))
        async with working(store, tracing_jobs(app)):
            await until(store, JobState.DONE, case.case_id)
        await store.audit.verify()
    rows = await place.sql("SELECT event, actor, auth_method, mfa FROM audit ORDER BY number")
    (accepted,) = [tuple(row[1:]) for row in rows if row[0] == "cases.accepted"]
    assert accepted == ("acme-crm", "api_key 3f9a", "no")
    traced = {tuple(row[1:]) for row in rows if row[0].startswith("call.")}
    assert traced == {(case.requester, "queue", "unknown")}
