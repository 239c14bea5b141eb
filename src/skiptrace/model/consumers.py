"""Reported the platform reports of a consumer after the account was placed: calls, consents, refusals, statements.

The platform keeps these and tells of them. A trace never makes one: a contact that was found has no consent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from skiptrace.model.cases import AccountFact
from skiptrace.model.judgement import Channel, ContactKind
from skiptrace.model.people import Fact, Personal


@dataclass(frozen=True, slots=True, repr=False)
class Consent(Personal):
    """The consumer opened channels on one number or address, for one account. Only an event with evidence makes one.

    Using the address themselves to write or text about the debt counts: ``evidence_id`` names that message.
    """

    value: str
    channels: frozenset[Channel]
    account_id: str
    given_by_consumer: bool
    at: datetime
    evidence_id: str


@dataclass(frozen=True, slots=True, repr=False)
class Refusal(Personal):
    """The consumer closed channels: on one value, or on every value when ``value`` is empty (also on later ones)."""

    channels: frozenset[Channel]
    at: datetime
    value: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Attempt(Personal):
    """One call or message about one account, on whatever number. ``conversation`` counts inbound ones too."""

    at: datetime
    channel: Channel
    account_id: str
    conversation: bool = False
    connected: bool = True
    """False only when the number is not in service: such a call does not count."""
    at_work: bool = False


class Reassigned(StrEnum):
    """The reassigned-numbers database: has the number changed hands since the date asked about?"""

    YES = "yes"
    NO = "no"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, repr=False)
class NumberCheck(Personal):
    """A check of one number: its line type was looked up, and maybe the reassigned-numbers database was asked."""

    value: str
    at: datetime
    reassigned: Reassigned | None = None


@dataclass(frozen=True, slots=True)
class Inconvenient:
    """Local hours that the consumer named as inconvenient, from ``start`` until ``end`` (midnight when it is 00:00).

    ``weekdays`` are 0 (Monday) to 6; ``reason`` says which event they come from.
    """

    weekdays: frozenset[int]
    start: time
    end: time
    reason: str = "consumer"


@dataclass(frozen=True, slots=True, repr=False)
class Workplace(Personal):
    """``value`` is at the consumer's work; or, with ``refused``, nothing at work is to be used (rule B-11).

    A refusal holds for every value at work, also for those found later; ``value`` may then be empty.
    """

    at: datetime
    value: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class AttorneyContact:
    """The consumer's attorney was written to or called; or, with ``replied``, has answered (rule X-02)."""

    replied: bool = False


@dataclass(frozen=True, slots=True)
class Residence:
    """The consumer named the zone where they live."""

    zone: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """A verified inbound contact that showed the consumer's zone."""

    zone: str


@dataclass(frozen=True, slots=True)
class AccountStated:
    """The platform states the account anew: its state word, its balance (US dollars), and facts that it now knows."""

    state: str = ""
    balance: Decimal | None = None
    facts: tuple[tuple[AccountFact, Fact], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ThirdPartyAsked(Personal):
    """Somebody else was asked where the consumer is: ``value`` is the number or address that was used.

    ``reason`` says why again, for a second time (rule B-03); ``contact_id`` is theirs in the trace that found them.
    """

    value: str
    reason: str = ""
    contact_id: str = ""


@dataclass(frozen=True, slots=True)
class OverrideGiven:
    """Somebody answers for going past one rule on this account until a day, that day included.

    ``role`` is operator, supervisor or legal; ``reason`` a code; ``document`` names the order or memorandum behind it.
    """

    rule_id: str
    role: str
    reason: str
    expires_on: date
    document: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Reviewed(Personal):
    """Somebody looked at what one rule holds for a person to look at, and released or rejected it.

    ``value`` is the contact that was looked at and ``contact_id`` its id in that trace; both are empty for the account
    itself. A release holds until ``expires_on``, that day included; a rejection until a newer word on the same.
    """

    rule_id: str
    role: str
    released: bool
    reason: str
    expires_on: date
    value: str = ""
    contact_id: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class EvidenceRetired(Personal):
    """Somebody answers for it that one sign of where the consumer is misleads, until a day (rule B-10).

    ``value`` is an address where the consumer is not, or a number whose area code says nothing of them; ``contact_id``
    is its id in the trace in which it was seen.
    """

    contact: ContactKind
    value: str
    role: str
    reason: str
    expires_on: date
    contact_id: str = ""


Reported = (
    OverrideGiven
    | Reviewed
    | EvidenceRetired
    | ThirdPartyAsked
    | Attempt
    | Consent
    | Refusal
    | NumberCheck
    | Inconvenient
    | Workplace
    | AttorneyContact
    | Residence
    | Inbound
    | AccountStated
)


class ConsumerEventKind(StrEnum):
    """The kinds of event, as a platform writes them."""

    ATTEMPT = "attempt"
    CONSENT = "consent"
    REFUSAL = "refusal"
    NUMBER_CHECK = "number_check"
    INCONVENIENT = "inconvenient"
    RESIDENCE = "residence"
    INBOUND = "inbound"
    ACCOUNT = "account"
    THIRD_PARTY = "third_party"
    OVERRIDE = "override"
    REVIEW = "review"
    EVIDENCE = "evidence"
    WORKPLACE = "workplace"
    ATTORNEY = "attorney"


@dataclass(frozen=True, slots=True, repr=False)
class ConsumerEvent(Personal):
    """One reported event. ``event_id`` is the platform's own: the same id is recorded once.

    ``at`` is when it happened, ``recorded_at`` when it became known here (None until it is recorded).
    """

    event_id: str
    tenant: str
    account_id: str
    at: datetime
    reported_by: str
    what: Reported
    recorded_at: datetime | None = None

    @property
    def kind(self) -> ConsumerEventKind:
        return _KINDS[type(self.what)]


REPORTED: Mapping[ConsumerEventKind, type[Reported]] = {
    ConsumerEventKind.ATTEMPT: Attempt,
    ConsumerEventKind.CONSENT: Consent,
    ConsumerEventKind.REFUSAL: Refusal,
    ConsumerEventKind.NUMBER_CHECK: NumberCheck,
    ConsumerEventKind.INCONVENIENT: Inconvenient,
    ConsumerEventKind.RESIDENCE: Residence,
    ConsumerEventKind.INBOUND: Inbound,
    ConsumerEventKind.ACCOUNT: AccountStated,
    ConsumerEventKind.THIRD_PARTY: ThirdPartyAsked,
    ConsumerEventKind.OVERRIDE: OverrideGiven,
    ConsumerEventKind.REVIEW: Reviewed,
    ConsumerEventKind.EVIDENCE: EvidenceRetired,
    ConsumerEventKind.WORKPLACE: Workplace,
    ConsumerEventKind.ATTORNEY: AttorneyContact,
}

_KINDS = {what: kind for kind, what in REPORTED.items()}
