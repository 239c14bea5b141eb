"""Leave to ask a third party: once, recorded before it is shown, and known on every account of the consumer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from skiptrace.contacting import SAY, ask_third_party
from skiptrace.errors import BadInput, PolicyRefused
from skiptrace.model import (
    AccountFact,
    AccountStated,
    Answer,
    ConsumerEvent,
    Contact,
    Effect,
    Fact,
    Name,
    PartialDate,
    Party,
    PhoneSighting,
    SearchKind,
    SourceRecord,
    ThirdPartyAsked,
    Trace,
)
from skiptrace.reviewing import Word, review
from skiptrace.stores import SqlStore
from skiptrace.tracing import App
from tests import builders as build
from tests.builders import FixedClock
from tests.test_tracing import OWN, app_of, run

SISTER = SourceRecord(
    record_id="r2",
    provider="acme",
    names=(Name("Dolores", "", "Okafor"),),
    phones=(PhoneSighting("5125550188", last_seen=PartialDate(2026)),),
    relation="relative",
)


async def traced(store: SqlStore, clock: FixedClock) -> tuple[Trace, App]:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN, SISTER)),)))
    return await run(app, build.case()), app


def sister(trace: Trace) -> Contact:
    return next(c for c in trace.third_party_contacts if c.party is Party.RELATIVE)


async def test_leave_is_given_once_and_recorded(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    first = await ask_third_party(trace, sister(trace), app, by="jane")
    again = await ask_third_party(trace, sister(trace), app, by="jane")
    assert first.token_id
    assert (again.token_id, again.verdict.effect) == ("", Effect.REFUSE)
    [event] = await store.history(build.case())
    assert (event.event_id, event.reported_by) == (first.token_id, "jane")


async def test_a_second_time_needs_one_of_the_rules_reasons_and_a_supervisor(
    store: SqlStore, clock: FixedClock
) -> None:
    trace, app = await traced(store, clock)
    app = replace(app, new_id=lambda: uuid4().hex)
    await ask_third_party(trace, sister(trace), app, by="jane")

    async def release(reason: str, role: str = "supervisor") -> None:
        clock.at += timedelta(minutes=1)
        await review(Word(("B-03",), True, role, reason, "sue", sister(trace).contact_id), trace, app)

    with pytest.raises(BadInput, match="asked_by_third_party, first_answer_wrong"):
        await release("we_want_to")
    with pytest.raises(PolicyRefused, match="review level is supervisor"):
        await release("first_answer_wrong", role="operator")
    await release("first_answer_wrong")
    clock.at += timedelta(minutes=1)
    again = await ask_third_party(trace, sister(trace), app, by="jane")
    assert (bool(again.token_id), again.verdict.effect) == (True, Effect.NOTE)
    assert "released by supervisor (first_answer_wrong)" in again.verdict.why
    [first, _, second] = [e.what for e in await store.history(build.case())]
    assert isinstance(first, ThirdPartyAsked)
    assert isinstance(second, ThirdPartyAsked)
    assert (first.reason, second.reason) == ("", "first_answer_wrong")


async def test_each_release_serves_for_one_more_time(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    app = replace(app, new_id=lambda: uuid4().hex)
    released = Word(("B-03",), True, "supervisor", "asked_by_third_party", "sue", sister(trace).contact_id)
    leave = []
    for word in (None, released, None):
        clock.at += timedelta(minutes=1)
        if word:
            await review(word, trace, app)
            clock.at += timedelta(minutes=1)
        leave.append(bool((await ask_third_party(trace, sister(trace), app, by="jane")).token_id))

    assert leave == [True, True, False]


async def test_a_release_that_ended_serves_for_nothing(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    app = replace(app, new_id=lambda: uuid4().hex)
    await ask_third_party(trace, sister(trace), app, by="jane")
    clock.at += timedelta(minutes=1)
    await review(Word(("B-03",), True, "supervisor", "first_answer_wrong", "sue", sister(trace).contact_id), trace, app)
    clock.at += timedelta(days=31)

    assert not (await ask_third_party(trace, sister(trace), app, by="jane")).token_id


async def test_a_release_before_anybody_was_asked_is_refused(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    early = Word(("B-03",), True, "supervisor", "asked_by_third_party", "sue", sister(trace).contact_id)

    with pytest.raises(PolicyRefused, match="holds nothing here"):
        await review(early, trace, app)


async def test_the_trail_says_who_asked_whom_again_and_why_without_the_number(
    store: SqlStore, clock: FixedClock
) -> None:
    trace, app = await traced(store, clock)
    app = replace(app, new_id=lambda: uuid4().hex)
    await ask_third_party(trace, sister(trace), app, by="jane")
    clock.at += timedelta(minutes=1)
    await review(Word(("B-03",), True, "supervisor", "first_answer_wrong", "sue", sister(trace).contact_id), trace, app)
    clock.at += timedelta(minutes=1)
    await ask_third_party(trace, sister(trace), app, by="jane")

    about = [row.event for row in await store.audit.about(["A-1"])]
    rows = [(e.event, e.actor, e.detail) for e in about]
    assert [(event, actor) for event, actor, _ in rows] == [
        ("third_party.asked", "jane"),
        ("review.released", "sue"),
        ("third_party.asked", "jane"),
    ]
    assert rows[2][2] == "again: first_answer_wrong"
    assert not any("5550188" in detail for _, _, detail in rows)


async def test_an_attorney_reported_since_ends_it(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    stated = AccountStated(facts=((AccountFact.ATTORNEY, Fact.YES),))
    await store.record_events([ConsumerEvent("e-1", "default", "A-1", clock.now(), "platform", stated)])
    assert not (await ask_third_party(trace, sister(trace), app, by="jane")).token_id


async def test_a_relative_is_not_among_the_consumers_contacts(store: SqlStore, clock: FixedClock) -> None:
    trace, _ = await traced(store, clock)
    assert sister(trace).value not in {c.value for c in trace.contacts}
    assert not sister(trace).grants


@pytest.mark.parametrize("adverse", [AccountFact.CEASE, AccountFact.BANKRUPTCY, AccountFact.PROTECTED_PERSON])
async def test_nobody_is_asked_once_the_account_may_not_be_searched(
    store: SqlStore, clock: FixedClock, adverse: AccountFact
) -> None:
    trace, app = await traced(store, clock)
    stated = AccountStated(facts=((adverse, Fact.YES),))
    await store.record_events([ConsumerEvent("e-1", "default", "A-1", clock.now(), "platform", stated)])
    leave = await ask_third_party(trace, sister(trace), app, by="jane")

    assert (leave.token_id, leave.verdict.effect) == ("", Effect.REFUSE)
    assert not [e for e in await store.history(build.case()) if isinstance(e.what, ThirdPartyAsked)]


async def test_of_a_dead_consumers_estate_other_words_are_said(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN, SISTER)),)))
    estate = build.case(search=SearchKind.ESTATE_REPRESENTATIVE)
    dead = replace(estate, account=replace(estate.account, facts={AccountFact.DECEASED: Fact.YES}))
    trace = await run(app, dead)
    leave = await ask_third_party(trace, sister(trace), app, by="jane")

    assert "authorized to act on behalf of the estate" in leave.say
    assert "estate" not in SAY


@pytest.mark.parametrize(
    ("born", "listed"), [(PartialDate(2009, 3, 1), False), (PartialDate(2008), False), (PartialDate(1971), True)]
)
async def test_a_relative_who_is_or_may_be_a_minor_is_not_listed(
    store: SqlStore, clock: FixedClock, born: PartialDate, listed: bool
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN, replace(SISTER, birth_date=born))),)))
    trace = await run(app, build.case())

    assert any(c.party is Party.RELATIVE for c in trace.third_party_contacts) is listed
    assert trace.contacts
