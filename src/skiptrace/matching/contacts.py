"""Where the subject can be reached as of a day: each address and phone by itself, then against its rivals.

Records that show the same address or phone are one *value*. A value is weighed by who carries it, how fresh the newest
sighting is by the standards of its source, how many independent sources agree, and whether the subject has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skiptrace.matching.columns import (
    AddressColumns,
    Codes,
    Flags,
    Floats,
    Ints,
    Spans,
    best_of,
    distinct,
    pairs_of_equals,
)
from skiptrace.matching.comparisons import ADDRESS, SURNAME, single_address_levels
from skiptrace.matching.identity import Candidates, Identity
from skiptrace.matching.weights import ContactWeights, Sightings, log_odds, probability, summed

_LARGEST_KEY = 2**62
NEVER = 30.0
"""Age in years that stands for "nobody was seen"."""
UNDATED = 5.0
"""Age in years that an undated sighting counts for."""
MOBILE, LANDLINE = 1, 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Carried:
    """The values of one kind and who carries them; several rows may show the same value.

    ``child`` is the row of the address or phone table, ``position`` the record among the candidates, ``value`` the
    number of the value; ``group`` the account of each value. ``age`` and ``start`` are years before the day judged.
    """

    child: Ints
    position: Ints
    value: Ints
    group: Ints
    age: Floats
    start: Floats

    def best(self, rows: Floats, empty: float) -> Floats:
        """Highest over the rows of each value."""
        out = np.full(len(self.group), empty)
        np.maximum.at(out, self.value, rows)
        return out

    def least(self, rows: Floats, empty: float) -> Floats:
        return -self.best(-rows, -empty)


@dataclass(frozen=True, eq=False, repr=False)
class Reached:
    """Log-odds in bits that each value reaches the subject now, and the parts that add up to them."""

    carried: Carried
    parts: Mapping[str, Floats]
    bits: Floats

    @cached_property
    def probability(self) -> Floats:
        return probability(self.bits)

    def of_records(self, count: int) -> Floats:
        """The best probability among the values of each record; 0 for a record that carries none."""
        out = np.zeros(count)
        np.maximum.at(out, self.carried.position, self.probability[self.carried.value])
        return out


def carried_addresses(candidates: Candidates) -> Carried:
    """The distinct addresses of each account's records; spellings of one address are one value."""
    addresses = candidates.people.addresses
    child, position = addresses.spans.children(candidates.rows)
    full = addresses.stated[child]
    child, position = child[full], position[full]
    group = candidates.groups[position]
    keys = (addresses.number, addresses.street, addresses.box, addresses.unit)
    first, value = _distinct(group, *(words.codes[child] for words in keys))
    value = _join_alike(addresses, child[first], group[first], value)
    return _carried(child, position, value, -addresses.last_seen[child], -addresses.first_seen[child], groups=group)


def carried_phones(candidates: Candidates) -> Carried:
    """The distinct phones of each account's records."""
    phones = candidates.people.phones
    child, position = phones.spans.children(candidates.rows)
    full = phones.number[child] > 0
    child, position = child[full], position[full]
    group = candidates.groups[position]
    _, value = _distinct(group, phones.number[child])
    age = -phones.last_seen[child]
    return _carried(child, position, value, age, age, groups=group)


def _distinct(group: Ints, *keys: Ints | Codes) -> tuple[Ints, Ints]:
    """(a row of each distinct key within a group, the number of each row's key)."""
    value, span = group, int(group.max(initial=0)) + 1
    for key in keys:
        size = int(key.max(initial=0)) + 1
        if span * size > _LARGEST_KEY:
            _, value = distinct(value)
            span = int(value.max(initial=0)) + 1
        value, span = value * size + key, span * size
    return distinct(value)


def _join_alike(addresses: AddressColumns, sample: Ints, group: Ints, value: Ints) -> Ints:
    """Give different spellings of one address the same number. ``sample`` is one child row of each value."""
    left, right = pairs_of_equals(group)
    alike = single_address_levels(addresses, sample[left], sample[right]) >= ADDRESS["alike"]
    label = np.arange(len(sample))
    left, right = left[alike], right[alike]
    while len(left):
        lower = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, left, lower)
        np.minimum.at(label, right, lower)
        if (before == label).all():
            break
    return distinct(label)[1][value]


def _carried(child: Ints, position: Ints, value: Ints, age: Floats, start: Floats, *, groups: Ints) -> Carried:
    group = np.zeros(int(value.max(initial=-1)) + 1, np.int64)
    group[value] = groups
    age = np.where(np.isnan(age), UNDATED, np.clip(age, 0.0, NEVER))
    start = np.where(np.isnan(start), age, np.clip(start, 0.0, NEVER))
    return Carried(child, position, value, group, age, start)


