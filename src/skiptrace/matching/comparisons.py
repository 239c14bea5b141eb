"""One comparison per field, of columns of people.

One function serves subject against record and record against record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from skiptrace.matching.columns import (
    BOX,
    CITY,
    DAY,
    MONTH,
    NUMBER,
    STATE,
    STATED,
    STREET,
    UNIT,
    ZIP5,
    AddressColumns,
    Codes,
    Flags,
    Floats,
    Ints,
    Levels,
    People,
    PhoneColumns,
    RelativeColumns,
    best_of,
)
from skiptrace.matching.levels import ADDRESS, BIRTH, GIVEN, PHONE, SSN4, SURNAME, highest, level_where
from skiptrace.matching.likeness import each_once, spelling_levels
from skiptrace.matching.name_levels import name_levels, rarities


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compared:
    """Levels of all comparisons for a list of pairs of persons.

    ``rarities`` are how rare the names are in which a pair agrees: bits of their frequency in the census, 0 where they
    do not agree.
    """

    levels: dict[str, Levels]
    rarities: dict[str, Floats]


def compare(people: People, left: Ints, right: Ints, *, closely: bool = True) -> Compared:
    """Compare persons pairwise; ``left`` and ``right`` are rows of ``people``.

    Without ``closely``, names that differ are looked at closely only where a birth date, SSN, phone or address ties the
    two: without such a tie a misspelt name links nobody, and most pairs of one account's records have none.
    """
    levels = {
        "birth_date": birth_date_levels(people, left, right),
        "ssn4": ssn4_levels(people, left, right),
        "address": address_levels(people.addresses, left, right),
        "phone": phone_levels(people.phones, left, right),
        "relatives": relative_levels(people.relatives, left, right),
    }
    looked = np.ones(len(left), bool) if closely else _tied(levels)
    names, left_name, right_name = name_levels(people.names, left, right, looked)
    levels = names | levels | _joint_levels(names, levels)
    return Compared(levels, rarities(people.names, levels, left_name, right_name))


def _tied(levels: Mapping[str, Levels]) -> Flags:
    born = levels["birth_date"]
    tied = (born >= BIRTH["one_part_off"]) | (levels["ssn4"] >= SSN4["typing_error"])
    contradicted = (born > 0) & (born < BIRTH["one_part_off"])
    around = (levels["phone"] == PHONE["same"]) | (levels["address"] >= ADDRESS["alike"])
    flags: Flags = tied | (around & ~contradicted)
    return flags


def _joint_levels(names: Mapping[str, Levels], levels: Mapping[str, Levels]) -> dict[str, Levels]:
    """Agreements that say more together than the sum of the two."""
    given = names["given"] >= GIVEN["near"]
    return {
        "full_name": (given & (names["surname"] >= SURNAME["near"])).view(np.int8),
        "name_at_address": (given & (levels["address"] >= ADDRESS["alike"])).view(np.int8),
        "name_with_phone": (given & (levels["phone"] == PHONE["same"])).view(np.int8),
    }


def _compared(x: NDArray[np.integer], y: NDArray[np.integer], same: int, different: int = 1) -> tuple[Levels, Ints]:
    """Levels of equal, different and missing (0) texts, and the positions of the different ones."""
    equal, both = x == y, (x > 0) & (y > 0)
    equal &= both
    levels = level_where(both, different) + level_where(equal, same - different)
    return levels, (both ^ equal).nonzero()[0]


def birth_date_levels(people: People, left: Ints, right: Ints) -> Levels:
    """Birth dates: the same as far as both state them, one part off, swapped, or a contradiction."""
    a, b = people.born[left], people.born[right]
    is_full = (a & MONTH > 0) & (a & DAY > 0)
    levels = level_where((a == b) & is_full, BIRTH["same"])
    rows = ((a > 0) & (b > 0) & (levels == 0)).nonzero()[0]
    levels[rows] = _other_birth_dates(a[rows], b[rows])
    return levels


def _other_birth_dates(a: Codes, b: Codes) -> Levels:
    """Levels of dates that are stated and not one full date."""
    y1, y2, m1, m2, d1, d2 = a >> 9, b >> 9, a >> 5 & 15, b >> 5 & 15, a & 31, b & 31
    both_months, both_days = (m1 > 0) & (m2 > 0), (d1 > 0) & (d2 > 0)
    year, month, day = y1 == y2, (m1 == m2) & both_months, (d1 == d2) & both_days
    gap = _gap(y1, y2)
    one_off = year & both_months & both_days & (month ^ day)
    rows = (month & day & ~year).nonzero()[0]
    one_off[rows] = _one_digit_off(y1[rows], y2[rows])
    swapped = year & both_months & both_days & (m1 == d2) & (d1 == m2)
    return highest(
        BIRTH["different"],
        level_where(gap <= 2, BIRTH["near_year"]),
        level_where(gap >= 15, BIRTH["generation"]),
        level_where(year, BIRTH["year_only"]),
        level_where(one_off, BIRTH["one_part_off"]),
        level_where(year & ~both_months & (~both_days | day), BIRTH["year_agrees"]),
        level_where(swapped, BIRTH["swapped"]),
        level_where(year & month & ~both_days, BIRTH["month_agrees"]),
    )


def ssn4_levels(people: People, left: Ints, right: Ints) -> Levels:
    """Last four of the SSN: the same, one digit wrong or two swapped, or different."""
    a, b = people.ssn4[left], people.ssn4[right]
    levels, rows = _compared(a + np.int16(1), b + np.int16(1), SSN4["same"], SSN4["different"])
    a, b = a[rows].astype(np.int64), b[rows].astype(np.int64)
    wrong = _one_digit_off(a, b)
    levels[rows[wrong]] = SSN4["typing_error"]
    nines = ((b - a) % 9 == 0).nonzero()[0]  # digits that change places move a number by so much
    a, b, rows = a[nines], b[nines], rows[nines]
    for high in (1000, 100, 10):
        swapped = b - a == (a // (high // 10) % 10 - a // high % 10) * (high - high // 10)
        levels[rows[swapped]] = SSN4["typing_error"]
    return levels


def address_levels(addresses: AddressColumns, left: Ints, right: Ints) -> Levels:
    """The closest two addresses of both: the same, the same building or street, the same area, or elsewhere."""
    pair, a, b = addresses.spans.cross(left, right)
    return best_of(single_address_levels(addresses, a, b), pair, len(left))


def single_address_levels(addresses: AddressColumns, a: Ints, b: Ints) -> Levels:
    """One address against another. House and box numbers agree exactly or not; a missing one is no contradiction."""
    x, y = addresses.packed.take(a, axis=0), addresses.packed.take(b, axis=0)
    of_x, of_y = addresses.stated[a], addresses.stated[b]
    both, on_one_side = of_x & of_y, (of_x ^ of_y) & NUMBER
    same = np.packbits((x == y).reshape(-1), bitorder="little") & (both | STATE) & ~np.uint8(STATED)
    rows = ((same & (NUMBER | STREET) == NUMBER) & (both & STREET > 0)).nonzero()[0]
    rows = rows[each_once(addresses.street, x[rows, 1], y[rows, 1], _alike) > 0]
    same[rows] |= _ALIKE_STREET
    found = ((both & ~np.uint8(NUMBER)) | on_one_side).astype(np.intp) << 8
    return _address_table().take(found | same, mode="clip")


_alike = partial(spelling_levels, alike=1, near=1)
_ALIKE_STREET = STATED
"""Among the parts that are the same: the street names are alike. Its place is free there."""


@cache
def _address_table() -> Levels:
    """The level for each combination of what both state and what is the same, worked out once."""
    same, both = np.tile(np.arange(256), 256), np.arange(256).repeat(256)
    return _address_rule(lambda parts: same & parts == parts, lambda part: both & part > 0)


def _address_rule(same: Callable[[int], Flags], both: Callable[[int], Flags]) -> Levels:
    """``both`` tells which parts both state; of the house number it tells whether one side alone states it."""
    number_on_one_side = both(NUMBER)
    area = same(ZIP5) | same(CITY | STATE)
    near = area | ~(both(ZIP5) | both(CITY))  # the same area, or not both are known
    levels = highest(
        ADDRESS["elsewhere"],
        level_where(area, ADDRESS["same_area"]),
        level_where(same(STREET) & near, ADDRESS["same_street"]),
        level_where((same(STREET) & area & number_on_one_side) | same(_ALIKE_STREET), ADDRESS["alike"]),
        level_where(same(NUMBER | STREET) | (same(BOX) & near), ADDRESS["same"]),
    )
    other_unit = (levels >= ADDRESS["alike"]) & both(UNIT) & ~same(UNIT)
    levels[other_unit] = ADDRESS["same_building"]
    return levels * both(STATED).view(np.int8)


def phone_levels(phones: PhoneColumns, left: Ints, right: Ints) -> Levels:
    """The closest two phones of both: the same number, one digit off, or others."""
    pair, a, b = phones.spans.cross(left, right)
    x, y = phones.code[a], phones.code[b]
    levels, rows = _compared(x, y, PHONE["same"], PHONE["different"])
    levels[rows[_one_digit_off(phones.numbers[x[rows]], phones.numbers[y[rows]])]] = PHONE["typing_error"]
    return best_of(levels, pair, len(left))


def relative_levels(relatives: RelativeColumns, left: Ints, right: Ints) -> Levels:
    """A relative of the same name is named with both. That none is named with both says nothing: lists are partial."""
    if not len(relatives.name.codes):
        return np.zeros(len(left), np.int8)
    pair, a, b = relatives.spans.cross(left, right)
    x, y = relatives.name.codes[a], relatives.name.codes[b]
    return best_of(((x == y) & (x > 0)).view(np.int8), pair, len(left))


def _gap(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.integer]:
    """How far apart the numbers are; ``numpy.abs`` branches at every row."""
    gap: NDArray[np.integer] = np.maximum(a, b) - np.minimum(a, b)
    return gap


def _one_digit_off(a: NDArray[np.integer], b: NDArray[np.integer]) -> Flags:
    """Exactly one decimal digit differs."""
    gap = _gap(a, b)
    flags: Flags = gap < 10
    flags |= gap // 10 * 10 == gap  # most pairs end here
    rows = flags.nonzero()[0]
    a, b, gap = a[rows], b[rows], gap[rows]
    power = 10 ** np.floor(np.log10(np.maximum(gap, 1))).astype(np.int64)
    flags[rows] = (gap > 0) & (gap % power == 0) & (a // (power * 10) == b // (power * 10))
    return flags
