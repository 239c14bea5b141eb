"""One comparison per field. Each gives a level: 0 missing, and one number per way to agree or to differ.

The level names are those of the parameter file and of the explanations. One function serves subject against record and
record against record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from skiptrace.matching.columns import (
    AddressColumns,
    Codes,
    Flags,
    Ints,
    Levels,
    NameColumns,
    People,
    PhoneColumns,
    RelativeColumns,
    Words,
    best_of,
    distinct,
)
from skiptrace.matching.names.nicknames import one_hop

LEVELS: Mapping[str, tuple[str, ...]] = {
    "given": ("missing", "different", "same_initial", "initial", "alike", "near", "nickname", "same"),
    "surname": ("missing", "different", "part", "alike", "near", "same"),
    "middle": ("missing", "different", "initial", "same"),
    "suffix": ("missing", "different", "one_sided", "same"),
    "birth_date": (
        "missing",
        "different",
        "near_year",
        "generation",
        "year_only",
        "one_part_off",
        "year_agrees",
        "swapped",
        "month_agrees",
        "same",
    ),
    "ssn4": ("missing", "different", "typing_error", "same"),
    "address": ("missing", "elsewhere", "same_area", "same_street", "same_building", "alike", "same"),
    "phone": ("missing", "different", "typing_error", "same"),
    "relatives": ("missing", "same"),
    "full_name": ("missing", "same"),
    "name_at_address": ("missing", "same"),
    "name_with_phone": ("missing", "same"),
}
GIVEN, SURNAME, BIRTH, SSN4, ADDRESS, PHONE = (
    {name: level for level, name in enumerate(LEVELS[field])}
    for field in ("given", "surname", "birth_date", "ssn4", "address", "phone")
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compared:
    """Levels of all comparisons for a list of pairs of persons, and which of their names were compared."""

    levels: dict[str, Levels]
    left_name: Ints
    right_name: Ints


def compare(people: People, left: Ints, right: Ints, *, tied_only: bool = False) -> Compared:
    """Compare persons pairwise; ``left`` and ``right`` are rows of ``people``.

    With ``tied_only``, names that differ are looked at closely only where a birth date, SSN, phone or address ties the
    two: without such a tie a misspelt name links nobody, and most pairs of one account's records have none.
    """
    levels = {
        "birth_date": birth_date_levels(people, left, right),
        "ssn4": ssn4_levels(people, left, right),
        "address": address_levels(people.addresses, left, right),
        "phone": phone_levels(people.phones, left, right),
        "relatives": relative_levels(people.relatives, left, right),
    }
    closely = _tied(levels) if tied_only else np.ones(len(left), bool)
    names, left_name, right_name = _name_levels(people.names, left, right, closely)
    return Compared(names | levels | _joint_levels(names, levels), left_name, right_name)


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
        "full_name": (given & (names["surname"] >= SURNAME["near"])).astype(np.int8),
        "name_at_address": (given & (levels["address"] >= ADDRESS["alike"])).astype(np.int8),
        "name_with_phone": (given & (levels["phone"] == PHONE["same"])).astype(np.int8),
    }


def _name_levels(names: NameColumns, left: Ints, right: Ints, closely: Flags) -> tuple[dict[str, Levels], Ints, Ints]:
    """Levels of the two names that agree best where persons have several."""
    pair, a, b = names.spans.cross(left, right)
    closely = closely if pair is None else closely[pair]
    given, surname = given_levels(names, a, b, closely), surname_levels(names, a, b, closely)
    if pair is not None:
        order = np.lexsort((given + 2 * surname.astype(np.int64), pair))
        chosen = order[np.append(pair[order][1:] != pair[order][:-1], True)] if len(order) else order
        a, b, given, surname = a[chosen], b[chosen], given[chosen], surname[chosen]
    middle, suffix = middle_levels(names, a, b), suffix_levels(names, a, b)
    return {"given": given, "surname": surname, "middle": middle, "suffix": suffix}, a, b


def given_levels(names: NameColumns, a: Ints, b: Ints, closely: Flags) -> Levels:
    """Given names: the same, a nickname, an initial, a misspelling, or another name."""
    words = names.given
    levels, rows = _equal_or_open(words.codes[a], words.codes[b], GIVEN["same"])
    x, y = words.codes[a[rows]], words.codes[b[rows]]
    initials, lengths = words.initials, words.lengths
    found = np.where(initials[x] == initials[y], GIVEN["same_initial"], GIVEN["different"]).astype(np.int8)
    found[(initials[x] == initials[y]) & ((lengths[x] == 1) | (lengths[y] == 1))] = GIVEN["initial"]
    looked = np.flatnonzero(closely[rows] & (found != GIVEN["initial"]))
    found[looked] = np.maximum(found[looked], _per_distinct_pair(words, x[looked], y[looked], _given_levels))
    found[_transposed(names, a[rows], b[rows])] = GIVEN["near"]
    levels[rows] = found
    return levels


def _given_levels(words: Words, x: Codes, y: Codes) -> Levels:
    levels = _spelling_levels(words, x, y, GIVEN["alike"], GIVEN["near"])
    levels[_one_hop(words, x, y)] = GIVEN["nickname"]
    return levels


def _one_hop(words: Words, x: Codes, y: Codes) -> Flags:
    """Whether one name of each pair stands for the other."""
    index, size = {name: code for code, name in enumerate(words.values)}, len(words.values)
    keys = [code * size + index[other] for name, code in index.items() for other in one_hop(name) if other in index]
    wanted = np.sort(np.array([-1, *keys], np.int64))
    asked = x.astype(np.int64) * size + y
    flags: Flags = wanted[np.searchsorted(wanted, asked, side="right") - 1] == asked
    return flags


def surname_levels(names: NameColumns, a: Ints, b: Ints, closely: Flags) -> Levels:
    """Surnames: the same, a misspelling, one part of a double name, or another name."""
    words = names.surname
    levels, rows = _equal_or_open(words.codes[a], words.codes[b], SURNAME["same"])
    x, y = words.codes[a[rows]], words.codes[b[rows]]
    found = np.ones(len(rows), np.int8)
    looked = np.flatnonzero(closely[rows])
    found[looked] = np.maximum(1, _per_distinct_pair(words, x[looked], y[looked], _surname_levels))
    found[_transposed(names, a[rows], b[rows])] = SURNAME["near"]
    levels[rows] = found
    return levels


def _surname_levels(words: Words, x: Codes, y: Codes) -> Levels:
    levels = _spelling_levels(words, x, y, SURNAME["alike"], SURNAME["near"])
    double = np.fromiter((" " in word for word in words.values), bool, len(words.values))
    for row in np.flatnonzero((double[x] | double[y]) & (levels < SURNAME["near"])):
        if set(words.values[x[row]].split()) & set(words.values[y[row]].split()):
            levels[row] = SURNAME["part"]
    return levels


def _transposed(names: NameColumns, a: Ints, b: Ints) -> Flags:
    """The given name of each is the surname of the other."""
    given, surname = names.given_as_surname, names.surname.codes
    x, y = names.given.codes[a], names.given.codes[b]
    flags: Flags = (given[x] == surname[b]) & (given[y] == surname[a]) & (surname[a] > 0) & (surname[b] > 0)
    return flags


def middle_levels(names: NameColumns, a: Ints, b: Ints) -> Levels:
    """Middle names or initials: the same, an initial that fits, or another one."""
    words = names.middle
    levels, rows = _equal_or_open(words.codes[a], words.codes[b], 3)
    x, y = words.codes[a[rows]], words.codes[b[rows]]
    initials, lengths = words.initials, words.lengths
    levels[rows] = np.where((initials[x] == initials[y]) & ((lengths[x] == 1) | (lengths[y] == 1)), 2, 1)
    return levels


def suffix_levels(names: NameColumns, a: Ints, b: Ints) -> Levels:
    """Generation suffixes: the same, given on one side only, or naming another generation."""
    x, y = names.suffix.codes[a], names.suffix.codes[b]
    return np.where(x == y, np.where(x == 0, 0, 3), np.where((x == 0) | (y == 0), 2, 1)).astype(np.int8)


def birth_date_levels(people: People, left: Ints, right: Ints) -> Levels:
    """Birth dates: the same as far as both state them, one part off, swapped, or a contradiction."""
    y1, m1, d1 = people.birth_year[left], people.birth_month[left], people.birth_day[left]
    y2, m2, d2 = people.birth_year[right], people.birth_month[right], people.birth_day[right]
    both_months, both_days = (m1 > 0) & (m2 > 0), (d1 > 0) & (d2 > 0)
    year, month, day = y1 == y2, (m1 == m2) & both_months, (d1 == d2) & both_days
    gap = np.abs(y1 - y2)
    levels = np.where(gap >= 15, BIRTH["generation"], BIRTH["different"]).astype(np.int8)
    levels[(gap <= 2) & ~year] = BIRTH["near_year"]
    levels[year] = BIRTH["year_only"]
    levels[year & both_months & both_days & (m1 == d2) & (d1 == m2) & ~month] = BIRTH["swapped"]
    levels[year & both_months & both_days & (month ^ day)] = BIRTH["one_part_off"]
    rows = np.flatnonzero(month & day & ~year)
    levels[rows[_one_digit_off(y1[rows], y2[rows])]] = BIRTH["one_part_off"]
    levels[year & ~both_months & (~both_days | day)] = BIRTH["year_agrees"]
    levels[year & month & ~both_days] = BIRTH["month_agrees"]
    levels[year & month & day] = BIRTH["same"]
    levels[(y1 == 0) | (y2 == 0)] = 0
    return levels


def ssn4_levels(people: People, left: Ints, right: Ints) -> Levels:
    """Last four of the SSN: the same, one digit wrong or two swapped, or different."""
    a, b = people.ssn4[left], people.ssn4[right]
    levels = np.where(a == b, SSN4["same"], SSN4["different"]).astype(np.int8)
    levels[(a < 0) | (b < 0)] = 0
    rows = (levels == SSN4["different"]).nonzero()[0]
    if not len(rows):
        return levels
    a, b = a[rows], b[rows]
    wrong = _one_digit_off(a, b)
    for high in (1000, 100, 10):
        wrong |= b - a == (a // (high // 10) % 10 - a // high % 10) * (high - high // 10)
    levels[rows[wrong]] = SSN4["typing_error"]
    return levels


def address_levels(addresses: AddressColumns, left: Ints, right: Ints) -> Levels:
    """The closest two addresses of both: the same, the same building or street, the same area, or elsewhere."""
    pair, a, b = addresses.spans.cross(left, right)
    return best_of(single_address_levels(addresses, a, b), pair, len(left))


def single_address_levels(addresses: AddressColumns, a: Ints, b: Ints) -> Levels:
    """One address against another. House and box numbers agree exactly or not; a missing one is no contradiction."""
    area, open_area = _areas(addresses, a, b)
    number_a, number_b = addresses.number.codes[a], addresses.number.codes[b]
    street_a, street_b = addresses.street.codes[a], addresses.street.codes[b]
    box_a, box_b = addresses.box.codes[a], addresses.box.codes[b]
    number, street = (number_a == number_b) & (number_a > 0), (street_a == street_b) & (street_a > 0)
    levels = np.where(area, ADDRESS["same_area"], ADDRESS["elsewhere"]).astype(np.int8)
    levels[street & (area | open_area)] = ADDRESS["same_street"]
    levels[street & area & ((number_a == 0) ^ (number_b == 0))] = ADDRESS["alike"]
    rows = np.flatnonzero(number & ~street & (street_a > 0) & (street_b > 0))
    likeness = _per_distinct_pair(addresses.street, street_a[rows], street_b[rows], _street_levels)
    levels[rows[likeness > 0]] = ADDRESS["alike"]
    levels[(number & street) | ((box_a == box_b) & (box_a > 0) & (area | open_area))] = ADDRESS["same"]
    unit_a, unit_b = addresses.unit.codes[a], addresses.unit.codes[b]
    levels[(levels >= ADDRESS["alike"]) & (unit_a != unit_b) & (unit_a > 0) & (unit_b > 0)] = ADDRESS["same_building"]
    levels[addresses.empty[a] | addresses.empty[b]] = 0
    return levels


def _street_levels(words: Words, x: Codes, y: Codes) -> Levels:
    return _spelling_levels(words, x, y, 1, 1)


def _areas(addresses: AddressColumns, a: Ints, b: Ints) -> tuple[Flags, Flags]:
    """(the same ZIP or the same city and state, not both known)."""
    zip_a, zip_b = addresses.zip5.codes[a], addresses.zip5.codes[b]
    city_a, city_b = addresses.city.codes[a], addresses.city.codes[b]
    same_state = addresses.state.codes[a] == addresses.state.codes[b]
    same_area: Flags = ((zip_a == zip_b) & (zip_a > 0)) | ((city_a == city_b) & (city_a > 0) & same_state)
    unknown: Flags = ((zip_a == 0) | (zip_b == 0)) & ((city_a == 0) | (city_b == 0))
    return same_area, unknown


def phone_levels(phones: PhoneColumns, left: Ints, right: Ints) -> Levels:
    """The closest two phones of both: the same number, one digit off, or others."""
    pair, a, b = phones.spans.cross(left, right)
    x, y = phones.number[a], phones.number[b]
    levels = np.where(x == y, PHONE["same"], PHONE["different"]).astype(np.int8)
    levels[(x == 0) | (y == 0)] = 0
    rows = np.flatnonzero(levels == PHONE["different"])
    levels[rows[_one_digit_off(x[rows], y[rows])]] = PHONE["typing_error"]
    return best_of(levels, pair, len(left))


def relative_levels(relatives: RelativeColumns, left: Ints, right: Ints) -> Levels:
    """A relative of the same name is named with both. That none is named with both says nothing: lists are partial."""
    if not len(relatives.name.codes):
        return np.zeros(len(left), np.int8)
    pair, a, b = relatives.spans.cross(left, right)
    x, y = relatives.name.codes[a], relatives.name.codes[b]
    return best_of(((x == y) & (x > 0)).astype(np.int8), pair, len(left))


def _one_digit_off(a: Ints, b: Ints) -> Flags:
    """Exactly one decimal digit differs."""
    if not len(a):
        return np.zeros(0, bool)
    gap = np.abs(a - b)
    power = 10 ** np.floor(np.log10(np.maximum(gap, 1))).astype(np.int64)
    flags: Flags = (gap > 0) & (gap % power == 0) & (a // (power * 10) == b // (power * 10))
    return flags


def _equal_or_open(x: Codes, y: Codes, same: int) -> tuple[Levels, Ints]:
    """Levels for equal and for missing texts, and the positions that need a closer look."""
    missing = (x == 0) | (y == 0)
    levels = np.where(x == y, same, 1).astype(np.int8)
    levels[missing] = 0
    return levels, ((x != y) & ~missing).nonzero()[0]


def _per_distinct_pair(words: Words, x: Codes, y: Codes, judge: Callable[[Words, Codes, Codes], Levels]) -> Levels:
    """Judge each distinct pair of words once."""
    if not len(x):
        return np.zeros(0, np.int8)
    if len(x) <= _FEW:
        return judge(words, x, y)
    size = len(words.values)
    first, back = distinct(x.astype(np.int64) * size + y)
    return judge(words, x[first], y[first])[back]


_FEW = 64
_ALIKE = 0.86
_MOST_EDITS = 4


def _spelling_levels(words: Words, x: Codes, y: Codes, alike: int, near: int) -> Levels:
    """``near``: one typing error in four letters or more. ``alike``: Jaro-Winkler 0.86, or at most a third edited."""
    left, right = words.values[x], words.values[y]
    similarity = cpdist(left, right, scorer=JaroWinkler.similarity, score_cutoff=_ALIKE, dtype=np.float32)
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=_MOST_EDITS, dtype=np.int32)
    shorter = np.minimum(words.lengths[x], words.lengths[y])
    levels = np.where((similarity > 0) | ((edits <= _MOST_EDITS) & (edits * 3 <= shorter)), alike, 0)
    return np.where((edits == 1) & (shorter >= 3), near, levels).astype(np.int8)
