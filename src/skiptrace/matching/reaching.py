"""The addresses and phones of one case, value by value: what ``contacts`` works out for columns, with the same numbers.

A case shows a dozen values, for which steps over columns cost more than all that there is to measure and to weigh. That
both agree is held by a property in the tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import expm1, isnan, log1p, log2
from typing import NamedTuple

from skiptrace.matching.columns import LANDLINE
from skiptrace.matching.contacts import LEAST_FRESH, LEAST_RIVAL, NEVER, UNDATED
from skiptrace.matching.identifying import PLACE, Identified
from skiptrace.matching.identity import SURE
from skiptrace.matching.levels import SURNAME
from skiptrace.matching.pairing import are_alike
from skiptrace.matching.persons import Home, ReadPerson
from skiptrace.matching.weights import LIMIT, ContactWeights, Sightings, bits_of, probability_of

Row = tuple[int, int, float, float]
"""Who shows a value: number of the record, which of its sightings, and years since it was last and first seen there."""
Parts = Mapping[str, float]
"""Bits by name."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Carriers:
    """The records of one case that may carry a value: whether each is the subject, and bears the subject's surname."""

    subject: ReadPerson
    records: Sequence[ReadPerson]
    probabilities: Sequence[float]
    family: Sequence[bool]


def carriers_of(subject: ReadPerson, records: Sequence[ReadPerson], identified: Identified) -> Carriers:
    family = [levels[PLACE["surname"]] >= SURNAME["part"] for levels, _, _ in identified.found]
    return Carriers(subject, records, identified.probability, family)


class Value(NamedTuple):
    """One address or phone of a case as it is written, the rows that show it, and what it is measured by."""

    text: str
    rows: Sequence[Row]
    measures: Mapping[str, float]


class Weighed(NamedTuple):
    """Log-odds in bits that a value reaches the subject now, and what they are the sum of."""

    bits: float
    known: Parts
    measured: Sequence[float]
    rivals: float
    weights: ContactWeights

    @property
    def parts(self) -> Parts:
        """Bits by name, which add up to ``bits``."""
        own = self.weights.own
        parts = {"prior": own.prior, **self.known, **dict(zip(own.curves, self.measured, strict=True))}
        return {**parts, "rivals": self.rivals, "own": self.bits - sum(parts.values()) - self.rivals}


def addresses_of(case: Carriers, sightings: Sightings) -> list[Value]:
    """The distinct addresses, and what ``address_measures`` gives for columns."""
    shown = _homes_of(case.records)
    common = [_common(case, rows, sightings) for _, rows in shown]
    known = [each.identity > 0 for each in common]
    newest, later = _gaps([-each.since for each in common], known), _gaps([-each.last for each in common], known)
    account = _ago(case.subject.left, UNDATED)
    return [
        Value(
            _longest([case.records[record].lines[which] for record, which, _, _ in rows]),
            rows,
            {
                "identity": each.identity,
                "recency": each.recency,
                "second": each.second,
                "kin": each.kin,
                "others": each.others,
                "newest": newest[n],
                "later": later[n],
                "since": each.since,
                "account": account if _any_alike(case.subject.homes, homes) else -1.0,
                "box": 1.0 if any(home[3] for home in homes) else 0.0,
                "newcomers": _within(each.last - each.arrived, -10.0, 10.0),
            },
        )
        for n, ((homes, rows), each) in enumerate(zip(shown, common, strict=True))
    ]


def phones_of(case: Carriers, sightings: Sightings) -> list[Value]:
    """The distinct phones, and what ``phone_measures`` gives for columns."""
    shown = _numbers_of(case.records)
    common = [_common(case, rows, sightings) for rows in shown.values()]
    later = _gaps([-each.last for each in common], [each.identity > 0 for each in common])
    account = _ago(max((left for _, _, left in case.subject.phones if not isnan(left)), default=float("nan")), UNDATED)
    homes = [_newest_home(*each) for each in zip(case.records, case.probabilities, strict=True)]
    found = []
    for n, ((number, rows), each) in enumerate(zip(shown.items(), common, strict=True)):
        landline = any(case.records[record].phones[which][1] == LANDLINE for record, which, _, _ in rows)
        moved = max(homes) - max([homes[record] for record, _, _, _ in rows]) if landline else 0.0
        measures = {
            "identity": each.identity,
            "recency": each.recency,
            "second": each.second,
            "kin": each.kin,
            "others": each.others,
            "later": later[n],
            "account": account if number in case.subject.numbers else -1.0,
            "landline": each.recency if landline else LEAST_FRESH,
            "moved": _within(moved, 0.0, 10.0),
            "shared": sum([1.0 - case.probabilities[record] for record, _, _, _ in rows]),
        }
        found.append(Value(f"+1{number:010}", rows, measures))
    return found


