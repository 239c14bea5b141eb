"""One comparison per field. Each gives a level: 0 missing, and one number per way to agree or to differ.

The level names are those of the parameter file and of the explanations. One function serves subject against record and
record against record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, reduce

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from skiptrace.matching.columns import (
    BOX,
    CITY,
    DAY,
    GIVEN_INITIAL,
    GIVEN_NAME,
    MIDDLE_INITIAL,
    MIDDLE_NAME,
    MONTH,
    NAMES,
    NUMBER,
    SHORT_GIVEN,
    SHORT_MIDDLE,
    STATE,
    STATED,
    STREET,
    SUFFIX_,
    SURNAME_,
    UNIT,
    ZIP5,
    AddressColumns,
    Codes,
    Flags,
    Floats,
    Ints,
    Levels,
    NameColumns,
    People,
    PhoneColumns,
    RelativeColumns,
    Spelled,
    Words,
    best_of,
    distinct,
)
from skiptrace.matching.names.nicknames import listed_with, relation
from skiptrace.matching.rarity import given_rarity, surname_rarity

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
    "full_name": ("missing", "same"),
    "name_at_address": ("missing", "same"),
    "name_with_phone": ("missing", "same"),
    "relatives": ("missing", "same"),
}
GIVEN, SURNAME, MIDDLE, SUFFIX, BIRTH, SSN4, ADDRESS, PHONE = (
    {name: level for level, name in enumerate(LEVELS[field])}
    for field in ("given", "surname", "middle", "suffix", "birth_date", "ssn4", "address", "phone")
)


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
    names, left_name, right_name = _name_levels(people.names, left, right, looked)
    levels = names | levels | _joint_levels(names, levels)
    return Compared(levels, _rarities(people.names, levels, left_name, right_name))


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


def _rarities(names: NameColumns, levels: Mapping[str, Levels], left: Ints, right: Ints) -> dict[str, Floats]:
    return {
        "given_rarity": _commoner(names.given, _given_rarities, (left, right), levels["given"], GIVEN),
        "surname_rarity": _commoner(names.surname, _surname_rarities, (left, right), levels["surname"], SURNAME),
    }


def _given_rarities(words: Words) -> Floats:
    return np.array([0.0, *map(given_rarity, words.values[1:].tolist())])


def _surname_rarities(words: Words) -> Floats:
    return np.array([0.0, *map(surname_rarity, words.values[1:].tolist())])


def _commoner(
    words: Words, rarities: Callable[[Words], Floats], pair: tuple[Ints, Ints], levels: Levels, names: Mapping[str, int]
) -> Floats:
    """Of agreeing names the rarity of the commoner spelling: a misspelt name is rare without being telling."""
    rarity, agree = words.derived(rarities), levels >= names["near"]
    found: Floats = rarity.take(words.codes[pair[0]] * agree, mode="clip")
    rows = (agree & (levels < names["same"])).nonzero()[0]
    found[rows] = np.minimum(found[rows], rarity[words.codes[pair[1][rows]]])
    return found


# Levels are put together by multiplying and by taking the larger: over millions of pairs that takes a twentieth of the
# time of assigning to the rows of a mask, for which NumPy branches at every row.


def _if(flags: Flags, level: int) -> Levels:
    """The level where the flag is set, 0 elsewhere."""
    return flags.view(np.int8) * np.int8(level)


def _highest(least: int, *levels: Levels) -> Levels:
    highest: Levels = np.maximum(reduce(np.maximum, levels), np.int8(least))
    return highest


def _compared(x: NDArray[np.integer], y: NDArray[np.integer], same: int, different: int = 1) -> tuple[Levels, Ints]:
    """Levels of equal, different and missing (0) texts, and the positions of the different ones."""
    equal, both = x == y, (x > 0) & (y > 0)
    equal &= both
    levels = _if(both, different) + _if(equal, same - different)
    return levels, (both ^ equal).nonzero()[0]


def _name_levels(names: NameColumns, left: Ints, right: Ints, closely: Flags) -> tuple[dict[str, Levels], Ints, Ints]:
    """Levels of the two names that agree best where persons have several."""
    pair, a, b = names.spans.cross(left, right)
    closely = closely if pair is None else closely[pair]
    levels = single_name_levels(names, a, b, closely)
    if pair is None:
        return levels, a, b
    chosen = _best_agreeing(names, pair, a, b, levels)
    return {name: column[chosen] for name, column in levels.items()}, a[chosen], b[chosen]


def _best_agreeing(names: NameColumns, pair: Ints, a: Ints, b: Ints, levels: Mapping[str, Levels]) -> Ints:
    """The row of each pair whose names agree best; of several, by the alphabet, so that no order of rows matters."""
    agreement = levels["given"] + 2 * levels["surname"].astype(np.int64)
    keys: list[NDArray[np.integer]] = []
    for words in (names.given, names.surname):
        x, y = (words.derived(_alphabetical)[words.codes[rows]] for rows in (a, b))
        keys += np.minimum(x, y), np.maximum(x, y)
    order = np.lexsort([*keys, levels["suffix"], levels["middle"], agreement, pair])
    ordered = pair[order]
    chosen: Ints = order[np.append(ordered[1:] != ordered[:-1], True)] if len(order) else order
    return chosen


def _alphabetical(words: Words) -> Ints:
    """Where each distinct value stands in the alphabet."""
    places = np.empty(len(words.values), np.int64)
    places[np.argsort(words.values)] = np.arange(len(words.values))
    return places


def single_name_levels(names: NameColumns, a: Ints, b: Ints, closely: Flags) -> dict[str, Levels]:
    """One name against another.

    Given names: the same, a nickname, an initial, a misspelling, or another name. Surnames: the same, a misspelling,
    one part of a double name, or another name. Middle names: the same, an initial that fits, or another one. Suffixes:
    the same, given on one side only, or naming another generation.
    """
    x, y = names.packed.take(a, axis=0), names.packed.take(b, axis=0)
    of_x, of_y = names.stated[a], names.stated[b]
    found = (of_x & of_y & _STATED).astype(np.intp) << 6
    found |= np.packbits((x == y).reshape(-1), bitorder="little") & _NAME_PARTS
    found |= ((of_x | of_y) & _ON_EITHER).astype(np.intp) << 7
    levels = {name: table.take(found, mode="clip") for name, table in _name_tables().items()}
    given, surname = levels["given"], levels["surname"]
    _raise(given, names.given, (x[:, 0], y[:, 0]), (given < GIVEN["initial"]) & (given > 0) & closely, _given_levels)
    _raise(surname, names.surname, (x[:, 1], y[:, 1]), (surname == SURNAME["different"]) & closely, _surname_levels)
    both_differ = (given - np.int8(1)).view(np.uint8) < GIVEN["same"] - 1
    both_differ &= (surname - np.int8(1)).view(np.uint8) < SURNAME["same"] - 1
    rows = both_differ.nonzero()[0]
    rows = rows[_transposed(names, x[rows], y[rows])]
    given[rows], surname[rows] = GIVEN["near"], SURNAME["near"]
    return levels


_NAME_PARTS = np.uint8(sum(NAMES))
_STATED = GIVEN_NAME | SURNAME_ | MIDDLE_NAME | SUFFIX_
_ON_EITHER = SUFFIX_ | SHORT_GIVEN | SHORT_MIDDLE


@cache
def _name_tables() -> dict[str, Levels]:
    """The levels, spelling apart, for each combination of which parts are the same, are stated by both, and of which
    one is stated, or short, on either side."""
    every = np.arange(1 << 13)

    def same(part: int) -> Flags:
        return every & part > 0

    def both(part: int) -> Flags:
        return every >> 6 & part > 0

    def either(part: int) -> Flags:
        return every >> 7 & part > 0

    def initial(part: int, short: int) -> Flags:
        return same(part) & either(short)

    return {
        "given": both(GIVEN_NAME)
        * _highest(
            GIVEN["different"],
            _if(same(GIVEN_INITIAL), GIVEN["same_initial"]),
            _if(initial(GIVEN_INITIAL, SHORT_GIVEN), GIVEN["initial"]),
            _if(same(GIVEN_NAME), GIVEN["same"]),
        ),
        "surname": both(SURNAME_) * _highest(SURNAME["different"], _if(same(SURNAME_), SURNAME["same"])),
        "middle": both(MIDDLE_NAME)
        * _highest(
            MIDDLE["different"],
            _if(initial(MIDDLE_INITIAL, SHORT_MIDDLE), MIDDLE["initial"]),
            _if(same(MIDDLE_NAME), MIDDLE["same"]),
        ),
        "suffix": np.where(
            both(SUFFIX_),
            _highest(SUFFIX["different"], _if(same(SUFFIX_), SUFFIX["same"])),
            _if(either(SUFFIX_), SUFFIX["one_sided"]),
        ),
    }


def _raise(
    levels: Levels,
    words: Words,
    pairs: tuple[Codes, Codes],
    looked: Flags,
    found: Callable[[Words, Codes, Codes], Levels],
) -> None:
    """Raise levels to what is found of the words of the pairs that are looked at, each two words once."""
    rows = looked.nonzero()[0]
    x, y = pairs[0][rows], pairs[1][rows]
    first, number = distinct(x.astype(np.int64) * len(words.values) + y)
    levels[rows] = np.maximum(levels[rows], found(words, x[first], y[first])[number])


def _given_levels(words: Words, x: Codes, y: Codes) -> Levels:
    levels = _spelling_levels(words, x, y, GIVEN["alike"], GIVEN["near"])
    return np.maximum(levels, _if(_one_hop(words, x, y), GIVEN["nickname"]))


def _one_hop(words: Words, x: Codes, y: Codes) -> Flags:
    """Whether one name of each pair stands for the other."""
    wanted = words.derived(_listed_hops)
    asked = x.astype(np.int64) * len(words.values) + y
    flags: Flags = wanted[np.searchsorted(wanted, asked, side="right") - 1] == asked
    return flags


def _listed_hops(words: Words) -> Ints:
    """The pairs of names that stand for one another, as numbers in ascending order."""
    index, size = {name: code for code, name in enumerate(words.values.tolist())}, len(words.values)
    keys = [-1]
    for name, code in index.items():
        for other in listed_with(name):
            if name < other and other in index and relation(name, other) is not None:
                keys += code * size + index[other], index[other] * size + code
    return np.sort(np.array(keys, np.int64))


def _surname_levels(words: Words, x: Codes, y: Codes) -> Levels:
    levels = _spelling_levels(words, x, y, SURNAME["alike"], SURNAME["near"])
    double = words.derived(_double_names)
    for row in np.flatnonzero((double[x] | double[y]) & (levels < SURNAME["near"])):
        if set(words.values[x[row]].split()) & set(words.values[y[row]].split()):
            levels[row] = SURNAME["part"]
    return levels


def _double_names(words: Words) -> Flags:
    return np.array([" " in word for word in words.values.tolist()], bool)


def _transposed(names: NameColumns, x: Codes, y: Codes) -> Flags:
    """The given name of each is the surname of the other."""
    of = names.given_as_surname
    flags: Flags = (of[x[:, 0]] == y[:, 1]) & (of[y[:, 0]] == x[:, 1])
    return flags


def birth_date_levels(people: People, left: Ints, right: Ints) -> Levels:
    """Birth dates: the same as far as both state them, one part off, swapped, or a contradiction."""
    a, b = people.born[left], people.born[right]
    is_full = (a & MONTH > 0) & (a & DAY > 0)
    levels = _if((a == b) & is_full, BIRTH["same"])
    rows = ((a > 0) & (b > 0) & (levels == 0)).nonzero()[0]
    levels[rows] = _other_birth_dates(a[rows], b[rows])
    return levels


def _other_birth_dates(a: Codes, b: Codes) -> Levels:
    """Levels of dates that are stated and not one full date."""
    y1, y2, m1, m2, d1, d2 = a >> 9, b >> 9, a >> 5 & 15, b >> 5 & 15, a & 31, b & 31
    both_months, both_days = (m1 > 0) & (m2 > 0), (d1 > 0) & (d2 > 0)
    year, month, day = y1 == y2, (m1 == m2) & both_months, (d1 == d2) & both_days
    gap = np.abs(y1 - y2)
    one_off = year & both_months & both_days & (month ^ day)
    rows = (month & day & ~year).nonzero()[0]
    one_off[rows] = _one_digit_off(y1[rows], y2[rows])
    swapped = year & both_months & both_days & (m1 == d2) & (d1 == m2)
    return _highest(
        BIRTH["different"],
        _if(gap <= 2, BIRTH["near_year"]),
        _if(gap >= 15, BIRTH["generation"]),
        _if(year, BIRTH["year_only"]),
        _if(one_off, BIRTH["one_part_off"]),
        _if(year & ~both_months & (~both_days | day), BIRTH["year_agrees"]),
        _if(swapped, BIRTH["swapped"]),
        _if(year & month & ~both_days, BIRTH["month_agrees"]),
    )


def ssn4_levels(people: People, left: Ints, right: Ints) -> Levels:
    """Last four of the SSN: the same, one digit wrong or two swapped, or different."""
    a, b = people.ssn4[left], people.ssn4[right]
    levels, rows = _compared(a + np.int16(1), b + np.int16(1), SSN4["same"], SSN4["different"])
    a, b = a[rows].astype(np.int64), b[rows].astype(np.int64)
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
    x, y = addresses.packed.take(a, axis=0), addresses.packed.take(b, axis=0)
    of_x, of_y = addresses.stated[a], addresses.stated[b]
    both, on_one_side = of_x & of_y, (of_x ^ of_y) & NUMBER
    same = np.packbits((x == y).reshape(-1), bitorder="little") & (both | STATE) & ~np.uint8(STATED)
    rows = ((same & (NUMBER | STREET) == NUMBER) & (both & STREET > 0)).nonzero()[0]
    rows = rows[_spelling_levels(addresses.street, x[rows, 1], y[rows, 1], 1, 1) > 0]
    same[rows] |= _ALIKE_STREET
    found = ((both & ~np.uint8(NUMBER)) | on_one_side).astype(np.intp) << 8
    return _address_table().take(found | same, mode="clip")


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
    levels = _highest(
        ADDRESS["elsewhere"],
        _if(area, ADDRESS["same_area"]),
        _if(same(STREET) & near, ADDRESS["same_street"]),
        _if((same(STREET) & area & number_on_one_side) | same(_ALIKE_STREET), ADDRESS["alike"]),
        _if(same(NUMBER | STREET) | (same(BOX) & near), ADDRESS["same"]),
    )
    other_unit = (levels >= ADDRESS["alike"]) & both(UNIT) & ~same(UNIT)
    levels[other_unit] = ADDRESS["same_building"]
    return levels * both(STATED).view(np.int8)


def phone_levels(phones: PhoneColumns, left: Ints, right: Ints) -> Levels:
    """The closest two phones of both: the same number, one digit off, or others."""
    pair, a, b = phones.spans.cross(left, right)
    levels, rows = _compared(phones.code[a], phones.code[b], PHONE["same"], PHONE["different"])
    levels[rows[_one_digit_off(phones.number[a[rows]], phones.number[b[rows]])]] = PHONE["typing_error"]
    return best_of(levels, pair, len(left))


def relative_levels(relatives: RelativeColumns, left: Ints, right: Ints) -> Levels:
    """A relative of the same name is named with both. That none is named with both says nothing: lists are partial."""
    if not len(relatives.name.codes):
        return np.zeros(len(left), np.int8)
    pair, a, b = relatives.spans.cross(left, right)
    x, y = relatives.name.codes[a], relatives.name.codes[b]
    return best_of(((x == y) & (x > 0)).view(np.int8), pair, len(left))


def _one_digit_off(a: NDArray[np.integer], b: NDArray[np.integer]) -> Flags:
    """Exactly one decimal digit differs."""
    gap = np.abs(a - b)
    flags: Flags = gap < 10
    flags |= gap // 10 * 10 == gap  # most pairs end here
    rows = flags.nonzero()[0]
    a, b, gap = a[rows], b[rows], gap[rows]
    power = 10 ** np.floor(np.log10(np.maximum(gap, 1))).astype(np.int64)
    flags[rows] = (gap > 0) & (gap % power == 0) & (a // (power * 10) == b // (power * 10))
    return flags


_ALIKE = 0.86
_MOST_EDITS = 4
_PREFIX = 0.4
"""What Jaro-Winkler adds at most, in parts of what Jaro leaves to 1, and only for an equal first letter."""
_MARGIN = 1e-6  # rounding
_FEW = 200
"""Up to so many pairs of words are looked at one by one; of more, most are ruled out first."""


def _spelling_levels(words: Words, x: Codes, y: Codes, alike: int, near: int) -> Levels:
    """``near``: one typing error in four letters or more. ``alike``: Jaro-Winkler 0.86, or at most a third edited."""
    if len(x) <= _FEW:
        pairs = zip(words.values[x].tolist(), words.values[y].tolist(), strict=True)
        return np.array([(0, alike, near)[likeness(one, two)] for one, two in pairs], np.int8)
    levels = np.zeros(len(x), np.int8)
    rows = _may_be_alike(words.derived(Spelled), x, y).nonzero()[0]
    if not len(rows):
        return levels
    x, y = x[rows], y[rows]
    left, right = words.values[x], words.values[y]
    similarity = cpdist(left, right, scorer=JaroWinkler.similarity, score_cutoff=_ALIKE, dtype=np.float32)
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=_MOST_EDITS, dtype=np.int32)
    lengths = words.derived(Spelled).lengths
    shorter = np.minimum(lengths[x], lengths[y])
    found = np.where((similarity > 0) | ((edits <= _MOST_EDITS) & (edits * 3 <= shorter)), alike, 0)
    levels[rows] = np.where((edits == 1) & (shorter >= 3), near, found)
    return levels


@lru_cache(maxsize=65_536)
def likeness(one: str, two: str) -> int:
    """What ``_spelling_levels`` finds for one pair: 2 near, 1 alike, 0 neither."""
    shorter, edits = min(len(one), len(two)), OSA.distance(one, two, score_cutoff=_MOST_EDITS)
    if edits == 1 and shorter >= 3:
        return 2
    few = edits <= _MOST_EDITS and edits * 3 <= shorter
    return int(few or JaroWinkler.similarity(one, two, score_cutoff=_ALIKE) > 0)


def _may_be_alike(spelled: Spelled, x: Codes, y: Codes) -> Flags:
    """Whether the letters that occur allow ``_spelling_levels`` to find anything; they rule out nine pairs of ten.

    A letter of one word that the other has nowhere is no match for Jaro, and takes an edit.
    """
    one, two = spelled.letters[x], spelled.letters[y]
    length_x, length_y = spelled.lengths[x], spelled.lengths[y]
    lost_x, lost_y = np.bitwise_count(one & ~two), np.bitwise_count(two & ~one)
    shorter, longer = np.minimum(length_x, length_y), np.maximum(length_x, length_y)
    edits = np.maximum(np.maximum(lost_x, lost_y), longer - shorter)
    matches = np.minimum(length_x - lost_x, length_y - lost_y)
    prefix = (spelled.initials[x] == spelled.initials[y]) * _PREFIX
    jaro = (_ALIKE - prefix) / (1.0 - prefix) - _MARGIN
    flags: Flags = (matches * (length_x + length_y) >= (3.0 * jaro - 1.0) * (length_x * length_y)) | (
        edits * 3 <= shorter
    )
    return flags
