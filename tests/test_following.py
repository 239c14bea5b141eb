"""From an outcome or a report to a retraction and a queued trace, through the outbox, on a real store."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from skiptrace.compliance.history import AccountStated, ConsumerEvent
from skiptrace.delivering import Relay
from skiptrace.following import FollowUp, plan, record, submit_due
from skiptrace.model import Answer, ContactKind, ContactStatus, Lane, Outcome, OutcomeKind, Trace
from skiptrace.model.delivery import FOLLOW_UP
from skiptrace.ports import Reported
from skiptrace.scheduling import Happening, load_policy
from skiptrace.stores import SqlStore
from skiptrace.tracing import App, trace
from tests import builders as build
from tests.builders import FixedClock
from tests.test_tracing import OWN, app_of

POLICY = load_policy()


class World:
    """One traced account, and the relay that follows up on it."""

    def __init__(self, app: App, first: Trace, clock: FixedClock, relay: Relay) -> None:
        self.app, self.first, self.clock, self.relay = app, first, clock, relay
        self.numbers = itertools.count(1)

    async def outcome(self, kind: OutcomeKind, *kinds: ContactKind) -> None:
        """The same outcome for all good contacts of these kinds."""
        for contact in self.first.contacts:
            if contact.kind in kinds and contact.status is not ContactStatus.SUPPRESSED:
                name, at = f"o{next(self.numbers)}", self.clock.now()
                outcome = Outcome(name, self.first.trace_id, contact.contact_id, kind, at, "dialer")
                await self.app.store.record_outcome(outcome)

    async def reported(self, what: Happening, name: str = "r1") -> bool:
        happened = Reported(name, "default", "A-1", what, self.clock.now(), "platform")
        return await record([happened], self.app.store) == 1


@pytest.fixture
async def world(store: SqlStore, clock: FixedClock) -> World:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN,)),)))
    names = itertools.count(1)
    app = replace(app, new_id=lambda: f"trace-{next(names)}", history=store.history)
    await store.accept([build.case()])
    follow_up = FollowUp(app, POLICY)
    await store.outbox.register([follow_up.entry])
    first = await trace(build.case(), app)
    relay = Relay(store, {FOLLOW_UP: follow_up}, clock, lambda: 0.0)
    await relay.run_once()
    return World(app, first, clock, relay)


async def due(world: World) -> tuple[timedelta, str] | None:
    plans = await world.app.store.schedule.plans("default", 10)
    return (plans[0].due.at - world.first.finished_at, plans[0].due.reason) if plans else None


async def test_a_finished_trace_is_planned_by_its_clock(world: World) -> None:
    assert await due(world) == (timedelta(days=120), "120 days after a trace that stands at usable")


async def test_a_lost_contact_is_taken_back_and_due_at_once(world: World) -> None:
    world.clock.at += timedelta(days=10)
    await world.outcome(OutcomeKind.DISCONNECTED, ContactKind.PHONE)
    await world.outcome(OutcomeKind.RETURNED_MAIL, ContactKind.ADDRESS)
    await world.relay.run_once()
    assert await due(world) == (timedelta(days=10), "disconnected")
    [newest] = await world.app.store.newest_of_cases("default", "A-1")
    revised = await world.app.store.trace(newest)
    assert revised is not None
    assert all(contact.status is ContactStatus.SUPPRESSED for contact in revised.contacts)


async def test_what_is_due_is_queued_once_with_its_reason_lane_and_budget(world: World) -> None:
    world.clock.at += timedelta(days=10)
    await world.outcome(OutcomeKind.RETURNED_MAIL, ContactKind.ADDRESS)
    await world.relay.run_once()
    assert await submit_due(world.app, POLICY) == 1
    store = world.app.store
    [(_, at)] = await store.schedule.traced("default", "A-1")
    assert at == world.first.finished_at
    assert await store.schedule.plans("default", 10) == []
    [claimed] = await store.claim("w", 10, 60)
    assert claimed.job.lane is Lane.STANDARD
    case = await store.case(claimed.job.case_id)
    assert case is not None
    assert (case.requester, case.budget) == ("schedule", Decimal("1.50"))
    assert case.account.account_id == "A-1"
    assert case.as_of == world.clock.at.date()
    assert case.case_id != world.first.case_id


async def test_a_process_that_died_between_queueing_and_noting_it_queues_the_same_case(world: World) -> None:
    world.clock.at += timedelta(days=121)
    [planned] = await world.app.store.schedule.due(world.clock.at, 10)
    assert await submit_due(world.app, POLICY) == 1
    await world.app.store.schedule.plan("default", "A-1", planned)
    assert await submit_due(world.app, POLICY) == 0
    assert len(await world.app.store.claim("w", 10, 60)) == 1


async def test_an_account_that_was_stopped_meanwhile_is_left_out(world: World) -> None:
    stated = AccountStated(state="bankrupt")
    event = ConsumerEvent("e1", "default", "A-1", world.clock.at, "platform", stated)
    await world.app.store.record_events([event])
    world.clock.at += timedelta(days=121)
    assert await submit_due(world.app, POLICY) == 0
    assert await world.app.store.schedule.plans("default", 10) == []
    assert await plan("default", "A-1", world.app, POLICY) is None


async def test_t46_a_report_counts_once(world: World) -> None:
    world.clock.at += timedelta(days=10)
    assert await world.reported(Happening.RETURNED_MAIL)
    assert not await world.reported(Happening.RETURNED_MAIL)
    await world.relay.run_once()
    assert await submit_due(world.app, POLICY) == 1


async def test_reaching_the_right_party_puts_the_next_trace_off(world: World) -> None:
    await world.outcome(OutcomeKind.RIGHT_PARTY, ContactKind.PHONE)
    await world.relay.run_once()
    assert await due(world) == (timedelta(days=365), "365 days after a trace that stands at reached")


async def test_without_a_schedule_bad_contacts_are_taken_back_and_nothing_is_traced(world: World) -> None:
    follow_up = FollowUp(world.app, None)
    await world.app.store.outbox.register([follow_up.entry])
    await world.app.store.schedule.plan("default", "A-1", None)
    await world.outcome(OutcomeKind.WRONG_PARTY, ContactKind.PHONE, ContactKind.ADDRESS)
    relay = Relay(world.app.store, {FOLLOW_UP: follow_up}, world.clock, lambda: 0.0, chores=(follow_up.submit_due,))
    world.clock.at += timedelta(days=400)
    await relay.run_once()
    assert await world.app.store.newest_of_cases("default", "A-1") != [world.first.trace_id]
    assert await world.app.store.claim("w", 10, 60) == ()
