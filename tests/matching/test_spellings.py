"""Ways of writing one address: every spelling of a family reads as the first, and families differ from each other."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from skiptrace.matching.addresses import compare_addresses

TEXAS = "Leander, TX 78641"
# What stands before the city; each line is one place.
FAMILIES = {
    "US highway": (
        "4409 US Highway 27 N",
        "4409 U.S. 27 North",
        "4409 US-27 N",
        "4409 US Hwy #27 N",
        "4409 US Rte 27 N",
    ),
    "state highway": ("6640 State Highway 29", "6640 TX-29", "6640 SH 29", "6640 Tex. Hwy 29", "6640 TX29"),
    "county road": ("915 County Road 480", "915 CR-480", "915 Cnty Rd 480", "915 C.R. 480", "915 Co. Rd. No. 480"),
    "farm to market": ("2210 FM 1460", "2210 Farm-to-Market Rd 1460", "2210 F M 1460", "2210 Farm Market Rd 1460"),
    "ranch to market": ("77 RM 2222", "77 Ranch to Market 2222", "77 Ranch Rd 2222", "77 R.R. 2222", "77 RM-2222"),
    "ranch road after a directional": ("77 S RM 2105", "77 South Ranch Road 2105", "77 S. RM-2105"),
    "township road": ("8805 Township Road 117", "8805 TR-117", "8805 Twp Rd 117", "8805 T.R. 117"),
    "loop": ("41 Loop 360", "41 State Loop 360", "41 TX-360 Loop", "41 Texas Loop 360", "41 Lp 360"),
    "spur": ("41 Spur 110", "41 State Highway Spur 110", "41 State Spur 110"),
    "business loop": ("12 Business Loop 70 W", "12 Bus. Loop I-70 West", "12 I-70 Business Loop W", "12 Bus Lp 70 W"),
    "business highway": ("12 Business Highway 71", "12 Hwy 71 Bus", "12 Bus. Hwy 71", "12 Highway 71 Business"),
    "bypass": ("12 Highway 41 Bypass", "12 Hwy 41 By-Pass", "12 Highway 41 By Pass", "12 Bypass Hwy 41"),
    "tribal road": ("5 BIA Road 271", "5 BIA Route 271", "5 Indian Rte 271"),
    "forest road": ("5 Forest Service Road 88", "5 FSR 88", "5 FS Road 88"),
    "glued directional": ("5 County Road 500 W", "5 CR 500W", "5 County Rd 500 West"),
    "lettered road": ("5 County Road B", "5 Co Rd B", "5 CR B"),
    "suffix of a rare name": ("12 Keswick Manor", "12 Keswick Mannor"),
    "suffix cut short": ("12 Keswick Trail", "12 Keswick Tra"),
    "misspelt word beside another": ("12 Hemlock Hollow Rd", "12 Hemlock Hollw Rd"),
    "rare word beside another": ("12 Shepherd Hill Rd", "12 Sheperd Hill Rd"),
    "ordinal with a scanned letter": ("12 East 40th St", "12 E 4OTH ST"),
    "short words of a name": ("12 Country Club Creek Rd", "12 CTRY CLB CK RD"),
    "sign for and": ("12 Town and Country Ct", "12 Town & Country Court", "12 Town &amp; Country Ct"),
    "glued directional of the number": ("2900 NW 23rd St", "2900NW 23RD ST"),
    "short suffix": ("12 Otter Blvd", "12 Otter Bl"),
    "ordinal": ("12 East 42nd St", "12 E 42d Street", "12 E Forty-Second St"),
    "second road": ("1600 Main St", "1600 Main Street Old Hwy 40"),
    "corner": (
        "Fremont St & 5th Ave",
        "Corner of Fifth Avenue and Fremont Street",
        "5th Ave @ Fremont St",
        "5th Ave/Fremont St",
    ),
    "corner of a numbered word": ("Three Notch Rd & Mill Dr", "Mill Drive at Three Notch Road"),
    "rural route": (
        "RR 4 Box 87A",
        "R.F.D. #4, Box 87-A",
        "Rural Rte 4 Bx 87A",
        "RFD Route 4 Box 87A",
        "RR04 Box 87 A",
    ),
    "highway contract": ("HC 64 Box 201", "Hwy Contract 64 Box 201", "Star Rt 64, Bx 201", "HC-64 Box #201"),
    "post office box": ("PO Box 447", "PO-Box 447", "P.O.Box No. 447", "POB 447", "Drawer 447", "P.0. Box 447"),
    "split grid": ("N72W13520 Larkin Rd", "N72-W13520 Larkin Road", "N72 W13520 Larkin Rd", "N72 W 13520 Larkin Rd"),
    "half grid": ("8N718 Larkin Rd", "8-N-718 Larkin Road", "8 N 718 Larkin Rd", "8N 718 Larkin Rd"),
    "grid, street first": ("2250 S 1100 E", "2250 South 1100 East", "S 1100 E 2250"),
    "belt of a sixteenth": ("3709 SSW Loop 323", "3709 S SW Loop 323", "3709 S.S.W. Loop 323"),
    "numbered avenue": ("121 N Avenue 54 Apt 9", "121 North Ave 54 #9", "121 N Ave. 54, 9"),
    "coast road": ("4410 State Road A1A S", "4410 A1A South", "4410 SR A1A S"),
    "ranch road with a unit": ("2910 RM 1431 Unit B", "2910 Ranch to Market Rd 1431 # B"),
    "branch of a county road": ("77 County Road 4416B", "77 CR 4416-B"),
    "rear written before the street": ("1429 Otter Ave Rear", "1429 Rear Otter Ave", "Rear 1429 Otter Ave"),
    "scanned word": ("2044 Pineotter Dr", "2044 Pine0tter Dr", "2O44 PINE0TTER DR"),
    "sign of a web page": ("4 O'Connell Ct", "4 O&#39;Connell Ct"),
    "room of a building": ("77 Otter Ln Bldg 3 Apt 210", "77 Otter Ln # 3-210", "77 Otter Ln Apt 210 Bldg 3"),
    "directional behind a comma": ("2120 L St NW", "2120 L Street, N.W.", '2120 "L" St, NW'),
    "grid with a suffix": ("44 E 100 N", "44 E 100 North St", "44 East 100 North"),
    "fraction glued to the name": ("123 1/2 Otter St", "123 1/2Otter St", "123½ Otter St"),
    "floor after its word": ("77 Otter Ln Fl 2", "77 Otter Ln Fl 2nd", "77 Otter Ln 2nd Fl"),
    "suite of a building": ("77 Otter Ln Bldg 3 Ste 120", "77 Otter Ln Bldg. 3-120"),
    "room with the building's number": ("77 Otter Ln Bldg 2 Unit C", "77 Otter Ln #2C", "77 Otter Ln 2-C"),
    "park of homes": ("330 Otter Way Lot 14", "Lot 14 Shady Acres MHP, 330 Otter Way"),
    "two words for a unit": ("77 Otter Ln Apt 1207", "77 Otter Ln Apt 1207 Unit 1207"),
    "number in words": ("112 Otter Ct", "One Hundred Twelve Otter Court", "One Hundred and Twelve Otter Ct"),
    "thousands in words": ("1200 Otter St", "One Thousand Two Hundred Otter Street"),
    "damaged number": ("180 Otter Dr", "l80 Otter Dr", "18O Otter Dr", "l8O Otter Drive"),
    "damaged word": ("180 South Birch Rd", "180 5outh Birch Rd", "180 South 8irch Road"),
    "glued unit": (
        "615 Calloway Dr Apt 9",
        "615 Calloway DrApt 9",
        "615 Calloway DRAPT9",
        "615 Calloway Drive aptmt 9",
    ),
    "unit written first": ("77 Otter Ln Bsmt", "Basement, 77 Otter Lane", "Bsmt Apt; 77 Otter Ln"),
    "floor written first": ("77 Otter Ln Fl 3", "3rd Fl, 77 Otter Ln", "Third Floor 77 Otter Lane"),
    "building and apartment": (
        "77 Otter Ln Bldg C Apt 11",
        "Bldg C Apt 11, 77 Otter Ln",
        "77 Otter Ln Bldg#C #11",
        "77 Otter Ln Unit 11, Building C",
    ),
    "street without suffix": ("501 Broadway Rear", "501 Broadway, Rear Apt", "501 Broadway (rear)"),
    "belt": ("1455 South Loop E", "1455 S Loop East"),
    "misspelt suffix": ("1906 Otterbein Ln", "1906 Otterbein Lnae", "1906 Otterbein Lne"),
    "columns": ("709 Otter Trl N", "709|Otter|Trl N", "709\tOtter Trl N", "OTTER TR N 709", "709 0 Otter Tl N"),
    "article behind the name": ("27 The Otterway", "27 Otterway, The"),
    "range cut short": ("230-232 Otter Rd", "230-32 Otter Rd"),
    "mail stop": ("77 Otter Pkwy Mail Stop 4410", "77 Otter Pkwy MS 4410", "Mail Code 4410, 77 Otter Pkwy"),
    "unit without a word in Publication 28": ("77 Otter Blvd Chalet 8", "77 Otter Boulevard, Chalet #8"),
    "firm with a number": ("880 Otter Line Rd", "7 Eleven, 880 Otter Line Rd"),
    "field names": ("881 Otter Line Rd", "Address: 881 Otter Line Rd", '"street": "881 Otter Line Rd"'),
    "unit named twice": ("77 Otter Ln Apt C5", "77 Otter Ln #C5 Apt C5", "77 Otter Ln Apt C5 # C5"),
    "letter glued to its unit": ("77 Otter Ln Unit B", "77 Otter Ln UnitB", "77 Otter Ln, UNITB"),
    "numbered road": ("1020 Road 12", "1020 Rd. 12", "1020 Road #12"),
    "number behind the street": ("412 Saint Otto St Apt 3", "St. Otto St 412 Apt 3"),
    "hundreds without the word": ("250 Otter Wharf", "Two Fifty Otter Wharf"),
    "whole line glued": ("412 Otterwood Ave Apt 3", "412OTTERWOODAVEAPT3", "412Otterwood Ave #3"),
    "unit before the number": ("12 Otter St Unit 4B", "4B/12 Otter St", "Unit 4 B 12 Otter St", "#4B 12 Otter St"),
    "letter of a direction": ("45 W Otter Blvd Apt 2E", "45 W Otter Blvd, 2 East", "45 W. Otter Blvd. Apt 2 East"),
    "letter glued to its number": (
        "77 Otter Ln Apt C14",
        "77 Otter Ln AptC14",
        "77 Otter Ln (Apt. C-14)",
        "77 Otter Ln No. C14",
    ),
    "county named": ("482 County Road 15", "482 Weld County Road 15", "482 Weld County Rd 15"),
    "road before its number": ("3127 Highway 80 W", "TX 80 W 3127"),
    "building in front": ("77 Otter Ln", "Two Liberty Place, 77 Otter Ln"),
    "letter street spelled": ("1725 I St NW", "1725 Eye Street, N.W.", "1725 Eye St Nothwest"),
    "digits scanned as letters": ("1240 Otter St", "I24O Otter 5t", "l24O Otter Street", "1240 0tter St"),
    "numbered street without suffix": ("8826 NE 152nd St", "8826 NE 152 St", "8826 N.E. 152 nd Street"),
    "suffix of a name": ("3010 E Martin Luther King Jr Blvd", "3010 E Dr Martin Luther King, Jr. Blvd."),
    "long and short words": ("9 Mountain View Trace", "9 Mtn View Trce", "9 Mountainview Trace"),
}
ISLAND = {
    "housing project": ("Res Los Robles Edif 12 Apt 95", "Residencial Los Robles, Edificio 12, Apartamento 95"),
    "urbanization": (
        "Urb Monte Lirio, 14 Calle Sol",
        "14 C/ Sol, Urbanizacion Monte Lirio",
        "Calle Sol #14, Urb. Monte Lirio",
    ),
    "urbanization without its word": ("Urb Villa Otter, 14 Calle Sol", "Villa Otter, 14 Calle Sol"),
    "condominium": ("Cond Alto Apts, 1000 Calle Sol Apt 4B", "Condominio Alto Apartments, 1000 Calle Sol, Apto 4-B"),
    "extension": ("Ext Villa Otter, AG12 Calle Sol", "Extension Villa Otter, AG-12 Calle Sol"),
    "kilometre": ("Bo Palmas Carr 693 Km 4.2", "PR-693 KM 4.2, Barrio Palmas"),
    "number sign of the house": ("1000 Calle Sol Apt 4B", "Calle Sol #1000 Apto 4B", "Calle Sol 1000, #4-B"),
    "urbanization named like its town": ("Urb Villa Ponce, 14 Calle 72", "14 Calle 72 Urb Villa Ponce"),
    "letters in the number": ("Urb Monte Lirio, AA15 Calle Sol", "Urb. Monte Lirio, Calle Sol AA-15"),
    "numbered road": ("Bo Palmas Carr 693 Km 4.2", "Km. 4.2 Carr #693, Bo. Palmas"),
    "short word of its name": ("Urb Jardines Otter, 14 Calle Sol", "14 Calle Sol, Jard. Otter"),
    "letter box": ("HC 2 Box 1405", "HC-02 Buzón 1405", "HC 2 Bzn 1405"),
}


@pytest.mark.parametrize("spellings", FAMILIES.values(), ids=FAMILIES)
def test_all_spellings_of_a_place_are_the_same(spellings: tuple[str, ...]) -> None:
    verdicts = {
        (a, b): compare_addresses(f"{a}, {TEXAS}", f"{b}, {TEXAS}").verdict for a, b in combinations(spellings, 2)
    }

    assert set(verdicts.values()) == {"same"}, verdicts


@pytest.mark.parametrize("spellings", ISLAND.values(), ids=ISLAND)
def test_all_spellings_of_a_place_in_puerto_rico_are_the_same(spellings: tuple[str, ...]) -> None:
    verdicts = {
        (a, b): compare_addresses(f"{a}, Ponce PR 00716", f"{b} Ponce, P.R. 00716").verdict
        for a, b in pairwise(spellings)
    }

    assert set(verdicts.values()) == {"same"}, verdicts


def test_no_two_places_are_the_same() -> None:
    everything = [(name, spelling) for name, spellings in FAMILIES.items() for spelling in spellings]

    merged = [
        (a, b)
        for (one, a), (other, b) in combinations(everything, 2)
        if one != other and compare_addresses(f"{a}, {TEXAS}", f"{b}, {TEXAS}").verdict == "same"
    ]
    assert merged == []


PLACES = ("77 Otter St {}, {}", "77 Otter St, {}, {}", "{}, 77 Otter St, {}", "77 Otter St ({}), {}")
WORDS = ("Apt", "#", "Lot", "Bldg", "Flat", "Casita", "Stall", "Dorm", "Bed", "Mail Stop", "Phase", "Loft")
TWO_UNITS = (
    ("A", "B"),
    ("1", "21"),
    ("A-1", "A-2"),
    ("One", "Two"),
    ("North", "South"),
    ("3rd", "4th"),
    ("Red", "Blue"),
)


@pytest.mark.parametrize("word", WORDS)
def test_two_units_of_a_house_are_never_the_same_wherever_they_are_written(word: str) -> None:
    same = [
        (place, one, other)
        for place in PLACES
        for one, other in TWO_UNITS
        if compare_addresses(place.format(f"{word} {one}", TEXAS), place.format(f"{word} {other}", TEXAS)).verdict
        == "same"
    ]

    assert same == []


def test_what_stands_beside_the_street_on_one_side_only_is_left_aside() -> None:
    assert compare_addresses(f"The Maples, 77 Otter St, {TEXAS}", f"77 Otter St, {TEXAS}").verdict == "same"
    assert compare_addresses(f"77 Otter St Stall B, {TEXAS}", f"77 Otter St, {TEXAS}").verdict == "possible"


def test_a_farm_of_wisconsin_may_be_written_with_a_space() -> None:
    compared = compare_addresses(
        "E8421 Otter Valley Rd, Reedsburg WI 53959", "E 8421 Otter Valley Rd, Reedsburg WI 53959"
    )

    assert compared.verdict == "same"


def test_the_old_name_of_a_military_post_office_region_is_known() -> None:
    compared = compare_addresses("CMR 415 Box 3310, APO NY 09114", "CMR 415 Box 3310, APO AE 09114")

    assert compared.verdict == "same"


ORDERS = (
    "Leander TX 78641, 811 Otter Pass Apt 4",
    "78641 Leander, Texas; 811 Otter Pass Apt 4",
    "Leander | TX | 78641 | 811 Otter Pass | Apt 4",
    "TX 78641 Leander, Apt 4, 811 Otter Pass",
    "Leander, Tex., 811 Otter Pass #4",
    "811 Otter Pass Apt 4, 78641 Leander, Tex.",
    "811 Otter Pass Apt 4 Leander 78641 TX",
    "811 Otter Pass, Leander TX78641 1234, Apt 4",
    "811 Otter Pass Apt 4, Leander TX 78641.0",
    "811 Otter Pass Apt 4 Leander TX 78641 Leander TX 78641",
    "811 Otter Pass Apt 4 811 Otter Pass Apt 4 Leander TX 78641",
    "811 Otter Pass / Apt 4 / Leander, TX, returned 2019",
    "811 Otter Pass Apt 4, Leander TX 0",
    "811 Otter Pass Apt 4, 78641, Leander TX 78641",
    "DANA WHITCOMB\nLeander TX 78641\n811 Otter Pass Apt 4",
)


@pytest.mark.parametrize("written", ORDERS)
def test_the_last_line_may_stand_anywhere_and_twice(written: str) -> None:
    assert compare_addresses(written, f"811 Otter Pass Apt 4, {TEXAS}").verdict == "same"
    assert compare_addresses(written, f"811 Otter Pass Apt 5, {TEXAS}").verdict == "different_unit"


@pytest.mark.parametrize("word", ["Villa", "Condo", "Chalet", "Barracks", "Townhouse"])
def test_two_numbers_after_a_word_for_a_dwelling_are_two_units(word: str) -> None:
    one, other = f"210 Otter Cir {word} 8, {TEXAS}", f"210 Otter Cir {word} 9, {TEXAS}"

    assert compare_addresses(one, other).verdict == "different_unit"
    assert compare_addresses(one, f"210 Otter Cir, {TEXAS}").verdict == "possible"


def test_a_house_may_stand_at_a_corner() -> None:
    corner = f"Fremont St & 5th Ave, {TEXAS}"

    assert compare_addresses(corner, f"12 Fremont St, {TEXAS}").verdict == "possible"
    assert compare_addresses(corner, f"12 Alder St, {TEXAS}").verdict == "different"
    assert compare_addresses(corner, f"Fremont St & 6th Ave, {TEXAS}").verdict == "different"
    assert compare_addresses(corner, f"PO Box 5, {TEXAS}").verdict == "different"


BESIDE = ("Apt 4", "Stall 4", "guest house", "upstairs", "Unit B", "18", "No. 7C")


@pytest.mark.parametrize("unit", BESIDE)
@pytest.mark.parametrize("cell", ["77 Otter St ({}), {}", "77 Otter St, {1} ({0})", "77 Otter St, {1} {0}"])
def test_a_unit_in_brackets_or_behind_the_zip_code_is_no_remark(unit: str, cell: str) -> None:
    assert compare_addresses(cell.format(unit, TEXAS), f"77 Otter St, {TEXAS}").verdict == "possible"


@pytest.mark.parametrize(
    "written",
    [
        "{}, Waterbury CT 6705",
        "{}, 6705 Waterbury, Conn.",
        "Waterbury, CT 6705, {}",
        "{}, Waterbury CT 67051234",
        "{} Waterbury 6705",
    ],
)
def test_a_zip_code_may_have_lost_its_zero_wherever_it_stands(written: str) -> None:
    line = "77 Otter Ln Apt 4"

    assert compare_addresses(written.format(line), f"{line}, Waterbury CT 06705").verdict == "same"


def test_a_zip_code_behind_the_street_is_no_unit() -> None:
    compared = compare_addresses("77 Otter Ln 78641 Leander TX 78641", f"77 Otter Ln, {TEXAS}")

    assert compared.verdict == "same"


BOXES = ("PO Box 447", "RR 2 Box 15", "HC 68 Box 23", "General Delivery", "Fremont St & 5th Ave")


@pytest.mark.parametrize("line", BOXES)
@pytest.mark.parametrize(
    "cell", ["{1}, {0}", "DANA WHITCOMB\n{}\n{}", "c/o T. Okafor, {}, {}", "{0}, {0}, {1}", "{} {}"]
)
def test_lines_without_a_house_number_are_found_wherever_they_stand(line: str, cell: str) -> None:
    assert compare_addresses(cell.format(line, TEXAS), f"{line}, {TEXAS}").verdict == "same"


REMARKS = ("(last known 2019)", "- verified 2020", "Ph 512-555-0142", "(per DMV)", "*bad address*", "gate code 4411")


@pytest.mark.parametrize("remark", REMARKS)
def test_remarks_behind_the_zip_code_do_not_tell_places_apart(remark: str) -> None:
    other = "(seen in 2021)"

    assert compare_addresses(f"77 Otter St, {TEXAS} {remark}", f"77 Otter St, {TEXAS} {other}").verdict == "same"


BEFORE_CITY = (
    ("118 S Broadway", "Lexington", "KY"),
    ("71 Center St", "Center Point", "AL"),
    ("12 Via Serena", "San Clemente", "CA"),
    ("W2290 Cty Rd KK", "Kaukauna", "WI"),
    ("75-5865 Walua Rd Apt B-201", "Kailua Kona", "HI"),
    ("1212 Lake Park Ave", "Lake Park", "FL"),
)


@pytest.mark.parametrize(("line", "city", "state"), BEFORE_CITY)
@pytest.mark.parametrize("cell", ["{} {} {}", "{0} {1} {1} {2}", "{0} {1}, {1}, {2}"])
def test_a_city_is_found_without_commas_and_named_twice(line: str, city: str, state: str, cell: str) -> None:
    assert compare_addresses(cell.format(line, city, state), f"{line}, {city}, {state}").verdict == "same"


CARE_OF = (
    "c/o Dana Whitcomb, {}, {}",
    "{}, c/o Dana Whitcomb, {}",
    "{} c/o Dana Whitcomb, {}",
    "% Dana Whitcomb\n{}\n{}",
)


@pytest.mark.parametrize("cell", CARE_OF)
@pytest.mark.parametrize("line", ["12 Broadway Apt 7", "12 Via Serena", "Forty-Five Eagle Point Trl", "77 Otter St 12"])
def test_whoever_takes_the_mail_in_is_no_part_of_the_place(line: str, cell: str) -> None:
    assert compare_addresses(cell.format(line, TEXAS), f"{line}, {TEXAS}").verdict == "same"


def test_a_hyphen_between_the_digits_of_a_unit_counts() -> None:
    assert compare_addresses(f"77 Otter St Apt 1-23, {TEXAS}", f"77 Otter St Apt 12-3, {TEXAS}").verdict == (
        "different_unit"
    )
    assert compare_addresses(f"77 Otter St Apt 1-23, {TEXAS}", f"77 Otter St Apt 123, {TEXAS}").verdict == "possible"
