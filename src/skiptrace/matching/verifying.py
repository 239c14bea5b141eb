"""What is known of a value itself: verification by a provider, and what happened when it was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skiptrace.matching.cases import address_parts, phone_number, read_address
from skiptrace.model import (
    Address,
    AddressCheck,
    AddressSighting,
    Fact,
    LineType,
    Outcome,
    OutcomeKind,
    PhoneCheck,
    PhoneSighting,
)

_BAD_OUTCOMES = frozenset((OutcomeKind.WRONG_PARTY, OutcomeKind.DISCONNECTED, OutcomeKind.RETURNED_MAIL))


def address_key(address: Address) -> tuple[str, ...]:
    """Equal for two spellings of one delivery point."""
    parsed = read_address(address)
    return (*address_parts(parsed), parsed.zip5 or parsed.city)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one value: ``bits`` for it, whether it is ``bad`` (not to be used) or ``verified``, and why."""

    bits: float = 0.0
    bad: bool = False
    verified: bool = False
    notes: tuple[str, ...] = ()

    def and_(self, other: Finding) -> Finding:
        return Finding(
            self.bits + other.bits, self.bad or other.bad, self.verified or other.verified, self.notes + other.notes
        )


@dataclass(frozen=True, slots=True)
class Verifications:
    """Checks by number and by address, outcomes by contact id."""

    phones: Mapping[int, PhoneCheck]
    addresses: Mapping[tuple[str, ...], AddressCheck]
    outcomes: Mapping[str, tuple[OutcomeKind, ...]]
    stated: Mapping[str, float]

    @classmethod
    def of(
        cls, checks: Sequence[PhoneCheck | AddressCheck], outcomes: Sequence[Outcome], stated: Mapping[str, float]
    ) -> Verifications:
        used: dict[str, tuple[OutcomeKind, ...]] = {}
        for outcome in sorted(outcomes, key=lambda item: item.at):
            used[outcome.contact_id] = (*used.get(outcome.contact_id, ()), outcome.kind)
        return cls(
            {phone_number(check.number): check for check in checks if isinstance(check, PhoneCheck)},
            {address_key(check.asked): check for check in checks if isinstance(check, AddressCheck)},
            used,
            stated,
        )

    def line_type(self, number: int) -> LineType:
        check = self.phones.get(number)
        return check.line_type if check else LineType.UNKNOWN

    def of_phone(self, number: int, sightings: Sequence[PhoneSighting], contact_id: str) -> Finding:
        finding = self._of_outcomes(contact_id)
        check = self.phones.get(number)
        if check and Fact.NO in (check.valid, check.connected):
            finding = finding.and_(Finding(bad=True, notes=("a provider says that the number is out of service",)))
        elif check and check.connected is Fact.YES:
            finding = finding.and_(
                self._stated("phone_connected", "a provider says that it is in service", verified=True)
            )
        elif any(sighting.connected is Fact.NO for sighting in sightings):
            finding = finding.and_(self._stated("phone_seen_disconnected", "a source marks the number as disconnected"))
        return finding

    def of_address(self, sightings: Sequence[AddressSighting], contact_id: str) -> Finding:
        finding = self._of_outcomes(contact_id)
        found = [self.addresses.get(address_key(sighting.address)) for sighting in sightings] if self.addresses else []
        check = next((item for item in found if item), None)
        deliverable = check.deliverable if check else Fact.UNKNOWN
        if deliverable is Fact.UNKNOWN and sightings:
            stated = {sighting.deliverable for sighting in sightings}
            deliverable = next((fact for fact in (Fact.YES, Fact.NO) if fact in stated), Fact.UNKNOWN)
        if deliverable is Fact.NO:
            finding = finding.and_(Finding(bad=True, notes=("the postal service does not deliver there",)))
        elif deliverable is Fact.YES:
            note = "the postal service delivers there"
            finding = finding.and_(self._stated("address_deliverable", note, verified=check is not None))
        if check and check.vacant is Fact.YES:
            finding = finding.and_(self._stated("address_vacant", "the postal service calls it vacant"))
        return finding

    def of_email(self, contact_id: str) -> Finding:
        return self._of_outcomes(contact_id)

    def _of_outcomes(self, contact_id: str) -> Finding:
        finding = Finding()
        for kind in self.outcomes.get(contact_id, ()):
            if kind in _BAD_OUTCOMES:
                finding = finding.and_(Finding(bad=True, notes=(f"used before: {kind.value}",)))
            elif kind is OutcomeKind.RIGHT_PARTY:
                finding = Finding(self.stated[f"outcome_{kind}"], verified=True, notes=(f"used before: {kind.value}",))
            else:
                finding = finding.and_(self._stated(f"outcome_{kind}", f"used before: {kind.value}"))
        return finding

    def _stated(self, name: str, note: str, *, verified: bool = False) -> Finding:
        return Finding(self.stated[name], verified=verified, notes=(note,))
