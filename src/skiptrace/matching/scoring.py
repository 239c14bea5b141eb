"""Scores for tables of subjects and records: the columnar path that one account takes too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skiptrace.matching.columns import Floats
from skiptrace.matching.contacts import (
    Carried,
    Reached,
    address_measures,
    carried_addresses,
    carried_phones,
    phone_measures,
    reach,
)
from skiptrace.matching.identity import Candidates, Identity, identify
from skiptrace.matching.weights import ContactWeights, Parameters


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scores:
    """Scores in the order of the candidates: probabilities that the record is the subject, and that its address and
    phone are the subject's now (0 where the record has none)."""

    identity: Identity
    addresses: Reached
    phones: Reached

    @property
    def p_same(self) -> Floats:
        return self.identity.probability

    @property
    def p_address(self) -> Floats:
        return self.addresses.of_records(len(self.identity.bits))

    @property
    def p_phone(self) -> Floats:
        return self.phones.of_records(len(self.identity.bits))


def score(candidates: Candidates, parameters: Parameters, as_of: float) -> Scores:
    """Judge all accounts of a table as of one moment (in years)."""
    identity = identify(candidates, parameters)
    addresses, phones = carried_addresses(candidates, as_of), carried_phones(candidates, as_of)
    return Scores(
        identity,
        reach_addresses(candidates, identity, addresses, parameters.address, as_of=as_of),
        reach_phones(candidates, identity, phones, parameters.phone, as_of=as_of),
    )


def reach_addresses(
    candidates: Candidates,
    identity: Identity,
    carried: Carried,
    weights: ContactWeights,
    *,
    as_of: float,
    extra: Floats | None = None,
) -> Reached:
    """``extra`` are bits per value from verifications."""
    measures = address_measures(candidates, identity, carried, weights.sightings, as_of=as_of)
    return reach(carried, measures, weights, np.zeros(len(carried.group)) if extra is None else extra)


def reach_phones(
    candidates: Candidates,
    identity: Identity,
    carried: Carried,
    weights: ContactWeights,
    *,
    as_of: float,
    extra: Floats | None = None,
) -> Reached:
    """``extra`` are bits per value from verifications."""
    measures = phone_measures(candidates, identity, carried, weights.sightings, as_of=as_of)
    return reach(carried, measures, weights, np.zeros(len(carried.group)) if extra is None else extra)
