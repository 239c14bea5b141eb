"""Refit how far sources and probabilities are trusted, from what happened when contacts were used.

Only two things move: for each source, the curve of what its sightings are worth by age is shifted as a whole; for each
kind of contact, the prior. Both are shrunk to the parameters at hand, as if those rested on ``BEHIND`` outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from skiptrace.evaluation.curves import Flags, calibration_error
from skiptrace.matching.columns import Floats, Ints
from skiptrace.matching.contacts import Carried, Reached, carried_addresses, carried_phones, sighting_bits
from skiptrace.matching.identity import Candidates
from skiptrace.matching.scoring import score
from skiptrace.matching.weights import ContactWeights, Curve, Parameters, Sightings, Weights, log_odds, probability

BEHIND = 200.0
"""Outcomes that the parameters at hand count for: 20 new ones can move them by a tenth at most."""
ROUNDS = 6
FARTHEST = 8.0
"""Most bits by which a source's curve or a prior is moved."""
KINDS = ("address", "phone")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Used:
    """Contacts that were used: the row of each one in the table of addresses or phones, which of the two it is, and
    whether it was right.
    """

    candidates: Candidates
    child: Ints
    is_phone: Flags
    right: Flags

    def __len__(self) -> int:
        return len(self.child)

    def some(self, rows: Flags) -> Used:
        return Used(self.candidates, self.child[rows], self.is_phone[rows], self.right[rows])


@dataclass(frozen=True, slots=True)
class Fit:
    """How well probabilities of one kind of contact foretold its outcomes. ``log_loss`` in bits per outcome."""

    outcomes: int
    right: float
    claimed: float
    log_loss: float
    calibration_error: float


def carrying(used: Used) -> Used:
    """Only those whose row holds an address or phone at all; the others cannot be weighed."""
    carries = np.zeros(len(used), bool)
    for kind, carried in (
        ("address", carried_addresses(used.candidates)),
        ("phone", carried_phones(used.candidates)),
    ):
        rows = used.is_phone == (kind == "phone")
        carries |= rows & np.isin(used.child, carried.child)
    return used.some(carries)


def refit(parameters: Parameters, used: Used, version: str) -> Parameters:
    """``parameters`` with sources and priors moved towards the outcomes; without outcomes they stay as they are."""
    for kind in KINDS:
        part = used.some(used.is_phone == (kind == "phone"))
        if len(part):
            parameters = _refit_kind(parameters, part, kind)
    return replace(parameters, version=version)


def predicted(parameters: Parameters, used: Used) -> Floats:
    """The probability of every contact that was used, as these parameters have it now."""
    p = np.zeros(len(used))
    for kind in KINDS:
        rows = used.is_phone == (kind == "phone")
        if rows.any():
            reached = _reached(parameters, used.candidates, kind)
            p[rows] = reached.probability[_values(reached.carried, used.child[rows])]
    return p


def foretold(used: Used, p: Floats) -> Mapping[str, Fit]:
    """How well ``p`` foretold the outcomes, by kind of contact."""
    return {
        kind: _fit(used.right[rows], p[rows]) for kind in KINDS if (rows := used.is_phone == (kind == "phone")).any()
    }


def crosswise(parameters: Parameters, used: Used) -> tuple[Mapping[str, Fit], Mapping[str, Fit]]:
    """Before and after on the same outcomes; each half of the accounts is foretold by what the other half taught."""
    half = _accounts(used) * 2_654_435_761 % 2**32 < 2**31
    after = np.zeros(len(used))
    for part in (half, ~half):
        if part.any():
            after[part] = predicted(refit(parameters, used.some(~part), "half"), used.some(part))
    return foretold(used, predicted(parameters, used)), foretold(used, after)


def _fit(right: Flags, p: Floats) -> Fit:
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    loss = -np.log2(np.where(right, kept, 1 - kept))
    return Fit(len(right), float(right.mean()), float(p.mean()), float(loss.mean()), calibration_error(right, p))


