"""Addresses of nearly the same words, which are not one, and words beside an address that change nothing."""

from __future__ import annotations

from itertools import combinations

import pytest

from skiptrace.matching.addresses import compare_addresses

# One house number and nearly the same words in each family; no two are one delivery point.
FAMILIES = {
    "directional before the city": (
        "12 Wexcombe St, East Hazel Crest IL 60429",
        "12 Wexcombe St E East Hazel Crest IL 60429",
        "12 E Wexcombe St, Hazel Crest, IL 60429",
    ),
    "unit and numbered street": (
        "12 Avenue 5 C, Reno NV 89502",
        "12 Avenue C Apt 5, Reno NV 89502",
        "12 Avenue C, 6, Reno NV 89502",
    ),
    "unit and numbered road": ("12 Highway 5 Apt 7, Reno NV 89502", "12 Highway 7 5, Reno NV 89502"),
    "unit and house number": ("12 Wexcombe Apt 7, Reno NV", "7 Wexcombe, 12, Reno NV", "12 Wexcombe Reno NV 89502"),
    "kinds of units": (
        "9 Wexcombe Ct Apt 2, Reno NV 89502",
        "9 Wexcombe Ct Fl 2 Reno NV",
        "9 Wexcombe Ct Bldg 2, Reno",
    ),
    "street of a letter": ("72 N St, Pittsfield MA 01201", "72 North Street Pittsfield MA 01201"),
    "parts of a house": (
        "9 Wexcombe Ct (brick house), Reno NV 89502",
        "9 Wexcombe Ct (tin house), Reno NV 89502",
        "Guest House, 9 Wexcombe Ct, Reno NV 89502",
    ),
    "towns": ("12 Wexcombe Rd Leander TX", "12 Wexcombe Rd, Lago Vista, TX", "12 Wexcombe Rd TX"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_nearly_the_same_words_are_not(family: str) -> None:
    pairs = combinations(FAMILIES[family], 2)
    assert [pair for pair in pairs if compare_addresses(*pair).verdict == "same"] == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Dana & Lee Whitcomb, 12 Wexcombe Rd, Reno NV 89502", "12 Wexcombe Rd (blue house), Reno NV 89502"),
        ("Home - 12 Wexcombe Rd, Reno NV 89502", "Oak Grove Apartments, 12 Wexcombe Rd, Reno NV 89502"),
        ("(old address) 12 Wexcombe Rd, Reno NV 89502", "Mr. Dana R. Whitcomb, 12 Wexcombe Rd, Reno NV 89502"),
    ],
)
def test_people_and_headings_beside_an_address_name_no_part_of_a_building(first: str, second: str) -> None:
    assert compare_addresses(first, second).verdict == "same"


def test_two_parts_of_a_building_are_not_one() -> None:
    parts = ("Madison Hall", "Grant Hall", "Carriage Barn", "Pool House", "Maple Tower", "Oak Grove Apartments")
    written = [f"{part}, 12 Wexcombe Rd, Reno NV 89502" for part in parts]
    assert [pair for pair in combinations(written, 2) if compare_addresses(*pair).verdict == "same"] == []


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("41-17 Wexcombe Blvd, Flushing NY 11355", "4117 Wexcombe Blvd, Flushing NY 11355", "same"),
        ("94-1021 Wexcombe St, Waipahu HI 96797", "941021 Wexcombe St, Waipahu HI 96797", "same"),
        ("41-17 Wexcombe Blvd, Reno NV 89502", "4117 Wexcombe Blvd, Reno NV 89502", "possible"),
        ("12-34 Wexcombe Blvd, Flushing NY 11355", "123-4 Wexcombe Blvd, Flushing NY 11355", "different"),
    ],
)
def test_a_hyphen_may_be_left_out_where_house_numbers_are_written_with_one(
    first: str, second: str, verdict: str
) -> None:
    assert compare_addresses(first, second).verdict == verdict


@pytest.mark.parametrize("number", ["1427", "147", "14"])
@pytest.mark.parametrize("unread", ["14?7", "?427", "142?", "14_7", "14*7", "142_"])
def test_a_house_number_with_a_figure_that_cannot_be_read_is_no_number(unread: str, number: str) -> None:
    compared = compare_addresses(f"{unread} Wexcombe Rd, Reno NV 89502", f"{number} Wexcombe Rd, Reno NV 89502")
    assert compared.verdict == "possible"


def test_a_unit_is_found_between_the_zip_code_and_a_remark() -> None:
    cells = ("12 Wexcombe Rd, Reno NV 89502-1234 Apt No. 18 per DMV", "12 Wexcombe Rd, Reno NV 89502")
    assert compare_addresses(*cells).verdict == "possible"
