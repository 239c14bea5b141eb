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
    LANDLINE,
    STATED,
    AddressColumns,
    Bits,
    Codes,
    Flags,
    Floats,
    Ints,
    Spans,
    best_of,
    distinct,
    in_order,
    neighbours_sharing,
)
from skiptrace.matching.comparisons import single_address_levels
from skiptrace.matching.identity import SURE, Candidates, Identity
from skiptrace.matching.levels import ADDRESS, SURNAME
from skiptrace.matching.weights import (
    LIMIT,
    ContactWeights,
    Measures,
    Sightings,
    log_none,
    log_odds,
    probability,
    summed,
    within,
)

_LARGEST_KEY = 2**62
NEVER = 30.0
"""Age in years that stands for "nobody was seen"."""
UNDATED = 5.0
"""Age in years that an undated sighting counts for."""
LEAST_FRESH = -8.0
"""No sighting counts for fewer bits."""
LEAST_RIVAL = 2.0**-20
"""Odds of a rival where there is none."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Runs:
    """Runs of equal neighbours: the place where each run starts, and the number of the run that each place is in."""

    starts: Ints
    number: Ints

    @classmethod
    def of(cls, ordered: Ints) -> Runs:
        new = np.ones(len(ordered), bool)
        np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
        return cls(new.nonzero()[0], new.cumsum() - 1)

    # Runs are short: to walk over all places takes a fifth of the time of reducing run by run.

    def best(self, places: Floats, least: float = -np.inf) -> Floats:
        """Highest of each run, and never less than ``least``."""
        best = np.full(len(self.starts), least)
        np.maximum.at(best, self.number, places)
        return best

    def best_of(self, among: Flags, places: Floats, least: float) -> Floats:
        """Highest of each run among the chosen places, and never less than ``least``."""
        best, chosen = np.full(len(self.starts), least), among.nonzero()[0]
        np.maximum.at(best, self.number[chosen], places[chosen])
        return best

    def any(self, places: Flags) -> Flags:
        flags = np.zeros(len(self.starts), bool)
        flags[self.number[places.nonzero()[0]]] = True
        return flags

    def total(self, places: Floats) -> Floats:
        return np.bincount(self.number, places, len(self.starts)).astype(float, copy=False)

    def count(self, places: Flags) -> Ints:
        """How many places of each run are set."""
        count: Ints = np.bincount(self.number[places.nonzero()[0]], minlength=len(self.starts))
        return count


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Carried:
    """The values of one kind and who carries them; several rows may show the same value.

    Rows are ordered by value and values by account. ``child`` is the row of the address or phone table, ``position``
    the record among the candidates, ``age`` and ``start`` are years before the day judged. ``values`` are the rows of
    each value, ``group`` is the account of each value, ``accounts`` are the values of each account.
    """

    child: Ints
    position: Ints
    age: Floats
    start: Floats
    values: Runs
    group: Ints
    accounts: Runs

    @property
    def value(self) -> Ints:
        """The number of each row's value."""
        return self.values.number


@dataclass(frozen=True, eq=False, repr=False)
class Reached:
    """Log-odds in bits that each value reaches the subject now, and the parts that add up to them."""

    carried: Carried
    parts: Mapping[str, Floats]
    bits: Floats

    @cached_property
    def probability(self) -> Floats:
        return probability(self.bits)

    def parts_of(self, value: int) -> list[tuple[str, float]]:
        """The parts of one value's bits, by name."""
        return [(name, column[value]) for name, column in self._columns]

    @cached_property
    def _columns(self) -> list[tuple[str, list[float]]]:
        return [(name, column.tolist()) for name, column in self.parts.items()]

    def of_records(self, count: int) -> Floats:
        """The best probability among the values of each record; 0 for a record that carries none."""
        out = np.zeros(count)
        np.maximum.at(out, self.carried.position, self.probability[self.carried.value])
        return out


def carried_addresses(candidates: Candidates) -> Carried:
    """The distinct addresses of each account's records; spellings of one address are one value."""
    addresses = candidates.people.addresses
    child, position = _stated(candidates, addresses.spans, addresses.stated & STATED)
    group = candidates.groups[position]
    street = (addresses.number, addresses.street, addresses.box, addresses.unit)
    keys = (*street, addresses.city, addresses.state, addresses.zip5)
    first, value = _distinct(group, *((words.codes[child], len(words.values)) for words in keys))
    value = _join_alike(addresses, child[first], group[first], value)
    return _carried(candidates, (child, position), value, first=addresses.first_seen, last=addresses.last_seen)


def carried_phones(candidates: Candidates) -> Carried:
    """The distinct phones of each account's records."""
    phones = candidates.people.phones
    child, position = _stated(candidates, phones.spans, phones.code)
    _, value = _distinct(candidates.groups[position], (phones.code[child], len(phones.numbers)))
    return _carried(candidates, (child, position), value, first=phones.last_seen, last=phones.last_seen)


