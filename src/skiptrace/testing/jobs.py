"""The promises of the queue, as a test class that a store's author inherits; ``connect`` as in StoreContract."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from skiptrace.errors import LostLease
from skiptrace.model import Again, CallState, Case, Job, JobState, Lane, Over
from skiptrace.ports import Claimed, Evidenced, Reserved, Store, Swept
from skiptrace.testing.store import NO_CAPS, NOW, REPLY, a_case, a_result, an_intent

LONG = 60.0
"""Seconds of a lease that outlives its test."""

BRIEF = 0.05
"""Seconds of a lease that is over when the test looks again."""


def cases(count: int, prefix: str = "case", tenant: str = "default") -> Sequence[Case]:
    return [a_case(f"{prefix}-{n:03}", tenant=tenant) for n in range(count)]


def ids(claimed: Sequence[Claimed]) -> list[str]:
    return [each.job.case_id for each in claimed]


class JobsContract:
    """Inherit, say how to connect, and pytest runs every promise of the queue."""

    pytestmark = pytest.mark.asyncio

    def connect(self, folder: Path) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    # In and out

    async def test_a_case_is_queued_once(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case("case-1")])
            first = await store.submit([a_case("case-1"), a_case("case-2"), a_case("case-2")], Lane.BATCH)
            again = await store.submit([a_case("case-2", requester="somebody else"), a_case("case-3")], Lane.STANDARD)
            assert (list(first), list(again)) == ([True, True, False], [False, True])
            assert await store.case("case-2") == a_case("case-2")
            lanes = [job.lane for i in (1, 2, 3) if (job := await store.job("default", f"case-{i}"))]
            assert lanes == [Lane.BATCH, Lane.BATCH, Lane.STANDARD]
            assert await store.job("another tenant", "case-1") is None

    async def test_a_claimed_job_comes_to_nobody_else(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store, self.connect(tmp_path) as other:
            await store.submit(cases(3), Lane.BATCH)
            mine, theirs = await store.claim("me", 2, LONG), await other.claim("them", 9, LONG)
            assert ids(mine) == ["case-000", "case-001"]
            assert ids(theirs) == ["case-002"]
            assert (mine[0].job.state, mine[0].job.token) == (JobState.LEASED, mine[0].lease.token)
            assert not await store.claim("me", 9, LONG)

    async def test_many_workers_that_claim_at_once_share_the_jobs(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as one, self.connect(tmp_path) as two:
            await one.submit(cases(60), Lane.BATCH)
            claims = [store.claim(f"{n}", 7, LONG) for n, store in enumerate([one, two] * 6)]
            claimed = [case_id for claimed in await asyncio.gather(*claims) for case_id in ids(claimed)]
            while left := await one.claim("last", 60, LONG):
                claimed += ids(left)
            assert Counter(claimed) == {case.case_id: 1 for case in cases(60)}

    async def test_keeping_the_trace_ends_the_job(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store)
            await store.keep([_done(claimed)])
            job = await store.job("default", "case-1")
            assert job is not None
            assert (job.state, job.trace_id) == (JobState.DONE, "trace-1")
            assert job.finished_at is not None
            assert not await store.renew("me", [claimed.lease], LONG)
            await store.keep([_done(claimed)])  # once more after a lost connection: it is kept already

    async def test_a_job_waits_until_it_is_due(self, tmp_path: Path) -> None:
        soon = datetime.now(UTC) + timedelta(seconds=0.3)  # noqa: TID251 - the database's time is the real one
        async with self.connect(tmp_path) as store:
            await store.submit([a_case("now")], Lane.BATCH, NOW)
            await store.submit([a_case("later")], Lane.BATCH, soon)
            claimed: dict[str, Job] = {}
            async with asyncio.timeout(LONG):
                while len(claimed) < 2:
                    await store.sweep()
                    claimed |= {each.job.case_id: each.job for each in await store.claim("me", 9, LONG)}
            assert list(claimed) == ["now", "later"]
            later = claimed["later"]
            assert later.started_at is not None
            assert later.started_at >= later.due_at >= soon

    async def test_a_job_that_is_given_back_is_done_again(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store)
            await store.give_back(claimed.lease, Again(0.0, "the worker ends"))
            with pytest.raises(LostLease):
                await store.give_back(claimed.lease, Again(0.0, "twice"))
            with pytest.raises(LostLease):
                await store.keep([_done(claimed)])
            await store.sweep()
            (again,) = await store.claim("me", 1, LONG)
            assert (again.job.reason, again.job.retries, again.job.deaths) == ("the worker ends", 0, 0)

    async def test_a_kept_trace_may_ask_some_providers_again(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store)
            await store.keep([replace(_done(claimed), again=Again(0.0, "acme is dark", ("acme", "apex")))])
            assert await store.trace("trace-1") == _done(claimed).trace
            waiting = await store.job("default", "case-1")
            assert waiting is not None
            assert (waiting.state, waiting.finished_at) == (JobState.WAITING, None)
            await store.sweep()
            (again,) = await store.claim("me", 1, LONG)
            assert (again.job.only, again.job.retries, again.job.trace_id) == (("acme", "apex"), 1, "trace-1")
            await store.keep([_done(again, "trace-2")])
            done = await store.job("default", "case-1")
            assert done is not None
            assert (done.state, done.trace_id, done.only) == (JobState.DONE, "trace-2", ())

    async def test_a_job_that_goes_wrong_by_itself_is_put_aside_like_one_that_kills(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit([a_case("case-1")], Lane.BATCH)
            for deaths in range(3):
                (claimed,) = await store.claim("me", 1, LONG, suspects=deaths == 2)
                await store.give_back(claimed.lease, Again(0.0, "KeyError", blame=True))
                await store.sweep()
            (job,) = await store.quarantined("default")
            assert (job.deaths, job.reason) == (3, "KeyError")

    async def test_a_job_whose_worker_does_not_know_that_it_has_it_is_queued_again(self, tmp_path: Path) -> None:
        """The claim was committed, and the connection broke before its result came."""
        async with self.connect(tmp_path) as store:
            await store.submit(cases(2), Lane.BATCH)
            known, _ = await store.claim("me", 2, LONG)
            assert await store.renew("me", [known.lease], LONG), "a claim may be under way during a heartbeat"
            assert await store.sweep() == Swept()
            await asyncio.sleep(2 * BRIEF)
            assert len(await store.renew("me", [known.lease], BRIEF)) == 1
            await store.renew("me", [known.lease], LONG)
            await store.sweep()
            assert ids(await store.claim("another", 9, LONG)) == ["case-001"]

    async def test_a_job_that_is_over_leaves_no_trace_and_is_not_done_again(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit(cases(2), Lane.BATCH)
            gone, stays = await store.claim("me", 2, LONG)
            lost = replace(stays.lease, token=stays.lease.token + 1)
            ends = store.end(gone.lease, Over("its case was erased")), store.end(lost, Over("its case was erased"))
            results = await asyncio.gather(*ends, return_exceptions=True)
            assert [type(result) for result in results] == [type(None), LostLease]
            ended, held = [await store.job("default", each.job.case_id) for each in (gone, stays)]
            assert ended is not None
            assert held is not None
            assert (ended.state, ended.reason, ended.trace_id) == (JobState.CANCELLED, "its case was erased", "")
            assert (held.state, held.token) == (JobState.LEASED, stays.lease.token)
            with pytest.raises(LostLease):
                await store.end(gone.lease, Over("twice"))

    async def test_calls_of_a_job_that_is_given_back_are_not_left_open(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store)
            reserved = await store.reserve(an_intent(), NO_CAPS)
            assert isinstance(reserved, Reserved)
            await store.give_back(claimed.lease, Again(0.0, "the database was away"))
            assert [call.state for call in await store.calls("case-1")] == [CallState.IN_DOUBT]

    # Whose turn it is

    async def test_a_small_tenant_does_not_wait_behind_a_large_one(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit(cases(50, "large", "large"), Lane.BATCH)
            assert len(await store.claim("me", 10, LONG)) == 10
            await store.submit(cases(3, "small", "small"), Lane.BATCH)
            next_ones = ids(await store.claim("me", 6, LONG))
            assert len([i for i in next_ones if i.startswith("small")]) == 3

    async def test_a_tenant_that_was_quiet_has_saved_up_no_turns(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit(cases(30, "busy", "busy"), Lane.BATCH)
            await store.claim("me", 30, LONG)
            await store.submit(cases(10, "quiet", "quiet"), Lane.BATCH)
            await store.submit(cases(10, "again", "busy"), Lane.BATCH)
            next_ones = Counter(i.split("-")[0] for i in ids(await store.claim("me", 10, LONG)))
            assert next_ones == {"quiet": 5, "again": 5}

    async def test_a_lookup_overtakes_a_batch_and_the_batch_goes_on(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit(cases(60, "batch"), Lane.BATCH)
            await store.claim("me", 5, LONG)
            await store.submit(cases(60, "lookup"), Lane.INTERACTIVE)
            assert ids(await store.claim("me", 1, LONG)) == ["lookup-000"]
            next_ones = await store.claim("me", 36, LONG)
            in_order = [each.job.lane for each in next_ones]
            assert in_order == sorted(in_order, key=list(Lane).index)
            shares = Counter(i.split("-")[0] for i in ids(next_ones))
            assert shares["lookup"] > 7 * shares["batch"] > 0

    async def test_a_worker_may_ask_for_some_lanes_only(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit(cases(2, "batch"), Lane.BATCH)
            await store.submit(cases(2, "lookup"), Lane.INTERACTIVE)
            claimed = await store.claim("me", 9, LONG, lanes=[Lane.INTERACTIVE])
            assert ids(claimed) == ["lookup-000", "lookup-001"]

    # Workers that die

    async def test_a_heartbeat_keeps_the_lease(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store, BRIEF)
            (renewed,) = await store.renew("me", [claimed.lease], LONG)
            assert renewed == replace(claimed.lease, until=renewed.until)
            await asyncio.sleep(2 * BRIEF)
            assert await store.sweep() == Swept()
            await store.keep([replace(_done(claimed), lease=renewed)])

    async def test_a_lost_worker_can_write_nothing_more(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store, BRIEF)
            await asyncio.sleep(2 * BRIEF)
            assert await store.sweep() == Swept(taken_back=1)
            assert not await store.renew("me", [claimed.lease], LONG)
            with pytest.raises(LostLease):
                await store.keep([_done(claimed)])
            with pytest.raises(LostLease):
                await store.give_back(claimed.lease, Again(0.0, "too late"))
            assert await store.trace("trace-1") is None
            (again,) = await store.claim("me", 1, LONG)
            assert (again.job.deaths, again.lease.token > claimed.lease.token) == (1, True)
            with pytest.raises(LostLease):
                await store.keep([_done(claimed)])
            await store.keep([_done(again)])

    async def test_one_lost_lease_does_not_stop_the_others(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit(cases(2), Lane.BATCH)
            lost, held = await store.claim("me", 2, LONG)
            lost = replace(lost, lease=replace(lost.lease, token=lost.lease.token + 1))
            keeping = store.keep([_done(lost, "trace-1")]), store.keep([_done(held, "trace-2")])
            results = await asyncio.gather(*keeping, return_exceptions=True)
            assert [type(result) for result in results] == [LostLease, type(None)]
            assert await store.trace("trace-2") is not None

    async def test_a_dead_workers_calls_are_booked_or_in_doubt(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await _claim_one(store, BRIEF)
            await store.submit([a_case("other")], Lane.BATCH)
            sent, answered, others = [
                reserved.call
                for n, case_id in enumerate(["case-1", "case-1", "other"])
                if isinstance(
                    reserved := await store.reserve(an_intent(f"c{n}", b"%d" % n, case_id=case_id), NO_CAPS), Reserved
                )
            ]
            await store.keep_reply(answered, REPLY)
            await asyncio.sleep(2 * BRIEF)
            assert await store.sweep() == Swept(taken_back=1)
            states = {call.call_id: call.state for call in await store.calls("case-1")}
            assert states == {sent.call_id: CallState.IN_DOUBT, answered.call_id: CallState.SETTLED}
            with pytest.raises(LostLease):
                await store.keep_reply(sent, REPLY)
            assert [call.state for call in await store.calls("other")] == [others.state]

    async def test_a_start_recovers_what_nobody_holds_and_leaves_living_workers_alone(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store, self.connect(tmp_path) as starting:
            await _claim_one(store)
            await store.accept([a_case("no job")])
            await store.submit([a_case("waiting")], Lane.BATCH)
            for case_id in ("case-1", "no job", "waiting"):
                assert isinstance(
                    await store.reserve(an_intent(case_id, case_id.encode(), case_id=case_id), NO_CAPS), Reserved
                )
            assert await starting.recover(NOW) == 0, "it is not that old"
            assert await starting.recover(NOW + timedelta(hours=1)) == 2
            states = [(await store.calls(case_id))[0].state for case_id in ("case-1", "no job", "waiting")]
            assert states == [CallState.SENT, CallState.IN_DOUBT, CallState.IN_DOUBT]

    async def test_what_a_late_worker_left_under_way_is_disowned_by_the_next(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            late = await _claim_one(store, BRIEF)
            await asyncio.sleep(2 * BRIEF)
            await store.sweep()
            (mine,) = await store.claim("me", 1, LONG)
            calls = []
            for name in ("answered", "sent"):  # the late one does not know yet
                reserved = await store.reserve(an_intent(name, name.encode()), NO_CAPS)
                assert isinstance(reserved, Reserved)
                calls.append(reserved.call)
            calls[0] = await store.keep_reply(calls[0], REPLY)
            for call in calls:
                with pytest.raises(LostLease):
                    await store.disown(late.lease, call)
                await store.disown(mine.lease, call)
                await store.disown(mine.lease, call)
            states = {call.call_id: call.state for call in await store.calls("case-1")}
            assert states == {"answered": CallState.SETTLED, "sent": CallState.IN_DOUBT}
            with pytest.raises(LostLease):
                await store.keep_reply(calls[1], REPLY)

    async def test_a_job_that_kills_its_workers_is_put_aside(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit([a_case("poison"), a_case("good")], Lane.BATCH)
            for swept in (Swept(taken_back=1), Swept(taken_back=1, suspects=True), Swept(quarantined=1)):
                suspects = swept.quarantined == 1
                (claimed,) = await store.claim("me", 1, BRIEF, suspects=suspects)
                assert claimed.job.case_id == "poison"
                await asyncio.sleep(2 * BRIEF)
                assert await store.sweep() == swept
            assert ids(await store.claim("me", 9, LONG)) == ["good"]
            assert not await store.claim("me", 9, LONG, suspects=True)
            assert [job.case_id for job in await store.quarantined("default")] == ["poison"]
            assert not await store.quarantined("another tenant")
            assert await store.readmit("default", "poison")
            assert not await store.readmit("default", "poison")
            assert ids(await store.claim("me", 9, LONG)) == ["poison"]

    async def test_a_worker_that_ends_in_good_order_leaves_its_jobs_to_others(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store)
            await store.leave("me")
            (again,) = await store.claim("another", 1, LONG)
            assert (again.job.case_id, again.job.deaths) == (claimed.job.case_id, 0)
            with pytest.raises(LostLease):
                await store.keep([_done(claimed)])

    # Cancelling

    async def test_a_cancelled_job_is_not_claimed(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.submit([a_case("case-1")], Lane.BATCH)
            assert not await store.cancel("another tenant", "case-1")
            assert await store.cancel("default", "case-1")
            assert not await store.cancel("default", "case-1")
            assert not await store.claim("me", 9, LONG)

    async def test_a_cancelled_lease_is_not_renewed_and_its_trace_is_kept(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            claimed = await _claim_one(store)
            assert await store.cancel("default", "case-1")
            assert not await store.renew("me", [claimed.lease], LONG)
            await store.keep([replace(_done(claimed), again=Again(0.0, "acme is dark", ("acme",)))])
            job = await store.job("default", "case-1")
            assert job is not None
            assert (job.state, job.trace_id) == (JobState.CANCELLED, "trace-1")
            assert await store.trace("trace-1") is not None

    async def test_a_cancelled_job_whose_worker_dies_stays_cancelled(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await _claim_one(store, BRIEF)
            await store.cancel("default", "case-1")
            await asyncio.sleep(2 * BRIEF)
            await store.sweep()
            job = await store.job("default", "case-1")
            assert job is not None
            assert job.state is JobState.CANCELLED
            assert not await store.claim("me", 9, LONG)

    async def test_money_spent_by_a_dead_worker_is_not_spent_again(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await _claim_one(store, BRIEF)
            reserved = await store.reserve(an_intent(price=Decimal("0.25")), NO_CAPS)
            assert isinstance(reserved, Reserved)
            await asyncio.sleep(2 * BRIEF)
            await store.sweep()
            assert not isinstance(await store.reserve(an_intent("call-2"), NO_CAPS), Reserved)


async def _claim_one(store: Store, seconds: float = LONG) -> Claimed:
    await store.submit([a_case("case-1")], Lane.BATCH)
    (claimed,) = await store.claim("me", 1, seconds)
    return claimed


def _done(claimed: Claimed, trace_id: str = "trace-1") -> Evidenced:
    return replace(a_result(trace_id, a_case(claimed.job.case_id)), lease=claimed.lease)
