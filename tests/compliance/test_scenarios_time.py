"""When, and how often? Scenarios T-47 to T-58."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from skiptrace.compliance import Known, Profile, RuleBook, Stated, Usability, can_use
from skiptrace.compliance.windows import tz
from skiptrace.model import Address, Attempt, Channel, Contact, Refusal
from tests.compliance.questions import case, home, judged, letterbox, phone

EASTERN = tz("America/New_York")
PACIFIC = tz("America/Los_Angeles")
LOS_ANGELES, INDIANAPOLIS, BOSTON = home("CA", "90012"), home("IN", "46204"), home("MA", "02108")


def call(
    rules: RuleBook,
    at: datetime,
    number: str = "+12125550142",
    place: Address | None = None,
    known: Known | None = None,
) -> Usability:
    contact = phone(number)
    homes: tuple[Contact, ...] = (letterbox(place, 0.8),) if place else ()
    return can_use(
        contact, Channel.VOICE_MANUAL, at, case=case(), judgement=judged(contact, *homes), rules=rules,
        known=known or Known(),
    )  # fmt: skip


def eastern(hour: int, minute: int = 0, second: int = 0, month: int = 11, day: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=EASTERN)


@pytest.mark.parametrize(("hour", "allowed"), [(10, False), (11, True), (20, True), (21, False)])
def test_t47_a_new_york_number_with_a_home_in_los_angeles(rules: RuleBook, hour: int, allowed: bool) -> None:
    assert call(rules, eastern(hour, 30), place=LOS_ANGELES).allowed is allowed


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (eastern(8), False), (eastern(8, 0, 59), False), (eastern(8, 1), True),
        (eastern(20, 59), True), (eastern(20, 59, 59), True), (eastern(21), False),
    ],
)  # fmt: skip
def test_t48_eight_and_nine_themselves_are_outside(rules: RuleBook, at: datetime, allowed: bool) -> None:
    assert call(rules, at, place=home("NY", "12207")).allowed is allowed


@pytest.mark.parametrize(("hour", "allowed"), [(8, False), (9, True)])
def test_t50_a_219_number_with_a_home_in_indianapolis(rules: RuleBook, hour: int, allowed: bool) -> None:
    assert call(rules, eastern(hour, 30, month=1, day=12), "+12195550142", INDIANAPOLIS).allowed is allowed


def test_a_denied_call_says_when_it_may_be_made_and_what_binds(rules: RuleBook) -> None:
    answer = call(rules, eastern(10, 30), place=LOS_ANGELES)

    assert any("open from 2026-11-09 16:01 UTC (08:01 America/Los_Angeles)" in reason for reason in answer.reasons)
    assert answer.windows[0].start == eastern(11, 1).astimezone(UTC)
    assert {e.source for e in answer.evidence} == {"address", "phone"}


@pytest.mark.parametrize("number", ["+18005550142", "+18885550142", "+19005550142"])
def test_t52_a_toll_free_number_is_no_consumers_phone_and_names_no_place(rules: RuleBook, number: str) -> None:
    answer = call(rules, eastern(12), number, BOSTON)

    assert not answer.allowed
    assert answer.windows == ()
    assert any(reason.startswith("C-02: ") for reason in answer.reasons)
    assert any("location_unknown" in reason for reason in answer.reasons)


def test_t54_what_the_consumer_said_yesterday_settles_the_place_for_90_days(rules: RuleBook) -> None:
    said = Known(stated=Stated("America/Los_Angeles", eastern(12, day=8)))
    early_pacific = datetime(2026, 11, 9, 8, 1, tzinfo=PACIFIC)
    late_pacific = datetime(2026, 11, 9, 20, 59, tzinfo=PACIFIC)

    assert call(rules, early_pacific, place=BOSTON, known=said).allowed
    assert call(rules, late_pacific, place=BOSTON, known=said).allowed
    assert not call(rules, late_pacific, place=BOSTON).allowed
    assert not call(rules, late_pacific + timedelta(days=90), place=BOSTON, known=said).allowed
    assert not call(rules, late_pacific - timedelta(days=2), place=BOSTON, known=said).allowed, "not yet said"


def test_a_verified_inbound_call_adds_its_place_for_30_days(rules: RuleBook) -> None:
    heard = Known(inbound=Stated("America/Los_Angeles", eastern(12, day=8)))

    assert not call(rules, eastern(9), place=BOSTON, known=heard).allowed
    assert call(rules, eastern(9) + timedelta(days=30), place=BOSTON, known=heard).allowed


def test_a_short_common_window_is_said(rules: RuleBook) -> None:
    answer = call(rules, eastern(18), place=home("GU", "96910"))

    assert answer.allowed
    assert any("thin_window" in reason for reason in answer.reasons)


def talked(at: datetime, account_id: str = "A-1") -> Known:
    return Known(attempts=(Attempt(at, Channel.VOICE_MANUAL, account_id, conversation=True),))


def test_t58_after_a_conversation_on_monday_the_next_call_is_on_monday(rules: RuleBook) -> None:
    monday = eastern(15, day=2)
    sunday, next_monday = eastern(15, day=8), eastern(15, day=9)

    assert not call(rules, sunday, known=talked(monday)).allowed
    assert call(rules, next_monday, known=talked(monday)).allowed
    assert call(rules, sunday, known=talked(monday)).windows[0].start.date() == next_monday.date()


def test_a_conversation_about_another_debt_does_not_pause_this_one(rules: RuleBook) -> None:
    assert call(rules, eastern(15, day=3), known=talked(eastern(15, day=2), "A-2")).allowed


def calls(*days: int, connected: bool = True) -> Known:
    return Known(
        attempts=tuple(Attempt(eastern(15, day=d), Channel.VOICE_MANUAL, "A-1", connected=connected) for d in days)
    )


def test_the_eighth_call_in_seven_days_waits_until_the_first_is_out_of_the_seven(rules: RuleBook) -> None:
    seven = calls(2, 3, 4, 5, 6, 7, 7)

    assert call(rules, eastern(16, day=8), known=calls(2, 3, 4, 5, 6, 7)).allowed
    assert not call(rules, eastern(16, day=8), known=seven).allowed
    assert call(rules, eastern(16, day=9), known=seven).allowed


def test_calls_to_a_number_that_is_not_in_service_do_not_count(rules: RuleBook) -> None:
    assert call(rules, eastern(16, day=8), known=calls(2, 3, 4, 5, 6, 7, 7, connected=False)).allowed


def test_a_new_number_does_not_reset_the_count(rules: RuleBook) -> None:
    assert not call(rules, eastern(16, day=8), "+12125550199", known=calls(2, 3, 4, 5, 6, 7, 7)).allowed


def test_b07_an_answer_counts_what_is_left_and_says_when_the_next_call_may_be(rules: RuleBook) -> None:
    assert call(rules, eastern(16), known=calls()).uses_left == 7
    assert call(rules, eastern(16, day=8), known=calls(1, 6, 6, 7)).uses_left == 4
    assert call(rules, eastern(16, day=8), place=BOSTON, known=calls(7)).uses_left == 1
    assert call(rules, eastern(16, day=4), known=talked(eastern(15, day=2))).uses_left == 0
    full = call(rules, eastern(16, day=8), known=calls(2, 3, 4, 5, 6, 7, 7))
    assert (full.allowed, full.uses_left) == (False, 0)
    assert full.next_at is not None
    assert full.next_at.date().isoformat() == "2026-11-09"


def test_b07_no_time_is_named_when_another_rule_closes_the_channel(rules: RuleBook) -> None:
    refused = Known(refusals=(Refusal(frozenset({Channel.VOICE_MANUAL}), eastern(9)),))
    closed = call(rules, eastern(16), known=refused)

    assert not closed.allowed
    assert closed.next_at is None


def test_in_massachusetts_the_third_call_in_seven_days_waits(rules: RuleBook) -> None:
    answer = call(rules, eastern(16, day=8), place=BOSTON, known=calls(6, 7))

    assert not answer.allowed
    assert answer.reasons[0].startswith("ST-MA1: ")


def test_the_new_york_city_cap_begins_on_its_day(rules: RuleBook) -> None:
    new_york = home("NY", "11201")
    august = Known(
        attempts=tuple(Attempt(eastern(12, month=8, day=d), Channel.VOICE_MANUAL, "A-1") for d in (28, 29, 30))
    )

    assert call(rules, eastern(15, month=8, day=31), place=new_york, known=august).allowed
    assert not call(rules, eastern(15, month=9, day=1), place=new_york, known=august).allowed
    assert call(rules, eastern(15, month=9, day=1), place=home("NY", "12207"), known=august).allowed


def test_on_a_quiet_day_of_the_agency_nobody_is_called(rules: RuleBook) -> None:
    book = replace(rules, profile=Profile(quiet_dates=frozenset({eastern(15, day=8).date()})))

    assert call(rules, eastern(15, day=8)).allowed
    assert not call(book, eastern(15, day=8)).allowed
    assert call(book, eastern(15, day=9)).allowed
