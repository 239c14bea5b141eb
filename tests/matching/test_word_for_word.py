"""Two writings of one address of which one is read wrongly: all words agree in the order written."""

from __future__ import annotations

from itertools import combinations

import pytest

from skiptrace.matching.addresses import compare_addresses

ALIKE = [
    ("188 Route 690, 18444 Springbrook Township, PA", "00188 Route 690 Springbrook Township PA 18444"),
    ("8 Fernhollow Dr., University Park, IL 60442", "8 Fernhollow Drive, 60442 University Park, IL"),
    ("1205 Kestrel Rancho. Santa Fe, Calif.. 92067.", "Address: 1205 Kestrel Rancho, Santa Fe, CA 92067"),
    ("3333 Wexcombe Rd # B6-347B Hoffman Estates IL 60109", "3333 Wexcombe Rd B6-347B Hoffman Estates IL 60109"),
    ("50 S Wexcombe St Apt. M-9, Chicago, IL 606031234", "50 S Wexcombe St, M-9 Chicago IL"),
    ("122 Larkmoor Ave W Saint Paul MN 55118", "122 Larkmoor Ave, West St Paul, MN 55118"),
    ("3010 Kestrel Brow W, Bradenton FL", "3010 KESTREL BROW WEST BRADENTON FL 34205"),
    ("1045 W. Wexcombe Bvd, 2 East, Chicago, IL 60607", "1045 WEST WEXCOMBE BOULEVARD APT 2E CHICAGO IL 60607"),
]
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


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_words_that_account_for_each_other_are_one_address(first: str, second: str) -> None:
    assert compare_addresses(first, second).verdict == compare_addresses(second, first).verdict == "same"


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


def test_the_reason_quotes_both_as_written() -> None:
    (reason,) = compare_addresses(*ALIKE[0]).reasons
    assert reason == (
        "word for word the same: 188 ROUTE 690 , 18444 SPRINGBROOK TOWNSHIP , PA"
        " and 00188 ROUTE 690 SPRINGBROOK TOWNSHIP PA 18444"
    )
