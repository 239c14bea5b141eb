"""Who is who: each record against the subject, then all records of an account against each other.

A record without a birth date or SSN that shares a phone and a given name with a record that has both is the subject;
by itself it is nothing. So records are tied to each other first, and evidence flows along the ties, in rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from skiptrace.matching.columns import Flags, Floats, Ints, Levels, People, Words
from skiptrace.matching.comparisons import BIRTH, GIVEN, SSN4, SURNAME, Compared, compare
from skiptrace.matching.known_words import given_name, surname_count
from skiptrace.matching.weights import Parameters, log_odds, probability

AMERICANS = 331_000_000
LARGEST_GROUP = 200
"""Records of one account beyond this many, least likely first, are judged alone: ties grow with the square."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ties:
    """All pairs of records of the same account, and the log-odds (bits) that both are one person.

    ``left`` and ``right`` are positions in ``Candidates.rows``; the pairs of one account stand together.
    """

    left: Ints
    right: Ints
    bits: Floats
    compared: Compared


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Candidates:
    """The records of many accounts: ``rows`` of the table, in order of account; ``subjects`` the row each is held against."""

    people: People
    rows: Ints
    subjects: Ints
    starts: Ints
    """Position of the first record of each account, and the end."""

    @property
    def groups(self) -> Ints:
        """For each record the number of its account."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Identity:
    """Log-odds in bits that each record is the subject: ``alone`` before and ``bits`` after the group step."""

    compared: Compared
    measures: Mapping[str, Floats]
    alone: Floats
    ties: Ties
    group: Mapping[str, Floats]
    """Measures of the last round of the group step."""
    bits: Floats

    @property
    def probability(self) -> Floats:
        return probability(self.bits)


def identify(candidates: Candidates, parameters: Parameters) -> Identity:
    """Judge the records of each account together."""
    people = candidates.people
    compared = compare(people, candidates.subjects, candidates.rows)
    measures = rarities(people, compared)
    alone = parameters.identity.total(compared.levels, measures)
    ties = tie(candidates, alone, parameters)
    bits, group = alone, {}
    for weights in parameters.group:
        group = group_measures(candidates, compared, alone, bits, ties)
        bits = weights.total({}, group)
    return Identity(compared, measures, alone, ties, group, bits)


def rarities(people: People, compared: Compared) -> dict[str, Floats]:
    """How rare an agreeing name is: bits of its frequency in the US census, 0 where the names do not agree."""
    names = people.names
    given = np.array([_rarity(given_name(word)[0], 100) if word else 0.0 for word in names.given.values])
    surname = np.array([_rarity(surname_count(word), 50) if word else 0.0 for word in names.surname.values])
    return {
        "given_rarity": _where(compared.levels["given"] >= GIVEN["near"], names.given, given, compared),
        "surname_rarity": _where(compared.levels["surname"] >= SURNAME["near"], names.surname, surname, compared),
    }


def _rarity(bearers: int, floor: int) -> float:
    return float(np.log2(AMERICANS / max(bearers, floor)))


def _where(agree: Flags, words: Words, rarity: Floats, compared: Compared) -> Floats:
    # The commoner of the two spellings: a misspelt name is rare without being telling.
    left, right = rarity[words.codes[compared.left_name]], rarity[words.codes[compared.right_name]]
    return np.where(agree, np.minimum(left, right), 0.0)


def tie(candidates: Candidates, alone: Floats, parameters: Parameters) -> Ties:
    """Compare the records of each account with each other."""
    left, right = pairs_within(candidates.starts, alone)
    compared = compare(candidates.people, candidates.rows[left], candidates.rows[right], tied_only=True)
    bits = parameters.link.total(compared.levels, rarities(candidates.people, compared))
    return Ties(left, right, bits, compared)


def pairs_within(starts: Ints, alone: Floats) -> tuple[Ints, Ints]:
    """Positions (left < right) of all pairs within each group; of a large group only its likeliest records."""
    lefts, rights = [], []
    for members in _by_size(starts, alone):
        i, j = np.triu_indices(members.shape[1], 1)
        lefts.append(members[:, i].ravel())
        rights.append(members[:, j].ravel())
    if not lefts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(lefts), np.concatenate(rights)


def _by_size(starts: Ints, alone: Floats) -> Iterator[Ints]:
    """Groups of equal size as one array each (groups x members), in ascending order of size."""
    sizes = np.diff(starts)
    for size in np.unique(sizes[sizes > 0]):
        first = starts[:-1][sizes == size]
        if size <= LARGEST_GROUP:
            yield first[:, None] + np.arange(size)
            continue
        for start in first:
            likeliest = np.argsort(-alone[start : start + size], kind="stable")[:LARGEST_GROUP]
            yield start + np.sort(likeliest)[None, :]


def group_measures(
    candidates: Candidates, compared: Compared, alone: Floats, bits: Floats, ties: Ties
) -> dict[str, Floats]:
    """What the other records of the account say about each record.

    ``support``: log-odds that at least one other record is both the subject and the same person as this one;
    ``supporters``: the expected number of such records. ``rival``: log-odds of the strongest tie to a record that is not
    the subject; ``rivals``: the expected number of those. ``conflict``: log-odds of the surest record of the subject
    that cannot be the same person. ``proven`` and ``refuted``: probability of the surest record of the subject that has
    the same full birth date or SSN, or that contradicts birth date, SSN or middle name. ``namesakes``: for a record with
    the subject's full name, the expected number of other such records that are somebody else. ``found``: how many
    records of the subject there are besides.
    """
    names = ("support", "supporters", "rival", "rivals", "conflict", "proven", "refuted", "namesakes", "found")
    out = {name: np.zeros(len(alone)) for name in names}
    same, other = probability(ties.bits), probability(-ties.bits - 3.0)
    proof, refutation = _hard_evidence(ties.compared.levels)
    subject, named = probability(bits), compared.levels["full_name"] > 0
    at = 0
    for members in _by_size(candidates.starts, alone):
        groups, size = members.shape
        pairs = size * (size - 1) // 2
        span = slice(at, at + groups * pairs)
        at += groups * pairs
        p, tied = subject[members], _square(same[span], groups, size)
        for_, against = p[:, None, :] * tied, (1.0 - p)[:, None, :] * tied
        out["support"][members] = 1.0 - np.prod(1.0 - for_, axis=2)
        out["supporters"][members] = for_.sum(axis=2)
        out["rival"][members], out["rivals"][members] = against.max(axis=2), against.sum(axis=2)
        for name, share in (("conflict", other), ("proven", proof), ("refuted", refutation)):
            out[name][members] = np.max(p[:, None, :] * _square(share[span], groups, size), axis=2)
        out["found"][members] = p.sum(axis=1, keepdims=True) - p
        strangers = (1.0 - p) * named[members]
        out["namesakes"][members] = (strangers.sum(axis=1, keepdims=True) - strangers) * named[members]
    return out | {"alone": alone} | {name: log_odds(out[name]) for name in ("support", "rival", "conflict")}


def _hard_evidence(levels: Mapping[str, Levels]) -> tuple[Floats, Floats]:
    """(ties by full birth date or SSN with a given name that fits, contradictions of birth date, SSN or middle name)."""
    born, ssn4 = levels["birth_date"], levels["ssn4"]
    identified = (born >= BIRTH["month_agrees"]) | (ssn4 == SSN4["same"])
    proof = identified & (levels["given"] >= GIVEN["alike"])
    refutation = ((born > 0) & (born <= BIRTH["generation"])) | (ssn4 == SSN4["different"]) | (levels["middle"] == 1)
    return proof.astype(float), refutation.astype(float)


def _square(values: Floats, groups: int, size: int) -> Floats:
    """Pair values as a symmetric matrix per group, 0 on the diagonal."""
    matrix = np.zeros((groups, size, size))
    i, j = np.triu_indices(size, 1)
    matrix[:, i, j] = matrix[:, j, i] = values.reshape(groups, -1)
    return matrix
