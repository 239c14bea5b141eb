"""How single cells of a reference file are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.model import Name, PartialDate
from skiptrace.providers import reference_values as values


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1971-05-23", PartialDate(1971, 5, 23)),
        ("19710523", PartialDate(1971, 5, 23)),
        ("5/23/1971", PartialDate(1971, 5, 23)),
        ("23/05/1971", PartialDate(1971, 5, 23)),
        ("1971-23-05", PartialDate(1971, 5, 23)),
        ("1971-05-23 00:00:00", PartialDate(1971, 5, 23)),
        ("1971-05", PartialDate(1971, 5)),
        ("05/1971", PartialDate(1971, 5)),
        ("1971-00-17", PartialDate(1971)),
        ("1971-02-30", PartialDate(1971, 2)),
        ("2022", PartialDate(2022)),
        ("2022.0", PartialDate(2022)),
        ("someday", None),
        ("0", None),
        ("9971-01-01", None),
    ],
)
def test_dates(text: str, date: PartialDate | None) -> None:
    assert values.partial_date(text) == date


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("118 Alder Ct", ("118", "ALDER")),
        ("118 N. ALDER COURT APT 4", ("118", "ALDER")),
        ("118 alder ct #4", ("118", "ALDER")),
        ("60 36th St", ("60", "36TH")),
        ("9 North St", ("9", "NORTHST")),
        ("P.O. Box 4471", ("PO", "4471")),
        ("PO BOX 4471", ("PO", "4471")),
        ("Rural lane", ("", "RURAL")),
        ("", ("", "")),
    ],
)
def test_places(line: str, place: tuple[str, str]) -> None:
    assert values.place(line) == place


@pytest.mark.parametrize("pair", [("KATHERINE", "CATHERINE"), ("OKAFOR", "OKAFFOR"), ("STEPHENSON", "STEVENSON")])
def test_words_that_sound_alike_have_one_sound(pair: tuple[str, str]) -> None:
    assert values.sound(pair[0]) == values.sound(pair[1])


@pytest.mark.parametrize("pair", [("OKAFOR", "WEXLER"), ("NOWAK", "NOLAN")])
def test_words_that_do_not_sound_alike_do_not(pair: tuple[str, str]) -> None:
    assert values.sound(pair[0]) != values.sound(pair[1])


def test_what_a_spreadsheet_took_away_comes_back() -> None:
    assert values.zip5("3301") == "03301"
    assert values.zip5("3301.0") == "03301"
    assert values.ssn4("42.0") == "0042"
    assert values.phone("5125550142.0") == "5125550142"


def test_what_is_no_value_is_none() -> None:
    assert values.zip5("4540z") == ""
    assert values.phone("603-555") == ""
    assert values.ssn4("0000") == ""
    assert values.ssn4("123456789012") == ""


def test_an_extension_does_not_belong_to_the_number() -> None:
    assert values.phone("+1 (512) 555-0142 x17") == "5125550142"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Okafor, Marion T", Name("Marion", "T", "Okafor")),
        ("Marion T Okafor Jr", Name("Marion", "T", "Okafor", "Jr")),
        ("Okafor, Marion T Jr.", Name("Marion", "T", "Okafor", "Jr.")),
        ("Okafor", Name("", "", "Okafor")),
        ("", Name()),
    ],
)
def test_whole_names(text: str, name: Name) -> None:
    parsed = values.full_name(text)

    assert (parsed.first, parsed.middle, parsed.last, parsed.suffix) == (
        name.first,
        name.middle,
        name.last,
        name.suffix,
    )


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for read in (values.partial_date, values.place, values.phone, values.zip_code, values.ssn4, values.full_name):
        read(text)  # type: ignore[operator]
    assert values.sound(values.letters(text)).isdigit() or not values.letters(text)
