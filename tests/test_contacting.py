"""Leave to ask a third party: once, recorded before it is shown, and known on every account of the consumer."""

from __future__ import annotations

from skiptrace.contacting import ask_third_party
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
    SourceRecord,
    Trace,
)
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
    await ask_third_party(trace, sister(trace), app, by="jane")
    again = await ask_third_party(trace, sister(trace), app, by="jane", reason="first_answer_wrong")
    assert (again.token_id, again.verdict.effect) == ("", Effect.HOLD)


async def test_an_attorney_reported_since_ends_it(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    stated = AccountStated(facts=((AccountFact.ATTORNEY, Fact.YES),))
    await store.record_events([ConsumerEvent("e-1", "default", "A-1", clock.now(), "platform", stated)])
    assert not (await ask_third_party(trace, sister(trace), app, by="jane")).token_id


async def test_a_relative_is_not_among_the_consumers_contacts(store: SqlStore, clock: FixedClock) -> None:
    trace, _ = await traced(store, clock)
    assert sister(trace).value not in {c.value for c in trace.contacts}
    assert not sister(trace).grants
