"""The whole loop on a real store: gate, plan, ask, judge, decide, keep; and the same again from what was kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from skiptrace import compliance, matching, strategies, tracing
from skiptrace.errors import StopProvider, TryLater
from skiptrace.model import (
    Address,
    AddressSighting,
    Answer,
    Case,
    Channel,
    ContactKind,
    ContactStatus,
    Effect,
    Fact,
    Judgement,
    Name,
    Outcome,
    OutcomeKind,
    PartialDate,
    Party,
    PhoneCheck,
    PhoneSighting,
    Purpose,
    SourceRecord,
    StepResult,
    StopReason,
    Trace,
    mark_text,
)
from skiptrace.ports import Caps
from skiptrace.purchase import Buyer
from skiptrace.replay import replay
from skiptrace.reporting.results import account_object
from skiptrace.stores import SqlStore
from skiptrace.stores.erasing import Account
from skiptrace.tracing import App, recall, trace
from skiptrace.waterfall import Strategy, StrategyStep, When
from skiptrace.wiring import judge_now
from tests import builders as build
from tests.builders import FixedClock
from tests.scripted import InTheReply, Line, OnTheWire, Scripted

NEW_HOME = Address("2207 Pecan Grove Ln", "", "Dallas", "TX", "75201")
OWN = SourceRecord(
    record_id="r1",
    provider="acme",
    names=(Name("Marion", "T", "Okafor"),),
    birth_date=PartialDate(1971, 5, 23),
    ssn4="0142",
    addresses=(
        AddressSighting(
            Address("118 Alder Ct", "Apt 4", "Austin", "TX", "78701"), PartialDate(2018), PartialDate(2023)
        ),
        AddressSighting(NEW_HOME, PartialDate(2024), PartialDate(2026, 10)),
    ),
    phones=(PhoneSighting("2145550117", first_seen=PartialDate(2024), last_seen=PartialDate(2026, 10)),),
)
STRANGER = replace(
    OWN,
    record_id="r9",
    names=(Name("Gustav", "", "Brandt"),),
    birth_date=PartialDate(1950, 1, 2),
    ssn4="9999",
    addresses=(AddressSighting(Address("5 Other Rd", "", "Reno", "NV", "89501"), None, PartialDate(2026)),),
    phones=(PhoneSighting("7755550111", last_seen=PartialDate(2026)),),
)


def app_of(
    store: SqlStore, clock: FixedClock, *scripts: tuple[str, tuple[Line, ...]]
) -> tuple[App, dict[str, Scripted]]:
    providers = {name: Scripted(build.manifest(id=name), script) for name, script in scripts}
    shipped = strategies.load()
    steps = tuple(StrategyStep(name, "search", (When.NO_ADDRESS, When.NO_PHONE)) for name in providers)
    strategy = Strategy("test", shipped.wanted, shipped.recovery, shipped.worth_at_most, steps)
    numbers = itertools.count(1)
    rules = compliance.load_rules(None)
    buyer = Buyer(store, clock, Caps(), lambda: f"call-{next(numbers)}")
    versions = {"matching": matching.VERSION}
    parts = (store, providers, strategy, rules, buyer, judge_now, store.history, clock)
    return App(*parts, lambda: "trace-1", versions), providers


async def run(app: App, case: Case) -> Trace:
    await app.store.accept([case])
    return await trace(case, app)


async def test_a_debtor_who_moved_is_found_with_reasons_grants_and_provenance(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN, STRANGER)),)))
    done = await run(app, build.case())

    best = next(c for c in done.contacts if c.kind is ContactKind.ADDRESS)
    assert best.address is not None
    assert (best.address.city, best.party) == ("Dallas", Party.SUBJECT)
    assert [(g.provider, g.record_id, g.call_id) for g in best.grounds] == [("acme", "r1", "call-1")]
    assert done.cost == Decimal("0.25")
    own = next(m for m in done.matches if m.record_id == "r1")
    stranger = next(m for m in done.matches if m.record_id == "r9")
    assert own.probability > 0.95
    assert stranger.probability < 0.05
    assert all(e.feature for e in own.evidence)
    assert not any("Reno" in c.value.title() for c in (*done.contacts, *done.third_party_contacts))


async def test_every_contact_starts_with_no_grant_and_gets_only_what_a_rule_gives(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN,)),)))
    done = await run(app, build.case())
    granted = {g.channel for c in done.contacts for g in c.grants}
    assert granted <= {Channel.VOICE_MANUAL, Channel.MAIL}
    assert all(g.rule_id and g.citation for c in done.contacts for g in c.grants)


async def test_without_a_purpose_nobody_is_asked(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer(records=(OWN,)),)))
    done = await run(app, build.case(purpose=Purpose()))
    assert done.stop is StopReason.REFUSED
    assert "A-01" in done.stop_detail
    assert providers["acme"].sent == 0
    assert done.cost == 0


async def test_a_closed_account_is_refused_before_any_call(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer(records=(OWN,)),)))
    done = await run(app, build.case(account=build.account(state="closed")))
    assert done.stop is StopReason.REFUSED
    assert providers["acme"].sent == 0


async def test_t45_after_a_notice_of_address_discrepancy_the_score_is_capped_and_nothing_is_furnishable(
    store: SqlStore, clock: FixedClock
) -> None:
    noticed = replace(OWN, ssn4="", addresses=OWN.addresses[1:], address_discrepancy=Fact.YES)
    app, _ = app_of(store, clock, ("acme", (Answer(records=(noticed,)),)))
    done = await run(app, build.case())

    assert [(m.probability, c.grants, c.status) for m in done.matches for c in done.contacts] == [
        (0.74, (), ContactStatus.CANDIDATE)
    ] * 2
    assert "confirm_address" in done.events
    assert all(any(note.startswith("D-14: ") for note in c.notes) for c in done.contacts)
    assert [c["furnishable"] for c in account_object(done)["contacts"]] == [False, False]
    assert (await replay(done.trace_id, app)).contacts == done.contacts


async def test_a_notice_is_only_noted_when_identifiers_of_two_kinds_agree(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(replace(OWN, address_discrepancy=Fact.YES),)),)))
    done = await run(app, build.case())

    assert max(m.probability for m in done.matches) > 0.95
    assert any(c.grants for c in done.contacts)
    assert next(d.effect for d in done.decisions if d.rule_id == "D-14") is Effect.NOTE


async def test_q19_a_litigious_consumers_number_is_kept_and_held_for_a_person(
    store: SqlStore, clock: FixedClock
) -> None:
    check = PhoneCheck("2145550117", litigator=Fact.YES)
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN,), checks=(check,)),)))
    done = await run(app, build.case())

    [number] = [c for c in done.contacts if c.kind is ContactKind.PHONE]
    assert not number.grants
    assert [d.effect for d in done.decisions if d.rule_id == "Q-19"] == [Effect.HOLD]
    assert (await replay(done.trace_id, app)).contacts == done.contacts


async def test_a_death_learned_on_the_way_ends_the_trace_and_withholds_what_was_found(
    store: SqlStore, clock: FixedClock
) -> None:
    dead = replace(OWN, deceased=Fact.YES)
    app, providers = app_of(store, clock, ("acme", (Answer(records=(dead,)),)), ("next", (Answer(),)))
    done = await run(app, build.case())
    assert done.stop in {StopReason.STOPPED, StopReason.HELD}
    assert "X-04" in done.stop_detail
    assert "deceased_hit" in done.events
    assert providers["next"].sent == 0
    assert {c.status for c in done.contacts} == {ContactStatus.SUPPRESSED}
    assert not any(c.grants for c in done.contacts)


async def test_trouble_with_one_provider_moves_on_to_the_next(store: SqlStore, clock: FixedClock) -> None:
    broken = InTheReply(403, StopProvider("first", "HTTP status 403"))
    app, _ = app_of(store, clock, ("first", (broken,)), ("second", (Answer(records=(OWN,)),)))
    done = await run(app, build.case())
    assert [(s.provider, s.result) for s in done.steps] == [
        ("first", StepResult.FAILED),
        ("second", StepResult.FOUND),
    ]


async def test_a_provider_whose_purpose_is_not_declared_is_not_asked(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer(records=(OWN,)),)))
    done = await run(app, build.case(purpose=replace(build.COLLECTION, glba="GLBA_NONE")))
    assert [(s.provider, s.result) for s in done.steps] == [("acme", StepResult.REFUSED)]
    assert providers["acme"].sent == 0


async def test_a_payload_that_says_more_than_the_rules_allow_does_not_leave(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(store, clock, ("acme", (Answer(records=(OWN,)),)))
    providers["acme"].fields = ("name", "creditor_name")
    done = await run(app, build.case())
    assert [s.result for s in done.steps] == [StepResult.REFUSED]
    assert "A-14" in done.steps[0].reason
    assert providers["acme"].sent == 0


async def test_nothing_found_and_not_asked_are_told_apart(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(),)))
    poor = build.case(case_id="case-2", account=build.account(balance=Decimal(1)))
    assert [s.result for s in (await run(app, build.case())).steps] == [StepResult.NOTHING_FOUND]
    done = await run(replace(app, new_id=lambda: "trace-2"), poor)
    assert [s.result for s in done.steps] == [StepResult.NOT_ASKED]
    assert done.stop is StopReason.NOT_WORTH_IT


async def test_what_was_kept_is_what_was_returned(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN, STRANGER)),)))
    done = await run(app, build.case())
    assert await store.trace(done.trace_id) == done
    assert [r.record_id for r in await store.records(done.trace_id)] == ["r1", "r9"]


async def test_the_same_stored_inputs_give_the_same_trace(store: SqlStore, clock: FixedClock) -> None:
    script: tuple[Line, ...] = (Answer(records=(OWN, STRANGER)),)
    app, providers = app_of(store, clock, ("first", (Answer(),)), ("acme", script))
    done = await run(app, build.case())
    again = await replay(done.trace_id, app)
    assert again == done
    assert providers["acme"].sent == 1


async def test_a_record_that_asked_to_be_left_out_is_left_out(store: SqlStore, clock: FixedClock) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(replace(OWN, opted_out=True),)),)))
    done = await run(app, build.case())
    assert done.contacts == ()
    assert done.matches == ()


async def test_a_provider_that_was_dark_is_asked_again_and_judged_with_what_was_bought_before(
    store: SqlStore, clock: FixedClock
) -> None:
    phone_only = replace(OWN, record_id="r2", addresses=OWN.addresses[:1])
    busy = OnTheWire(TryLater("first", "HTTP status 503"))
    app, providers = app_of(
        store, clock, ("first", (busy, Answer(records=(OWN,)))), ("second", (Answer(records=(phone_only,)),))
    )
    case = build.case()
    await store.accept([case])
    before = await tracing.run(case, app)
    await store.keep([before])
    assert before.again is not None
    assert (before.again.only, before.again.reason) == (("first",), "first: HTTP status 503")

    clock.at += timedelta(minutes=5)
    earlier = await recall("trace-1", before.again.only, app)
    app = replace(app, new_id=lambda: "trace-2")
    after = await tracing.run(case, app, earlier=earlier)
    await store.keep([after])

    assert {record.record_id for record in after.records} == {"r1", "r2"}
    assert (after.trace.replaces, after.trace.cost, after.again) == ("trace-1", Decimal("0.25"), None)
    assert [(s.provider, s.result, s.carried) for s in after.trace.steps][:2] == [
        ("second", StepResult.FOUND, True),
        ("first", StepResult.FOUND, False),
    ]
    assert (providers["first"].sent, providers["second"].sent) == (2, 1)
    assert await replay("trace-2", app) == after.trace


async def test_money_spent_before_counts_against_the_budget(store: SqlStore, clock: FixedClock) -> None:
    busy = OnTheWire(TryLater("first", "HTTP status 503"))
    app, providers = app_of(store, clock, ("first", (busy,)), ("second", (Answer(records=(STRANGER,)),)))
    case = build.case(budget=Decimal("0.30"))
    await store.accept([case])
    await store.keep([await tracing.run(case, app)])
    earlier = await recall("trace-1", ("first",), app)
    after = await tracing.run(case, replace(app, new_id=lambda: "trace-2"), earlier=earlier)
    assert after.trace.stop is StopReason.BUDGET
    assert providers["first"].sent == 1


async def test_a_withdrawn_permit_ends_the_trace_and_keeps_what_was_bought(store: SqlStore, clock: FixedClock) -> None:
    app, providers = app_of(
        store, clock, ("first", (Answer(records=(STRANGER,)),)), ("second", (Answer(records=(OWN,)),))
    )
    case = build.case()
    await store.accept([case])

    class UntilTheFirstAnswer:
        lease = None

        def withdrawn(self) -> str:
            return "cancelled by its owner" if store_has_answer else ""

    store_has_answer = False
    judge = app.judge

    async def judge_and_note(*args: Any, **more: Any) -> Judgement:
        nonlocal store_has_answer
        store_has_answer = True
        return await judge(*args, **more)

    done = await tracing.run(case, replace(app, judge=judge_and_note), UntilTheFirstAnswer())
    assert (done.trace.stop, done.trace.stop_detail) == (StopReason.CANCELLED, "cancelled by its owner")
    assert [record.record_id for record in done.records] == ["r9"]
    assert providers["second"].sent == 0


async def test_what_happened_to_a_number_counts_in_the_next_case_of_the_account(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN,)), Answer(records=(OWN,)))))
    first = await run(app, build.case(case_id="case-1"))
    number = next(c for c in first.contacts if c.kind is ContactKind.PHONE)
    clock.at += timedelta(minutes=1)
    await store.record_outcome(
        Outcome("o-1", first.trace_id, number.contact_id, OutcomeKind.WRONG_PARTY, clock.now(), "jane")
    )
    clock.at += timedelta(minutes=1)
    again = replace(app, new_id=lambda: "trace-2")
    second = await run(again, build.case(case_id="case-2"))
    same = next(c for c in second.contacts if c.value == number.value)
    assert number.status is not ContactStatus.SUPPRESSED
    assert same.status is ContactStatus.SUPPRESSED
    assert any(e.feature == "outcomes" and "wrong party" in e.found for e in same.evidence)
    assert (await replay("trace-2", again)).contacts == second.contacts
    assert (await replay("trace-1", app)).contacts == first.contacts


async def test_a_wrong_number_stays_suppressed_when_the_account_was_erased_and_is_placed_again(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(records=(OWN,)), Answer(records=(OWN,)))))
    first = await run(app, build.case())
    bad = {c.kind: c for c in first.contacts if c.status is not ContactStatus.SUPPRESSED}
    kinds = {ContactKind.PHONE: OutcomeKind.WRONG_PARTY, ContactKind.ADDRESS: OutcomeKind.RETURNED_MAIL}
    for kind, outcome in kinds.items():
        told = Outcome(f"o-{kind}", first.trace_id, bad[kind].contact_id, outcome, clock.now(), "platform")
        await store.record_outcome(told)
    await store.erasing.erase(Account("default", "A-1", "jane", "R-17"))

    left = await store.past_outcomes("default", "A-1")
    again = await run(replace(app, new_id=lambda: "trace-2"), build.case(case_id="case-2"))

    assert {(o.contact, o.kind, o.value, bool(o.mark)) for o in left} == {(k, o, "", True) for k, o in kinds.items()}
    status = {(c.kind, c.value): c.status for c in again.contacts}
    assert [status[kind, bad[kind].value] for kind in kinds] == [ContactStatus.SUPPRESSED] * 2
    assert not any(c.grants for c in again.contacts if (c.kind, c.value) in {(k, bad[k].value) for k in kinds})


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("118 ALDER CT APT 4, AUSTIN, TX 78701", "118 Alder Ct, Austin, TX 78701-1234", True),
        ("118 ALDER CT # 4, AUSTIN, TX 78701", "118 ALDER CT, AUSTIN, TX 78701", True),
        ("118 ALDER CT, AUSTIN, TX 78701", "119 ALDER CT, AUSTIN, TX 78701", False),
        ("118 ALDER CT, AUSTIN, TX 78701", "118 ALDER CT, DALLAS, TX 75201", False),
    ],
)
def test_an_address_is_known_again_without_its_unit(left: str, right: str, same: bool) -> None:
    assert (mark_text(ContactKind.ADDRESS, left) == mark_text(ContactKind.ADDRESS, right)) is same
