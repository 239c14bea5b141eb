"""Scores for tables of subjects and records, column by column."""

from __future__ import annotations

from dataclasses import dataclass

from skiptrace.matching.columns import Floats
from skiptrace.matching.contacts import (
    Reached,
    address_measures,
    carried_addresses,
    carried_phones,
    phone_measures,
    reach,
)
from skiptrace.matching.identity import Candidates, Identity, identify
from skiptrace.matching.weights import Parameters


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


def score(candidates: Candidates, parameters: Parameters) -> Scores:
    """Judge all accounts of a table, each as of its own day."""
    identity = identify(candidates, parameters)
    addresses, phones = carried_addresses(candidates), carried_phones(candidates)
    of_addresses = address_measures(candidates, identity, addresses, parameters.address.sightings)
    of_phones = phone_measures(candidates, identity, phones, parameters.phone.sightings)
    return Scores(
        identity,
        reach(addresses, of_addresses, parameters.address),
        reach(phones, of_phones, parameters.phone),
    )
