"""Reported platforms report of a consumer, and what it adds up to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from skiptrace.compliance import account_now, known_from
from skiptrace.model import (
    REPORTED,
    AccountFact,
    AccountStated,
    Channel,
    ConsumerEvent,
    ConsumerEventKind,
    Fact,
    Inbound,
    Refusal,
    Reported,
    Residence,
)
from tests.builders import NOW, account

DAY = timedelta(days=1)
CEASE = AccountFact.CEASE
BANKRUPTCY_ENDED = AccountFact.BANKRUPTCY_ENDED


def event(what: Reported, at: datetime = NOW, account_id: str = "A-1") -> ConsumerEvent:
    return ConsumerEvent(f"e-{at.isoformat()}", "default", account_id, at, "platform", what)


def stated(*facts: tuple[AccountFact, Fact], at: datetime = NOW, state: str = "") -> ConsumerEvent:
    return event(AccountStated(state, None, facts), at)


def test_every_kind_of_event_has_its_type() -> None:
    assert set(REPORTED) == set(ConsumerEventKind)
    assert event(Refusal(frozenset({Channel.SMS}), NOW)).kind is ConsumerEventKind.REFUSAL


def test_the_newest_word_on_a_fact_counts() -> None:
    cleared = account_now(account(), [stated((CEASE, Fact.NO), at=NOW), stated((CEASE, Fact.YES), at=NOW - DAY)])
    assert cleared.fact(CEASE) is Fact.NO


@pytest.mark.parametrize("file_says", [{}, {CEASE: Fact.UNKNOWN}, {CEASE: Fact.NO}])
def test_a_newer_file_does_not_undo_a_reported_cease(file_says: dict[AccountFact, Fact]) -> None:
    placed = account(stated_at=NOW, facts=file_says)
    assert account_now(placed, [stated((CEASE, Fact.YES), at=NOW - DAY)]).fact(CEASE) is Fact.YES


def test_a_newer_file_outranks_an_older_report_that_would_open_something() -> None:
    placed = account(stated_at=NOW, facts={BANKRUPTCY_ENDED: Fact.NO})
    assert account_now(placed, [stated((BANKRUPTCY_ENDED, Fact.YES), at=NOW - DAY)]).fact(BANKRUPTCY_ENDED) is Fact.NO


def test_a_report_after_the_placement_changes_state_and_age() -> None:
    placed = account(stated_at=NOW - DAY)
    after = account_now(placed, [stated(state="paid", at=NOW)])
    assert (after.state, after.stated_at) == ("paid", NOW)


def test_reports_on_another_account_do_not_change_this_one() -> None:
    elsewhere = ConsumerEvent("e", "default", "A-2", NOW, "platform", AccountStated("paid"))
    assert account_now(account(), [elsewhere]) == account()


def test_what_was_said_last_about_the_place_counts() -> None:
    known = known_from([event(Residence("America/Denver")), event(Residence("America/Chicago"), NOW - DAY)])
    assert known.stated is not None
    assert known.stated.zone == "America/Denver"
    assert known_from([event(Inbound("America/Denver"))]).stated is None
