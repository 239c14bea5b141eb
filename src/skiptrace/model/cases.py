"""What is asked for: the account, the permissible purpose, the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from skiptrace.model.people import Fact, Personal, Subject


class AccountFact(StrEnum):
    """Facts about an account that a rule may turn on. The platform states them; a missing one is ``not_stated``."""

    CEASE = "cease"
    ATTORNEY = "attorney"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    IDENTITY_THEFT = "identity_theft"
    DISPUTE = "dispute"
    SERVICEMEMBER = "servicemember"
    PROTECTED_PERSON = "protected_person"
    STOP_CALLING = "stop_calling"
    OTHER_DEBT_CEASED = "other_debt_ceased"
    ATTORNEY_DETAILS = "attorney_details"
    """The attorney's name and address are known."""
    ATTORNEY_CONSENT = "attorney_consent"
    """The attorney consents to direct contact with the consumer."""
    BANKRUPTCY_ENDED = "bankruptcy_ended"
    """The bankruptcy case was dismissed or closed without a discharge of this debt."""
    VERIFICATION_SENT = "verification_sent"
    """The dispute was answered with a verification of the debt."""
    DISPUTED_LATE = "disputed_late"
    """The debt is disputed orally, or in writing after the validation period."""
    VALIDATION_PERIOD = "validation_period"
    """The validation notice went out less than 30 days ago."""
    TIME_BARRED = "time_barred"
    PREFERENCES_IMPORTED = "preferences_imported"
    """The creditor's record of the consumer's preferences came with the placement."""
    LITIGATION = "litigation"
    """A lawsuit is anticipated or filed, as set by somebody with the legal role."""
    JUDGMENT = "judgment"
    COMMERCIAL = "commercial"
    SUBMITTED_CONTACT = "submitted_contact"
    """The address or phone on the account was given by the consumer."""
    NO_CALLS_AT_WORK = "no_calls_at_work"


class SearchKind(StrEnum):
    """What the search is for. The special searches are open where the ordinary one is refused."""

    LOCATE = "locate"
    ATTORNEY_CONTACT = "attorney_contact"
    """The subject of the case is the consumer's attorney."""
    ESTATE_REPRESENTATIVE = "estate_representative"
    """The subject of the case is the person who acts for the estate."""
    LEGAL_REMEDY_ADDRESS = "legal_remedy_address"
    """An address for a notice that a remedy may be invoked; nothing else is kept."""
    LEGAL_SERVICE = "legal_service"


class PaymentHistory(StrEnum):
    """How the consumer has paid so far, as the platform sums it up."""

    PAYING = "paying"
    PAID_BEFORE = "paid_before"
    NEVER_PAID = "never_paid"
    BROKEN_PROMISE = "broken_promise"
    UNKNOWN = "unknown"


class Responsiveness(StrEnum):
    """How the consumer has answered so far, as the platform sums it up."""

    RESPONSIVE = "responsive"
    SILENT = "silent"
    REFUSES = "refuses"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Account:
    """A delinquent obligation on the collection platform. ``balance`` is in US dollars.

    ``stated_at`` is when the platform last stated the account and its facts; None when it does not say.
    ``attorney_asked_at`` is when the consumer's attorney was first contacted and has not replied since, by reports.
    """

    account_id: str
    state: str
    balance: Decimal
    debt_origin: str = "unknown"
    opened_on: date | None = None
    last_contact_on: date | None = None
    facts: Mapping[AccountFact, Fact] = field(default_factory=dict)
    stated_at: datetime | None = None
    payment_history: PaymentHistory = PaymentHistory.UNKNOWN
    responsiveness: Responsiveness = Responsiveness.UNKNOWN
    attorney_asked_at: datetime | None = None

    def fact(self, which: AccountFact) -> Fact:
        return self.facts.get(which, Fact.NOT_STATED)


@dataclass(frozen=True, slots=True)
class Purpose:
    """Permissible purpose, declared once per case and certified by a named person.

    The codes are the project's own names for the statutory grounds: FCRA 15 USC 1681b, GLBA 15 USC 6802(e),
    DPPA 18 USC 2721(b), DMF 42 USC 1306c.
    """

    fcra: str = "FCRA_NONE"
    glba: str = "GLBA_NONE"
    dppa: str = "DPPA_NONE"
    dmf: str = "DMF_NONE"
    certified_by: str = ""
    certified_at: datetime | None = None

    @property
    def codes(self) -> frozenset[str]:
        """The grounds declared, without the ``*_NONE`` ones."""
        return frozenset(c for c in (self.fcra, self.glba, self.dppa, self.dmf) if not c.endswith("_NONE"))


@dataclass(frozen=True, slots=True, repr=False)
class Case(Personal):
    """One request to find one subject for one account. ``budget`` caps its spend (US dollars); ``as_of`` is "today"."""

    case_id: str
    account: Account
    subject: Subject
    purpose: Purpose
    requester: str
    budget: Decimal
    as_of: date
    tenant: str = "default"
    batch_id: str = ""
    search: SearchKind = SearchKind.LOCATE