def _refit_kind(parameters: Parameters, used: Used, kind: str) -> Parameters:
    """Move each source until its outcomes are foretold as often as they should be, then the prior for all together."""
    reached = _reached(parameters, used.candidates, kind)
    value = _values(reached.carried, used.child)
    source = _decisive_sources(parameters, used.candidates, kind)[value]
    p = reached.probability[value]
    names, code = np.unique(source, return_inverse=True)
    wanted = np.array([_shrunk(used.right[code == n], p[code == n]) for n in range(len(names))])
    moved = np.zeros(len(names))
    shifted = parameters
    for _ in range(ROUNDS):
        p = _reached(shifted, used.candidates, kind).probability[value]
        claimed = np.bincount(code, p) / np.bincount(code)
        moved = np.clip(moved + log_odds(wanted) - log_odds(claimed), -FARTHEST, FARTHEST)
        shifted = _with_sources(parameters, kind, dict(zip(names.tolist(), moved.tolist(), strict=True)))
    overall = float(np.average(wanted, weights=np.bincount(code)))
    return _with_prior(shifted, kind, used, value, overall)


def _shrunk(right: Flags, p: Floats) -> float:
    """The share of right outcomes to expect, when ``BEHIND`` earlier ones stand for the probability claimed."""
    return float((right.sum() + BEHIND * p.mean()) / (len(right) + BEHIND))


def _with_sources(parameters: Parameters, kind: str, moved: Mapping[str, float]) -> Parameters:
    weights: ContactWeights = getattr(parameters, kind)
    known = dict(weights.sightings.known)
    for source, bits in moved.items():
        curve = weights.sightings.of(source)
        known[source] = Curve(curve.knots, curve.bits + bits)
    changed = replace(weights, sightings=Sightings(weights.sightings.other, known))
    return _with(parameters, kind, changed)


def _with_prior(parameters: Parameters, kind: str, used: Used, value: Ints, wanted: float) -> Parameters:
    """The prior moved by what the sources could not take up."""
    weights: ContactWeights = getattr(parameters, kind)
    bits = _reached(parameters, used.candidates, kind).bits[value]
    low, high = -FARTHEST, FARTHEST
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if probability(bits + middle).mean() < wanted else (low, middle)
    rivals = weights.rivals
    moved = Weights(rivals.prior + (low + high) / 2, rivals.levels, rivals.curves)
    return _with(parameters, kind, replace(weights, rivals=moved))


def _with(parameters: Parameters, kind: str, weights: ContactWeights) -> Parameters:
    return replace(parameters, phone=weights) if kind == "phone" else replace(parameters, address=weights)


def _reached(parameters: Parameters, candidates: Candidates, kind: str) -> Reached:
    scores = score(candidates, parameters)
    return scores.phones if kind == "phone" else scores.addresses


def _values(carried: Carried, child: Ints) -> Ints:
    """The value that each row of the table shows."""
    value = np.full(int(carried.child.max(initial=-1)) + 1, -1, np.int64)
    value[carried.child] = carried.value
    return value[child]


def _accounts(used: Used) -> Ints:
    """The account of every contact that was used."""
    account = np.zeros(len(used), np.int64)
    for kind, carried in (
        ("address", carried_addresses(used.candidates)),
        ("phone", carried_phones(used.candidates)),
    ):
        rows = used.is_phone == (kind == "phone")
        account[rows] = carried.group[_values(carried, used.child[rows])]
    return account


def _decisive_sources(parameters: Parameters, candidates: Candidates, kind: str) -> np.ndarray:
    """The source of the sighting that counts most, for every value: it is the one that was right or wrong."""
    carried = carried_phones(candidates) if kind == "phone" else carried_addresses(candidates)
    weights: ContactWeights = getattr(parameters, kind)
    p = score(candidates, parameters).identity.probability[carried.position]
    fresh = log_odds(p * probability(sighting_bits(candidates, carried, weights.sightings)))
    order = np.lexsort((fresh, carried.value))
    source = candidates.people.source
    name = np.asarray(source.values, dtype=object)[source.codes[candidates.rows[carried.position]]]
    decisive = np.full(len(carried.group), "", dtype=object)
    decisive[carried.value[order]] = name[order]
    return decisive.astype(str)
