"""Who is who in one case: what ``identity`` works out for columns of many accounts, with the same numbers.

A case has a few dozen pairs, for which steps over columns cost more than all that there is to compare and to weigh. So
its records are compared and weighed one by one, and what flows along their ties is three small matrices. That both
agree is held by a property in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain, combinations, pairwise
from math import isnan

import numpy as np

from skiptrace.matching.cases import Question, columns_of
from skiptrace.matching.columns import Floats
from skiptrace.matching.comparisons import Compared
from skiptrace.matching.identity import LARGEST_GROUP, SURE, Identity, identify
from skiptrace.matching.levels import ADDRESS, BIRTH, GIVEN, LEVELS, MIDDLE, SSN4
from skiptrace.matching.pairing import compared
from skiptrace.matching.persons import Found, ReadPerson
from skiptrace.matching.weights import Parameters, Weights, log_odds, probability, probability_of

PLACE = {name: place for place, name in enumerate(LEVELS)}
"""Where the level of each comparison stands in what was found of two persons."""
_GIVEN, _MIDDLE, _BORN, _SSN4, _ADDRESS, _FULL_NAME = (
    PLACE[name] for name in ("given", "middle", "birth_date", "ssn4", "address", "full_name")
)
_FITS, _AT_ADDRESS = GIVEN["initial"], ADDRESS["alike"]
_CONTRADICTING_DATES = range(1, BIRTH["generation"] + 1)

Parts = Mapping[str, Sequence[float]]
"""Bits of every record, by name."""


Tie = tuple[int, int, Found, float]
"""Two records of the case by their numbers (left < right), what was found of them, and the log-odds (bits) that both
are one person."""


@dataclass(frozen=True, eq=False, repr=False)
class Identified:
    """Log-odds in bits that each record is the subject. All sequences are in the order of the records."""

    found: Sequence[Found]
    ties: Sequence[Tie]
    bits: Sequence[float]
    told: Callable[[], Parts]
    """Finds ``parts``, which only an explanation needs."""

    @cached_property
    def parts(self) -> Parts:
        """Bits of the prior, of every comparison and of the group step; they add up to ``bits``."""
        return self.told()

    @cached_property
    def probability(self) -> list[float]:
        return [probability_of(bits) for bits in self.bits]


def identify_case(subject: ReadPerson, records: Sequence[ReadPerson], parameters: Parameters) -> Identified:
    """Judge the records of one case together."""
    found = [compared(subject, record, closely=True) for record in records]
    measures = [measures_of(subject, *pair) for pair in zip(records, found, strict=True)]
    own = parameters.identity
    alone = [_bits(own, levels, measured) for (levels, _, _), measured in zip(found, measures, strict=True)]
    pairs = _pairs_sharing(records, found, _likeliest(alone))
    between = [compared(records[left], records[right], closely=False) for left, right in pairs]
    tied = [_tied(parameters.link, pair) for pair in between]
    ties = [(*ends, pair, bits) for ends, pair, (bits, _) in zip(pairs, between, tied, strict=True)]
    flow = _Flow(pairs, [flowing for _, flowing in tied], len(records))
    named = np.array([levels[_FULL_NAME] for levels, _, _ in found], float)
    start = bits = np.array(alone)
    group: Mapping[str, Floats] = {}
    for weights in parameters.group:
        group = _group_measures(flow, named, start, bits)
        bits = weights.total({}, group)

    def parts() -> Parts:
        told = own_parts(own, found, measures)
        for weights in parameters.group[-1:]:
            counted = weights.parts({}, group)
            counted["alone"] = counted["alone"] + weights.prior - start
            told |= {name: column.tolist() for name, column in counted.items()}
        return told

    return Identified(found, ties, bits.tolist(), parts)


def identified_in_columns(questions: Sequence[Question], parameters: Parameters) -> list[Identified]:
    """The same for many cases, whose records take less time as columns than one by one."""
    candidates = columns_of(questions)
    identity = identify(candidates, parameters)
    found, between = _rows(identity.compared), _rows(identity.ties.compared)
    starts: list[int] = candidates.starts.tolist()
    ties: list[list[Tie]] = [[] for _ in questions]
    ends = zip(identity.ties.left.tolist(), identity.ties.right.tolist(), strict=True)
    for (left, right), pair, bits in zip(ends, between, identity.ties.bits.tolist(), strict=True):
        case = int(candidates.groups[left])
        ties[case].append((left - starts[case], right - starts[case], pair, bits))
    return [
        Identified(found[start:end], of_case, identity.bits[start:end].tolist(), partial(_parts, identity, start, end))
        for (start, end), of_case in zip(pairwise(starts), ties, strict=True)
    ]


def _rows(compared: Compared) -> list[Found]:
    table, width = np.array([compared.levels[name] for name in LEVELS], np.int8).T.tobytes(), len(LEVELS)
    levels = [table[start : start + width] for start in range(0, len(table), width)]
    return list(zip(levels, *(column.tolist() for column in compared.rarities.values()), strict=True))


def _parts(identity: Identity, start: int, end: int) -> Parts:
    return {name: column[start:end].tolist() for name, column in identity.parts.items()}


def measures_of(subject: ReadPerson, record: ReadPerson, found: Found) -> dict[str, float]:
    """How rare the agreeing names are, and what ``identity.times`` finds."""
    levels, given, surname = found
    later = record.left - subject.left
    beside = 0.0
    if levels[_ADDRESS] >= _AT_ADDRESS and not isnan(later) and not isnan(record.came):
        beside = max(record.came - subject.left, -later, 0.0)
    after = 0.0 if isnan(later) else later
    return {"given_rarity": given, "surname_rarity": surname, "beside": beside, "after": after}


def own_parts(
    weights: Weights, found: Sequence[Found], measures: Sequence[Mapping[str, float]]
) -> dict[str, list[float]]:
    """The bits of the prior and of every comparison and measure."""
    parts = {"prior": [weights.prior] * len(found)}
    for name, table in weights.levels.items():
        place, bits = PLACE[name], table.tolist()
        parts[name] = [bits[levels[place]] for levels, _, _ in found]
    for name, curve in weights.curves.items():
        parts[name] = [curve.at(measured[name]) for measured in measures]
    return parts


def _bits(weights: Weights, levels: bytes, measures: Mapping[str, float]) -> float:
    curves = [curve.at(measures[name]) for name, curve in weights.curves.items()]
    return sum(curves, _level_bits(weights, levels)) + weights.prior


@lru_cache(maxsize=16_384)
def _level_bits(weights: Weights, levels: bytes) -> float:
    return sum(float(table[levels[PLACE[name]]]) for name, table in weights.levels.items())


def _likeliest(alone: Sequence[float]) -> Sequence[int]:
    if len(alone) <= LARGEST_GROUP:
        return range(len(alone))
    return sorted(sorted(range(len(alone)), key=lambda number: -alone[number])[:LARGEST_GROUP])


def _pairs_sharing(
    records: Sequence[ReadPerson], found: Sequence[Found], chosen: Sequence[int]
) -> list[tuple[int, int]]:
    """Pairs that share a kind of given name, a full birth date, an SSN4 or a phone."""
    shared = []
    for number in chosen:
        record, given = records[number], found[number][0][_GIVEN]
        shared.append({"" if not given or given >= _FITS else record.names[0][0], *record.keys})
    return [
        (left, right)
        for (left, mine), (right, theirs) in combinations(zip(chosen, shared, strict=True), 2)
        if not mine.isdisjoint(theirs)
    ]


Flowing = tuple[float, float, bool]
"""The probabilities that two records are one person and that they surely are not, and whether birth dates, SSNs or
middle names contradict each other."""


@lru_cache(maxsize=16_384)
def _tied(link: Weights, found: Found) -> tuple[float, Flowing]:
    """The log-odds (bits) that two records are one person, and what flows along their tie."""
    levels, given, surname = found
    bits = _bits(link, levels, {"given_rarity": given, "surname_rarity": surname})
    contradict = (
        levels[_BORN] in _CONTRADICTING_DATES
        or levels[_SSN4] == SSN4["different"]
        or levels[_MIDDLE] == MIDDLE["different"]
    )
    return bits, (probability_of(bits), probability_of(-bits - 3.0), contradict)


class _Flow:
    """What flows along ties: to either end what the other end says. See ``identity.Flow``."""

    def __init__(self, pairs: Sequence[tuple[int, int]], flowing: Sequence[Flowing], count: int) -> None:
        flat = np.zeros((3, count * count))
        places = [left * count + right for left, right in pairs]
        flat[:, places] = np.fromiter(chain.from_iterable(flowing), float).reshape(-1, 3).T
        links = flat.reshape(3, count, count)
        self._links = links + links.transpose(0, 2, 1)
        self._expected = np.add.reduce(self._links[0], axis=1)

    def from_others(self, subject: Floats) -> Floats:
        """Six rows, of each record: the probability that another is the subject and the same person; the strongest of
        somebody else who is the same person, of the subject who is not, and of the subject who contradicts it; the
        expected number of those who are the same person and the subject, and the same person and somebody else."""
        told, ends = np.empty((6, len(subject))), np.empty((3, 1, len(subject)))
        ends[:] = subject
        np.subtract(1.0, subject, out=ends[0, 0])
        np.maximum.reduce(self._links * ends, axis=2, out=told[1:4])
        ours = self._links[0] * subject
        np.add.reduce(ours, axis=1, out=told[4])
        np.maximum(self._expected - told[4], 0.0, out=told[5])
        told[0] = -np.expm1(np.add.reduce(np.log1p(-np.minimum(ours, SURE, out=ours)), axis=1))
        return told


def _group_measures(flow: _Flow, named: Floats, alone: Floats, bits: Floats) -> dict[str, Floats]:
    """What ``identity.group_measures`` finds."""
    subject = probability(bits)
    told = flow.from_others(subject)
    support, rival, conflict = log_odds(told[:3])
    namesakes = (1.0 - subject) * named
    return {
        "alone": alone,
        "support": support,
        "supporters": told[4],
        "rival": rival,
        "rivals": told[5],
        "conflict": conflict,
        "refuted": told[3],
        "namesakes": np.maximum(np.add.reduce(namesakes) - namesakes, 0.0) * named,
        "found": np.maximum(np.add.reduce(subject) - subject, 0.0),
    }
