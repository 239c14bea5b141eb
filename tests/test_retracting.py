"""A wrong number, or a source recalled: what rested on it is taken back, and nothing is bought."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

from skiptrace.model import (
    Answer,
    Case,
    Contact,
    ContactKind,
    ContactStatus,
    DeliveryState,
    EventKind,
    Outcome,
    OutcomeKind,
    PhoneSighting,
    Trace,
)
from skiptrace.ports import SinkEntry
from skiptrace.replay import replay
from skiptrace.retracting import Recall, recall_all, retract_contact
from skiptrace.stores import SqlStore
from skiptrace.tracing import App, trace
from tests import builders as build
from tests.builders import NOW, FixedClock
from tests.scripted import Scripted
from tests.test_tracing import OWN, app_of

LATER_PHONE = "4695550133"
OTHER = replace(OWN, record_id="r2", provider="zenith", addresses=(), phones=(PhoneSighting(LATER_PHONE),))
AGAIN = replace(OWN, record_id="r3", provider="zenith")


async def traced(
    store: SqlStore, clock: FixedClock, *scripts: tuple[str, tuple[Answer, ...]]
) -> tuple[App, Trace, dict[str, Scripted]]:
    app, providers = app_of(store, clock, *scripts)
    names = itertools.count(1)
    app = replace(app, new_id=lambda: f"trace-{next(names)}")
    await store.outbox.register([SinkEntry("platform", "webhook")])
    case: Case = build.case()
    await store.accept([case])
    return app, await trace(case, app), providers


def phones(found: Trace) -> dict[str, Contact]:
    return {
        c.value: c for c in found.contacts if c.kind is ContactKind.PHONE and c.status is not ContactStatus.SUPPRESSED
    }


async def events(store: SqlStore) -> list[tuple[EventKind, str, str]]:
    await store.outbox.claim("platform", 100, NOW, 1)
    told = await store.outbox.deliveries("platform", [DeliveryState.WAITING], 100)
    return [(d.event.kind, d.event.trace_id, d.event.contact_id) for d in told]


async def test_a_wrong_number_is_taken_back_and_the_rest_stays(store: SqlStore, clock: FixedClock) -> None:
    app, first, providers = await traced(store, clock, ("acme", (Answer(records=(OWN,)),)))
    bad = phones(first)["+12145550117"]
    clock.at += timedelta(days=9)
    await store.record_outcome(
        Outcome("o1", first.trace_id, bad.contact_id, OutcomeKind.WRONG_PARTY, clock.at, "dialer")
    )
    [revised] = await retract_contact(first.trace_id, bad.contact_id, "wrong_party was reported", app)

    second = await store.trace(revised.trace_id)
    assert second is not None
    assert second.replaces == first.trace_id
    assert "+12145550117" not in phones(second)
    assert {c.value for c in second.contacts if c.kind is ContactKind.ADDRESS} == {
        c.value for c in first.contacts if c.kind is ContactKind.ADDRESS
    }
    assert providers["acme"].sent == 1
    assert await events(store) == [
        (EventKind.TRACE_FINISHED, "trace-1", ""),
        (EventKind.CONTACT_RETRACTED, "trace-1", bad.contact_id),
        (EventKind.TRACE_REVISED, "trace-2", ""),
    ]


async def test_taking_back_twice_tells_once(store: SqlStore, clock: FixedClock) -> None:
    app, first, _ = await traced(store, clock, ("acme", (Answer(records=(OWN,)),)))
    bad = phones(first)["+12145550117"]
    await store.record_outcome(Outcome("o1", first.trace_id, bad.contact_id, OutcomeKind.DISCONNECTED, NOW, "dialer"))
    assert len(await retract_contact(first.trace_id, bad.contact_id, "disconnected", app)) == 1
    assert await retract_contact(first.trace_id, bad.contact_id, "disconnected", app) == []
    assert len(await events(store)) == 3


async def test_a_recalled_source_takes_with_it_only_what_rests_on_it_alone(store: SqlStore, clock: FixedClock) -> None:
    answers = (
        ("acme", (Answer(records=(replace(OWN, phones=(), addresses=OWN.addresses[:1]),)),)),
        (
            "zenith",
            (Answer(records=(OTHER, AGAIN)),),
        ),
    )
    app, first, providers = await traced(store, clock, *answers)
    assert "+14695550133" in phones(first)
    [revised] = await recall_all(Recall("the vendor withdrew its file", source="zenith"), "default", app)
    second = await store.trace(revised.trace_id)
    assert second is not None
    assert phones(second).keys().isdisjoint({"+14695550133", "+12145550117"})
    assert all(ground.provider == "acme" for contact in second.contacts for ground in contact.grounds)
    assert second.contacts
    assert [provider.sent for provider in providers.values()] == [1, 1]
    assert revised.retracted >= 2
    assert await recall_all(Recall("again", source="zenith"), "default", app) == []


async def test_a_recalled_call_is_named_by_its_id(store: SqlStore, clock: FixedClock) -> None:
    app, first, _ = await traced(store, clock, ("acme", (Answer(records=(OWN,)),)))
    [revised] = await recall_all(Recall("billed in error", call_id="call-1"), "default", app)
    second = await store.trace(revised.trace_id)
    assert second is not None
    assert second.contacts == ()
    assert revised.retracted == len([c for c in first.contacts if c.status is not ContactStatus.SUPPRESSED])


async def test_a_revision_replays_to_itself(store: SqlStore, clock: FixedClock) -> None:
    answers = ("acme", (Answer(records=(OWN,)),)), ("zenith", (Answer(records=(OTHER,)),))
    app, first, _ = await traced(store, clock, *answers)
    bad = phones(first)["+12145550117"]
    clock.at += timedelta(days=9)
    await store.record_outcome(
        Outcome("o1", first.trace_id, bad.contact_id, OutcomeKind.WRONG_PARTY, clock.at, "dialer")
    )
    [revised] = await retract_contact(first.trace_id, bad.contact_id, "wrong_party was reported", app)
    stored = await store.trace(revised.trace_id)
    assert stored is not None
    again = await replay(revised.trace_id, app)
    assert (again.contacts, again.matches) == (stored.contacts, stored.matches)
