"""Where the person may be now: the evidence, and the zones it adds up to (rules B-09 and B-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from skiptrace.compliance.known import NOTHING, Known
from skiptrace.compliance.rulebook import Rule
from skiptrace.compliance.zones import is_military, is_residence, zones_of_address, zones_of_phone
from skiptrace.model import Address, Case, Contact, ContactKind, Party


@dataclass(frozen=True, slots=True)
class ZoneEvidence:
    """One reason to think that the person is in one of these zones; without zones the place is unknown."""

    source: str
    zones: tuple[str, ...]

    @classmethod
    def of(cls, source: str, zones: Iterable[str]) -> Self:
        return cls(source, tuple(sorted(zones)))


@dataclass(frozen=True, slots=True)
class Location:
    """All evidence. ``zones`` are all candidates together; none when there is no evidence or one item is unknown."""

    evidence: tuple[ZoneEvidence, ...]

    @property
    def zones(self) -> frozenset[str]:
        if not all(e.zones for e in self.evidence):
            return frozenset()
        return frozenset(zone for e in self.evidence for zone in e.zones)


def believed_addresses(
    case: Case, contacts: Iterable[Contact], hours: Rule, known: Known = NOTHING
) -> tuple[Address, ...]:
    """The subject's addresses that are believed as much as the rule asks; failing that, those on the account.

    Without those that somebody retired.
    """
    floor = hours.number("residence_from")
    believed = _standing(
        case,
        known,
        (
            c.address
            for c in contacts
            if c.kind is ContactKind.ADDRESS and c.party is Party.SUBJECT and c.probability >= floor and c.address
        ),
    )
    return believed or _standing(case, known, (s.address for s in case.subject.addresses))


def _standing(case: Case, known: Known, places: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(p for p in places if not known.misleads(ContactKind.ADDRESS, p.text, case.as_of))


def locate(
    contact: Contact,
    *,
    case: Case,
    contacts: Iterable[Contact],
    hours: Rule,
    known: Known = NOTHING,
    at: datetime | None = None,
) -> Location:
    """What the person said recently settles it; otherwise the number dialled and every likely home count together."""
    if at and known.stated and known.stated.live(at, hours.number("stated_days")):
        return Location((ZoneEvidence("consumer_stated", (known.stated.zone,)),))
    places = believed_addresses(case, contacts, hours, known)
    evidence = [ZoneEvidence.of("address", zones_of_address(home)) for home in places if is_residence(home)]
    if any(is_military(place) for place in places):
        evidence.append(ZoneEvidence("military_address", ()))  # abroad, perhaps: a person has to say where
    if contact.kind is ContactKind.PHONE and not known.misleads(ContactKind.PHONE, contact.value, case.as_of):
        evidence.append(ZoneEvidence.of("phone", zones_of_phone(contact.value)))
    if at and known.inbound and known.inbound.live(at, hours.number("inbound_days")):
        evidence.append(ZoneEvidence("inbound_contact", (known.inbound.zone,)))
    return Location(tuple(dict.fromkeys(evidence)))
