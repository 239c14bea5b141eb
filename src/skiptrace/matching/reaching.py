"""The addresses and phones of cases value by value: what ``contacts`` works out for columns, with the same measures.

A case shows a dozen values, for which steps over columns cost more than all that there is to measure. That both agree
is held by a property in the tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations, pairwise
from math import expm1, isnan, log1p
from typing import NamedTuple

import numpy as np

from skiptrace.matching.columns import LANDLINE
from skiptrace.matching.comparisons import ADDRESS, SURNAME
from skiptrace.matching.contacts import NEVER, UNDATED, Carried, Runs
from skiptrace.matching.identity import SURE, Candidates, Identity
from skiptrace.matching.pairing import one_address_level
from skiptrace.matching.persons import Home, ReadPerson
from skiptrace.matching.weights import Measures, Parameters, Sightings, bits_of, probability_of

LEAST_FRESH = -8.0
_ALIKE = ADDRESS["alike"]


class _Row(NamedTuple):
    """Who shows a value: row of the address or phone table, position among the candidates, years since it was seen."""

    child: int
    position: int
    age: float
    start: float


_Value = list[_Row]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Case:
    """One case of several. Lists are by position among the candidates, all but ``subject`` those of all cases."""

    subject: ReadPerson
    positions: range
    records: Sequence[ReadPerson]
    homes: Sequence[int]
    phones: Sequence[int]
    """Row of each record's first address and first phone in their tables."""
    probabilities: Sequence[float]
    family: Sequence[bool]
    """Whether each record bears the subject's surname."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Measured:
    """The values of one kind, and what each is measured by."""

    carried: Carried
    measures: Measures


def measured_values(candidates: Candidates, identity: Identity, parameters: Parameters) -> tuple[Measured, Measured]:
    """Addresses and phones: what ``carried_...`` and ``..._measures`` give for columns."""
    cases = list(_cases(candidates, identity))
    homes, phones = [_homes_of(case) for case in cases], [_phones_of(case) for case in cases]
    ages = parameters.address.sightings, parameters.phone.sightings
    of_homes = [_address_measures(case, values, ages[0]) for case, values in zip(cases, homes, strict=True)]
    of_phones = [_phone_measures(case, values, ages[1]) for case, values in zip(cases, phones, strict=True)]
    return Measured(_carried(homes), _joined(of_homes)), Measured(_carried(phones), _joined(of_phones))


def _cases(candidates: Candidates, identity: Identity) -> Iterator[_Case]:
    starts: list[int] = candidates.starts.tolist()
    persons, subjects = candidates.persons, len(starts) - 1
    homes, phones = (
        list(accumulate(counts, initial=0))[subjects:]
        for counts in ([len(person.homes) for person in persons], [len(person.phones) for person in persons])
    )
    family = (identity.compared.levels["surname"] >= SURNAME["part"]).tolist()
    records, probabilities = persons[subjects:], identity.probability.tolist()
    for subject, (start, end) in zip(persons, pairwise(starts), strict=False):
        yield _Case(subject, range(start, end), records, homes, phones, probabilities, family)


def _carried(values: Sequence[Sequence[_Value]]) -> Carried:
    """Values case by case in the form of columns."""
    flat = list(chain.from_iterable(values))
    child, position, age, start = zip(*chain.from_iterable(flat), strict=True) if flat else [()] * 4
    rows = np.array(child, np.int64), np.array(position, np.int64), np.array(age, float), np.array(start, float)
    cases = _runs([len(each) for each in values if each])
    group = np.array([number for number, each in enumerate(values) for _ in each], np.int64)
    return Carried(*rows, _runs([len(value) for value in flat]), group, cases)


def _runs(lengths: Sequence[int]) -> Runs:
    number = [number for number, length in enumerate(lengths) for _ in range(length)]
    return Runs(np.array([0, *accumulate(lengths)][:-1], np.int64), np.array(number, np.int64))


def _joined(measures: Sequence[Sequence[Mapping[str, float]]]) -> Measures:
    flat = list(chain.from_iterable(measures))
    if not flat:  # whatever is asked for, there is nothing of it
        return defaultdict(list)
    return {name: [each[name] for each in flat] for name in flat[0]}


def _homes_of(case: _Case) -> list[_Value]:
    """The distinct addresses of the records; spellings of one address are one value."""
    rows: defaultdict[Home, _Value] = defaultdict(list)
    for position in case.positions:
        record, first = case.records[position], case.homes[position]
        for child, (home, (came, left)) in enumerate(zip(record.homes, record.seen, strict=True), first):
            _, street, _, box, city, _, zip5 = home
            if street or box or city or zip5:
                rows[home].append(_row(child, position, came, left))
    return _joined_alike(list(rows), list(rows.values()))


def _joined_alike(homes: Sequence[Home], values: Sequence[_Value]) -> list[_Value]:
    """Different spellings of one address are one value."""
    label = list(range(len(homes)))
    for (one, home), (two, other) in combinations(enumerate(homes), 2):
        if label[one] != label[two] and one_address_level(home, other) >= _ALIKE:
            low, high = sorted((label[one], label[two]))
            label = [low if each == high else each for each in label]
    joined: defaultdict[int, _Value] = defaultdict(list)
    for number, rows in zip(label, values, strict=True):
        joined[number] += rows
    return [sorted(rows) for rows in joined.values()]


def _phones_of(case: _Case) -> list[_Value]:
    """The distinct phones of the records."""
    rows: defaultdict[int, _Value] = defaultdict(list)
    for position in case.positions:
        for child, (number, _, left) in enumerate(case.records[position].phones, case.phones[position]):
            if number:
                rows[number].append(_row(child, position, left, left))
    return list(rows.values())


def _row(child: int, position: int, came: float, left: float) -> _Row:
    age = _ago(left, UNDATED)
    return _Row(child, position, age, age if came == left else _ago(came, age))


def _ago(year: float, unknown: float) -> float:
    """Years since, at most 30."""
    if isnan(year):
        return unknown
    return 0.0 if year > 0.0 else NEVER if year < -NEVER else -year


def _within(measure: float, least: float, most: float) -> float:
    return least if measure < least else min(measure, most)


class _Common(NamedTuple):
    """The measures that addresses and phones share, and years since the subject was last seen with the value, since
    the subject came, and since others arrived."""

    identity: float
    recency: float
    second: float
    kin: float
    others: float
    last: float
    since: float
    arrived: float


def _common(case: _Case, value: _Value, sightings: Sightings) -> _Common:
    doubt = 0.0
    freshest: dict[str, float] = {}
    last = kin = others = arrived = NEVER
    came = -1.0
    for _, position, age, start in value:
        p, source = case.probabilities[position], case.records[position].source
        doubt += log1p(-min(p, SURE))
        fresh = bits_of(p * probability_of(sightings.of(source).at(age)))
        freshest[source] = max(fresh, freshest.get(source, LEAST_FRESH))
        if p >= 0.5:
            last, came = min(last, age), max(came, start)
            continue
        arrived = min(arrived, start)
        if case.family[position]:
            kin = min(kin, age)
        else:
            others = min(others, age)
    recency, second = [*sorted(freshest.values(), reverse=True), LEAST_FRESH][:2]
    since = NEVER if came < 0.0 else came
    return _Common(bits_of(-expm1(doubt)), recency, second, kin, others, last, since, arrived)


def _address_measures(case: _Case, values: Sequence[_Value], sightings: Sightings) -> list[dict[str, float]]:
    common = [_common(case, value, sightings) for value in values]
    known = [each.identity > 0 for each in common]
    newest, later = _gaps([-each.since for each in common], known), _gaps([-each.last for each in common], known)
    return [
        {
            "identity": each.identity,
            "recency": each.recency,
            "second": each.second,
            "kin": each.kin,
            "others": each.others,
            "newest": newest[n],
            "later": later[n],
            "since": each.since,
            "account": _account_years(case.subject.left) if _is_old_home(case, value) else -1.0,
            "box": 1.0 if any(_home(case, row)[3] for row in value) else 0.0,
            "newcomers": _within(each.last - each.arrived, -10.0, 10.0),
        }
        for n, (each, value) in enumerate(zip(common, values, strict=True))
    ]


def _phone_measures(case: _Case, values: Sequence[_Value], sightings: Sightings) -> list[dict[str, float]]:
    common = [_common(case, value, sightings) for value in values]
    later = _gaps([-each.last for each in common], [each.identity > 0 for each in common])
    account = _account_years(max((left for _, _, left in case.subject.phones if not isnan(left)), default=float("nan")))
    found = []
    for n, (each, value) in enumerate(zip(common, values, strict=True)):
        shown = [_phone(case, row) for row in value]
        landline = any(kind == LANDLINE for _, kind, _ in shown)
        found.append(
            {
                "identity": each.identity,
                "recency": each.recency,
                "second": each.second,
                "kin": each.kin,
                "others": each.others,
                "later": later[n],
                "account": account if shown[0][0] in case.subject.numbers else -1.0,
                "landline": each.recency if landline else LEAST_FRESH,
                "moved": _moved(case, value) if landline else 0.0,
                "shared": sum(1.0 - case.probabilities[row.position] for row in value),
            }
        )
    return found


def _home(case: _Case, row: _Row) -> Home:
    return case.records[row.position].homes[row.child - case.homes[row.position]]


def _phone(case: _Case, row: _Row) -> tuple[int, int, float]:
    return case.records[row.position].phones[row.child - case.phones[row.position]]


def _is_old_home(case: _Case, value: _Value) -> bool:
    """Whether the account shows the address."""
    return any(
        one_address_level(old, home) >= _ALIKE
        for home in {_home(case, row) for row in value}
        for old in case.subject.homes
    )


def _account_years(newest: float) -> float:
    """Years since the account showed its newest value, 5 when it does not say."""
    return _ago(newest, UNDATED)


def _gaps(scores: Sequence[float], known: Sequence[bool]) -> list[float]:
    """How far each score is above the best other known one, at most 10; 0 without a rival."""
    scores = [score if is_known else -NEVER for score, is_known in zip(scores, known, strict=True)]
    ranked = [*sorted(scores, reverse=True), -NEVER]
    rivals = [ranked[1] if score == ranked[0] else ranked[0] for score in scores]
    return [
        0.0 if rival == -NEVER else _within(score - rival, -10.0, 10.0)
        for score, rival in zip(scores, rivals, strict=True)
    ]


def _moved(case: _Case, value: _Value) -> float:
    """Years by which the subject's newest address sighting is later than that of the records showing the phone."""
    anywhere = max(_newest_home(case, position) for position in case.positions)
    return _within(anywhere - max(_newest_home(case, row.position) for row in value), 0.0, 10.0)


def _newest_home(case: _Case, position: int) -> float:
    left = case.records[position].left
    return left if case.probabilities[position] >= 0.5 and not isnan(left) else -NEVER
