"""What the platform reports of a consumer after the account was placed, and what it adds up to.

Each event is a fact about the person or the account at a time. Nothing is overwritten, so what was known at any earlier
moment can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from skiptrace.compliance.known import Attempt, Consent, Known, NumberCheck, Refusal, Stated
from skiptrace.compliance.windows import Inconvenient
from skiptrace.model import Account, AccountFact, Fact, Personal


@dataclass(frozen=True, slots=True)
class AccountStated:
    """The platform states the account anew: its state word, its balance (US dollars), and facts that it now knows."""

    state: str = ""
    balance: Decimal | None = None
    facts: tuple[tuple[AccountFact, Fact], ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound:
    """A verified inbound contact that showed the consumer's zone."""

    zone: str


@dataclass(frozen=True, slots=True)
class Residence:
    """The consumer named the zone where they live."""

    zone: str


RELAXING = frozenset(
    {
        AccountFact.ATTORNEY_DETAILS,
        AccountFact.BANKRUPTCY_ENDED,
        AccountFact.VERIFICATION_SENT,
        AccountFact.PREFERENCES_IMPORTED,
        AccountFact.SUBMITTED_CONTACT,
        AccountFact.LITIGATION,
        AccountFact.JUDGMENT,
        AccountFact.COMMERCIAL,
    }
)
"""Facts that open something when they are true; all others close something."""

What = Attempt | Consent | Refusal | NumberCheck | Inconvenient | Residence | Inbound | AccountStated


class EventKind(StrEnum):
    """The kinds of event, as a platform writes them."""

    ATTEMPT = "attempt"
    CONSENT = "consent"
    REFUSAL = "refusal"
    NUMBER_CHECK = "number_check"
    INCONVENIENT = "inconvenient"
    RESIDENCE = "residence"
    INBOUND = "inbound"
    ACCOUNT = "account"


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
    what: What
    recorded_at: datetime | None = None

    @property
    def kind(self) -> EventKind:
        return _KINDS[type(self.what)]


WHAT: Mapping[EventKind, type[What]] = {
    EventKind.ATTEMPT: Attempt,
    EventKind.CONSENT: Consent,
    EventKind.REFUSAL: Refusal,
    EventKind.NUMBER_CHECK: NumberCheck,
    EventKind.INCONVENIENT: Inconvenient,
    EventKind.RESIDENCE: Residence,
    EventKind.INBOUND: Inbound,
    EventKind.ACCOUNT: AccountStated,
}

_KINDS = {what: kind for kind, what in WHAT.items()}


def known_from(events: Iterable[ConsumerEvent]) -> Known:
    """Everything that bears on the use of a contact. Refusals and attempts count across the person's accounts."""
    ordered = sorted(events, key=lambda e: e.at)
    said = [Stated(e.what.zone, e.at) for e in ordered if isinstance(e.what, Residence)]
    showed = [Stated(e.what.zone, e.at) for e in ordered if isinstance(e.what, Inbound)]
    return Known(
        stated=said[-1] if said else None,
        inbound=showed[-1] if showed else None,
        consents=tuple(e.what for e in ordered if isinstance(e.what, Consent)),
        refusals=tuple(e.what for e in ordered if isinstance(e.what, Refusal)),
        attempts=tuple(e.what for e in ordered if isinstance(e.what, Attempt)),
        checks=tuple(e.what for e in ordered if isinstance(e.what, NumberCheck)),
        inconvenient=tuple(e.what for e in ordered if isinstance(e.what, Inconvenient)),
    )


def account_now(account: Account, events: Iterable[ConsumerEvent]) -> Account:
    """The account with what was reported of it: the newest word on its state, its balance and each fact.

    An adverse fact that was reported stays until another report denies it: a placement file that is newer and says
    nothing of it, or no, may have been written from older data.
    """
    of_it = sorted((e for e in events if e.account_id == account.account_id), key=lambda e: e.at)
    placed, facts = account.stated_at, dict(account.facts)
    for event in of_it:
        if not isinstance(event.what, AccountStated):
            continue
        newer = placed is None or event.at >= placed
        facts |= {which: word for which, word in event.what.facts if newer or _stays(which, word, facts)}
        if newer:
            account = replace(
                account,
                state=event.what.state or account.state,
                balance=account.balance if event.what.balance is None else event.what.balance,
                stated_at=event.at,
            )
    return account if facts == account.facts else replace(account, facts=facts)


def _stays(which: AccountFact, word: Fact, facts: Mapping[AccountFact, Fact]) -> bool:
    silent = facts.get(which, Fact.NOT_STATED) in (Fact.NOT_STATED, Fact.UNKNOWN)
    return silent or (word is Fact.YES and which not in RELAXING)
