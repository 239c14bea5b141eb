"""The scorecard counts what is right today, and money and probabilities with it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from skiptrace.sandbox import Truth, score
from skiptrace.sandbox.addressing import same_address

HOME = "12 Oak St Apt 4, Austin, TX 78701"
OLD = "900 Elm Ave, Dallas, TX 75201"


def _truth(account_id: str = "A1", *, traceable: bool = True) -> Truth:
    return Truth(account_id, "P1", traceable, (HOME,), ("5125550101",), (OLD,), ("2145550102",))


def _contact(kind: str, value: str, probability: float = 0.9, status: str = "likely") -> dict[str, object]:
    return {"kind": kind, "value": value, "probability": probability, "status": status}


def _result(*contacts: dict[str, object], account_id: str = "A1", cost: str = "0.25") -> dict[str, object]:
    return {"account_id": account_id, "contacts": list(contacts), "cost": cost, "stop_reason": "enough"}


def test_only_the_top_ranked_contact_of_a_kind_counts_as_the_answer() -> None:
    card = score([_result(_contact("address", OLD), _contact("address", HOME))], [_truth()])

    assert card.address_right == 0
    assert card.located == 1


def test_a_phone_is_right_in_any_spelling() -> None:
    card = score([_result(_contact("phone", "+1 (512) 555-0101"))], [_truth()])

    assert card.phone_right == 1


def test_a_contact_below_likely_locates_nobody() -> None:
    card = score([_result(_contact("phone", "5125550101", 0.4, "candidate"))], [_truth()])

    assert (card.hits, card.located, card.cost_per_locate) == (1, 0, None)


def test_a_verified_contact_of_the_past_is_the_persons_own_but_not_current() -> None:
    verified = [_contact("address", OLD, 0.95, "verified"), _contact("phone", "5125550199", 0.95, "verified")]
    card = score([_result(*verified)], [_truth()])

    assert (card.verified, card.verified_own, card.verified_current) == (2, 1, 0)
    assert card.verified_precision == 0.5


def test_cost_per_locate_counts_what_was_spent_in_vain_too() -> None:
    found = _result(_contact("address", HOME), cost="0.25")
    not_found = _result(account_id="A2", cost="0.35")
    card = score([found, not_found], [_truth(), _truth("A2")])

    assert card.cost_per_locate == Decimal("0.6000")


def test_those_who_must_not_be_traced_are_counted_apart() -> None:
    card = score([_result(_contact("address", HOME))], [_truth(traceable=False)])

    assert (card.barred, card.barred_given_contacts, card.traceable, card.address_right) == (1, 1, 0, 0)


def test_the_reliability_bins_hold_what_was_claimed_against_what_came_true() -> None:
    results = [
        _result(_contact("address", HOME, 0.92)),
        _result(_contact("address", OLD, 0.96), account_id="A2"),
        _result(_contact("address", OLD, 1.0), account_id="A3"),
        _result(_contact("address", OLD, 0.15), account_id="A4"),
    ]
    low, high = score(results, [_truth(f"A{i}") for i in range(1, 5)]).address_bins

    assert (low.low, low.claims, low.right) == (0.1, 1, 0)
    assert (high.low, high.claims) == (0.9, 3)
    assert high.claimed == pytest.approx(0.96)
    assert high.right == pytest.approx(1 / 3)


def test_results_of_another_world_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 1"):
        score([_result(account_id="other")], [_truth()])


@pytest.mark.parametrize(
    "other",
    [
        "12 OAK STREET APT 4, AUSTIN, TX 78701-1234",
        "12 Oak St # 4, Austin, TX 78701",
        "12 OAK ST 4, AUSTIN TX 78701",
        "12 Oka St Unit 4, Austin, TX",
    ],
)
def test_one_dwelling_may_be_written_in_many_ways(other: str) -> None:
    assert same_address(HOME, other)


@pytest.mark.parametrize(
    "other",
    [
        "12 Oak St, Austin, TX 78701",
        "12 Oak St Apt 5, Austin, TX 78701",
        "21 Oak St Apt 4, Austin, TX 78701",
        "12 Oak St Apt 4, Austin, TX 78702",
        "12 Oak St Apt 4, Austin, MN",
        "PO Box 12, Austin, TX 78701",
    ],
)
def test_another_dwelling_is_another_dwelling(other: str) -> None:
    assert not same_address(HOME, other)