def _stated(candidates: Candidates, spans: Spans, stated: Bits | Codes) -> tuple[Ints, Ints]:
    """Rows of a child table that state anything, and the positions of their records."""
    child, position = spans.children(candidates.rows)
    full = stated[child].nonzero()[0]
    return (child, position) if len(full) == len(child) else (child[full], position[full])


def _distinct(group: Ints, *keys: tuple[Ints | Codes, int]) -> tuple[Ints, Ints]:
    """(a row of each distinct key within a group, the number of each row's key). A key comes with its upper limit."""
    value, span = group, int(group.max(initial=0)) + 1
    for key, size in keys:
        if span * size > _LARGEST_KEY >> len(group).bit_length():  # so that they are put in order quickly
            _, value = distinct(value)
            span = int(value.max(initial=0)) + 1
        value, span = value * size + key, span * size
    return distinct(value)


def _join_alike(addresses: AddressColumns, sample: Ints, group: Ints, value: Ints) -> Ints:
    """Give different spellings of one address the same number. ``sample`` is one child row of each value."""
    # Without the same number, street or box no two addresses are alike.
    left, right = neighbours_sharing(
        group, [words.codes[sample] for words in (addresses.number, addresses.street, addresses.box)]
    )
    alike = (single_address_levels(addresses, sample[left], sample[right]) >= ADDRESS["alike"]).nonzero()[0]
    if not len(alike):
        return value
    label = np.arange(len(sample))
    left, right = left[alike], right[alike]
    while True:
        lower = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, left, lower)
        np.minimum.at(label, right, lower)
        if (before == label).all():
            return label[value]


def _carried(candidates: Candidates, rows: tuple[Ints, Ints], value: Ints, *, first: Floats, last: Floats) -> Carried:
    """``rows`` are child rows and positions, ``value`` any number that rows of one value share, ascending with the
    account; ``first`` and ``last`` are when each child row was seen."""
    order, value = in_order(value)
    child, position = rows[0][order], rows[1][order]
    age, start = -last[child], -first[child]
    age = np.where(np.isnan(age), UNDATED, within(age, 0.0, NEVER))
    start = np.where(np.isnan(start), age, within(start, 0.0, NEVER))
    values = Runs.of(value)
    group = candidates.groups[position[values.starts]]
    return Carried(child, position, age, start, values, group, Runs.of(group))


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
    addresses, asked = candidates.people.addresses, candidates.subjects[carried.position]
    measures, seen = _common(candidates, identity, carried, sightings)
    if addresses.spans.is_one_each:
        compared = identity.compared.levels["address"][carried.position]
    else:
        pair, a, b = _against_subject(addresses.spans, asked, carried.child)
        compared = best_of(single_address_levels(addresses, a, b), pair, len(asked))
    is_old = compared >= ADDRESS["alike"]
    known = measures["identity"] > 0
    return measures | {
        "newest": _gaps(-seen.since, known, carried.accounts),
        "later": _gaps(-seen.last, known, carried.accounts),
        "since": seen.since,
        "account": _account_years(candidates, addresses.spans, addresses.last_seen, carried, is_old),
        "box": carried.values.any(addresses.box.codes[carried.child] > 0).astype(float),
        "newcomers": within(seen.last - seen.arrived, -10.0, 10.0),
    }


def phone_measures(
    candidates: Candidates, identity: Identity, carried: Carried, sightings: Sightings
) -> dict[str, Floats]:
    """What each phone is weighed by; see ``address_measures``.

    ``landline`` is the recency again, for landlines only (-8 for other lines). ``moved``: for a landline, years by
    which the subject was seen at another address after this line's records. ``shared``: expected number of records of
    other people that show the number.
    """
    phones, asked = candidates.people.phones, candidates.subjects[carried.position]
    measures, seen = _common(candidates, identity, carried, sightings)
    pair, a, b = _against_subject(phones.spans, asked, carried.child)
    is_old = best_of((phones.code[a] == phones.code[b]).astype(np.int8), pair, len(asked)) > 0
    landline = carried.values.any(phones.kind[carried.child] == LANDLINE)
    return measures | {
        "later": _gaps(-seen.last, measures["identity"] > 0, carried.accounts),
        "account": _account_years(candidates, phones.spans, phones.last_seen, carried, is_old),
        "landline": np.where(landline, measures["recency"], LEAST_FRESH),
        "moved": np.where(landline, _moved(candidates, identity, carried), 0.0),
        "shared": carried.values.total(1.0 - identity.probability[carried.position]),
    }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Seen:
    """Years since the subject was ``last`` seen with each value, since the subject came, and since others arrived."""

    last: Floats
    since: Floats
    arrived: Floats