def weigh(values: Sequence[Value], known: Sequence[Parts], weights: ContactWeights) -> list[Weighed]:
    """What ``reach`` gives for columns: every value by itself, then against the others of its case."""
    prior, curves = weights.own.prior, weights.own.curves.items()
    measured = [[curve.at(value.measures[name]) for name, curve in curves] for value in values]
    owns = [sum(parts, sum(told.values(), prior)) for told, parts in zip(known, measured, strict=True)]
    top = max(*owns, -LIMIT, -LIMIT)
    odds = [2.0 ** (own - top) for own in owns]
    total = sum(odds)
    own_counts, rivals_count = weights.rivals.curves["own"], weights.rivals.curves["rivals"]
    found = []
    for own, mine, told, parts in zip(owns, odds, known, measured, strict=True):
        rivals = rivals_count.at(top + log2(max(total - mine, LEAST_RIVAL)))
        found.append(Weighed(own_counts.at(own) + rivals + weights.rivals.prior, told, parts, rivals, weights))
    return found


def _homes_of(records: Sequence[ReadPerson]) -> list[tuple[list[Home], list[Row]]]:
    """The distinct addresses in all their spellings, and who shows them."""
    rows: defaultdict[Home, list[Row]] = defaultdict(list)
    for number, record in enumerate(records):
        for which, (home, (came, left)) in enumerate(zip(record.homes, record.seen, strict=True)):
            _, street, _, box, city, _, zip5 = home
            if street or box or city or zip5:
                age = _ago(left, UNDATED)
                rows[home].append((number, which, age, age if came == left else _ago(came, age)))
    return _joined_alike([([home], shown) for home, shown in rows.items()])


def _joined_alike(values: list[tuple[list[Home], list[Row]]]) -> list[tuple[list[Home], list[Row]]]:
    """Different spellings of one address are one value."""
    label = list(range(len(values)))
    for (one, ((home,), _)), (two, ((other,), _)) in combinations(enumerate(values), 2):
        if are_alike(home, other) and label[one] != label[two]:
            low, high = sorted((label[one], label[two]))
            label = [low if each == high else each for each in label]
    joined: dict[int, tuple[list[Home], list[Row]]] = {}
    for number, (homes, rows) in zip(label, values, strict=True):
        if number in joined:
            joined[number][0].extend(homes)
            joined[number][1].extend(rows)
        else:
            joined[number] = homes, rows
    return list(joined.values())


def _numbers_of(records: Sequence[ReadPerson]) -> Mapping[int, list[Row]]:
    """The distinct phones, and who shows them."""
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    for number, record in enumerate(records):
        for which, (phone, _, left) in enumerate(record.phones):
            if phone:
                age = _ago(left, UNDATED)
                rows[phone].append((number, which, age, age))
    return rows


def _any_alike(homes: Sequence[Home], others: Sequence[Home]) -> bool:
    return any(are_alike(home, other) for home in homes for other in others)


def _longest(lines: list[str]) -> str:
    return lines[0] if len(lines) == 1 else max(lines, key=lambda line: (len(line), line))


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


def _common(case: Carriers, rows: Sequence[Row], sightings: Sightings) -> _Common:
    probabilities, records, family = case.probabilities, case.records, case.family
    doubt = 0.0
    freshest: dict[str, float] = {}
    last = kin = others = arrived = NEVER
    came = -1.0
    for record, _, age, start in rows:
        p, source = probabilities[record], records[record].source
        doubt += log1p(-p if p < SURE else -SURE)
        fresh = p * _worth(sightings, source, age)
        if fresh > freshest.get(source, 0.0):
            freshest[source] = fresh
        if p >= 0.5:
            last = min(last, age)
            came = max(came, start)
            continue
        arrived = min(arrived, start)
        if family[record]:
            kin = min(kin, age)
        elif age < others:
            others = age
    first, second = [*sorted(freshest.values(), reverse=True), 0.0][:2]
    since = NEVER if came < 0.0 else came
    return _Common(bits_of(-expm1(doubt)), _fresh_bits(first), _fresh_bits(second), kin, others, last, since, arrived)


def _fresh_bits(p: float) -> float:
    return max(bits_of(p), LEAST_FRESH) if p else LEAST_FRESH


@lru_cache(maxsize=4_096)
def _worth(sightings: Sightings, source: str, age: float) -> float:
    """The probability that a sighting of this age is still right, by the standards of its source."""
    return probability_of(sightings.of(source).at(age))


def _gaps(scores: Sequence[float], known: Sequence[bool]) -> list[float]:
    """How far each score is above the best other known one, at most 10; 0 without a rival."""
    scores = [score if is_known else -NEVER for score, is_known in zip(scores, known, strict=True)]
    best, second = [*sorted(scores, reverse=True), -NEVER, -NEVER][:2]
    rivals = [second if score == best else best for score in scores]
    return [
        0.0 if rival == -NEVER else _within(score - rival, -10.0, 10.0)
        for score, rival in zip(scores, rivals, strict=True)
    ]


def _newest_home(record: ReadPerson, probability: float) -> float:
    """The year of the newest address sighting of a record of the subject."""
    return record.left if probability >= 0.5 and not isnan(record.left) else -NEVER
