"""Whom next, is it worth it, and when to stop."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from skiptrace.model import Asks, ContactKind, Ground, Match, Party, StopReason
from skiptrace.waterfall import Ask, Progress, Skip, Stop, Strategy, StrategyStep, When, expected_worth, next_move
from tests import builders as build

STRATEGY = Strategy(
    name="test",
    wanted={ContactKind.ADDRESS: 0.9, ContactKind.PHONE: 0.8},
    recovery=0.1,
    worth_at_most=Decimal(50),
    steps=(StrategyStep("acme", "search", (When.NO_ADDRESS, When.NO_PHONE), 1, 0.5),),
)
MANIFESTS = {"acme": build.manifest()}
FOUND = build.judgement(build.address("9 Elm St", 0.95), build.phone("+15125550199", 0.85))


def progress(**changes: object) -> Progress:
    return replace(Progress(build.case(), build.judgement()), **changes)  # type: ignore[arg-type]


def move(strategy: Strategy = STRATEGY, manifests: object = None, **changes: object) -> Ask | Skip | Stop:
    return next_move(strategy, MANIFESTS if manifests is None else manifests, progress(**changes))  # type: ignore[arg-type]


def test_a_call_that_is_worth_more_than_its_price_is_made() -> None:
    asked = move()
    assert isinstance(asked, Ask)
    assert asked.worth == Decimal("25.0000")  # 50 dollars at most, half of them expected to be found


def test_a_call_whose_worth_is_below_its_price_is_not_made() -> None:
    small = build.case(account=build.account(balance=Decimal(4)))
    skipped = move(case=small)
    assert isinstance(skipped, Skip)
    assert skipped.because is StopReason.NOT_WORTH_IT
    assert "0.2000 is below the price 0.2500" in skipped.reason


def test_a_free_call_needs_no_worth() -> None:
    free = {"acme": build.manifest(build.product(price=Decimal(0)))}
    assert isinstance(move(manifests=free, case=build.case(account=build.account(balance=Decimal("0.01")))), Ask)


def test_the_budget_is_never_crossed() -> None:
    skipped = move(spent=Decimal("4.76"))
    assert isinstance(skipped, Skip)
    assert skipped.because is StopReason.BUDGET


def test_it_stops_when_the_belief_is_enough() -> None:
    stop = move(judgement=FOUND, asked=1)
    assert isinstance(stop, Stop)
    assert stop.reason is StopReason.ENOUGH


def test_one_kind_found_is_not_enough() -> None:
    skipped = move(judgement=build.judgement(build.address("9 Elm St", 0.95)), asked=1)
    assert isinstance(skipped, Skip)


def test_a_relatives_phone_does_not_count() -> None:
    other = build.judgement(build.address("9 Elm St", 0.95), build.phone("+15125550199", 0.99, party=Party.RELATIVE))
    assert not isinstance(move(judgement=other, asked=1), Stop)


def test_a_step_is_asked_no_more_often_than_it_says() -> None:
    ask = move()
    assert isinstance(ask, Ask)
    after = progress().after(ask, ask.product.price, build.judgement())
    assert (after.row, after.asked, after.spent) == (1, 0, Decimal("0.25"))


def test_a_provider_that_is_not_configured_is_skipped_by_name() -> None:
    assert move(manifests={}) == Skip(STRATEGY.steps[0], "the provider is not configured")


def test_the_end_says_why_it_ended() -> None:
    row = STRATEGY.steps[0]
    for because in (StopReason.BUDGET, StopReason.NOT_WORTH_IT, StopReason.EXHAUSTED):
        stop = move(row=1, skipped=(Skip(row, "…", because),))
        assert isinstance(stop, Stop)
        assert stop.reason is because


def phone_checks(at_most: int = 2) -> tuple[Strategy, dict[str, object]]:
    strategy = replace(STRATEGY, steps=(StrategyStep("acme", "check", (When.ALWAYS,), at_most, 0.5),))
    checks = build.product(id="check", asks=Asks.PHONE, gives=("phone_check",), price=Decimal("0.02"))
    return strategy, {"acme": build.manifest(checks)}


def test_a_phone_check_asks_about_the_likeliest_unverified_phone_of_the_subject_and_never_twice() -> None:
    strategy, manifests = phone_checks()
    checked = build.phone("+15125550101", 0.9, grounds=(Ground("acme", "", verifies=True),))
    relative = build.phone("+15125550102", 0.8, party=Party.RELATIVE)
    first, second = build.phone("+15125550103", 0.7), build.phone("+15125550104", 0.6)
    known = build.judgement(checked, relative, first, second)

    ask = move(strategy, manifests, judgement=known)
    assert isinstance(ask, Ask)
    assert ask.inquiry.phone == "+15125550103"

    after = progress(judgement=known).after(ask, Decimal(0), known)
    again = next_move(strategy, manifests, after)  # type: ignore[arg-type]
    assert isinstance(again, Ask)
    assert again.inquiry.phone == "+15125550104"


def test_a_phone_we_are_sure_of_is_not_worth_checking() -> None:
    strategy, manifests = phone_checks()
    poor = build.case(account=build.account(balance=Decimal(50)))
    skipped = move(strategy, manifests, case=poor, judgement=build.judgement(build.phone("+15125550101", 0.999)))
    assert isinstance(skipped, Skip)
    assert skipped.because is StopReason.NOT_WORTH_IT


def test_a_step_for_ambiguous_cases_waits_for_one() -> None:
    strategy = replace(STRATEGY, steps=(StrategyStep("acme", "search", (When.AMBIGUOUS,)),))
    assert isinstance(move(strategy), Skip)
    twins = build.judgement(matches=(Match("r1", "acme", 0.5, Party.UNKNOWN, ambiguous=True),))
    assert isinstance(move(strategy, judgement=twins), Ask)


@given(st.decimals(0, 100_000, places=2), st.floats(0, 1), st.floats(0, 1), st.decimals(0, 100_000, places=2))
def test_worth_grows_with_balance_and_chance_and_never_exceeds_the_cap(
    balance: Decimal, low: float, high: float, more: Decimal
) -> None:
    low, high = sorted((low, high))
    small = build.case(account=build.account(balance=balance))
    large = build.case(account=build.account(balance=balance + more))
    assert expected_worth(STRATEGY, small, low) <= expected_worth(STRATEGY, small, high)
    assert expected_worth(STRATEGY, small, high) <= expected_worth(STRATEGY, large, high) <= Decimal(50)