def _common(
    candidates: Candidates, identity: Identity, carried: Carried, sightings: Sightings
) -> tuple[dict[str, Floats], _Seen]:
    """The measures that addresses and phones share."""
    p, values = identity.probability[carried.position], carried.values
    fresh = log_odds(p * probability(sighting_bits(candidates, carried, sightings)))
    doubt = values.total(log_none(within(p, 0.0, SURE)))
    recency, second = _best_two(values, fresh, candidates.people.source.codes[candidates.rows[carried.position]])
    sure = p >= 0.5
    family = identity.compared.levels["surname"][carried.position] >= SURNAME["part"]
    last, kin, others = (-values.best_of(who, -carried.age, -NEVER) for who in (sure, ~sure & family, ~(sure | family)))
    arrived = -values.best_of(~sure, -carried.start, -NEVER)
    since = values.best_of(sure, carried.start, -1.0)
    seen = _Seen(last, np.where(since < 0, NEVER, since), arrived)
    identified = log_odds(-np.expm1(doubt))
    return {"identity": identified, "recency": recency, "second": second, "kin": kin, "others": others}, seen


def sighting_bits(candidates: Candidates, carried: Carried, sightings: Sightings) -> Floats:
    """What each row's age is worth, by the standards of its source."""
    bits = sightings.other.of_many(carried.age)
    if sightings.known:
        source = candidates.people.source
        codes = source.codes[candidates.rows[carried.position]]
        for code, name in enumerate(source.values.tolist()):
            if name in sightings.known:
                rows = codes == code
                bits[rows] = sightings.known[name](carried.age[rows])
    return bits


def _best_two(values: Runs, fresh: Floats, source: Codes) -> tuple[Floats, Floats]:
    """Best row of each value, and best row from another source: what shares an upstream counts once."""
    best = values.best(fresh)
    top = values.best_of(fresh == best[values.number], source.astype(float), -1.0)
    second = values.best_of(source != top[values.number], fresh, LEAST_FRESH)
    return np.maximum(best, LEAST_FRESH), second


def _gaps(scores: Floats, known: Flags, accounts: Runs) -> Floats:
    """How far each value's score is above the best other known one of its account, at most 10; 0 without a rival."""
    scores = np.where(known, scores, -NEVER)
    best = accounts.best(scores)[accounts.number]
    leads = scores == best
    leads &= (accounts.count(leads) == 1)[accounts.number]
    runner_up = accounts.best_of(~leads, scores, -NEVER)[accounts.number]
    rival = np.where(leads, runner_up, best)
    return np.where(rival == -NEVER, 0.0, within(scores - rival, -10.0, 10.0))


def _against_subject(spans: Spans, subjects: Ints, child: Ints) -> tuple[Ints | None, Ints, Ints]:
    """Pairs of each child row with every child row of its subject."""
    counts = spans.starts[subjects + 1] - spans.starts[subjects]
    if (counts == 1).all():
        return None, spans.starts[subjects], child
    pair = np.repeat(np.arange(len(child)), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    return pair, spans.starts[subjects][pair] + within, child[pair]


def _account_years(candidates: Candidates, spans: Spans, last_seen: Floats, carried: Carried, is_old: Flags) -> Floats:
    """For a value of the account the years since the account showed its newest one, 5 when it does not say; else -1.

    ``is_old`` tells of each row whether the account shows it.
    """
    newest = spans.latest(last_seen, candidates.subjects[carried.position[carried.values.starts]])
    years = np.where(np.isnan(newest), 5.0, within(-newest, 0.0, NEVER))
    return np.where(carried.values.any(is_old), years, -1.0)


def _moved(candidates: Candidates, identity: Identity, carried: Carried) -> Floats:
    """Years by which the subject's newest address sighting is later than that of the records showing the phone."""
    addresses = candidates.people.addresses
    newest = addresses.spans.latest(addresses.last_seen, candidates.rows)
    of_subject = np.where((identity.probability >= 0.5) & ~np.isnan(newest), newest, -NEVER)
    groups = np.full(len(candidates.starts) - 1, -NEVER)
    np.maximum.at(groups, candidates.groups, of_subject)
    here = carried.values.best(of_subject[carried.position])
    return within(groups[carried.group] - here, 0.0, 10.0)


def reach(
    carried: Carried, measures: Measures, weights: ContactWeights, known: Mapping[str, Floats] | None = None
) -> Reached:
    """Weigh every value by itself, then against the others of its account.

    ``known`` are bits per value from elsewhere: verifications and outcomes.
    """
    parts = {"prior": np.full(len(carried.group), weights.own.prior)} | dict(known or {})
    parts |= weights.own.parts({}, measures)
    own = summed(parts.values())
    against = weights.rivals.parts({}, rival_measures(own, carried.accounts))
    bits = weights.rivals.sum_of(against)
    return Reached(carried, parts | {"rivals": against["rivals"], "own": bits - own - against["rivals"]}, bits)


def rival_measures(bits: Floats, accounts: Runs) -> dict[str, Floats]:
    """``own``: the value's own bits. ``rivals``: log2 of the summed odds of the other values of the account."""
    top = accounts.best(bits, -LIMIT)[accounts.number]
    odds = np.exp2(bits - top)
    rest = accounts.total(odds)[accounts.number] - odds
    return {"own": bits, "rivals": top + np.log2(np.maximum(rest, LEAST_RIVAL))}
