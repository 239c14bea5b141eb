"""Names against names, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from skiptrace.matching.columns import (
    GENERATION,
    GIVEN_INITIAL,
    GIVEN_NAME,
    LAST_NAME,
    MIDDLE_INITIAL,
    MIDDLE_NAME,
    NAMES,
    SHORT_GIVEN,
    SHORT_MIDDLE,
    Codes,
    Flags,
    Floats,
    Ints,
    Levels,
    NameColumns,
    Words,
)
from skiptrace.matching.levels import GIVEN, MIDDLE, SUFFIX, SURNAME, highest, level_where
from skiptrace.matching.likeness import each_once, spelling_levels
from skiptrace.matching.names.nicknames import listed_with, relation
from skiptrace.matching.rarity import given_rarity, surname_rarity


def name_levels(names: NameColumns, left: Ints, right: Ints, closely: Flags) -> tuple[dict[str, Levels], Ints, Ints]:
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
_STATED = GIVEN_NAME | LAST_NAME | MIDDLE_NAME | GENERATION
_ON_EITHER = GENERATION | SHORT_GIVEN | SHORT_MIDDLE


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
        * highest(
            GIVEN["different"],
            level_where(same(GIVEN_INITIAL), GIVEN["same_initial"]),
            level_where(initial(GIVEN_INITIAL, SHORT_GIVEN), GIVEN["initial"]),
            level_where(same(GIVEN_NAME), GIVEN["same"]),
        ),
        "surname": both(LAST_NAME) * highest(SURNAME["different"], level_where(same(LAST_NAME), SURNAME["same"])),
        "middle": both(MIDDLE_NAME)
        * highest(
            MIDDLE["different"],
            level_where(initial(MIDDLE_INITIAL, SHORT_MIDDLE), MIDDLE["initial"]),
            level_where(same(MIDDLE_NAME), MIDDLE["same"]),
        ),
        "suffix": np.where(
            both(GENERATION),
            highest(SUFFIX["different"], level_where(same(GENERATION), SUFFIX["same"])),
            level_where(either(GENERATION), SUFFIX["one_sided"]),
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
    levels[rows] = np.maximum(levels[rows], each_once(words, x, y, found))


def _given_levels(words: Words, x: Codes, y: Codes) -> Levels:
    levels = spelling_levels(words, x, y, GIVEN["alike"], GIVEN["near"])
    return np.maximum(levels, level_where(_one_hop(words, x, y), GIVEN["nickname"]))


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
    levels = spelling_levels(words, x, y, SURNAME["alike"], SURNAME["near"])
    is_double, parts = words.derived(_parts)
    rows = ((is_double[x] | is_double[y]) & (levels < SURNAME["near"])).nonzero()[0]
    pairs = zip(parts[x[rows]].tolist(), parts[y[rows]].tolist(), strict=True)
    levels[rows[[not one.isdisjoint(two) for one, two in pairs]]] = SURNAME["part"]
    return levels


def _parts(words: Words) -> tuple[Flags, NDArray[np.object_]]:
    """Which names are double, and the words of each name."""
    parts = [frozenset(word.split()) for word in words.values.tolist()]
    return np.array([len(of) > 1 for of in parts], bool), np.array(parts, object)


def _transposed(names: NameColumns, x: Codes, y: Codes) -> Flags:
    """The given name of each is the surname of the other."""
    of = names.given_as_surname
    flags: Flags = (of[x[:, 0]] == y[:, 1]) & (of[y[:, 0]] == x[:, 1])
    return flags


def rarities(names: NameColumns, levels: Mapping[str, Levels], left: Ints, right: Ints) -> dict[str, Floats]:
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
