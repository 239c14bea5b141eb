"""A held trace goes on by itself once it is released, or the fact changed that held it; nothing is bought twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from skiptrace.delivering import Relay
from skiptrace.following import FollowUp
from skiptrace.jobs.tracing_jobs import tracing_jobs
from skiptrace.model import (
    AccountFact,
    AccountStated,
    Answer,
    Case,
    ConsumerEvent,
    Fact,
    JobState,
    Lane,
    StopReason,
    Trace,
)
from skiptrace.model.delivery import FOLLOW_UP
from skiptrace.purchase import UNLIMITED
from skiptrace.resuming import resume_held
from skiptrace.reviewing import Word, review
from skiptrace.stores import SqlStore
from skiptrace.tracing import App
from tests import builders as build
from tests.builders import FixedClock
from tests.scripted import Scripted
from tests.test_tracing import OWN, app_of

MAYBE_BANKRUPT = replace(OWN, ssn="", ssn4="", bankrupt=Fact.YES)
LEGAL = {"role": "legal", "document": "memo-7"}


class Desk:
    """A worker that does what is queued, and the relay that follows up."""

    def __init__(self, app: App, providers: dict[str, Scripted], clock: FixedClock) -> None:
        self.app, self.providers, self.clock = app, providers, clock
        self.follow_up = FollowUp(app, None)
        self.relay = Relay(app.store, {FOLLOW_UP: self.follow_up}, clock, lambda: 0.0)

    async def submit(self, case: Case) -> Trace:
        await self.app.store.outbox.register([self.follow_up.entry])
        await self.app.store.submit([case], Lane.STANDARD)
        [done] = await self.work()
        return done

    async def work(self) -> Sequence[Trace]:
        """Everything that is queued, traced and ended."""
        done = []
        for claimed in await self.app.store.claim("w", 10, 60):
            evidenced = await tracing_jobs(self.app)(claimed, UNLIMITED)
            await self.app.store.keep([replace(evidenced, lease=claimed.lease)])  # type: ignore[type-var]
            done.append(evidenced.trace)  # type: ignore[union-attr]
        return done

    async def said(self, trace: Trace, rule_id: str, role: str = "supervisor", document: str = "") -> None:
        self.clock.at += timedelta(minutes=1)
        await review(Word((rule_id,), True, role, "seen", "sue", document=document), trace, self.app)
        await self.relay.run_once()

    async def stated(self, **facts: Fact) -> None:
        self.clock.at += timedelta(minutes=1)
        what = AccountStated(facts=tuple((AccountFact(name), fact) for name, fact in facts.items()))
        event = ConsumerEvent(f"e-{self.clock.at}", "default", "A-1", self.clock.at, "platform", what)
        await self.app.store.record_events([event])
        await self.relay.run_once()

    async def state(self) -> JobState:
        job = await self.app.store.job("default", "case-1")
        assert job is not None
        return job.state


def desk(store: SqlStore, clock: FixedClock, *answers: tuple[str, tuple[Answer, ...]]) -> Desk:
    app, providers = app_of(store, clock, *answers)
    names = itertools.count(1)
    return Desk(replace(app, new_id=lambda: f"id-{next(names)}", history=store.history), providers, clock)


def disputed(**changes: object) -> Case:
    made = build.case(**changes)
    return replace(made, account=replace(made.account, facts={AccountFact.DISPUTE: Fact.YES}))


async def test_a_released_case_is_queued_again_by_itself_and_ends(store: SqlStore, clock: FixedClock) -> None:
    here = desk(store, clock, ("acme", (Answer((OWN,)),)))
    held = await here.submit(disputed())
    assert (held.stop, await here.state()) == (StopReason.HELD, JobState.DONE)
    await here.said(held, "X-08")
    assert await here.state() is JobState.QUEUED
    [again] = await here.work()

    assert again.stop is not StopReason.HELD
    assert again.contacts
    assert here.providers["acme"].sent == 1


async def test_t25_the_job_resumes_when_the_verification_was_sent(store: SqlStore, clock: FixedClock) -> None:
    here = desk(store, clock, ("acme", (Answer((OWN,)),)))
    assert (await here.submit(disputed())).stop is StopReason.HELD
    await here.stated(commercial=Fact.NO)
    assert await here.state() is JobState.DONE, "what holds it has not changed"
    await here.stated(verification_sent=Fact.YES)
    [again] = await here.work()

    assert again.stop is not StopReason.HELD


async def test_what_was_bought_before_the_hold_is_not_bought_again(store: SqlStore, clock: FixedClock) -> None:
    here = desk(store, clock, ("acme", (Answer((MAYBE_BANKRUPT,)),)), ("zenith", (Answer((OWN,)),)))
    held = await here.submit(build.case())
    assert (held.stop, here.providers["acme"].sent, here.providers["zenith"].sent) == (StopReason.HELD, 1, 0)
    clock.at += timedelta(days=400)  # longer than any answer stays fresh for another case
    await here.said(held, "X-03", **LEGAL)
    [again] = await here.work()

    assert again.stop is not StopReason.HELD
    assert here.providers["acme"].sent == 1
    assert again.steps[0].cost == Decimal(0)
    assert again.steps[0].call_id == held.steps[0].call_id


async def test_a_second_word_and_a_repeated_delivery_queue_it_once(store: SqlStore, clock: FixedClock) -> None:
    here = desk(store, clock, ("acme", (Answer((OWN,)),)))
    held = await here.submit(disputed())
    await here.said(held, "X-08")
    assert await resume_held("default", "A-1", here.app) == 0, "it waits already"
    assert len(await here.work()) == 1
    assert await resume_held("default", "A-1", here.app) == 0, "nothing held the newest trace"
    assert await here.work() == []


async def test_a_rejected_and_a_refused_case_stay_where_they_are(store: SqlStore, clock: FixedClock) -> None:
    here = desk(store, clock, ("acme", (Answer((OWN,)),)))
    held = await here.submit(disputed())
    await review(Word(("X-08",), False, "supervisor", "seen", "sue"), held, here.app)
    await here.relay.run_once()
    assert await here.state() is JobState.DONE
    await here.stated(verification_sent=Fact.YES, cease=Fact.YES)

    assert await here.state() is JobState.DONE, "another rule refuses it by now"


async def test_a_held_row_of_a_batch_is_not_released_by_anybodys_word(store: SqlStore, clock: FixedClock) -> None:
    here = desk(store, clock, ("acme", (Answer((OWN,)),)))
    held = await here.submit(disputed(batch_id="b-1"))
    await here.said(held, "X-08")

    assert await here.state() is JobState.DONE
