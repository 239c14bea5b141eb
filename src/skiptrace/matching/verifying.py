"""What is known of a value itself: verification by a provider, and what happened when it was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from skiptrace.matching.cases import Question
from skiptrace.matching.persons import address_parts, phone_number, read_address
from skiptrace.model import (
    Address,
    AddressCheck,
    AddressSighting,
    ContactKind,
    Fact,
    Ground,
    LineType,
    OutcomeKind,
    PastOutcome,
    PhoneCheck,
    PhoneSighting,
)

_BAD = frozenset((OutcomeKind.WRONG_PARTY, OutcomeKind.DISCONNECTED, OutcomeKind.RETURNED_MAIL))
_DECISIVE = _BAD | {OutcomeKind.RIGHT_PARTY}

Key = tuple[ContactKind, object]
"""A value however it is written: phones by number, addresses by delivery point, e-mails in lower case."""


def address_key(address: Address) -> tuple[str, ...]:
    """Equal for two spellings of one delivery point."""
    parsed = read_address(address)
    return (*address_parts(parsed), parsed.zip5 or parsed.city)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one value: bits from checks and from its use, whether it is bad or verified, and why."""

    checked: float = 0.0
    used: float = 0.0
    bad: bool = False
    verified: bool = False
    checks: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.checks, *(f"used before: {use}" for use in self.uses))


NOTHING_KNOWN = Finding()


@dataclass(slots=True)
class Verifications:
    """The checks and past outcomes of one case, by value."""

    stated: Mapping[str, float]
    as_of: date
    phones: dict[int, PhoneCheck] = field(default_factory=dict)
    addresses: dict[tuple[str, ...], AddressCheck] = field(default_factory=dict)
    outcomes: dict[Key, list[PastOutcome]] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question, stated: Mapping[str, float]) -> Verifications:
        """What happened after the day judged is not known yet on that day."""
        known = cls(stated, question.as_of)
        for check in question.checks:
            if isinstance(check, PhoneCheck):
                known.phones[phone_number(check.number)] = check
            else:
                known.addresses[address_key(check.asked)] = check
        for outcome in sorted(question.outcomes, key=lambda item: item.at):
            if outcome.at.date() <= question.as_of:
                known.outcomes.setdefault(_key(outcome), []).append(outcome)
        return known

    def line_type(self, number: int) -> LineType:
        check = self.phones.get(number)
        return check.line_type if check else LineType.UNKNOWN

    def of_phone(self, text: str, sightings: Sequence[PhoneSighting]) -> Finding:
        if not self.phones and not self.outcomes and all(s.connected is not Fact.NO for s in sightings):
            return NOTHING_KNOWN
        number = phone_number(text)
        draft = self._of_outcomes((ContactKind.PHONE, number))
        check = self.phones.get(number)
        if check and Fact.NO in (check.valid, check.connected):
            draft.condemn("a provider says that the number is out of service", self.stated, check)
        elif check and check.connected is Fact.YES:
            draft.add(self.stated["phone_connected"], "a provider says that it is in service", check)
        elif any(sighting.connected is Fact.NO for sighting in sightings):
            draft.add(self.stated["phone_seen_disconnected"], "a source marks the number as disconnected")
        return draft.finding()

    def of_address(self, sightings: Sequence[AddressSighting]) -> Finding:
        unchecked = not self.addresses and not self.outcomes
        if unchecked and all(sighting.deliverable is Fact.UNKNOWN for sighting in sightings):
            return NOTHING_KNOWN
        keys = sorted({address_key(s.address) for s in sightings}) if not unchecked else []
        draft = self._of_outcomes(*((ContactKind.ADDRESS, key) for key in keys))
        check = next((self.addresses[key] for key in keys if key in self.addresses), None)
        deliverable = check.deliverable if check else Fact.UNKNOWN
        if deliverable is Fact.UNKNOWN:
            stated = {sighting.deliverable for sighting in sightings}
            deliverable = next((fact for fact in (Fact.YES, Fact.NO) if fact in stated), Fact.UNKNOWN)
        if deliverable is Fact.NO:
            draft.condemn("the postal service does not deliver there", self.stated, check)
        elif deliverable is Fact.YES:
            draft.add(self.stated["address_deliverable"], "the postal service delivers there", check)
        if check and check.vacant is Fact.YES:
            draft.add(self.stated["address_vacant"], "the postal service calls it vacant")
        return draft.finding()

    def of_email(self, email: str) -> Finding:
        return self._of_outcomes((ContactKind.EMAIL, email)).finding()

    def _of_outcomes(self, *keys: Key) -> _Draft:
        """What happened since the subject was last reached there; older is worth less, by half every so many years."""
        draft = _Draft()
        if not self.outcomes:
            return draft
        happened = sorted((item for key in keys for item in self.outcomes.get(key, ())), key=lambda item: item.at)
        for outcome in happened:
            years = (self.as_of - outcome.at.date()).days / 365.25
            if outcome.kind is OutcomeKind.RIGHT_PARTY:
                draft = _Draft()
            if outcome.kind in _DECISIVE and years <= self.stated["outcome_decides_years"]:
                draft.bad, draft.verified = outcome.kind in _BAD, outcome.kind is OutcomeKind.RIGHT_PARTY
            draft.used += self.stated[f"outcome_{outcome.kind}"] * 0.5 ** (years / self.stated["outcome_half_life"])
            draft.uses.append(f"{outcome.kind.value.replace('_', ' ')} on {outcome.at.date()}")
        limit = self.stated["outcome_limit"]
        draft.used = max(-limit, min(limit, draft.used))
        return draft


@dataclass(slots=True)
class _Draft:
    """A finding while it is put together."""

    checked: float = 0.0
    used: float = 0.0
    bad: bool = False
    verified: bool = False
    checks: list[str] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)

    def add(self, bits: float, note: str, check: PhoneCheck | AddressCheck | None = None) -> None:
        self.checked += bits
        self.checks.append(note)
        if check:
            self.verified = True
            self._rest_on(check, verifies=True)

    def condemn(self, note: str, stated: Mapping[str, float], check: PhoneCheck | AddressCheck | None) -> None:
        self.bad = True
        self.checked += stated["out_of_use"]
        self.checks.append(note)
        if check:
            self._rest_on(check, verifies=False)

    def _rest_on(self, check: PhoneCheck | AddressCheck, *, verifies: bool) -> None:
        if check.provider:
            self.grounds.append(Ground(check.provider, "", "", check.call_id, check.pointer, verifies))

    def finding(self) -> Finding:
        if not self.checks and not self.uses:
            return NOTHING_KNOWN
        return Finding(
            self.checked,
            self.used,
            self.bad,
            self.verified,
            tuple(self.checks),
            tuple(self.uses),
            tuple(self.grounds),
        )


def _key(outcome: PastOutcome) -> Key:
    if outcome.contact is ContactKind.PHONE:
        return outcome.contact, phone_number(outcome.value)
    if outcome.contact is ContactKind.ADDRESS:
        return outcome.contact, address_key(Address(outcome.value))
    return outcome.contact, outcome.value.strip().lower()
