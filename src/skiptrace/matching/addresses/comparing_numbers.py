"""Compare two house numbers: digit for digit, but for the ways in which ranges, letters and units are written."""

from __future__ import annotations

from skiptrace.matching.addresses.repairs import hyphened_digits
from skiptrace.matching.addresses.values import Finding, ParsedAddress
from skiptrace.matching.zips import zips_of_city

NUMBERS = "house number {0.number_key} and {1.number_key}"
ONE_NUMBER: Finding = "same", "house number {0.number_key}"
_RANGE_NOTE = "number_range "


def compare_numbers(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """The house numbers are equal, digit for digit."""
    x, y = a.number_key, b.number_key
    if x == y:
        return ONE_NUMBER
    if not x or not y:
        return "possible", NUMBERS
    if x.replace("-", "") == y.replace("-", "") and not ("-" in x and "-" in y):
        is_custom = x in _without_hyphen(b) or y in _without_hyphen(a)
        return ("same" if is_custom else "possible"), NUMBERS + ", which differ by a hyphen"
    if _span(x) == _span(y) != "":
        return "same", NUMBERS + ", one range"
    if _in_range(x, _range_of(b)) or _in_range(y, _range_of(a)):
        return "possible", NUMBERS + ", of which one lies in a range"
    lettered, plain = (a, b) if len(x) > len(y) else (b, a)
    if plain.units and lettered.number_key in _with_unit(plain):
        return "possible", NUMBERS + ", of which one holds the unit"
    letter = lettered.number_key[-1:]
    if letter.isalpha() and lettered.number_key == plain.number_key + letter and _may_be_lettered(plain, letter):
        return "possible", NUMBERS + ", of which one has a letter"
    return "different", NUMBERS


def _without_hyphen(address: ParsedAddress) -> tuple[str, ...]:
    """The house number without the hyphen that Queens and Hawaii write in it, which mail may lack: 4117 for 41-17."""
    block, hyphen, house = address.number_key.partition("-")
    if not hyphen or not block.isdigit() or len(house) not in hyphened_digits(address.zip5 or _zip_of_city(address)):
        return ()
    return (block + house,)


def _zip_of_city(address: ParsedAddress) -> str:
    """One of the ZIP codes of the city; "" where they begin in several ways."""
    zips = zips_of_city(address.city_key, address.state)
    return min(zips) if len({zip5[:3] for zip5 in zips}) == 1 else ""


def _range_of(address: ParsedAddress) -> str:
    """The house numbers of one address: as written, or 77-79 for 77 & 79."""
    note = next((note for note in address.notes if note.startswith(_RANGE_NOTE)), "")
    return note.removeprefix(_RANGE_NOTE).replace(" & ", "-") if note else address.number_key


def _with_unit(address: ParsedAddress) -> tuple[str, str]:
    """The house number with the unit written before or behind it: 4B-77 and 77-4B."""
    unit = address.units[-1][1]
    return f"{unit}-{address.number_key}", f"{address.number_key}-{unit}"


def _span(number: str) -> str:
    """A range of house numbers with both ends in full, 230-232 for 230-32; "" for any other number."""
    low, hyphen, high = number.partition("-")
    if not hyphen or not (low.isdigit() and high.isdigit()):
        return ""
    high = low[: max(len(low) - len(high), 0)] + high
    return f"{low}-{high}" if int(low) < int(high) else ""


def _in_range(number: str, range_: str) -> bool:
    """Whether a house number lies in one written as a range, 31-35; 87-18, as Queens writes it, is none."""
    low, hyphen, high = range_.partition("-")
    if not hyphen or not (number.isdigit() and low.isdigit() and high.isdigit()) or len(high) < 2:
        return False
    if number == low:
        return True
    return int(low) <= int(number) <= int(high) and (int(number) - int(low)) % 2 == 0


def _may_be_lettered(plain: ParsedAddress, letter: str) -> bool:
    """The letter of the other house number may be missing here, or written as the unit."""
    return not plain.units or plain.units[-1][1] == letter
