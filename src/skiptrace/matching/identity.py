"""Who is who: each record against the subject, then all records of an account against each other.

A record without a birth date or SSN that shares a phone and a given name with a record that has both is the subject;
by itself it is nothing. So records are tied to each other first, and evidence flows along the ties, in rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log2

import numpy as np

from skiptrace.matching.columns import Flags, Floats, Ints, Levels, People, Spans, Words, pairs_of_equals
from skiptrace.matching.comparisons import ADDRESS, BIRTH, GIVEN, SSN4, SURNAME, Compared, compare
from skiptrace.matching.known_words import given_name, surname_count
from skiptrace.matching.weights import Parameters, log_odds, probability, summed

AMERICANS = 331_000_000
LARGEST_GROUP = 200
"""Records of one account beyond this many, least likely first, are judged alone: ties grow with the square."""
SURE = 1.0 - 1e-9


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ties:
    """Pairs of records of the same account, and the log-odds (bits) that both are one person.

    ``left`` and ``right`` are positions in ``Candidates.rows``.
    """

    left: Ints
    right: Ints
    bits: Floats
    compared: Compared


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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
    parts: Mapping[str, Floats]
    """Bits of the prior, of every comparison and of the group step; they add up to ``bits``."""

    @cached_property
    def probability(self) -> Floats:
        return probability(self.bits)


def identify(candidates: Candidates, parameters: Parameters) -> Identity:
    """Judge the records of each account together."""
    people, weights = candidates.people, parameters.identity
    compared = compare(people, candidates.subjects, candidates.rows)
    parts = weights.parts(compared.levels, rarities(people, compared) | times(candidates, compared))
    parts = {"prior": np.full(len(candidates.rows), weights.prior)} | parts
    alone = summed(parts.values())
    ties = tie(candidates, compared, alone, parameters)
    bits = alone
    for weights in parameters.group:
        group = weights.parts({}, group_measures(candidates, compared, alone, bits, ties))
        bits = weights.sum_of(group)
        parts = parts | group | {"alone": group["alone"] + weights.prior - alone}
    return Identity(compared, alone, ties, bits, parts)


def rarities(people: People, compared: Compared) -> dict[str, Floats]:
    """How rare an agreeing name is: bits of its frequency in the US census, 0 where the names do not agree."""
    names = people.names
    given = np.array([_given_rarity(word) for word in names.given.values.tolist()])
    surname = np.array([_surname_rarity(word) for word in names.surname.values.tolist()])
    return {
        "given_rarity": _where(compared.levels["given"] >= GIVEN["near"], names.given, given, compared),
        "surname_rarity": _where(compared.levels["surname"] >= SURNAME["near"], names.surname, surname, compared),
    }


def times(candidates: Candidates, compared: Compared) -> dict[str, Floats]:
    """When a record was seen, in years, against when the account last was.

    ``beside``: for a record at an address of the account, how far its sightings are from that time; 0 when they span
    it, and for a record elsewhere. ``after``: how much later than the account the record was last seen (negative:
    earlier). Both are 0 where a time is not stated.
    """
    addresses = candidates.people.addresses
    first = _seen(addresses.spans, -addresses.first_seen, candidates.rows)
    last = _seen(addresses.spans, addresses.last_seen, candidates.rows)
    account = _seen(addresses.spans, addresses.last_seen, candidates.subjects)
    after = last - account
    beside = np.maximum(np.maximum(-first - account, -after), 0.0)
    here = compared.levels["address"] >= ADDRESS["alike"]
    return {
        "beside": np.where(here, np.nan_to_num(beside, nan=0.0), 0.0),
        "after": np.nan_to_num(after, nan=0.0),
    }


def _seen(spans: Spans, moments: Floats, rows: Ints) -> Floats:
    """Latest of the moments of each person, NaN when none is stated."""
    child, position = spans.children(rows)
    latest = np.full(len(rows), np.nan)
    np.fmax.at(latest, position, moments[child])
    return latest


@lru_cache(maxsize=65_536)
def _given_rarity(name: str) -> float:
    return log2(AMERICANS / max(given_name(name)[0], 100)) if name else 0.0


@lru_cache(maxsize=65_536)
def _surname_rarity(name: str) -> float:
    return log2(AMERICANS / max(surname_count(name), 50)) if name else 0.0


def _where(agree: Flags, words: Words, rarity: Floats, compared: Compared) -> Floats:
    # The commoner of the two spellings: a misspelt name is rare without being telling.
    left, right = rarity[words.codes[compared.left_name]], rarity[words.codes[compared.right_name]]
    return np.where(agree, np.minimum(left, right), 0.0)


def tie(candidates: Candidates, compared: Compared, alone: Floats, parameters: Parameters) -> Ties:
    """Compare records of the same account with each other, as far as they can be one person."""
    left, right = pairs_to_compare(candidates, compared, alone)
    between = compare(candidates.people, candidates.rows[left], candidates.rows[right], tied_only=True)
    bits = parameters.link.total(between.levels, rarities(candidates.people, between))
    return Ties(left, right, bits, between)


def pairs_to_compare(candidates: Candidates, compared: Compared, alone: Floats) -> tuple[Ints, Ints]:
    """Positions (left < right) of records that share a kind of given name, a full birth date, an SSN4 or a phone.

    Records whose given names fit the subject's are of one kind. All others are somebody else to each other: without
    a shared value no evidence can flow between them.
    """
    people, rows, group = candidates.people, candidates.rows, _large_groups_cut(candidates, alone)
    given = compared.levels["given"]
    first_name = people.names.given.codes[people.names.spans.starts[rows]]
    kind = np.where((given == 0) | (given >= GIVEN["initial"]), 0, first_name)
    born = (people.birth_year * 13 + people.birth_month)[rows] * 32 + people.birth_day[rows]
    full = (people.birth_month[rows] > 0) & (people.birth_day[rows] > 0)
    ssn4 = people.ssn4[rows]
    keyed = [
        _pairs_sharing(group, kind, group >= 0),
        _pairs_sharing(group, born, (group >= 0) & full),
        _pairs_sharing(group, ssn4, (group >= 0) & (ssn4 >= 0)),
        _pairs_sharing_phone(candidates, group),
    ]
    pairs = np.sort(np.concatenate(keyed))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return pairs // len(rows), pairs % len(rows)


def _large_groups_cut(candidates: Candidates, alone: Floats) -> Ints:
    """The account of each record, -1 for the records beyond the likeliest of a large account."""
    group = candidates.groups.copy()
    for number in np.flatnonzero(np.diff(candidates.starts) > LARGEST_GROUP):
        start, end = candidates.starts[number], candidates.starts[number + 1]
        group[start + np.argsort(-alone[start:end], kind="stable")[LARGEST_GROUP:]] = -1
    return group


def _pairs_sharing(group: Ints, key: Ints, known: Flags) -> Ints:
    """Pairs (left * count + right) of the same group and key."""
    rows = np.flatnonzero(known)
    left, right = pairs_of_equals(group[rows] * (int(key.max(initial=0)) + 1) + key[rows])
    pairs: Ints = rows[left] * len(group) + rows[right]
    return pairs


def _pairs_sharing_phone(candidates: Candidates, group: Ints) -> Ints:
    phones = candidates.people.phones
    child, position = phones.spans.children(candidates.rows)
    known = (phones.number[child] > 0) & (group[position] >= 0)
    child, position = child[known], position[known]
    left, right = pairs_of_equals(group[position] * 10_000_000_000 + phones.number[child])
    one, two = position[left], position[right]
    apart = one != two
    pairs: Ints = np.minimum(one, two)[apart] * len(group) + np.maximum(one, two)[apart]
    return pairs


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
    subject, flow = probability(bits), _Flow(ties, len(alone))
    one, two = subject[ties.left], subject[ties.right]
    same, other = probability(ties.bits), probability(-ties.bits - 3.0)
    refutation = _contradicted(ties.compared.levels)
    support = flow.add(np.log1p(-np.minimum(two * same, SURE)), np.log1p(-np.minimum(one * same, SURE)))
    strangers = (1.0 - subject) * (compared.levels["full_name"] > 0)
    return {
        "alone": alone,
        "support": log_odds(-np.expm1(support)),
        "supporters": flow.add(two * same, one * same),
        "rival": log_odds(flow.top((1.0 - two) * same, (1.0 - one) * same)),
        "rivals": flow.add((1.0 - two) * same, (1.0 - one) * same),
        "conflict": log_odds(flow.top(two * other, one * other)),
        "refuted": flow.top(two * refutation, one * refutation),
        "namesakes": _others(candidates, strangers) * (compared.levels["full_name"] > 0),
        "found": _others(candidates, subject),
    }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Flow:
    """Values that flow along ties: to the left end what the right end says, and the other way round."""

    ties: Ties
    count: int

    def add(self, to_left: Floats, to_right: Floats) -> Floats:
        left, right = self.ties.left, self.ties.right
        sums: Floats = np.bincount(left, to_left, self.count) + np.bincount(right, to_right, self.count).astype(float)
        return sums

    def top(self, to_left: Floats, to_right: Floats) -> Floats:
        out = np.zeros(self.count)
        np.maximum.at(out, self.ties.left, to_left)
        np.maximum.at(out, self.ties.right, to_right)
        return out


def _others(candidates: Candidates, values: Floats) -> Floats:
    """Sum of the values of the other records of the account."""
    group = candidates.groups
    sums = np.bincount(group, values, len(candidates.starts) - 1)[group]
    return np.maximum(sums - values, 0.0)


def _contradicted(levels: Mapping[str, Levels]) -> Floats:
    """Ties whose birth dates, SSNs or middle names contradict each other."""
    born, ssn4 = levels["birth_date"], levels["ssn4"]
    refuted = ((born > 0) & (born <= BIRTH["generation"])) | (ssn4 == SSN4["different"]) | (levels["middle"] == 1)
    return np.where(refuted, 1.0, 0.0)
