"""A hold, somebody's look at it, and what follows for the next search and the next use; on a real store."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from skiptrace.access import Principal, Role
from skiptrace.contacting import may_use
from skiptrace.errors import PolicyRefused
from skiptrace.model import (
    Address,
    AddressSighting,
    Answer,
    Case,
    Channel,
    Contact,
    Effect,
    PartialDate,
    Purpose,
    StopReason,
    Trace,
)
from skiptrace.reporting.explaining import reviews_told
from skiptrace.reviewing import Word, review, waiting
from skiptrace.stores import SqlStore
from skiptrace.tracing import App, trace
from tests import builders as build
from tests.builders import FixedClock
from tests.test_tracing import OWN, app_of

WARD = Address("Mercy Hospital 500 Oak St", "", "Dallas", "TX", "75201")
PATIENT = replace(OWN, addresses=(*OWN.addresses[:1], AddressSighting(WARD, PartialDate(2024), PartialDate(2026, 10))))
FRAUD = Purpose("FCRA_COLLECT", "GLBA_FRAUD", certified_by="Jane Sample", certified_at=build.NOW)


def app_for(store: SqlStore, clock: FixedClock) -> App:
    app, _ = app_of(store, clock, ("acme", (Answer((PATIENT,)), Answer((PATIENT,)))))
    names = itertools.count(1)
    return replace(app, new_id=lambda: f"id-{next(names)}")


async def traced(app: App, case: Case) -> Trace:
    await app.store.accept([case])
    return await trace(case, app)


def ward_of(done: Trace) -> Contact:
    return next(c for c in done.contacts if c.address == WARD)


def looked(contact_id: str = "", rule_id: str = "Q-18", *, released: bool = True, **more: str) -> Word:
    role = more.pop("role", "supervisor")
    return Word((rule_id,), released, role, "seen", "sue", contact_id, None, more.pop("document", ""))


async def test_a_contact_is_held_until_somebody_has_looked_and_then_open_for_use(
    store: SqlStore, clock: FixedClock
) -> None:
    app = app_for(store, clock)
    done = await traced(app, build.case())
    ward = ward_of(done)

    async def usable() -> bool:
        answer = await may_use(done, ward, Channel.MAIL, clock.now(), store=store, rules=app.rules)
        return not any("Q-18" in reason for reason in answer.reasons)

    assert not ward.grants
    assert ("Q-18", ward.contact_id) in {(held.rule_id, held.contact_id) for held in await waiting(done, app)}
    assert not await usable()
    await review(looked(ward.contact_id), done, app)
    assert ("Q-18", ward.contact_id) not in {(held.rule_id, held.contact_id) for held in await waiting(done, app)}
    assert await usable()
    clock.at += timedelta(days=31)
    assert not await usable(), "a release ends by itself"


async def test_an_old_trace_is_released_from_the_day_of_the_look(store: SqlStore, clock: FixedClock) -> None:
    app = app_for(store, clock)
    done = await traced(app, build.case())
    ward = ward_of(done)
    clock.at += timedelta(days=100)
    await review(looked(ward.contact_id), done, app)

    assert ("Q-18", ward.contact_id) not in {(held.rule_id, held.contact_id) for held in await waiting(done, app)}
    clock.at += timedelta(days=31)
    assert ("Q-18", ward.contact_id) in {(held.rule_id, held.contact_id) for held in await waiting(done, app)}


async def test_a_case_of_yesterday_is_released_by_todays_word(store: SqlStore, clock: FixedClock) -> None:
    app = app_for(store, clock)
    held = await traced(app, build.case(purpose=FRAUD))
    clock.at += timedelta(days=1)
    await review(looked(rule_id="A-01", role="legal", document="memo-7"), held, app)

    assert (await traced(app, build.case(case_id="case-2", purpose=FRAUD))).stop is not StopReason.HELD


async def test_the_next_search_knows_it_and_why_tells_it(store: SqlStore, clock: FixedClock) -> None:
    app = app_for(store, clock)
    first = await traced(app, build.case())
    await review(looked(ward_of(first).contact_id), first, app)
    again = await traced(app, build.case(case_id="case-2"))

    [decision] = [d for d in again.decisions if (d.rule_id, d.about) == ("Q-18", ward_of(again).contact_id)]
    assert decision.effect is Effect.NOTE
    assert "released by supervisor (seen)" in decision.reason
    [told] = await reviews_told(store, again)
    assert (told["by"], told["verdict"], told["contact_id"]) == ("sue", "released", ward_of(again).contact_id)


async def test_a_rejected_contact_is_denied_in_the_next_search(store: SqlStore, clock: FixedClock) -> None:
    app = app_for(store, clock)
    first = await traced(app, build.case())
    await review(looked(ward_of(first).contact_id, released=False), first, app)
    again = await traced(app, build.case(case_id="case-2"))

    assert any("rejected by supervisor (seen)" in note for note in ward_of(again).notes)


async def test_a_search_under_a_purpose_for_special_cases_waits_for_counsel(store: SqlStore, clock: FixedClock) -> None:
    app = app_for(store, clock)
    held = await traced(app, build.case(purpose=FRAUD))
    assert (held.stop, held.cost) == (StopReason.HELD, 0)
    assert ("A-01", "counsel") in {(h.rule_id, h.level) for h in await waiting(held, app)}

    with pytest.raises(PolicyRefused, match="review level is counsel"):
        await review(looked(rule_id="A-01"), held, app)
    await review(looked(rule_id="A-01", role="legal", document="memo-7"), held, app)

    assert (await traced(app, build.case(case_id="case-2", purpose=FRAUD))).stop is not StopReason.HELD


async def test_a_word_on_a_rule_that_holds_nothing_is_refused_and_nothing_is_kept(
    store: SqlStore, clock: FixedClock
) -> None:
    app = app_for(store, clock)
    done = await traced(app, build.case())
    both = replace(looked(ward_of(done).contact_id), rule_ids=("Q-18", "Q-19"))

    with pytest.raises(PolicyRefused, match="Q-19: the rule holds nothing here"):
        await review(both, done, app)
    assert not await store.history(build.case())


async def test_the_list_of_the_newest_names_traces_in_which_a_rule_held(store: SqlStore, clock: FixedClock) -> None:
    app = app_for(store, clock)
    done = await traced(app, build.case())
    operator = Principal("op", done.tenant, Role.OPERATOR)

    assert list(await store.access.to_review(operator, clock.now(), "Q-18")) == [done.trace_id]
    assert list(await store.access.to_review(operator, clock.now(), "Q-19")) == []
    assert list(await store.access.to_review(replace(operator, tenant="other"), clock.now())) == []
