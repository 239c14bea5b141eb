"""Ordinary addresses are read by themselves, exactly as all others are."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from skiptrace.matching.addresses import ParsedAddress, parsing
from skiptrace.matching.addresses.ordinary import read_ordinary
from skiptrace.matching.tables import word_set

FIXTURES = Path(__file__).parents[2] / "fixtures" / "matching" / "addresses.csv"
WORDS = sorted(
    word_set("""
    ELM OAK LAKE SILVER MAPLE ST STREET RD AVE DRIVE CT LA HWY ROUTE COUNTY STATE N S E W NE SOUTH NO THE OF AND AT A B
    T APT UNIT STE FL BOX PO RR KM REAR FRONT 1ST 22ND 103RD 42TH FIFTH TWENTY ONE HUNDRED MAIL STOP STAPT APTB UNITY
    LANCASTER BILLS US USA NYC YORK NEW WASHINGTON APO URB CALLE VIA BROADWAY LOOP SPUR OLD KING JR MC I K M TX WI PR
""")
)
CITIES = [
    "Ames",
    "NEW YORK",
    "Saint Paul",
    "San Juan",
    "Apo",
    "Story County",
    "JR Town",
    "Elm",
    "NW Salem",
    "Unity",
    "Ft Mill",
]
STATES = ["IA", "NY", "MN", "PR", "CT", "LA", "AE", "ZZ", "FL", "CO"]
ZIPS = ["50010", "10001", "55104", "00901", "06902", "00000", "09114", "5001", "50010-1234"]


def in_both_ways(text: str) -> tuple[ParsedAddress, ParsedAddress]:
    return parsing._parse.__wrapped__(text, "", "", ""), parsing._read_in_full(text, "", "", "")


def test_the_labelled_addresses_are_read_alike_in_both_ways() -> None:
    with FIXTURES.open(newline="") as file:
        texts = {row[side] for row in csv.DictReader(file) for side in ("first", "second")}
    ordinary = [text for text in texts if read_ordinary(text)]

    assert len(ordinary) > len(texts) / 5
    assert [text for text in ordinary if len(set(in_both_ways(text))) > 1] == []


lines = st.builds(
    lambda number, words, unit, comma: f"{number} {' '.join(words)}{comma if unit else ''}{unit}",
    st.sampled_from(["1", "12", "0", "007", "4100", "50010", "29401", "500106411", "12A", "12-14"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
    st.sampled_from(
        ["", "", " APT 4", " Ste 12", " apt 12B", " APT 3F", " SUITE 1T", " # 4", " #12B", " APT 12345", "."]
    ),
    st.sampled_from(["", ",", " ", "."]),
)
endings = st.one_of(
    st.just(""),
    st.builds(
        "{}{}{} {}".format,
        st.sampled_from([", ", " ", ",", ",  "]),
        st.builds("{}{} {}".format, st.sampled_from(CITIES), st.sampled_from(["", ","]), st.sampled_from(STATES)),
        st.just(""),
        st.sampled_from(ZIPS),
    ),
)


@settings(max_examples=500, deadline=None)
@given(lines, endings)
@example("120 Old Oak Elm", ", Elm, IA 50010")
@example("50010 Ames", "")
@example("4 Salem Oregon Rd", "")
def test_what_is_ordinary_is_read_alike_in_both_ways(line: str, ending: str) -> None:
    text = line + ending
    if read_ordinary(text):
        alone, in_full = in_both_ways(text)
        assert alone == in_full