def address_measures(
    candidates: Candidates, identity: Identity, carried: Carried, sightings: Sightings
) -> dict[str, Floats]:
    """What each address is weighed by. Years, counts, or log-odds in bits.

    ``identity``: that the subject was ever here. ``recency``: of the best sighting, ``second``: of the best one by
    another source. ``newest``: years by which the subject came here later than to any other address. ``later``: years
    by which the last sighting is newer than elsewhere. ``since``: years since the subject came. ``account``: years
    since the account showed this address (-1: it did not). ``box``: a P.O. box. ``kin`` and ``others``: years since
    others with and without the subject's surname were seen here. ``newcomers``: years by which others came after the
    subject was last seen.
    """
    people = candidates.people
    measures, sure = _common(candidates, identity, carried, sightings)
    last, since = _when(carried, sure)
    known = measures["identity"] > 0
    asked = candidates.subjects[carried.position]
    pair, a, b = _against_subject(people.addresses.spans, asked, carried.child)
    is_old = best_of(single_address_levels(people.addresses, a, b), pair, len(asked)) >= ADDRESS["alike"]
    account = _account_years(people.addresses.last_seen, people.addresses.spans, asked)
    kin, others = _other_people(candidates, identity, carried)
    arrived = carried.least(np.where(sure, NEVER, carried.start), NEVER)
    return measures | {
        "newest": np.clip(_gap(-since, known, carried.group, -NEVER), -10, 10),
        "later": np.clip(_gap(-last, known, carried.group, -NEVER), -10, 10),
        "since": since,
        "account": carried.best(np.where(is_old, account, -1.0), -1.0),
        "box": carried.best((people.addresses.box.codes[carried.child] > 0).astype(float), 0.0),
        "kin": kin,
        "others": others,
        "newcomers": np.clip(last - arrived, -10, 10),
    }


def phone_measures(
    candidates: Candidates, identity: Identity, carried: Carried, sightings: Sightings
) -> dict[str, Floats]:
    """What each phone is weighed by; see ``address_measures``.

    ``landline`` is the recency again, for landlines only (-8 for other lines). ``moved``: for a landline, years by
    which the subject was seen at another address after this line's records. ``shared``: expected number of records of
    other people that show the number.
    """
    people = candidates.people
    measures, sure = _common(candidates, identity, carried, sightings)
    last, _ = _when(carried, sure)
    asked = candidates.subjects[carried.position]
    pair, a, b = _against_subject(people.phones.spans, asked, carried.child)
    same = (people.phones.number[a] == people.phones.number[b]).astype(np.int8)
    is_old = best_of(same, pair, len(asked)) > 0
    account = _account_years(people.phones.last_seen, people.phones.spans, asked)
    kin, others = _other_people(candidates, identity, carried)
    kind = people.phones.kind[carried.child]
    landline = carried.best((kind == LANDLINE).astype(float), 0.0) > 0
    p = identity.probability[carried.position]
    return measures | {
        "later": np.clip(_gap(-last, measures["identity"] > 0, carried.group, -NEVER), -10, 10),
        "account": carried.best(np.where(is_old, account, -1.0), -1.0),
        "landline": np.where(landline, measures["recency"], -8.0),
        "moved": np.where(landline, _moved(candidates, identity, carried, sure), 0.0),
        "kin": kin,
        "others": others,
        "shared": np.bincount(carried.value, 1.0 - p, len(carried.group)),
    }


def _common(
    candidates: Candidates, identity: Identity, carried: Carried, sightings: Sightings
) -> tuple[dict[str, Floats], Flags]:
    p = identity.probability[carried.position]
    fresh = log_odds(p * probability(sighting_bits(candidates, carried, sightings)))
    doubt = np.zeros(len(carried.group))
    np.add.at(doubt, carried.value, np.log1p(-np.minimum(p, 1.0 - 1e-9)))
    recency, second = _best_two(carried, fresh, candidates.people.source.codes[candidates.rows[carried.position]])
    measures = {"identity": log_odds(-np.expm1(doubt)), "recency": recency, "second": second}
    return measures, p >= 0.5


def sighting_bits(candidates: Candidates, carried: Carried, sightings: Sightings) -> Floats:
    """What each row's age is worth, by the standards of its source."""
    source = candidates.people.source
    codes = source.codes[candidates.rows[carried.position]]
    bits = np.empty(len(codes))
    for code in np.flatnonzero(np.bincount(codes)):
        rows = codes == code
        bits[rows] = sightings.of(str(source.values[code]))(carried.age[rows])
    return bits


def _best_two(carried: Carried, fresh: Floats, source: Codes) -> tuple[Floats, Floats]:
    """Best row of each value, and best row from another source: what shares an upstream counts once."""
    order = np.lexsort((-fresh, carried.value))
    value, rank, from_ = carried.value[order], fresh[order], source[order]
    start = np.flatnonzero(np.append(True, value[1:] != value[:-1])) if len(value) else value
    recency, top = rank[start], from_[start]
    second = np.full(len(start), -8.0)
    independent = from_ != top[value]
    np.maximum.at(second, value[independent], rank[independent])
    return np.maximum(recency, -8.0), second


