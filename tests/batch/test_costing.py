"""The price of a batch before it is run, on figures that can be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from skiptrace import compliance, strategies
from skiptrace.batch import Estimate, Estimator
from skiptrace.model import ChargedOn, Manifest
from skiptrace.waterfall import Strategy, StrategyStep, When
from tests import builders as build

RULES = compliance.load_rules(None)
PAID = build.manifest(build.product(price=Decimal("0.25"), charged_on=ChargedOn.HIT))


def estimate(manifest: Manifest = PAID, *steps: StrategyStep, cases: int = 1, **changes: object) -> Estimate:
    shipped = strategies.load()
    rows = steps or (StrategyStep("acme", "search", finds=0.4),)
    strategy = Strategy("test", shipped.wanted, shipped.recovery, shipped.worth_at_most, rows)
    estimator, found = Estimator(strategy, {"acme": manifest}, RULES), Estimate()
    for _ in range(cases):
        estimator.add(build.case(**changes), found)
    return found


def test_one_product_charged_on_hits_costs_its_share_of_finds() -> None:
    found = estimate(cases=100)

    assert found.capped(None) == (Decimal("10.00"), Decimal("25.00"))
    assert found.calls["acme", "search"] == pytest.approx(100)


def test_a_product_charged_on_requests_costs_every_call() -> None:
    found = estimate(build.manifest(build.product(charged_on=ChargedOn.REQUEST)), cases=100)

    assert found.capped(None) == (Decimal("25.00"), Decimal("25.00"))


def test_a_second_step_is_expected_only_where_the_first_found_nothing() -> None:
    steps = (
        StrategyStep("acme", "search", finds=0.4),
        StrategyStep("acme", "search", when=(When.NO_ADDRESS,), finds=0.4),
    )

    found = estimate(PAID, *steps)

    assert found.calls["acme", "search"] == pytest.approx(1.6)
    assert found.worst == Decimal("0.50")


def test_the_worst_case_stays_within_the_budget_of_a_case_and_the_cap_of_the_run() -> None:
    found = estimate(PAID, StrategyStep("acme", "search", at_most=20), cases=10, budget=Decimal("1.00"))

    assert found.worst == Decimal("10.00")
    assert found.capped(Decimal(3))[1] == Decimal(3)


def test_an_account_that_may_not_be_searched_costs_nothing_and_names_its_rule() -> None:
    found = estimate(account=build.account(state="closed"))

    assert (found.worst, found.expected) == (Decimal(0), 0.0)
    ((rule, _),) = found.barred
    assert rule == "X-10"


def test_a_product_that_the_purpose_does_not_allow_costs_nothing() -> None:
    found = estimate(purpose=replace(build.COLLECTION, glba="GLBA_NONE"))

    assert found.worst == 0


def test_a_call_that_cannot_be_worth_its_price_is_not_expected() -> None:
    assert estimate(account=build.account(balance=Decimal("2.00"))).worst == 0


def test_a_provider_that_is_not_configured_costs_nothing() -> None:
    assert estimate(PAID, StrategyStep("nobody", "search")).worst == 0
