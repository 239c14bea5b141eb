"""What the parsers make of single texts: the parts a collector sees."""

from __future__ import annotations

import pytest

from skiptrace.matching.addresses import compare_addresses, parse_address, parse_address_parts
from skiptrace.matching.addresses.crf import label
from skiptrace.matching.names import compare_names, parse_name, parse_name_parts
from skiptrace.matching.phones import compare_phones, parse_phone
from skiptrace.matching.zips import find_zip, zips_of_city


@pytest.mark.parametrize(
    ("given", "standard"),
    [
        ("59 ST JAMES PLACE NEW YORK NY 10038", "59 ST JAMES PL, NEW YORK, NY 10038"),
        ("10600 FOLSOM BLVD RANCHO CORDOVA 95670 CA", "10600 FOLSOM BLVD, RANCHO CORDOVA, CA 95670"),
        ("38350 40TH ST EAST 100 PALMDALE CA 93552", "38350 40TH ST E # 100, PALMDALE, CA 93552"),
        (
            "2042 Beltline Rd SW, Ste B Ste 101, Decatur AL 35601",
            "2042 BELTLINE RD SW STE B STE 101, DECATUR, AL 35601",
        ),
        ("77 Garfield Pl 2nd Floor Brooklyn NY", "77 GARFIELD PL FL 2, BROOKLYN, NY"),
        ("RR03 BOX 98D, Ames IA 50010", "RR 3 BOX 98D, AMES, IA 50010"),
        ("HC68 BOX 23A, Ruidoso NM", "HC 68 BOX 23A, RUIDOSO, NM"),
        ("PSC 7500, Box 2471\nAPO AE 09123", "PSC 7500 BOX 2471, APO, AE 09123"),
        ("Drawer 31, Vidalia GA 30474", "PO BOX 31, VIDALIA, GA 30474"),
        ("12 Elm St Cambridge MA 2139", "12 ELM ST, CAMBRIDGE, MA 02139"),
        ("123½ Main St, Ames IA", "123 1/2 MAIN ST, AMES, IA"),
        ("901 RR 620 N, Austin TX 78734", "901 RANCH ROAD 620 N, AUSTIN, TX 78734"),
        ("Urb Las Gladiolas, 150 Calle A, San Juan PR 926", "URB LAS GLADIOLAS 150 CALLE A, SAN JUAN, PR 00926"),
    ],
)
def test_an_address_is_written_in_its_standard_form(given: str, standard: str) -> None:
    assert parse_address(given).standard == standard


def test_an_address_given_in_columns_equals_the_same_on_one_line() -> None:
    columns = parse_address_parts("2417", "kestrel street", "4", "", "Ames", "Iowa", "50010")

    assert compare_addresses(columns, "2417 Kestrel St Apt 4, Ames IA 50010").verdict == "same"
    assert parse_address("2417 Kestrel St #4", "Ames", "IA", "50010").delivery_key == columns.delivery_key


def test_what_follows_the_zip_code_is_kept_as_a_note() -> None:
    assert parse_address("12 Elm St, Ames IA 50010 last known 2019").notes == ("remark LAST KNOWN 2019",)


def test_a_text_without_street_or_box_is_unknown() -> None:
    assert (parse_address("unknown").kind, parse_address("").kind, parse_address(None).kind) == ("unknown",) * 3


def test_reasons_quote_both_sides() -> None:
    assert compare_addresses("12 Elm St, Ames IA", "14 Elm St, Ames IA").reasons == ("house number 12 and 14",)
    assert "'BILL' and 'WILLIAM' (nickname)" in " ".join(compare_names("Bill Roe", "William Roe").reasons)


def test_house_numbers_are_never_compared_by_likeness() -> None:
    assert compare_addresses("12345 Elm St, Ames IA", "12354 Elm St, Ames IA").verdict == "different"


def test_an_installed_accelerator_answers_as_usaddress_does() -> None:
    import usaddress

    for text in ("12 ELM ST AMES IA", "KESTREL HOUSE 12 ELM ST", "DRAWER 31"):
        assert list(label(text)) == usaddress.parse(text)


def test_a_name_is_taken_apart() -> None:
    name = parse_name("Dr. María de la Cruz-Vega Jr. (Mari)")

    assert (name.given, name.surnames, name.suffix, name.nicknames) == (
        ("MARIA",),
        ("DELACRUZ", "VEGA"),
        "JR",
        ("MARI",),
    )


def test_a_name_in_columns_keeps_what_the_columns_say() -> None:
    name = parse_name_parts("Mary Ann", "L", "Smith Jones", "Jr")

    assert (name.given, name.middle, name.surnames, name.suffix) == (("MARY", "ANN"), ("L",), ("SMITH", "JONES"), "JR")


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Estate of Ruth Lamb", "estate"),
        ("Ruth Lamb (Deceased)", "deceased"),
        ("Ruth Lamb aka Ruth Vale", "aka"),
        ("Lamb Services LLC", "business"),
        ("John & Ruth Lamb", "joint"),
    ],
)
def test_what_is_no_plain_person_is_flagged(text: str, flag: str) -> None:
    assert flag in parse_name(text).flags


def test_father_and_son_are_never_the_same() -> None:
    assert compare_names("John Birch Jr", "John Birch Sr").verdict == "different"
    assert compare_names("John Birch Jr", "John Birch").verdict == "possible"


def test_a_nickname_does_not_cross_the_sexes() -> None:
    assert compare_names("Michael Roe", "Michelle Roe").verdict == "different"


def test_two_numbers_in_a_cell_are_both_kept() -> None:
    phone = parse_phone("303-861-4127 or 512-472-9380")

    assert (phone.e164, phone.others) == ("+13038614127", ("+15124729380",))
    assert compare_phones(phone, "512-472-9380").verdict == "possible"


def test_a_fictional_number_compares_but_is_not_usable() -> None:
    assert compare_phones("303-555-0142", "(303) 555-0142").verdict == "same"
    assert parse_phone("303-555-0142").reason == "fictional_555"


def test_a_zip_code_knows_its_cities_and_time_zone() -> None:
    area = find_zip("50010")

    assert area is not None
    assert (area.cities[0], area.state, area.timezone) == ("AMES", "IA", "America/Chicago")
    assert "50010" in zips_of_city("AMES", "IA")
    assert find_zip("00000") is None


def test_units_and_roads_compare_alike_in_either_order() -> None:
    pairs = (
        ("12 Elm St Ste 11, Ames IA", "12 Elm St Ste 500 #11, Ames IA"),
        ("MS Route 12, Ames IA", "12 MS Ave, Ames IA"),
    )
    for a, b in pairs:
        assert compare_addresses(a, b).verdict == compare_addresses(b, a).verdict


@pytest.mark.parametrize("text", ["-W B", "W--X B", "B, -W", "--A--B C", "- -"])
def test_a_hyphen_without_a_word_is_no_part_of_a_name(text: str) -> None:
    name = parse_name(text)

    assert "" not in (*name.given, *name.middle, *name.surnames)
    assert compare_names(name, "I B").score == compare_names("I B", name).score


def test_a_given_name_may_lose_a_vowel_between_consonants() -> None:
    assert compare_names("Fredrick Vandermeulen", "Frederick Vandermeulen").verdict == "same"
    assert compare_names("Christina Vandermeulen", "Christiana Vandermeulen").verdict != "same"
