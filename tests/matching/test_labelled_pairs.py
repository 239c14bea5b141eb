"""The labelled pairs in fixtures/matching, held to the figures the parsers promise."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from skiptrace.matching.addresses import compare_addresses
from skiptrace.matching.names import compare_names
from skiptrace.matching.phones import parse_phone

FIXTURES = Path(__file__).parents[2] / "fixtures" / "matching"


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def verdicts(name: str) -> Counter[tuple[str, str]]:
    compare = {"addresses": compare_addresses, "names": compare_names}[name]
    return Counter((row["label"], compare(row["first"], row["second"]).verdict) for row in rows(name))


@pytest.mark.parametrize("name", ["addresses", "names"])
def test_nothing_but_the_same_is_called_the_same(name: str) -> None:
    called_same = {
        label: count for (label, verdict), count in verdicts(name).items() if verdict == "same" and label != "same"
    }

    assert called_same == {}


def test_nearly_all_same_addresses_are_found() -> None:
    found = verdicts("addresses")

    recall = found["same", "same"] / sum(count for (label, _), count in found.items() if label == "same")
    assert recall >= 0.97


def test_most_same_names_are_found() -> None:
    found = verdicts("names")

    recall = found["same", "same"] / sum(count for (label, _), count in found.items() if label == "same")
    assert recall >= 0.95


def test_another_unit_is_recognised_as_one() -> None:
    found = verdicts("addresses")

    share = found["different_unit", "different_unit"] / sum(
        n for (label, _), n in found.items() if label == "different_unit"
    )
    assert share >= 0.98


def test_a_part_that_contradicts_makes_addresses_different() -> None:
    found = verdicts("addresses")

    share = found["different", "different"] / sum(count for (label, _), count in found.items() if label == "different")
    assert share >= 0.93


def test_missing_parts_are_reported_as_possible() -> None:
    found = verdicts("addresses")

    share = found["possible", "possible"] / sum(count for (label, _), count in found.items() if label == "possible")
    assert share >= 0.9


@pytest.mark.parametrize("row", rows("phones"), ids=lambda row: f"{row['category']}: {row['text']!r}")
def test_a_phone_cell_is_read_as_labelled(row: dict[str, str]) -> None:
    phone = parse_phone(row["text"])

    assert row["e164"] in {phone.e164, "*"}
    assert phone.extension == row["extension"]
    assert phone.usable == (row["usable"] == "yes")


def test_the_fixtures_are_as_large_as_promised() -> None:
    assert (len(rows("addresses")) >= 600, len(rows("names")) >= 300, len(rows("phones")) >= 200) == (True, True, True)
