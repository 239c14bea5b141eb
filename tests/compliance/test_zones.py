"""Where a person may be: ZIP codes that touch two zones, split area codes, overlays, values that say nothing."""

from __future__ import annotations

import pytest

from skiptrace.compliance.zones import is_residence, zones_of_address, zones_of_phone
from skiptrace.model import Address

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


def at(state: str = "", zip_code: str = "", line: str = "118 Alder Ct") -> Address:
    return Address(line, "", "Anytown", state, zip_code)


@pytest.mark.parametrize(
    ("area_code", "expected"),
    [
        ("212", {EASTERN}),
        ("206", {PACIFIC}),
        ("270", {CENTRAL, EASTERN}),
        ("364", {CENTRAL, EASTERN}),
        ("812", {CENTRAL, EASTERN}),
        ("930", {CENTRAL, EASTERN}),
        ("850", {CENTRAL, EASTERN}),
        ("448", {CENTRAL, EASTERN}),
        ("541", {MOUNTAIN, PACIFIC}),
        ("458", {MOUNTAIN, PACIFIC}),
        ("423", {CENTRAL, EASTERN}),
        ("729", {CENTRAL, EASTERN}),
        ("440", {EASTERN}),
        ("436", {EASTERN}),
        ("407", {EASTERN}),
        ("689", {EASTERN}),
        ("928", {MOUNTAIN, "America/Phoenix"}),
    ],
)
def test_an_area_code_has_the_zones_of_all_its_exchanges_and_overlays(area_code: str, expected: set[str]) -> None:
    assert zones_of_phone(f"+1{area_code}5550142") == expected


@pytest.mark.parametrize(
    "number", ["+18005550142", "+18885550142", "+15005550142", "+19005550142", "+14165550142", "911", ""]
)
def test_toll_free_personal_premium_foreign_and_short_numbers_say_nothing(number: str) -> None:
    assert zones_of_phone(number) == frozenset()


def test_a_number_is_read_with_or_without_country_code_and_punctuation() -> None:
    assert zones_of_phone("(212) 555-0142") == zones_of_phone("+12125550142") == zones_of_phone("2125550142")


def test_t55_a_zip_code_that_touches_two_zones_stands_for_both() -> None:
    assert zones_of_address(at("TN", "37338")) == {CENTRAL, EASTERN}
    assert {CENTRAL, MOUNTAIN} <= zones_of_address(at("SD", "57532"))


def test_navajo_and_hopi_land_may_keep_either_time() -> None:
    assert zones_of_address(at("AZ", "86045")) == {MOUNTAIN, "America/Phoenix"}
    assert zones_of_address(at("AZ", "85004")) == {"America/Phoenix"}


def test_indiana_keeps_its_own_zones() -> None:
    assert "America/Indiana/Indianapolis" in zones_of_address(at("IN", "46204"))
    assert CENTRAL in zones_of_address(at("IN", "46360"))


def test_towns_that_follow_the_larger_place_across_the_line_keep_both_times() -> None:
    assert zones_of_address(at("NV", "89883")) == {MOUNTAIN, PACIFIC}
    assert zones_of_address(at("AL", "36867")) == {CENTRAL, EASTERN}


def test_without_a_known_zip_code_the_state_stands_with_all_its_zones() -> None:
    assert zones_of_address(at("TX")) == {CENTRAL, MOUNTAIN}
    assert zones_of_address(at("tx", "00000")) == {CENTRAL, MOUNTAIN}


def test_a_zip_code_and_a_state_that_contradict_each_other_both_count() -> None:
    assert zones_of_address(at("CA", "10001")) == {EASTERN, PACIFIC}


def test_an_address_without_zip_code_and_state_says_nothing() -> None:
    assert zones_of_address(at()) == frozenset()


@pytest.mark.parametrize(
    "line", ["PO Box 142", "P.O. Box 142", "p o box 142", "PSC 3 Box 142", "c/o Jane Sample", "General Delivery"]
)
def test_nobody_is_known_to_live_at_a_box_or_care_of_somebody(line: str) -> None:
    assert not is_residence(at("TX", "78701", line))


def test_nobody_is_known_to_live_at_a_military_post_office() -> None:
    assert not is_residence(at("AE", "09001"))


@pytest.mark.parametrize("line", ["118 Alder Ct", "14 Boxwood Ln", "3 Posey St", "77 Cooper Rd"])
def test_a_street_address_is_a_residence(line: str) -> None:
    assert is_residence(at("TX", "78701", line))
