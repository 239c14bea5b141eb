"""People as columns: one row per person, text stored once and referred to by code.

The subject and the source records of a case, or of millions of cases, are rows of one table, so that one comparison
serves subject against record and record against record, for one account and for a bulk file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Levels = NDArray[np.int8]
Bits = NDArray[np.uint8]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
T = TypeVar("T")

MOBILE, LANDLINE, OTHER_LINE = 1, 2, 3
"""Kinds of telephone line; 0 is unknown."""


@dataclass(frozen=True, eq=False, repr=False)
class Words:
    """A text column: ``codes[row]`` points into ``values``; code 0 is always the empty text, which means missing."""

    codes: Codes
    values: NDArray[np.object_]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """Encode texts that are tidy already."""
        table = {"": 0}
        codes = [table.setdefault(text, len(table)) for text in texts]
        return cls(np.array(codes, np.int32), _objects(list(table)))

    def derived(self, make: Callable[[Words], T]) -> T:
        """What ``make`` works out of the distinct values, kept: millions of pairs are compared by a few such tables.

        Blocks that are scored at the same time wait for the first of them."""
        with self._one_at_a_time:
            if make not in self._derived:
                self._derived[make] = make(self)
        found: T = self._derived[make]
        return found

    @cached_property
    def _derived(self) -> dict[Callable[[Words], Any], Any]:
        return {}

    @cached_property
    def _one_at_a_time(self) -> AbstractContextManager[bool]:
        return RLock()


class Spelled:
    """Of each distinct value: first letter (0 for the empty text), length, and one bit per character that occurs.

    The values are capital ASCII letters, digits and spaces: six bits tell them apart.
    """

    def __init__(self, words: Words) -> None:
        written = "\0".join([*words.values.tolist(), ""]).encode("ascii", "replace")
        self._characters = np.frombuffer(written, np.uint8)
        ends = (self._characters == 0).nonzero()[0]
        self._starts = np.zeros_like(ends)
        self._starts[1:] = ends[:-1] + 1
        self.initials = self._characters[self._starts]
        self.lengths: Codes = (ends - self._starts).astype(np.int32)

    @cached_property
    def letters(self) -> NDArray[np.uint64]:
        bits = np.uint64(1) << (self._characters & np.uint8(63)).astype(np.uint64)
        letters: NDArray[np.uint64] = np.bitwise_or.reduceat(bits, self._starts) & ~np.uint64(1)
        return letters


def _objects(texts: list[str]) -> NDArray[np.object_]:
    values = np.empty(len(texts), object)
    values[:] = texts
    return values


@dataclass(frozen=True, eq=False, repr=False)
class Spans:
    """Which rows of a child table belong to each person: those from ``starts[row]`` up to ``starts[row + 1]``."""

    starts: Ints

    @classmethod
    def one_each(cls, rows: int) -> Spans:
        return cls(np.arange(rows + 1, dtype=np.int64))

    @classmethod
    def none(cls, rows: int) -> Spans:
        return cls(np.zeros(rows + 1, np.int64))

    @classmethod
    def of_counts(cls, counts: Sequence[int] | Ints) -> Spans:
        starts = np.zeros(len(counts) + 1, np.int64)
        np.add.accumulate(counts, out=starts[1:])
        return cls(starts)

    @cached_property
    def is_one_each(self) -> bool:
        """Every person has exactly one child, so that the row of the person is the row of the child."""
        return bool((self.starts[1:] - self.starts[:-1] == 1).all())

    def children(self, rows: Ints) -> tuple[Ints, Ints]:
        """Child rows of the given persons, and for each the position of its person among ``rows``."""
        if self.is_one_each:
            return rows, np.arange(len(rows))
        counts = self.starts[rows + 1] - self.starts[rows]
        position = np.arange(len(rows)).repeat(counts)
        within = np.arange(len(position)) - (counts.cumsum() - counts).repeat(counts)
        return self.starts[rows][position] + within, position

    def latest(self, moments: Floats, rows: Ints) -> Floats:
        """The latest of the moments of each person's children, NaN when none is stated."""
        return self._outermost(np.fmax, moments, rows)

    def earliest(self, moments: Floats, rows: Ints) -> Floats:
        return self._outermost(np.fmin, moments, rows)

    def _outermost(self, outer: np.ufunc, moments: Floats, rows: Ints) -> Floats:
        if self.is_one_each:
            return moments[rows]
        child, position = self.children(rows)
        outermost = np.full(len(rows), np.nan)
        outer.at(outermost, position, moments[child])
        return outermost

    def cross(self, left: Ints, right: Ints) -> tuple[Ints | None, Ints, Ints]:
        """All pairs of child rows of each pair of persons: (index of the pair, left child, right child).

        The index is None when every person has exactly one child, so that nothing needs to be gathered again.
        """
        if self.is_one_each:
            return None, left, right
        left_start, right_start = self.starts[left], self.starts[right]
        right_count = self.starts[right + 1] - right_start
        counts = (self.starts[left + 1] - left_start) * right_count
        if (counts == 1).all():
            return None, left_start, right_start
        pair = np.arange(len(left)).repeat(counts)
        within = np.arange(len(pair)) - (counts.cumsum() - counts).repeat(counts)
        width = right_count[pair]
        return pair, left_start[pair] + within // width, right_start[pair] + within % width


