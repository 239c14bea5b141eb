"""One comparison per field, as levels."""

from __future__ import annotations

from typing import Any

import pytest

from skiptrace.matching.cases import Question, columns_of
from skiptrace.matching.comparisons import compare
from skiptrace.matching.levels import LEVELS
from skiptrace.model import Address, AddressSighting, Name, PartialDate
from tests.matching.invented import TODAY, phone, record, subject


def level(field: str, asked: dict[str, Any], found: dict[str, Any]) -> str:
    case = columns_of([Question(subject(**asked), [record(**found)], TODAY)])
    compared = compare(case.people, case.subjects, case.rows)
    return LEVELS[field][compared.levels[field][0]]


def names(*texts: tuple[str, str, str, str]) -> dict[str, Any]:
    return {"names": tuple(Name(*parts) for parts in texts)}


@pytest.mark.parametrize(
    ("asked", "found", "expected"),
    [
        ("Robert", "Robert", "same"),
        ("Robert", "Bob", "nickname"),
        ("Robert", "Robret", "near"),
        ("Robert", "R", "initial"),
        ("Robert", "Rachel", "same_initial"),
        ("Robert", "Susan", "different"),
        ("Robert", "", "missing"),
    ],
)
def test_a_given_name_may_be_the_same_short_misspelt_or_another(asked: str, found: str, expected: str) -> None:
    assert level("given", names((asked, "", "Okafor", "")), names((found, "", "Okafor", ""))) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [("Okafor", "same"), ("Okafro", "near"), ("Okafor-Lindqvist", "part"), ("Lindqvist", "different")],
)
def test_a_surname_may_be_part_of_a_double_one(found: str, expected: str) -> None:
    assert level("surname", names(("Marion", "", "Okafor", "")), names(("Marion", "", found, ""))) == expected


def test_a_filler_is_no_surname() -> None:
    assert level("surname", names(("Marion", "", "Okafor", "")), names(("Marion", "", "No Last Name", ""))) == "missing"


def test_given_name_and_surname_may_have_changed_places() -> None:
    swapped = names(("Okafor", "", "Marion", ""))
    assert level("given", names(("Marion", "", "Okafor", "")), swapped) == "near"
    assert level("surname", names(("Marion", "", "Okafor", "")), swapped) == "near"


def test_the_alias_that_agrees_best_is_compared() -> None:
    aliases = names(("Terry", "", "Vance", ""), ("Marion", "", "Okafor", ""))
    assert level("given", names(("Marion", "", "Okafor", "")), aliases) == "same"


def test_suffixes_of_two_generations_contradict_each_other() -> None:
    father, son = names(("Lou", "", "Okafor", "Sr")), names(("Lou", "", "Okafor", "Jr"))
    assert level("suffix", father, son) == "different"
    assert level("suffix", father, names(("Lou", "", "Okafor", ""))) == "one_sided"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (PartialDate(1971, 5, 23), "same"),
        (PartialDate(1971, 5), "month_agrees"),
        (PartialDate(1971), "year_agrees"),
        (PartialDate(1971, 5, 24), "one_part_off"),
        (PartialDate(1977, 5, 23), "one_part_off"),
        (PartialDate(1971, 9, 2), "year_only"),
        (PartialDate(1972, 9, 2), "near_year"),
        (PartialDate(1999, 9, 2), "generation"),
        (PartialDate(1963, 9, 2), "different"),
        (None, "missing"),
    ],
)
def test_birth_dates_agree_as_far_as_both_state_them(found: PartialDate | None, expected: str) -> None:
    assert level("birth_date", {"birth_date": PartialDate(1971, 5, 23)}, {"birth_date": found}) == expected


def test_month_and_day_may_be_exchanged() -> None:
    swapped = {"birth_date": PartialDate(1971, 4, 11)}
    assert level("birth_date", {"birth_date": PartialDate(1971, 11, 4)}, swapped) == "swapped"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("0142", "same"),
        ("0143", "typing_error"),
        ("0412", "typing_error"),
        ("0241", "different"),
        ("9876", "different"),
    ],
)
def test_an_ssn_may_have_one_typing_error(found: str, expected: str) -> None:
    assert level("ssn4", {"ssn4": "0142"}, {"ssn4": found}) == expected


def at(line: str, unit: str = "", zip_code: str = "78701", city: str = "Austin") -> dict[str, Any]:
    return {"addresses": (AddressSighting(Address(line, unit, city, "TX", zip_code)),)}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (at("118 Alder Court"), "same"),
        (at("118 Aldr Ct"), "alike"),
        (at("181 Alder Ct"), "same_street"),
        (at("118 Alder Ct", "Apt 9"), "same_building"),
        (at("40 Elm St"), "same_area"),
        (at("40 Elm St", zip_code="77002", city="Houston"), "elsewhere"),
    ],
)
def test_house_numbers_agree_exactly_or_not_at_all(found: dict[str, Any], expected: str) -> None:
    assert level("address", at("118 Alder Ct", "" if expected != "same_building" else "Apt 4"), found) == expected


def test_a_phone_may_be_one_digit_off() -> None:
    asked = {"phones": (phone("5125550142", 2022),)}
    assert level("phone", asked, {"phones": (phone("(512) 555-0142", 2024),)}) == "same"
    assert level("phone", asked, {"phones": (phone("5125550143", 2024),)}) == "typing_error"
    assert level("phone", asked, {"phones": (phone("5125550199", 2024), phone("5125550142", 2020))}) == "same"


@pytest.mark.parametrize("surnames", [("Varga", "Okafor-Varga"), ("Okafor-Varga", "Varga"), ("Okafor", "Okafor-Varga")])
def test_a_double_surname_shares_a_part_whichever_part_and_whichever_side(surnames: tuple[str, str]) -> None:
    asked, found = (names(("Marion", "", surname, "")) for surname in surnames)
    assert level("surname", asked, found) == "part"
