"""A sample of accounts looks like a placement file: debtors who were lost, a few who must not be traced."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from skiptrace.sandbox import World, sample_accounts, truths, write_accounts
from skiptrace.sandbox.accounts import COLUMNS


@pytest.fixture(scope="module")
def rows(large_world: World) -> list[dict[str, str]]:
    return sample_accounts(large_world, 300, seed=5)


def test_the_same_seed_draws_the_same_accounts(large_world: World, rows: list[dict[str, str]]) -> None:
    assert sample_accounts(large_world, 300, seed=5) == rows
    assert sample_accounts(large_world, 300, seed=6) != rows


def test_every_account_is_of_another_person(rows: list[dict[str, str]]) -> None:
    assert len({row["account_id"] for row in rows}) == len(rows) == 300


def test_most_debtors_have_left_the_address_or_lost_the_number(large_world: World, rows: list[dict[str, str]]) -> None:
    known = {truth.account_id: truth for truth in truths(large_world, [row["account_id"] for row in rows])}
    moved = 0
    for row in rows:
        stated = f"{row['house']} {row['street']}" if row["house"] else f"PO BOX {row['po_box']}"
        here = [address for address in known[row["account_id"]].addresses if address.upper().startswith(stated)]
        moved += not here or (bool(row["phone"]) and row["phone"] not in known[row["account_id"]].phones)

    assert moved / len(rows) > 0.6


def test_the_stated_address_is_one_where_the_debtor_has_lived(large_world: World, rows: list[dict[str, str]]) -> None:
    known = {truth.account_id: truth for truth in truths(large_world, [row["account_id"] for row in rows])}
    for row in rows:
        truth = known[row["account_id"]]
        lived = [address.upper() for address in (*truth.addresses, *truth.past_addresses)]
        assert any(address.startswith(row["address"]) for address in lived)


def test_a_few_must_not_be_traced_and_the_file_says_so_for_some_only(
    large_world: World, rows: list[dict[str, str]]
) -> None:
    states = Counter(row["account_state"] for row in rows)
    barred = sum(not truth.traceable for truth in truths(large_world, [row["account_id"] for row in rows]))

    assert states["deceased"] >= 1
    assert states["bankrupt"] >= 1
    assert states["closed"] >= 1
    assert barred > sum(states.values()) - states["open"]


def test_dates_and_money_are_plausible(large_world: World, rows: list[dict[str, str]]) -> None:
    for row in rows:
        opened, last_contact = date.fromisoformat(row["opened_on"]), date.fromisoformat(row["last_contact_on"])
        assert opened < last_contact < date.fromisoformat(row["as_of"]) == large_world.today
        assert 60 <= float(row["balance"]) <= 25_000


def test_a_world_that_is_too_small_says_what_it_lacks(world: World) -> None:
    with pytest.raises(ValueError, match="grow a larger one"):
        sample_accounts(world, 5_000)


def test_the_file_has_the_columns_of_a_placement_file(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = tmp_path / "accounts.csv"
    write_accounts(path, rows)
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))

    assert tuple(read[0]) == COLUMNS
    assert read == rows
