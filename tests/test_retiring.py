"""A sign of where the consumer is that misleads: retired by a supervisor, and judged again without it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from skiptrace.contacting import may_use
from skiptrace.delivering import Relay
from skiptrace.errors import BadInput, PolicyRefused
from skiptrace.following import FollowUp
from skiptrace.model import (
    Address,
    AddressSighting,
    Answer,
    Channel,
    Contact,
    ContactKind,
    ContactStatus,
    EventKind,
    PartialDate,
    Trace,
)
from skiptrace.model.delivery import FOLLOW_UP
from skiptrace.ports import SinkEntry
from skiptrace.retiring import Retirement, judge_without_retired, retire
from skiptrace.stores import SqlStore
from skiptrace.tracing import App, trace
from tests import builders as build
from tests.builders import FixedClock
from tests.test_retracting import events
from tests.test_tracing import OWN, app_of

HONOLULU = Address("1200 Ala Moana Blvd", "", "Honolulu", "HI", "96814")
TWO_HOMES = replace(
    OWN, addresses=(*OWN.addresses, AddressSighting(HONOLULU, PartialDate(2025), PartialDate(2026, 10)))
)


async def traced(store: SqlStore, clock: FixedClock) -> tuple[App, Trace]:
    app, _ = app_of(store, clock, ("acme", (Answer((TWO_HOMES,)),)))
    names = itertools.count(1)
    app = replace(app, new_id=lambda: f"id-{next(names)}", history=store.history)
    case = build.case()
    await store.outbox.register([SinkEntry("platform", "webhook")])
    await store.accept([case])
    return app, await trace(case, app)


def home(found: Trace, address: Address = HONOLULU) -> Contact:
    return next(c for c in found.contacts if c.address == address)


def number(found: Trace) -> Contact:
    return next(c for c in found.contacts if c.kind is ContactKind.PHONE)


def told(found: Trace) -> set[str]:
    return {c.value for c in found.contacts if c.status is not ContactStatus.SUPPRESSED}


def wanted(contact_id: str, role: str = "supervisor") -> Retirement:
    return Retirement(contact_id, role, "sold_in_march", "sue")


async def zones(found: Trace, app: App, clock: FixedClock) -> set[str]:
    answer = await may_use(found, number(found), Channel.VOICE_MANUAL, clock.now(), store=app.store, rules=app.rules)
    return {zone for evidence in answer.evidence for zone in evidence.zones}


async def test_a_retired_address_counts_for_no_hour_and_no_score_and_is_taken_back(
    store: SqlStore, clock: FixedClock
) -> None:
    app, first = await traced(store, clock)
    assert "Pacific/Honolulu" in await zones(first, app, clock)
    assert HONOLULU.text in {c.address.text for c in first.contacts if c.address}
    await retire(wanted(home(first).contact_id), first, app)
    [revised] = await judge_without_retired("default", "A-1", app)
    second = await store.trace(revised.trace_id)

    assert second is not None
    assert not [c for c in second.contacts if c.address == HONOLULU]
    assert home(first).value not in told(second)
    assert "Pacific/Honolulu" not in await zones(first, app, clock)
    assert "Pacific/Honolulu" not in await zones(second, app, clock)
    assert await judge_without_retired("default", "A-1", app) == [], "once"
    assert (EventKind.CONTACT_RETRACTED, first.trace_id, home(first).contact_id) in await events(store)


async def test_the_worker_judges_again_what_somebody_retired_over_http(store: SqlStore, clock: FixedClock) -> None:
    app, first = await traced(store, clock)
    follow_up = FollowUp(app, None)
    await store.outbox.register([follow_up.entry])
    await retire(wanted(home(first).contact_id), first, app)
    await Relay(store, {FOLLOW_UP: follow_up}, clock, lambda: 0.0).run_once()
    [newest] = await store.newest_of_cases("default", "A-1")
    second = await store.trace(newest)

    assert second is not None
    assert second.replaces == first.trace_id
    assert home(first).value not in told(second)


async def test_it_comes_back_for_the_hours_after_thirty_days(store: SqlStore, clock: FixedClock) -> None:
    app, first = await traced(store, clock)
    await retire(wanted(home(first).contact_id), first, app)
    clock.at += timedelta(days=31)

    assert "Pacific/Honolulu" in await zones(first, app, clock)


async def test_of_a_number_only_the_area_code_is_retired(store: SqlStore, clock: FixedClock) -> None:
    app, first = await traced(store, clock)
    answer = await may_use(first, number(first), Channel.VOICE_MANUAL, clock.now(), store=store, rules=app.rules)
    assert "phone" in {e.source for e in answer.evidence}
    await retire(wanted(number(first).contact_id), first, app)
    answer = await may_use(first, number(first), Channel.VOICE_MANUAL, clock.now(), store=store, rules=app.rules)

    assert "phone" not in {e.source for e in answer.evidence}
    assert await judge_without_retired("default", "A-1", app) == [], "the number itself is as good as it was"


async def test_an_operator_may_not_and_nobody_may_for_longer_than_thirty_days(
    store: SqlStore, clock: FixedClock
) -> None:
    app, first = await traced(store, clock)
    with pytest.raises(PolicyRefused, match="override level is supervisor"):
        await retire(wanted(home(first).contact_id, "operator"), first, app)
    too_long = replace(wanted(home(first).contact_id), until=clock.now().date() + timedelta(days=31))
    with pytest.raises(PolicyRefused, match="more than 30 days"):
        await retire(too_long, first, app)
    with pytest.raises(BadInput, match="not an address or number"):
        await retire(wanted("nobody.1"), first, app)
    assert not await store.history(build.case())


async def test_the_audit_trail_says_who_retired_what_and_why(store: SqlStore, clock: FixedClock) -> None:
    app, first = await traced(store, clock)
    await retire(wanted(home(first).contact_id), first, app)
    about = [row.event for row in await store.audit.about(["A-1"])]
    [row] = [event for event in about if event.event == "evidence.retired"]

    assert (row.about, row.actor) == ("A-1", "sue")
    assert row.detail.split()[:3] == ["address", "supervisor", "sold_in_march"]
    assert HONOLULU.line not in row.detail