def _when(carried: Carried, sure: Flags) -> tuple[Floats, Floats]:
    """Years since the subject was last and first seen there."""
    last = carried.least(np.where(sure, carried.age, NEVER), NEVER)
    came = np.where(sure, carried.start, -1.0)
    first = carried.best(came, -1.0)
    return last, np.where(first < 0, NEVER, first)


def _gap(score: Floats, known: Flags, group: Ints, worst: float) -> Floats:
    """How far each value's score is above the best other known one of its account; 0 when it has no rival."""
    score = np.where(known, score, worst)
    groups = int(group.max(initial=-1)) + 1
    best, runner_up = np.full(groups, worst), np.full(groups, worst)
    np.maximum.at(best, group, score)
    leads = score == best[group]
    alone = np.bincount(group, leads, groups) == 1
    np.maximum.at(runner_up, group, np.where(leads & alone[group], worst, score))
    rival = np.where(leads & alone[group], runner_up[group], best[group])
    return np.where(rival == worst, 0.0, score - rival)


def _against_subject(spans: Spans, subjects: Ints, child: Ints) -> tuple[Ints | None, Ints, Ints]:
    """Pairs of each child row with every child row of its subject."""
    counts = spans.starts[subjects + 1] - spans.starts[subjects]
    if (counts == 1).all():
        return None, spans.starts[subjects], child
    pair = np.repeat(np.arange(len(child)), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    return pair, spans.starts[subjects][pair] + within, child[pair]


def _account_years(last_seen: Floats, spans: Spans, subjects: Ints) -> Floats:
    """Years since the account showed its newest value; 5 when it does not say."""
    newest = np.full(int(subjects.max(initial=-1)) + 1, np.nan)
    child, position = spans.children(np.arange(len(newest)))
    np.fmax.at(newest, position, last_seen[child])
    years = -newest[subjects]
    return np.where(np.isnan(years), 5.0, np.clip(years, 0.0, NEVER))


def _other_people(candidates: Candidates, identity: Identity, carried: Carried) -> tuple[Floats, Floats]:
    """Years since others with the subject's surname, and others without it, were seen with each value."""
    other = identity.probability[carried.position] < 0.5
    family = identity.compared.levels["surname"][carried.position] >= SURNAME["part"]
    kin = carried.least(np.where(other & family, carried.age, NEVER), NEVER)
    others = carried.least(np.where(other & ~family, carried.age, NEVER), NEVER)
    return kin, others


def _moved(candidates: Candidates, identity: Identity, carried: Carried, sure: Flags) -> Floats:
    """Years by which the subject's newest address sighting is later than that of the records showing the phone."""
    addresses = candidates.people.addresses
    child, position = addresses.spans.children(candidates.rows)
    newest = np.full(len(candidates.rows), np.nan)
    np.fmax.at(newest, position, addresses.last_seen[child])
    newest = np.where(np.isnan(newest), -NEVER, newest)
    of_subject = np.where(identity.probability >= 0.5, newest, -NEVER)
    groups = np.full(len(candidates.starts) - 1, -NEVER)
    np.maximum.at(groups, candidates.groups, of_subject)
    here = carried.best(np.where(sure, newest[carried.position], -NEVER), -NEVER)
    return np.clip(groups[carried.group] - here, 0.0, 10.0)


def reach(
    carried: Carried, measures: Mapping[str, Floats], weights: ContactWeights, known: Mapping[str, Floats] | None = None
) -> Reached:
    """Weigh every value by itself, then against the others of its account.

    ``known`` are bits per value from elsewhere: verifications and outcomes.
    """
    parts = {"prior": np.full(len(carried.group), weights.own.prior)} | dict(known or {})
    parts |= weights.own.parts({}, measures)
    own = summed(parts.values())
    against = weights.rivals.parts({}, rival_measures(own, carried.group))
    bits = weights.rivals.sum_of(against)
    return Reached(carried, parts | {"rivals": against["rivals"], "own": bits - own - against["rivals"]}, bits)


def rival_measures(bits: Floats, group: Ints) -> dict[str, Floats]:
    """``own``: the value's own bits. ``rivals``: log2 of the summed odds of the other values of the account."""
    groups = int(group.max(initial=-1)) + 1
    top = np.full(groups, -40.0)
    np.maximum.at(top, group, bits)
    odds = np.exp2(bits - top[group])
    rest = np.bincount(group, odds, groups)[group] - odds
    return {"own": bits, "rivals": top[group] + np.log2(np.maximum(rest, 2.0**-20))}
