"""Who is who: each record against the subject, then all records of an account against each other.

A record without a birth date or SSN that shares a phone and a given name with a record that has both is the subject;
by itself it is nothing. So records are tied to each other first, and evidence flows along the ties, in rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from skiptrace.matching.columns import (
    DAY,
    MONTH,
    Codes,
    Floats,
    Ints,
    Levels,
    People,
    PhoneColumns,
    neighbours_sharing,
    pairs_of_equals,
)
from skiptrace.matching.comparisons import Compared, compare
from skiptrace.matching.levels import ADDRESS, BIRTH, GIVEN, SSN4
from skiptrace.matching.weights import Parameters, log_none, log_odds, probability, within

LARGEST_GROUP = 200
"""Records of one account beyond this many, least likely first, are judged alone: ties grow with the square."""
SURE = 1.0 - 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Ties:
    """Pairs of records of the same account, and the log-odds (bits) that both are one person.

    ``left`` and ``right`` are positions in ``Candidates.rows``, of which there are ``count``.
    """

    left: Ints
    right: Ints
    bits: Floats
    compared: Compared
    count: int

    @cached_property
    def flow(self) -> Flow:
        return Flow.along(self)


@dataclass(frozen=True, eq=False, repr=False)
class Candidates:
    """The records of many accounts: ``rows`` of the table, by account; ``subjects`` the row each is held against."""

    people: People
    rows: Ints
    subjects: Ints
    starts: Ints
    """Position of the first record of each account, and the end."""
    groups: Ints = field(init=False)
    """For each record the number of its account."""

    def __post_init__(self) -> None:
        groups = np.repeat(np.arange(len(self.starts) - 1), self.starts[1:] - self.starts[:-1])
        object.__setattr__(self, "groups", groups)


@dataclass(frozen=True, eq=False, repr=False)
class Identity:
    """Log-odds in bits that each record is the subject: ``alone`` before and ``bits`` after the group step."""

    compared: Compared
    alone: Floats
    ties: Ties
    bits: Floats
    told: Callable[[], Mapping[str, Floats]]
    """Finds ``parts``, which only an explanation needs."""

    @cached_property
    def parts(self) -> Mapping[str, Floats]:
        """Bits of the prior, of every comparison and of the group step; they add up to ``bits``."""
        return self.told()

    @cached_property
    def probability(self) -> Floats:
        return probability(self.bits)


def identify(candidates: Candidates, parameters: Parameters) -> Identity:
    """Judge the records of each account together."""
    own = parameters.identity
    compared = compare(candidates.people, candidates.subjects, candidates.rows)
    measures = compared.rarities | times(candidates, compared)
    alone = own.total(compared.levels, measures)
    ties = tie(candidates, compared, alone, parameters)
    bits, measured = alone, dict[str, Floats]()
    for weights in parameters.group:
        measured = group_measures(candidates, compared, alone, bits, ties)
        bits = weights.total({}, measured)

    def parts() -> dict[str, Floats]:
        parts = {"prior": np.full(len(alone), own.prior)} | own.parts(compared.levels, measures)
        for weights in parameters.group[-1:]:
            group = weights.parts({}, measured)
            parts |= group | {"alone": group["alone"] + weights.prior - alone}
        return parts

    return Identity(compared, alone, ties, bits, parts)


def times(candidates: Candidates, compared: Compared) -> dict[str, Floats]:
    """When a record was seen, in years, against when the account last was.

    ``beside``: for a record at an address of the account, how far its sightings are from that time; 0 when they span
    it, and for a record elsewhere. ``after``: how much later than the account the record was last seen (negative:
    earlier). Both are 0 where a time is not stated.
    """
    addresses = candidates.people.addresses
    first = addresses.spans.earliest(addresses.first_seen, candidates.rows)
    last = addresses.spans.latest(addresses.last_seen, candidates.rows)
    account = addresses.spans.latest(addresses.last_seen, candidates.subjects)
    after = last - account
    beside = np.fmax(np.maximum(first - account, -after), 0.0)
    here = compared.levels["address"] >= ADDRESS["alike"]
    return {
        "beside": beside * here,
        "after": np.where(np.isnan(after), 0.0, after),
    }


def tie(candidates: Candidates, compared: Compared, alone: Floats, parameters: Parameters) -> Ties:
    """Compare records of the same account with each other, as far as they can be one person."""
    left, right = pairs_to_compare(candidates, compared, alone)
    between = compare(candidates.people, candidates.rows[left], candidates.rows[right], closely=False)
    bits = parameters.link.total(between.levels, between.rarities)
    return Ties(left, right, bits, between, len(candidates.rows))


def _kinds(candidates: Candidates, compared: Compared) -> Codes:
    """The first given name of each record, 0 for all that fit the subject's."""
    names, given = candidates.people.names, compared.levels["given"]
    first_name = names.given.codes[names.spans.starts[candidates.rows]]
    return first_name * ((given > 0) & (given < GIVEN["initial"]))


def pairs_to_compare(candidates: Candidates, compared: Compared, alone: Floats) -> tuple[Ints, Ints]:
    """Positions (left < right) of records that share a kind of given name, a full birth date, an SSN4 or a phone.

    Records whose given names fit the subject's are of one kind. All others are somebody else to each other: without
    a shared value no evidence can flow between them.
    """
    people, phones = candidates.people, candidates.people.phones
    chosen = _likeliest(candidates, alone)
    rows, groups = candidates.rows[chosen], candidates.groups[chosen]
    born = people.born[rows]
    shared = [
        _kinds(candidates, compared)[chosen] + np.int32(1),
        born * ((born & MONTH > 0) & (born & DAY > 0)),
        people.ssn4[rows] + np.int16(1),
    ]
    if phones.spans.is_one_each:
        left, right = neighbours_sharing(groups, [*shared, phones.code[rows]])
    else:
        left, right = _with_shared_phone(phones, rows, groups, neighbours_sharing(groups, shared))
    return chosen[left], chosen[right]


