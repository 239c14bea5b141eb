"""Fit the parameters of matching to labelled pairs, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from skiptrace.evaluation.shapes import (
    ADDRESS_RAMPS,
    GROUP_RAMPS,
    IDENTITY_RAMPS,
    IDENTITY_TABLES,
    PHONE_RAMPS,
    RIVAL_RAMPS,
    SUBJECT_RAMPS,
    Ramp,
    fit_weights,
)
from skiptrace.matching.columns import Floats, Ints
from skiptrace.matching.comparisons import Compared, compare
from skiptrace.matching.contacts import (
    Carried,
    address_measures,
    carried_addresses,
    carried_phones,
    phone_measures,
    rival_measures,
)
from skiptrace.matching.identity import Candidates, Identity, Ties, group_measures, identify, tie, times
from skiptrace.matching.weights import (
    ContactWeights,
    Curve,
    Parameters,
    Sightings,
    Weights,
    log_odds,
)

Flags = NDArray[np.bool_]
ROUNDS = 2
MOST_TIES = 60_000
"""Ties that the link weights are fitted to; more add time and no accuracy."""
THINNED = (0.07, 0.25)
"""Shares of the records that copies of the data keep, so that accounts with few records are judged well too."""
NOTHING = Weights(0.0, MappingProxyType({}), MappingProxyType({}))
SHRINK = 30.0
"""Sightings that a source must have at an age before its own record outweighs that of all sources together."""
AGES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Labelled:
    """Candidates with the truth of each record: is it the subject, is its address or phone the subject's now.

    ``order`` is the row of each candidate in the file it came from.
    """

    candidates: Candidates
    same: Flags
    address_now: Flags
    phone_now: Flags
    order: Ints


def fit(labelled: Labelled, stated: Mapping[str, float], version: str) -> Parameters:
    """All stages, each on the output of the one before."""
    parameters = Parameters(
        version,
        NOTHING,
        NOTHING,
        (),
        ContactWeights(_flat(), NOTHING, NOTHING),
        ContactWeights(_flat(), NOTHING, NOTHING),
        stated,
    )
    parameters = replace(parameters, identity=fit_identity(labelled))
    parameters = replace(parameters, link=fit_link(labelled, parameters))
    parts = [labelled, *(thinned(labelled, share) for share in THINNED)]
    parameters = replace(parameters, group=fit_group(parts, parameters))
    parts = [parts[0], parts[-1]]  # with less than a quarter of the records, hardly any contact has a rival
    identities = [identify(part.candidates, parameters) for part in parts]
    return replace(parameters, address=fit_addresses(parts, identities), phone=fit_phones(parts, identities))


def _flat() -> Sightings:
    return Sightings(Curve(np.array([0.0, 1.0]), np.zeros(2)), MappingProxyType({}))


def fit_identity(labelled: Labelled) -> Weights:
    """Record against subject."""
    candidates = labelled.candidates
    compared = compare(candidates.people, candidates.subjects, candidates.rows)
    measures = compared.rarities | times(candidates, compared)
    return fit_weights(IDENTITY_TABLES, SUBJECT_RAMPS, compared.levels, measures, labelled.same)


def fit_link(labelled: Labelled, parameters: Parameters) -> Weights:
    """Record against record: pairs of which at least one is the subject, for which alone the truth is known."""
    same = labelled.same
    candidates = labelled.candidates
    compared, alone = _alone(candidates, parameters)
    ties = tie(candidates, compared, alone, parameters)
    known = np.flatnonzero(same[ties.left] | same[ties.right])
    known = known[:: max(1, len(known) // MOST_TIES)]
    one = same[ties.left[known]] & same[ties.right[known]]
    levels = {name: level[known] for name, level in ties.compared.levels.items()}
    measures = {name: m[known] for name, m in ties.compared.rarities.items()}
    return fit_weights(IDENTITY_TABLES, IDENTITY_RAMPS, levels, measures, one)


def fit_group(parts: Sequence[Labelled], parameters: Parameters) -> tuple[Weights, ...]:
    """The rounds of the group step, on all parts together."""
    stages = [_Stage.of(part, parameters) for part in parts]
    same = np.concatenate([part.same for part in parts])
    rounds: list[Weights] = []
    for _ in range(ROUNDS):
        each = [stage.measures() for stage in stages]
        rounds.append(fit_weights({}, GROUP_RAMPS, {}, _stacked(each), same))
        stages = [
            replace(stage, bits=rounds[-1].total({}, measures)) for stage, measures in zip(stages, each, strict=True)
        ]
    return tuple(rounds)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Stage:
    """One part on its way through the rounds."""

    candidates: Candidates
    compared: Compared
    alone: Floats
    ties: Ties
    bits: Floats

    @classmethod
    def of(cls, part: Labelled, parameters: Parameters) -> _Stage:
        compared, alone = _alone(part.candidates, parameters)
        return cls(part.candidates, compared, alone, tie(part.candidates, compared, alone, parameters), alone)

    def measures(self) -> dict[str, Floats]:
        return group_measures(self.candidates, self.compared, self.alone, self.bits, self.ties)


def _alone(candidates: Candidates, parameters: Parameters) -> tuple[Compared, Floats]:
    compared = compare(candidates.people, candidates.subjects, candidates.rows)
    measures = compared.rarities | times(candidates, compared)
    return compared, parameters.identity.total(compared.levels, measures)


def _stacked(each: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([measures[name] for measures in each]) for name in each[0]}


def fit_addresses(parts: Sequence[Labelled], identities: Sequence[Identity]) -> ContactWeights:
    """``parts[0]`` is the whole; the sightings are fitted to it alone."""
    carried = [carried_addresses(part.candidates) for part in parts]
    sightings = fit_sightings(parts[0], identities[0], carried[0], parts[0].address_now)
    measures = [
        address_measures(part.candidates, identity, values, sightings)
        for part, identity, values in zip(parts, identities, carried, strict=True)
    ]
    return _fit_contact(carried, measures, [part.address_now for part in parts], ADDRESS_RAMPS, sightings)


def fit_phones(parts: Sequence[Labelled], identities: Sequence[Identity]) -> ContactWeights:
    """``parts[0]`` is the whole; the sightings are fitted to it alone."""
    carried = [carried_phones(part.candidates) for part in parts]
    sightings = fit_sightings(parts[0], identities[0], carried[0], parts[0].phone_now)
    measures = [
        phone_measures(part.candidates, identity, values, sightings)
        for part, identity, values in zip(parts, identities, carried, strict=True)
    ]
    return _fit_contact(carried, measures, [part.phone_now for part in parts], PHONE_RAMPS, sightings)


def _fit_contact(
    carried: Sequence[Carried],
    measures: Sequence[Mapping[str, Floats]],
    now: Sequence[Flags],
    ramps: Mapping[str, Ramp],
    sightings: Sightings,
) -> ContactWeights:
    right = [each.values.best(truth[each.position].astype(float)) for each, truth in zip(carried, now, strict=True)]
    own = fit_weights({}, ramps, {}, _stacked(measures), np.concatenate(right))
    rivals = [
        rival_measures(own.total({}, each), values.accounts) for each, values in zip(measures, carried, strict=True)
    ]
    # The whole decides how rivals count: with most records missing, so are most rivals.
    return ContactWeights(sightings, own, fit_weights({}, RIVAL_RAMPS, {}, rivals[0], right[0]))


def fit_sightings(labelled: Labelled, identity: Identity, carried: Carried, now: Flags) -> Sightings:
    """How often a value last seen so long ago is still right, by source; one with few sightings follows the rest."""
    sure = identity.probability[carried.position] >= 0.9
    source = labelled.candidates.people.source
    code = source.codes[labelled.candidates.rows[carried.position]]
    right, age = now[carried.position], carried.age
    band = np.clip(np.searchsorted(AGES, age + 1e-9, side="right") - 1, 0, len(AGES) - 1)
    pooled = _rates(band[sure], right[sure], np.full(len(AGES), max(right[sure].mean(), 1e-3)), 5.0)
    known = {}
    for number, name in enumerate(source.values):
        rows = sure & (code == number)
        if name and rows.sum() >= SHRINK:
            known[str(name)] = Curve(np.array(AGES), log_odds(_rates(band[rows], right[rows], pooled, SHRINK)))
    return Sightings(Curve(np.array(AGES), log_odds(pooled)), MappingProxyType(known))


def _rates(band: Ints, right: Flags, usual: Floats, strength: float) -> Floats:
    hits, seen = np.bincount(band, right, len(AGES)), np.bincount(band, minlength=len(AGES))
    rates: Floats = (hits + strength * usual) / (seen + strength)
    # The newest date of a source that refreshes dates falsely may mean less than the one before it; after that, older
    # is never better.
    rates[1:] = np.minimum.accumulate(rates[1:])
    return rates


def thinned(labelled: Labelled, share: float) -> Labelled:
    """The same accounts with about this share of their records, the same ones every time."""
    candidates = labelled.candidates
    keep = candidates.rows * 2_654_435_761 % 2**32 < share * 2**32
    starts = np.concatenate(([0], np.cumsum(keep)))[candidates.starts]
    part = Candidates(candidates.people, candidates.rows[keep], candidates.subjects[keep], starts)
    flags = (labelled.same[keep], labelled.address_now[keep], labelled.phone_now[keep])
    return Labelled(part, *flags, labelled.order[keep])


def select_accounts(labelled: Labelled, accounts: Sequence[int] | Ints) -> Labelled:
    """The same with only these accounts, for fold-wise fitting. The table of people is shared."""
    candidates = labelled.candidates
    chosen = np.sort(np.asarray(accounts))
    sizes = np.diff(candidates.starts)[chosen]
    keep = np.isin(candidates.groups, chosen)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    part = Candidates(candidates.people, candidates.rows[keep], candidates.subjects[keep], starts)
    flags = (labelled.same[keep], labelled.address_now[keep], labelled.phone_now[keep])
    return Labelled(part, *flags, labelled.order[keep])


__all__ = ["Labelled", "fit", "select_accounts"]
