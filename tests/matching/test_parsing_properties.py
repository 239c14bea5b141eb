"""Properties that hold for any text: nothing raises, comparing is symmetric, normalising twice changes nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.matching.addresses import ParsedAddress, compare_addresses, parse_address, parse_address_parts
from skiptrace.matching.names import compare_names, parse_name, parse_name_parts
from skiptrace.matching.phones import compare_phones, parse_phone

FIXTURES = Path(__file__).parents[2] / "fixtures" / "matching"
VOCABULARY = """
123 12 1/2 N SW NORTH ST STREET AVE HWY US STATE ROUTE RR BOX PO 4 APT # STE REAR FL 2ND KESTREL MAIN ST. , ,
AMES IA 50010 50010-1234 NEW YORK NY PR URB CALLE A APO AE PSC - & / ( ) C/O GENERAL DELIVERY ONE 5TH FIFTH
CT LA USA JR SMITH O' DE LA VAN JOHN & AND ESTATE OF AKA NEE ½ É 王 Я 303 555 0142 x12 +1 (303) ext
"""
WORDS = (*VOCABULARY.split(), "\n")
jumbled = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
anything = st.one_of(jumbled, st.text(max_size=60), st.binary(max_size=40), st.none())


def real_addresses() -> list[str]:
    with (FIXTURES / "addresses.csv").open(newline="") as file:
        return sorted({row[side] for row in csv.DictReader(file) for side in ("first", "second")})


@settings(max_examples=400, deadline=None)
@given(anything, anything)
def test_nothing_raises_and_comparing_is_symmetric(a: str | bytes | None, b: str | bytes | None) -> None:
    assert compare_addresses(a, b).verdict == compare_addresses(b, a).verdict
    assert compare_names(a, b).score == compare_names(b, a).score
    assert compare_phones(a, b).verdict == compare_phones(b, a).verdict


@settings(max_examples=200, deadline=None)
@given(anything, jumbled, jumbled, anything)
def test_parts_never_raise(a: str | bytes | None, b: str, c: str, d: str | bytes | None) -> None:
    assert parse_address(a, b, c, d)
    assert parse_address_parts(b, c, b, c, b, c, b)
    assert parse_name_parts(a, b, c, d)


@settings(max_examples=200, deadline=None)
@given(jumbled)
def test_a_text_is_never_different_from_itself(text: str) -> None:
    assert compare_addresses(text, text).verdict in {"same", "possible"}
    assert compare_names(text, text).verdict in {"same", "possible"}
    assert compare_phones(text, text).verdict in {"same", "unknown"}


@pytest.mark.parametrize("part", range(4))
def test_parsing_the_standard_line_changes_nothing(part: int) -> None:
    changed = [
        text
        for text in real_addresses()[part::4]
        if (once := parse_address(text)).kind != "unknown" and _keys(parse_address(once.standard)) != _keys(once)
    ]

    assert changed == []


def _keys(address: ParsedAddress) -> tuple[str, ...]:
    return address.delivery_key, address.city_key, address.state, address.zip5, address.zip4


@settings(max_examples=100, deadline=None)
@given(jumbled)
def test_a_phone_is_read_again_from_its_own_form(text: str) -> None:
    phone = parse_phone(text)

    if phone.e164:
        assert parse_phone(phone.e164).e164 == phone.e164


def test_values_that_hold_people_print_as_stars() -> None:
    for value in (parse_address("12 Elm St, Ames IA"), parse_name("Jane Roe"), parse_phone("303-555-0142")):
        assert repr(value).endswith("(***)")
        assert str(value).endswith("(***)")
    assert "ELM" not in repr(compare_addresses("12 Elm St", "12 Elm St"))
    assert "ROE" not in repr(compare_names("Jane Roe", "Jane Roe"))