def in_order(keys: Ints) -> tuple[Ints, Ints]:
    """The stable order of the keys, and the keys in that order.

    A key and its place are sorted as one number where they fit: numbers are sorted ten times as quickly as places.
    """
    bits = len(keys).bit_length()
    if len(keys) and -_LARGEST_KEY >> bits < keys.min() and keys.max() < _LARGEST_KEY >> bits:
        both = (keys << bits) + np.arange(len(keys))
        both.sort()
        return both & ((1 << bits) - 1), both >> bits
    order = keys.argsort(kind="stable")
    return order, keys[order]


_LARGEST_KEY = 1 << 62


def distinct(keys: Ints) -> tuple[Ints, Ints]:
    """(a position of each distinct key, the number of each position's key), numbers in ascending order of the keys.

    What ``numpy.unique`` does, in a third of the time where there is little, and without loading masked arrays.
    """
    order, ordered = in_order(keys)
    new = np.ones(len(keys), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    number = np.empty(len(keys), np.int64)
    number[order] = new.cumsum() - 1
    return order[new], number


def pairs_of_equals(keys: Ints) -> tuple[Ints, Ints]:
    """All pairs of positions (left < right) with equal keys."""
    if (keys[1:] >= keys[:-1]).all():
        return _pairs_of_neighbours(keys)
    order, ordered = in_order(keys)
    left, right = _pairs_of_neighbours(ordered)
    return order[left], order[right]


def neighbours_sharing(groups: Ints, codes: Sequence[Codes]) -> tuple[Ints, Ints]:
    """The pairs of positions (left < right) of one group that share any of the codes; nobody shares a 0.

    Groups ascend. Whoever stands next to each other is compared first, then whoever stands two places apart, and so on
    to the size of the largest group: so nothing has to be looked up.
    """
    places, own = len(groups).bit_length(), -1 - np.arange(len(groups), dtype=np.int32)
    groups = groups.astype(np.int32)
    codes = [column + own * (column == 0) for column in codes]
    found: list[Ints] = []
    for distance in range(1, len(groups)):
        together = groups[distance:] == groups[:-distance]
        if not together.any():
            break
        sharing = codes[0][distance:] == codes[0][:-distance]
        for column in codes[1:]:
            sharing |= column[distance:] == column[:-distance]
        sharing &= together
        left = sharing.nonzero()[0]
        found.append(left * ((1 << places) + 1) + distance)
    pairs = np.concatenate(found) if found else np.zeros(0, np.int64)
    pairs.sort()
    return pairs >> places, pairs & ((1 << places) - 1)


def _pairs_of_neighbours(ordered: Ints) -> tuple[Ints, Ints]:
    places = np.arange(len(ordered))
    ends = np.append((ordered[1:] != ordered[:-1]).nonzero()[0] + 1, len(ordered))
    after = ends.repeat(np.diff(ends, prepend=0)) - places - 1
    left = places.repeat(after)
    right = np.arange(len(left))
    right += (places + 1 - after.cumsum() + after).repeat(after)
    return left, right


def best_of(levels: Levels, pair: Ints | None, pairs: int) -> Levels:
    """The highest level among the child pairs of each pair; 0 (missing) where there is none."""
    if pair is None:
        return levels
    best = np.zeros(pairs, levels.dtype)
    np.maximum.at(best, pair, levels)
    return best


NAMES = tuple(1 << place for place in range(6))
GIVEN_NAME, LAST_NAME, MIDDLE_NAME, GENERATION, GIVEN_INITIAL, MIDDLE_INITIAL = NAMES
"""The parts of a name as bits."""
SHORT_GIVEN, SHORT_MIDDLE = GIVEN_INITIAL, MIDDLE_INITIAL
"""Among the parts that are stated: the given or middle name is one letter."""


@dataclass(frozen=True, eq=False, repr=False)
class NameColumns:
    spans: Spans
    given: Words
    middle: Words
    surname: Words
    suffix: Words

    @cached_property
    def packed(self) -> Codes:
        """A row of eight numbers per name, for one look-up fetches a row as quickly as a number: the codes of the
        parts and of the initials of given and middle name in the order of ``NAMES``."""
        parts = self.given, self.surname, self.middle, self.suffix
        initials = (words.derived(Spelled).initials[words.codes] for words in (self.given, self.middle))
        return _rows_of_eight(*(words.codes for words in parts), *initials)

    @cached_property
    def stated(self) -> Bits:
        """Which parts are stated, and which of them are one letter, as bits."""
        stated = _stated(self.packed) & ~np.uint8(SHORT_GIVEN | SHORT_MIDDLE)
        for words, short in ((self.given, SHORT_GIVEN), (self.middle, SHORT_MIDDLE)):
            stated |= (words.derived(Spelled).lengths == 1)[words.codes] * np.uint8(short)
        return stated

    @cached_property
    def given_as_surname(self) -> Codes:
        """For each distinct given name its code among the surnames, -1 when nobody bears it as one."""
        surnames = {value: code for code, value in enumerate(self.surname.values.tolist())}
        return np.array([surnames.get(value, -1) for value in self.given.values.tolist()], np.int32)


PARTS = NUMBER, STREET, BOX, UNIT, ZIP5, CITY, STATE = tuple(1 << place for place in range(7))
"""The parts of an address as bits."""
STATED = 1 << 7
"""There is any address."""
MONTH, DAY = 15 << 5, 31
"""Where a birth date in one number holds them."""


def born_on(year: Ints, month: Ints, day: Ints) -> Ints:
    """Birth dates as one number each: year, four bits for the month, five for the day; 0 without a year."""
    return np.where(year > 0, (year << 9) + (month << 5) + day, 0)


@dataclass(frozen=True, eq=False, repr=False)
class AddressColumns:
    """``number`` and ``box`` are exact texts, ``street`` a Pub 28 spelling of the rest of the delivery line."""

    spans: Spans
    number: Words
    street: Words
    unit: Words
    box: Words
    city: Words
    state: Words
    zip5: Words
    first_seen: Floats
    last_seen: Floats

    @cached_property
    def packed(self) -> Codes:
        """A row of eight numbers per address, as in ``NameColumns``: the codes of the parts in the order of
        ``PARTS``."""
        parts = self.number, self.street, self.box, self.unit, self.zip5, self.city, self.state
        return _rows_of_eight(*(words.codes for words in parts))

    @cached_property
    def stated(self) -> Bits:
        """Which parts are stated, and whether there is any address, as bits."""
        stated = _stated(self.packed)
        return stated | (stated & (STREET | BOX | ZIP5 | CITY) > 0) * np.uint8(STATED)


def _rows_of_eight(*columns: NDArray[np.integer]) -> Codes:
    rest = [np.zeros(len(columns[0]), np.int32)] * (8 - len(columns))
    return np.stack([*columns, *rest], axis=1, dtype=np.int32)


def _stated(rows: Codes) -> Bits:
    return np.packbits((rows > 0).reshape(-1), bitorder="little")


@dataclass(frozen=True, eq=False, repr=False)
class PhoneColumns:
    """``numbers[code]`` are the ten national digits, 0 for code 0, which means missing; ``kind`` is one of the kinds of
    line."""

    spans: Spans
    code: Codes
    numbers: Ints
    kind: Levels
    last_seen: Floats


def phone_codes(numbers: Ints) -> tuple[Codes, Ints]:
    """A code for each phone, and the number of each code."""
    numbers = np.append(numbers, 0)
    first, code = distinct(numbers)
    return code[:-1].astype(np.int32), numbers[first]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RelativeColumns:
    """``name`` is given name and surname of a person whom the source ties to this one."""

    spans: Spans
    name: Words


@dataclass(frozen=True, eq=False, repr=False)
class People:
    """The table. ``born`` is what ``born_on`` makes of birth dates, ``ssn4`` is -1 when missing.

    ``source`` is the upstream file a record came from ("" for a subject). Times are in years before (negative) or
    after the day its account is judged, NaN when not stated.
    """

    names: NameColumns
    born: Codes
    ssn4: NDArray[np.int16]
    addresses: AddressColumns
    phones: PhoneColumns
    relatives: RelativeColumns
    source: Words

    def __len__(self) -> int:
        return len(self.born)
