"""Two persons of one case compared: what ``comparisons`` does for columns of them, with the same levels.

A case has a few dozen pairs, for which steps over columns cost more than all that there is to compare. That both agree
is held by a property in the tests.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product, starmap

from skiptrace.matching.levels import ADDRESS, BIRTH, GIVEN, MIDDLE, PHONE, SSN4, SUFFIX, SURNAME
from skiptrace.matching.likeness import likeness
from skiptrace.matching.names.nicknames import one_hop
from skiptrace.matching.persons import Found, Home, Reading, ReadPerson
from skiptrace.matching.rarity import given_rarity, surname_rarity

Date = tuple[int, int, int]
_GIVEN_AGREES, _SURNAME_AGREES = GIVEN["near"], SURNAME["near"]
_AT_ADDRESS, _SAME_PHONE = ADDRESS["alike"], PHONE["same"]
_SAME_GIVEN, _SAME_SURNAME = GIVEN["same"], SURNAME["same"]
_OTHER_GIVEN, _SAME_INITIAL, _OTHER_SURNAME = GIVEN["different"], GIVEN["same_initial"], SURNAME["different"]
_FITS = GIVEN["initial"]
_HALF_BORN, _HALF_SSN4 = BIRTH["one_part_off"], SSN4["typing_error"]
_ABOVE = {digit * 10**place: 10 ** (place + 1) for place in range(10) for digit in range(1, 10)}
"""Differences that one digit makes, and the place above that digit."""


def compared(one: ReadPerson, two: ReadPerson, *, closely: bool) -> Found:
    """What ``compare`` finds of two persons: levels in the order of ``LEVELS``, and how rare the given names and
    surnames are in which they agree.

    Names that differ are looked at closely on demand, or where anything else ties the two.
    """
    birth_date = birth_date_level(one.born, two.born)
    ssn4 = ssn4_level(one.ssn4, two.ssn4)
    address = address_level(one.homes, two.homes)
    phone = phone_level(one.numbers, two.numbers)
    if not closely:
        around = address >= _AT_ADDRESS or phone == _SAME_PHONE
        closely = birth_date >= _HALF_BORN or ssn4 >= _HALF_SSN4 or (around and not birth_date)
    names, given_rarity, surname_rarity = _names_found(one.names, two.names, closely)
    related = not one.relatives.isdisjoint(two.relatives)
    return _levels(names, (birth_date, ssn4, address, phone), related), given_rarity, surname_rarity


FourLevels = tuple[int, int, int, int]


@lru_cache(maxsize=4_096)
def _levels(names: FourLevels, others: FourLevels, related: bool) -> bytes:
    """In the order of ``LEVELS``: names, the other fields, and where the given name agrees together with one."""
    given, surname = names[0] >= _GIVEN_AGREES, names[1] >= _SURNAME_AGREES
    _, _, address, phone = others
    joint = given and surname, given and address >= _AT_ADDRESS, given and phone == _SAME_PHONE
    return bytes((*names, *others, *joint, related))


@lru_cache(maxsize=4_096)
def _names_found(
    names: tuple[Reading, ...], others: tuple[Reading, ...], closely: bool
) -> tuple[FourLevels, float, float]:
    """Levels of the two names that agree best, and how rare they are where they agree.

    Of two spellings the commoner counts: a misspelt name is rare without being telling.
    """
    levels, mine, theirs = _closest_names(names, others, closely)
    given, surname = levels[0] >= _GIVEN_AGREES, levels[1] >= _SURNAME_AGREES
    return (
        levels,
        min(given_rarity(mine[0]), given_rarity(theirs[0])) if given else 0.0,
        min(surname_rarity(mine[2]), surname_rarity(theirs[2])) if surname else 0.0,
    )


def _closest_names(
    names: tuple[Reading, ...], others: tuple[Reading, ...], closely: bool
) -> tuple[FourLevels, Reading, Reading]:
    """The two names that agree best; of several, by the alphabet."""
    if len(names) == len(others) == 1:
        return _name_levels(names[0], others[0], closely), names[0], others[0]
    found = [(_name_levels(x, y, closely), x, y) for x in names for y in others]
    return max(found, key=_agreement)


def _agreement(found: tuple[FourLevels, Reading, Reading]) -> tuple[int, int, int, list[str], list[str]]:
    (given, surname, middle, suffix), x, y = found
    return given + 2 * surname, middle, suffix, sorted((x[2], y[2]))[::-1], sorted((x[0], y[0]))[::-1]


def _name_levels(x: Reading, y: Reading, closely: bool) -> FourLevels:
    given_x, middle_x, surname_x, suffix_x = x
    given_y, middle_y, surname_y, suffix_y = y
    transposed = given_x == surname_y != "" != surname_x == given_y
    if not given_x or not given_y:
        given = 0
    elif given_x == given_y:
        given = _SAME_GIVEN
    elif transposed:
        given = _GIVEN_AGREES
    elif closely or given_x[0] == given_y[0]:
        given = _other_given(given_x, given_y, closely)
    else:
        given = _OTHER_GIVEN
    if not surname_x or not surname_y:
        surname = 0
    elif surname_x == surname_y:
        surname = _SAME_SURNAME
    else:
        surname = _other_surname(surname_x, surname_y) if closely else _OTHER_SURNAME
        surname = max(surname, _SURNAME_AGREES) if transposed else surname
    middle = _middle_level(middle_x, middle_y) if middle_x and middle_y else 0
    return given, surname, middle, _suffix_level(suffix_x, suffix_y) if suffix_x or suffix_y else 0


@lru_cache(maxsize=65_536)
def _other_given(x: str, y: str, closely: bool) -> int:
    """Two given names that differ: a nickname, an initial, a misspelling, or another name."""
    level = _OTHER_GIVEN if x[0] != y[0] else _SAME_INITIAL
    if x[0] == y[0] and (len(x) == 1 or len(y) == 1):
        return GIVEN["initial"]
    if not closely:
        return level
    return max(level, (0, GIVEN["alike"], GIVEN["near"])[likeness(x, y)], GIVEN["nickname"] if y in one_hop(x) else 0)


@lru_cache(maxsize=65_536)
def _other_surname(x: str, y: str) -> int:
    """Two surnames that differ: a misspelling, one part of a double name, or another name."""
    level = (SURNAME["different"], SURNAME["alike"], SURNAME["near"])[likeness(x, y)]
    if level < SURNAME["near"] and (" " in x or " " in y) and not set(x.split()).isdisjoint(y.split()):
        return SURNAME["part"]
    return level


def _middle_level(x: str, y: str) -> int:
    if x == y:
        return MIDDLE["same"]
    return MIDDLE["initial"] if x[0] == y[0] and (len(x) == 1 or len(y) == 1) else MIDDLE["different"]


def _suffix_level(x: str, y: str) -> int:
    if not x or not y:
        return SUFFIX["one_sided"]
    return SUFFIX["same"] if x == y else SUFFIX["different"]


def birth_date_level(a: Date, b: Date) -> int:
    """Birth dates: the same as far as both state them, one part off, swapped, or a contradiction."""
    if not a[0] or not b[0]:
        return 0
    return BIRTH["same"] if a == b and a[2] else _other_birth_date(a, b)


@lru_cache(maxsize=65_536)
def _other_birth_date(a: Date, b: Date) -> int:
    (y1, m1, d1), (y2, m2, d2) = a, b
    months, days = bool(m1 and m2), bool(d1 and d2)
    year, month, day = y1 == y2, months and m1 == m2, days and d1 == d2
    if year and month and not days:
        return BIRTH["month_agrees"]
    if year and months and days and m1 == d2 and d1 == m2:
        return BIRTH["swapped"]
    if year and not months and (not days or day):
        return BIRTH["year_agrees"]
    if (year and months and days and month != day) or (month and day and not year and one_digit_off(y1, y2)):
        return BIRTH["one_part_off"]
    if year:
        return BIRTH["year_only"]
    if abs(y1 - y2) >= 15:
        return BIRTH["generation"]
    return BIRTH["near_year"] if abs(y1 - y2) <= 2 else BIRTH["different"]


def ssn4_level(a: int, b: int) -> int:
    """Last four of the SSN (-1: missing): the same, one digit wrong or two swapped, or different."""
    if a < 0 or b < 0:
        return 0
    if a == b:
        return SSN4["same"]
    swapped = not (b - a) % 9 and any(
        b - a == (a // low % 10 - a // (low * 10) % 10) * low * 9  # the digits at two places changed places
        for low in (1, 10, 100)
    )
    return SSN4["typing_error"] if swapped or one_digit_off(a, b) else SSN4["different"]


def one_digit_off(a: int, b: int) -> bool:
    """Exactly one decimal digit differs; both have ten at most."""
    above = _ABOVE.get(abs(a - b))
    return above is not None and a // above == b // above


def phone_level(a: frozenset[int], b: frozenset[int]) -> int:
    """The closest two phones of both: the same number, one digit off, or others."""
    if not a or not b:
        return 0
    if not a.isdisjoint(b):
        return PHONE["same"]
    return PHONE["typing_error"] if any(starmap(one_digit_off, product(a, b))) else PHONE["different"]


def address_level(homes: tuple[Home, ...], others: tuple[Home, ...]) -> int:
    """The closest two addresses of both: the same, the same building or street, the same area, or elsewhere."""
    if len(homes) == len(others) == 1:
        return one_address_level(homes[0], others[0])
    return max((one_address_level(x, y) for x in homes for y in others), default=0)


def are_alike(x: Home, y: Home) -> bool:
    """Whether both are one address but for the spelling: never if number, street and box all differ."""
    if x[0] == y[0] or x[1] == y[1] or x[3] == y[3] != "":
        return one_address_level(x, y) >= _AT_ADDRESS
    return False


def one_address_level(x: Home, y: Home) -> int:
    """One address against another. House and box numbers agree exactly or not; a missing one is no contradiction."""
    number_x, street_x, unit_x, box_x, city_x, state_x, zip_x = x
    number_y, street_y, unit_y, box_y, city_y, state_y, zip_y = y
    if not (street_x or box_x or zip_x or city_x) or not (street_y or box_y or zip_y or city_y):
        return 0
    zips, cities = zip_x and zip_y, city_x and city_y
    area = (zips and zip_x == zip_y) or (cities and city_x == city_y and state_x == state_y)
    near = area or not (zips or cities)
    number, street = number_x == number_y != "", street_x == street_y != ""
    if (number and street) or (near and box_x == box_y != ""):
        level = ADDRESS["same"]
    elif (street and area and (not number_x or not number_y) and number_x != number_y) or (
        number and street_x and street_y and not street and likeness(street_x, street_y)
    ):
        level = ADDRESS["alike"]
    elif street and near:
        return ADDRESS["same_street"]
    else:
        return ADDRESS["same_area"] if area else ADDRESS["elsewhere"]
    return ADDRESS["same_building"] if unit_x and unit_y and unit_x != unit_y else level
