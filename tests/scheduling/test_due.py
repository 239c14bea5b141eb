"""When an account is due: clocks, triggers, limits; and what must hold whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.errors import ConfigError
from skiptrace.model import Account, AccountFact, Fact, Lane, PaymentHistory, Responsiveness
from skiptrace.scheduling import Happened, Happening, History, LastTrace, load_policy, next_due, segment_of

POLICY = load_policy()
NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = Account("A-1", "open", Decimal(1200), opened_on=date(2024, 11, 2))


def after(days: float) -> datetime:
    return NOW + days * DAY


# The shipped file, case by case


def test_an_account_that_was_never_traced_is_due_at_once() -> None:
    due = next_due(History(OPEN), NOW, POLICY)
    assert due is not None
    assert (due.at, due.reason, due.segment) == (NOW, "never traced", "others")


@pytest.mark.parametrize(
    ("changes", "segment", "budget"),
    [
        ({"balance": Decimal(80), "opened_on": date(2020, 1, 1)}, "small_and_old", "0.10"),
        ({"balance": Decimal(80)}, "small_and_old", "0.10"),
        ({"balance": Decimal(80), "opened_on": None}, "small", "0.40"),
        ({"opened_on": date(2026, 9, 1)}, "fresh", "3.00"),
        ({"balance": Decimal(9000)}, "large", "5.00"),
        ({"responsiveness": Responsiveness.SILENT}, "silent", "4.00"),
        ({"payment_history": PaymentHistory.BROKEN_PROMISE}, "broke_a_promise", "2.00"),
        ({"payment_history": PaymentHistory.PAYING}, "others", "1.50"),
        ({}, "others", "1.50"),
    ],
)
def test_the_shipped_segments(changes: dict[str, object], segment: str, budget: str) -> None:
    found = segment_of(replace(OPEN, **changes), NOW.date(), POLICY)  # type: ignore[arg-type]
    assert (found.name, found.budget) == (segment, Decimal(budget))


@pytest.mark.parametrize(
    ("last", "days"),
    [
        (LastTrace(NOW, usable=2), 120),
        (LastTrace(NOW, usable=1, reached=True), 365),
        (LastTrace(NOW, usable=0), 90),
        (LastTrace(NOW, usable=0, held=True), 90),
    ],
)
def test_the_clock_runs_by_how_the_last_trace_stands(last: LastTrace, days: int) -> None:
    due = next_due(History(OPEN, last, (NOW,)), NOW, POLICY)
    assert due is not None
    assert due.at == after(days)


def test_a_lost_contact_is_acted_on_at_once() -> None:
    history = History(OPEN, LastTrace(after(-20), usable=0), (after(-20),), (Happened(Happening.DISCONNECTED, NOW),))
    due = next_due(history, NOW, POLICY)
    assert due is not None
    assert (due.at, due.reason, due.lane) == (NOW, "disconnected", Lane.STANDARD)


def test_a_dead_number_waits_while_another_contact_is_good_but_returned_mail_does_not() -> None:
    reachable = History(OPEN, LastTrace(after(-20), usable=1), (after(-20),))
    dead = next_due(replace(reachable, happened=(Happened(Happening.DISCONNECTED, NOW),)), NOW, POLICY)
    mail = next_due(replace(reachable, happened=(Happened(Happening.RETURNED_MAIL, NOW),)), NOW, POLICY)
    assert dead is not None
    assert mail is not None
    assert dead.at == after(100)
    assert mail.at == NOW


def test_what_happened_before_the_last_trace_is_done_with() -> None:
    last = LastTrace(NOW, usable=0)
    due = next_due(History(OPEN, last, (NOW,), (Happened(Happening.WRONG_PARTY, after(-1)),)), NOW, POLICY)
    assert due is not None
    assert due.at == after(90)


def test_a_seventh_trace_within_a_year_waits_for_the_first_to_leave_it() -> None:
    started = tuple(after(-n) for n in (300, 250, 200, 150, 100, 2))
    history = History(OPEN, LastTrace(after(-2), 0), started, (Happened(Happening.RETURNED_MAIL, NOW),))
    due = next_due(history, NOW, POLICY)
    assert due is not None
    assert due.at == after(65)
    assert due.reason == "returned mail, no earlier by the limits"


def test_a_small_old_balance_is_never_traced_again_while_something_usable_is_left() -> None:
    small = replace(OPEN, balance=Decimal(40))
    assert next_due(History(small, LastTrace(NOW, usable=1), (NOW,)), NOW, POLICY) is None


# What holds for all facts

moments = st.integers(-900, 0).map(after)
accounts = st.builds(
    Account,
    account_id=st.just("A-1"),
    state=st.sampled_from(["open", "legal", "paid", "ceased", "deceased"]),
    balance=st.decimals(0, 20_000, places=2),
    opened_on=st.none() | st.dates(date(2015, 1, 1), NOW.date()),
    facts=st.dictionaries(st.sampled_from(AccountFact), st.sampled_from(Fact), max_size=3),
    payment_history=st.sampled_from(PaymentHistory),
    responsiveness=st.sampled_from(Responsiveness),
)
happenings = st.builds(Happened, st.sampled_from(Happening), moments)


@st.composite
def histories(draw: st.DrawFn) -> History:
    started = tuple(draw(st.lists(moments, max_size=9)))
    last = (
        LastTrace(max(started), draw(st.integers(0, 3)), draw(st.booleans()), draw(st.booleans())) if started else None
    )
    return History(draw(accounts), last, started, tuple(draw(st.lists(happenings, max_size=4))))


@given(histories(), happenings)
def test_one_more_thing_that_happened_never_makes_it_later(history: History, happened: Happened) -> None:
    before = next_due(history, NOW, POLICY)
    more = next_due(replace(history, happened=(*history.happened, happened)), NOW, POLICY)
    if before is not None:
        assert more is not None
        assert more.at <= before.at


@given(histories(), happenings, st.integers(0, 400))
def test_contact_lost_sooner_is_not_acted_on_later(history: History, happened: Happened, days: int) -> None:
    """As long as it was lost after the last trace; what was lost before has been looked into."""
    sooner = replace(happened, at=happened.at - timedelta(days=days))
    if history.last is not None and sooner.at <= history.last.at:
        return
    late = next_due(replace(history, happened=(*history.happened, happened)), NOW, POLICY)
    soon = next_due(replace(history, happened=(*history.happened, sooner)), NOW, POLICY)
    if late is not None:
        assert soon is not None
        assert soon.at <= late.at


@given(histories())
def test_it_is_never_due_before_the_limits_allow(history: History) -> None:
    due = next_due(history, NOW, POLICY)
    if due is None or history.last is None:
        return
    assert due.at >= max(history.started) + POLICY.apart
    within_a_year = [at for at in history.started if due.at - timedelta(days=365) < at <= due.at]
    assert len(within_a_year) < POLICY.most_per_year


@given(histories())
def test_a_stopped_account_is_never_due(history: History) -> None:
    stopped = history.account.state in POLICY.stop_states or any(
        history.account.fact(which) is Fact.YES for which in POLICY.stop_facts
    )
    if stopped:
        assert next_due(history, NOW, POLICY) is None


@given(histories())
def test_the_same_facts_give_the_same_answer_in_any_order(history: History) -> None:
    turned = replace(history, started=history.started[::-1], happened=history.happened[::-1])
    assert next_due(turned, NOW, POLICY) == next_due(history, NOW, POLICY)


# The file


def test_a_file_whose_last_segment_does_not_fit_all_is_refused(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "src/skiptrace/scheduling/default.toml").read_text()
    file = tmp_path / "mine.toml"
    file.write_text(text.replace('name = "others"\n', 'name = "others"\nbalance_from = "1"\n'))
    with pytest.raises(ConfigError, match="must fit every account"):
        load_policy(file)


def test_a_misspelt_field_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "x"\n[limits]\nhours_apart = 24\nmost_per_yaer = 6\n')
    with pytest.raises(ConfigError, match=r"limits\.most_per_yaer"):
        load_policy(file)


def test_two_segments_in_the_order_of_the_file(tmp_path: Path) -> None:
    names = [segment.name for segment in POLICY.segments]
    assert names.index("small_and_old") < names.index("small") < names.index("others") == len(names) - 1
