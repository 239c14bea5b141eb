"""What was kept long enough goes, what the law wants kept stays, and a legal hold stops both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from skiptrace.errors import ConfigError
from skiptrace.model import Channel, ConsumerEvent, Outcome, OutcomeKind, Refusal, ThirdPartyAsked
from skiptrace.ports import Caps, Reserved
from skiptrace.privacy.retention import SHIPPED, Kind, RetentionRule, load_retention
from skiptrace.stores import SqlStore
from skiptrace.stores.erasing import Account
from skiptrace.stores.purging import KINDS
from skiptrace.testing.store import NOW, REPLY, a_case, a_result, an_intent
from tests.builders import FixedClock
from tests.stores.databases import Place

RULES = load_retention()
OF_CASES = [rule for rule in RULES if rule.kind not in KINDS]


@asynccontextmanager
async def at(place: Place, moment: datetime) -> AsyncIterator[SqlStore]:
    store = await SqlStore.open(place.url, place.key_file, FixedClock(moment))
    try:
        yield store
    finally:
        await store.close()


async def fill(place: Place) -> None:
    async with at(place, NOW) as store:
        await store.accept([a_case(), a_case("case-2")])
        await store.keep([a_result("trace-1"), a_result("trace-2", a_case("case-2"))])
        reservation = await store.reserve(an_intent("call-1", b"question"), Caps())
        assert isinstance(reservation, Reserved)
        answered = await store.keep_reply(reservation.call, REPLY)
        await store.settle(answered, reservation.call.reserved, hit=True, at=NOW)
        used = (await used_contact(store)).contact_id
        await store.record_outcome(Outcome("o-1", "trace-1", used, OutcomeKind.RIGHT_PARTY, NOW, "jane"))


async def used_contact(store: SqlStore):  # type: ignore[no-untyped-def]
    trace = await store.trace("trace-1")
    assert trace is not None
    return trace.contacts[0]


async def run(
    place: Place, days: float, *, dry: bool = False, rules: Sequence[RetentionRule] = OF_CASES
) -> dict[str, int]:
    async with at(place, NOW + timedelta(days=days)) as store:
        done = await store.retaining.run(rules, dry=dry)
        assert (await store.audit.verify()).rows > 0
        return {d.rule.kind.value: d.count for d in done if d.count}


async def test_each_kind_goes_on_its_own_day(place: Place) -> None:
    await fill(place)
    assert await run(place, 0.1) == {"full_ssn": 2}
    assert await run(place, 29) == {}
    assert await run(place, 30.1) == {"third_party_contacts": 2}
    assert await run(place, 89) == {}
    assert await run(place, 90.1) == {"raw_replies": 2}
    assert await run(place, 180.1) == {"unused_contacts": 1}, "the other one was used"
    assert await run(place, 1095) == {}
    assert await run(place, 1097) == {"case_files": 2}
    assert await run(place, 5000) == {}


async def test_a_dry_run_counts_the_same_and_changes_nothing(place: Place) -> None:
    await fill(place)
    rows = await place.sql("SELECT count(*) FROM audit")
    counted = await run(place, 400, dry=True)
    assert await place.sql("SELECT count(*) FROM audit") == rows
    assert counted == await run(place, 400)


async def test_of_the_full_ssn_the_last_four_stay(place: Place) -> None:
    await fill(place)
    await run(place, 1)
    async with at(place, NOW) as store:
        case = await store.case("case-1")
    assert case is not None
    assert (a_case().subject.ssn, case.subject.ssn) == ("987654329", "")
    assert case.subject.ssn4 == "4329"


async def test_t61_raw_replies_older_than_ninety_days_are_unreadable_and_may_be_bought_again(place: Place) -> None:
    await fill(place)
    await run(place, 91)
    async with at(place, NOW) as store:
        assert await store.reply("call-1") is None
        assert await store.reply("trace-1-call") is None
        assert await store.trace("trace-1") is not None
        again = replace(an_intent("call-2", b"question"), at=NOW)
        assert isinstance(await store.reserve(again, Caps()), Reserved)


async def test_a_contact_that_was_used_stays_with_its_evidence(place: Place) -> None:
    await fill(place)
    async with at(place, NOW) as store:
        used = await used_contact(store)
    await run(place, 181)
    async with at(place, NOW) as store:
        trace = await store.trace("trace-1")
        assert trace is not None
        assert trace.contacts == (used,)
        assert trace.third_party_contacts == ()
        kept = {(record.provider, record.record_id) for record in await store.records("trace-1")}
        assert {(g.provider, g.record_id) for g in used.grounds if g.record_id} == kept
        assert len(await store.outcomes("trace-1")) == 1


async def test_the_third_party_who_was_asked_stays_as_the_proof_of_it_until_the_file_goes(place: Place) -> None:
    await fill(place)
    async with at(place, NOW) as store:
        trace = await store.trace("trace-1")
        assert trace is not None
        person = trace.third_party_contacts[0]
        what = ThirdPartyAsked(person.value, contact_id=person.contact_id)
        event = ConsumerEvent("token-1", trace.tenant, trace.account_id, NOW, "jane", what)
        await store.record_events([event])
    assert (await run(place, 31))["third_party_contacts"] == 1, "the other trace's were asked nothing"
    async with at(place, NOW) as store:
        kept, other = await store.trace("trace-1"), await store.trace("trace-2")
        assert kept is not None
        assert other is not None
        assert (kept.third_party_contacts, other.third_party_contacts) == ((person,), ())
        [known] = await store.history(a_case())
        assert known.what == what
    assert await run(place, 32) == {}
    async with at(place, NOW) as store:
        done = a_result("trace-3")
        one = done.trace.third_party_contacts[0]
        two = replace(one, contact_id=f"{one.contact_id}.other", value="7 Elm St, Anytown, TX 78701")
        await store.keep([replace(done, trace=replace(done.trace, third_party_contacts=(one, two)))])
        asked = replace(event, event_id="token-2", what=ThirdPartyAsked(one.value, contact_id=one.contact_id))
        await store.record_events([asked])
    assert (await run(place, 33))["third_party_contacts"] == 1
    async with at(place, NOW) as store:
        third = await store.trace("trace-3")
        assert third is not None
        assert [c.contact_id for c in third.third_party_contacts] == [one.contact_id], "of two the one who was asked"
    await run(place, 1100)
    async with at(place, NOW) as store:
        assert await store.trace("trace-1") is None


async def test_after_three_years_the_file_is_gone_and_the_audit_rows_are_not(place: Place) -> None:
    await fill(place)
    rows = (await place.sql("SELECT count(*) FROM audit"))[0][0]
    await run(place, 1100)
    async with at(place, NOW) as store:
        assert await store.case("case-1") is None
        assert await store.trace("trace-1") is None
        assert (await store.audit.verify()).rows > rows
        assert len(await store.calls("case-1")) == 2, "what was paid stays known"


async def test_a_later_use_keeps_the_file(place: Place) -> None:
    await fill(place)
    async with at(place, NOW) as store:
        contact = (await used_contact(store)).contact_id
        later = Outcome("o-2", "trace-1", contact, OutcomeKind.NO_ANSWER, NOW + timedelta(days=500), "jane")
        await store.record_outcome(later)
    assert (await run(place, 1100))["case_files"] == 1
    async with at(place, NOW) as store:
        assert await store.case("case-1") is not None


async def test_a_held_account_is_left_untouched(place: Place) -> None:
    await fill(place)
    async with at(place, NOW) as store:
        await store.erasing.hold(Account("default", "A case-1", "jane", "matter 12"))
    assert set((await run(place, 2000)).values()) == {1}
    async with at(place, NOW) as store:
        case = await store.case("case-1")
        assert case is not None
        assert case.subject.ssn == "987654329"
        assert await store.reply("call-1") == REPLY
        assert await store.case("case-2") is None


REFUSED = Refusal(frozenset({Channel.VOICE_MANUAL}), NOW)


async def report(place: Place, event_id: str, days: float, account_id: str = "A case-1") -> None:
    """A refusal, reported so many days after the case."""
    async with at(place, NOW + timedelta(days=days)) as store:
        event = ConsumerEvent(event_id, "default", account_id, NOW + timedelta(days=days), "platform", REFUSED)
        assert await store.record_events([event]) == 1


async def told(place: Place) -> int:
    async with at(place, NOW) as store:
        return len(await store.history(a_case()))


async def test_what_was_reported_goes_five_years_after_the_last_report(place: Place) -> None:
    await fill(place)
    await report(place, "e-1", 0)
    assert (await run(place, 1097))["case_files"] == 2
    assert await run(place, 1826) == {}
    assert await told(place) == 1
    assert await run(place, 1828) == {"consumer_events": 1}
    assert await told(place) == 0
    assert await place.sql("SELECT count(*), kind FROM consumer_events GROUP BY kind") == [(1, "refusal")]
    assert await run(place, 5000) == {}


async def test_a_refusal_counts_as_long_as_a_file_of_its_consumer_is_kept(place: Place) -> None:
    await fill(place)
    await report(place, "e-1", 0)
    events = [rule for rule in OF_CASES if rule.kind is Kind.CONSUMER_EVENTS]
    async with at(place, NOW + timedelta(days=3000)) as store:
        assert [done.count for done in await store.retaining.run(events, dry=False)] == [0]
    assert await told(place) == 1


async def test_a_later_report_on_another_account_of_the_same_person_keeps_it(place: Place) -> None:
    await fill(place)
    await report(place, "e-1", 0)
    await report(place, "e-2", 1000, "A case-2")
    brief = [replace(rule, keep_days=30) if rule.kind is Kind.CASE_FILES else rule for rule in OF_CASES]
    assert (await run(place, 1500, rules=brief))["case_files"] == 2
    assert await run(place, 1828) == {}
    assert await run(place, 2828) == {"consumer_events": 2}


async def test_a_call_that_was_reported_keeps_the_file(place: Place) -> None:
    await fill(place)
    await report(place, "e-1", 500)
    assert (await run(place, 1100))["case_files"] == 1


async def test_a_held_accounts_reports_are_left(place: Place) -> None:
    await fill(place)
    await report(place, "e-1", 0)
    await report(place, "e-2", 0, "A case-9")
    async with at(place, NOW) as store:
        await store.erasing.hold(Account("default", "A case-9", "jane", "suit"))
    assert (await run(place, 5000))["consumer_events"] == 1


async def test_the_audit_trail_is_the_disposal_log(place: Place) -> None:
    await fill(place)
    await run(place, 1)
    rows = await place.sql("SELECT event, about, detail FROM audit WHERE event LIKE 'dispos%' ORDER BY number")
    assert [tuple(row) for row in rows] == [
        ("disposal.begun", "full_ssn", "2 cases"),
        ("disposed.full_ssn", "case-1", "Cal. Civ. Code 1798.85"),
        ("disposed.full_ssn", "case-2", "Cal. Civ. Code 1798.85"),
    ]


def test_every_kind_has_a_rule_with_a_citation() -> None:
    assert [rule.kind for rule in RULES] == list(Kind)
    assert all(rule.citation and rule.since and rule.action for rule in RULES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('id = "raw_replies"', 'id = "raw_reply"'), "raw_reply"),
        (("keep_days = 90", "keep_days = -1"), "raw_replies: keep_days is a number of days"),
        (("keep_days = 90", 'keep_days = "90"'), "raw_replies: keep_days is a number of days"),
        (('[[rule]]\nid = "case_files"', '[[rules]]\nid = "case_files"'), "lacks the rule case_files"),
    ],
)
def test_a_wrong_retention_file_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_retention(file)