def _likeliest(candidates: Candidates, alone: Floats) -> Ints:
    """Positions of the records, of a large account of the likeliest only."""
    starts = candidates.starts
    chosen = np.ones(len(alone), bool)
    for number in (starts[1:] - starts[:-1] > LARGEST_GROUP).nonzero()[0]:
        start, end = starts[number], starts[number + 1]
        chosen[start + np.argsort(-alone[start:end], kind="stable")[LARGEST_GROUP:]] = False
    return chosen.nonzero()[0]


def _with_shared_phone(phones: PhoneColumns, rows: Ints, groups: Ints, pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """The pairs, and those of the group that show one phone, in ascending order."""
    child, position = phones.spans.children(rows)
    known = phones.code[child].nonzero()[0]
    child, position = child[known], position[known]
    one, two = pairs_of_equals(groups[position] * len(phones.numbers) + phones.code[child])
    one, two = position[one], position[two]
    left, right = (
        np.concatenate(ends) for ends in zip(pairs, (np.minimum(one, two), np.maximum(one, two)), strict=True)
    )
    all_pairs = np.unique((left * len(rows) + right)[left < right])
    return all_pairs // len(rows), all_pairs % len(rows)


def group_measures(
    candidates: Candidates, compared: Compared, alone: Floats, bits: Floats, ties: Ties
) -> dict[str, Floats]:
    """What the other records of the account say about each record.

    ``support``: log-odds that at least one other record is both the subject and the same person as this one;
    ``supporters``: the expected number of such records. ``rival``: log-odds of the strongest tie to a record that is
    not the subject; ``rivals``: the expected number of those. ``conflict``: log-odds of the surest record of the
    subject that cannot be the same person. ``refuted``: probability of the surest record of the subject that
    contradicts birth date, SSN or middle name. ``namesakes``: for a
    record with the subject's full name, the expected number of other such records that are somebody else. ``found``:
    how many records of the subject there are besides.
    """
    subject, flow = probability(bits), ties.flow
    support, supporters, rivals, (rival, conflict, refuted) = flow.from_others(subject)
    named = compared.levels["full_name"] > 0
    return {
        "alone": alone,
        "support": log_odds(-np.expm1(support)),
        "supporters": supporters,
        "rival": log_odds(rival),
        "rivals": rivals,
        "conflict": log_odds(conflict),
        "refuted": refuted,
        "namesakes": _others(candidates, (1.0 - subject) * named) * named,
        "found": _others(candidates, subject),
    }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Flow:
    """What flows along ties: to either end what the other end says.

    ``ends`` are those of each tie, in either direction; ``same`` is the probability that both are one person, ``other``
    that they surely are not, and ``refuting`` are the ties where one contradicts the other.
    """

    ends: tuple[tuple[Ints, Ints], tuple[Ints, Ints]]
    same: Floats
    other: Floats
    refuting: Ints
    tied: Floats
    """Of each record the expected number of ends that are the same person."""
    count: int

    @classmethod
    def along(cls, ties: Ties) -> Flow:
        same, tied = probability(ties.bits), np.zeros(ties.count)
        for ends in (ties.left, ties.right):
            tied += np.bincount(ends, same, ties.count)
        return cls(
            ends=((ties.left, ties.right), (ties.right, ties.left)),
            same=same,
            other=probability(-ties.bits - 3.0),
            refuting=_contradicted(ties.compared.levels),
            tied=tied,
            count=ties.count,
        )

    def from_others(self, subject: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Of each record: log-probability that no other end is the subject and the same person; the expected number of
        ends that are the same person and the subject, and that are the same person and somebody else; and three rows
        of what is strongest: somebody else who is the same person, the subject who is not, the subject who contradicts
        it."""
        none, supporters, top = np.zeros(self.count), np.zeros(self.count), np.zeros((3, self.count))
        for here, there in self.ends:
            p = subject[there]
            np.maximum.at(top[1], here, p * self.other)
            np.maximum.at(top[2], here[self.refuting], p[self.refuting])
            p *= self.same
            supporters += np.bincount(here, p, self.count)
            np.maximum.at(top[0], here, self.same - p)
            none += np.bincount(here, log_none(within(p, 0.0, SURE)), self.count)
        return none, supporters, within(self.tied - supporters, 0.0, np.inf), top


def _others(candidates: Candidates, values: Floats) -> Floats:
    """Sum of the values of the other records of the account."""
    group = candidates.groups
    sums = np.bincount(group, values, len(candidates.starts) - 1)[group]
    return within(sums - values, 0.0, np.inf)


def _contradicted(levels: Mapping[str, Levels]) -> Ints:
    """Ties whose birth dates, SSNs or middle names contradict each other."""
    born, ssn4 = levels["birth_date"], levels["ssn4"]
    refuted = ((born > 0) & (born <= BIRTH["generation"])) | (ssn4 == SSN4["different"]) | (levels["middle"] == 1)
    places: Ints = refuted.nonzero()[0]
    return places
