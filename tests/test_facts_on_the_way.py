"""Facts about the account are read again before each purchase: what is reported meanwhile stops the next call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from skiptrace.model import (
    AccountFact,
    AccountStated,
    Answer,
    Case,
    Channel,
    ConsumerEvent,
    ContactKind,
    Fact,
    OverrideGiven,
    Party,
    Refusal,
    SearchKind,
    StopReason,
    Trace,
)
from skiptrace.replay import replay
from skiptrace.stores import SqlStore
from skiptrace.tracing import App
from tests import builders as build
from tests.builders import NOW, FixedClock
from tests.scripted import Scripted
from tests.test_tracing import OWN, app_of, run

VOICE = frozenset({Channel.VOICE_MANUAL, Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED})


def ceased(event_id: str = "e-1") -> ConsumerEvent:
    what = AccountStated(facts=((AccountFact.CEASE, Fact.YES),))
    return ConsumerEvent(event_id, "default", "A-1", NOW, "platform", what)


async def test_a_cease_reported_after_the_placement_refuses_before_any_call(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer((OWN,)),)))
    await store.record_events([ceased()])
    result = await run(app, build.case())
    assert result.stop is StopReason.REFUSED
    assert "X-01" in result.stop_detail
    assert providers["acme"].sent == 0


async def test_a_cease_reported_during_the_trace_stops_the_next_call(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer(),)), ("beta", (Answer((OWN,)),)))
    result = await run(_reporting_after(app, providers["acme"]), build.case())
    assert (providers["acme"].sent, providers["beta"].sent) == (1, 0)
    assert result.stop is StopReason.REFUSED
    assert result.cost == sum(step.cost for step in result.steps)


async def test_an_account_stated_too_long_ago_is_held(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer((OWN,)),)))
    old = build.account(stated_at=clock.now() - timedelta(hours=25))
    result = await run(app, build.case(account=old))
    assert (result.stop, providers["acme"].sent) == (StopReason.HELD, 0)
    assert "X-00" in result.stop_detail


async def test_a_refusal_reported_earlier_closes_calls_to_a_number_found_now(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN,)),)))
    refusal = ConsumerEvent("e-2", "default", "A-1", NOW, "platform", Refusal(VOICE, NOW))
    await store.record_events([refusal])
    result = await run(app, build.case())
    phones = [c for c in result.contacts if c.kind is ContactKind.PHONE]
    assert phones
    assert not any(phone.grants for phone in phones)


async def test_a_replay_knows_what_was_known_then(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN,)),)))
    result = await run(app, build.case())
    clock.at += timedelta(days=40)
    await store.record_events([replace(ceased(), at=clock.now())])
    again = await replay(result.trace_id, app)
    assert _judged(again) == _judged(result)


async def test_a_search_for_the_attorney_keeps_what_it_finds_apart(store: SqlStore, clock: FixedClock) -> None:
    result = await _search(store, clock, SearchKind.ATTORNEY_CONTACT, {AccountFact.ATTORNEY: Fact.YES})
    assert result.contacts == ()
    assert {c.party for c in result.third_party_contacts} == {Party.ATTORNEY}
    assert not any(c.grants for c in result.third_party_contacts)


async def test_a_search_for_notice_of_a_remedy_keeps_addresses_and_the_mail_only(
    store: SqlStore, clock: FixedClock
) -> None:
    result = await _search(store, clock, SearchKind.LEGAL_REMEDY_ADDRESS, {AccountFact.CEASE: Fact.YES})
    assert {c.kind for c in result.contacts} == {ContactKind.ADDRESS}
    assert {g.channel for c in result.contacts for g in c.grants} <= {Channel.MAIL}


async def _search(store: SqlStore, clock: FixedClock, search: SearchKind, facts: dict[AccountFact, Fact]) -> Trace:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN,)),)))
    return await run(app, build.case(search=search, account=build.account(facts=facts)))


def _reporting_after(app: App, provider: Scripted) -> App:
    """The cease reaches the platform when this provider has been asked."""

    async def history(case: Case) -> tuple[ConsumerEvent, ...]:
        return (ceased(),) if provider.sent else tuple(await app.store.history(case))

    return replace(app, history=history)


def _judged(trace: Trace) -> object:
    return (trace.stop, trace.contacts, [(s.provider, s.result) for s in trace.steps], trace.decisions)


def overriding(rule_id: str, role: str, document: str = "") -> ConsumerEvent:
    what = OverrideGiven(rule_id, role, "verified", NOW.date() + timedelta(days=10), document)
    return ConsumerEvent(f"o-{rule_id}", "default", "A-1", NOW, "sue", what)


async def test_a_held_account_is_searched_when_a_supervisor_answers_for_it_and_never_in_a_batch(
    store: SqlStore, clock: FixedClock
) -> None:
    disputed = build.account(facts={AccountFact.DISPUTE: Fact.YES})
    await store.record_events([overriding("X-08", "supervisor")])
    app, providers = app_of(store, clock, ("acme", (Answer((OWN,)),)))

    in_a_batch = await run(app, build.case(account=disputed, batch_id="b-1"))
    alone = await run(replace(app, new_id=lambda: "trace-2"), build.case(case_id="case-2", account=disputed))

    assert (in_a_batch.stop, alone.stop) == (StopReason.HELD, StopReason.EXHAUSTED)
    assert providers["acme"].sent == 1
    assert any("overridden by supervisor" in d.reason for d in alone.decisions)
    assert (await replay("trace-2", app)).contacts == alone.contacts


async def test_a_bankruptcy_that_turns_up_stops_until_counsel_has_an_order(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer((replace(OWN, bankrupt=Fact.YES),)),)))
    first = await run(app, build.case())

    await store.record_events([overriding("X-03", "legal", "order-26-0142")])
    second = await run(replace(app, new_id=lambda: "trace-2"), build.case(case_id="case-2"))

    assert first.stop in (StopReason.STOPPED, StopReason.HELD)
    assert second.stop not in (StopReason.STOPPED, StopReason.HELD)
    assert any(c.grants for c in second.contacts)
