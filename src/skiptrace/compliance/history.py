"""What the reported events of a consumer add up to.

Nothing is overwritten, so what was known at any earlier moment can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from skiptrace.compliance.known import Recorded, Stated
from skiptrace.compliance.overrides import Override, Review, Role
from skiptrace.model import (
    Account,
    AccountFact,
    AccountStated,
    Attempt,
    AttorneyContact,
    Consent,
    ConsumerEvent,
    EvidenceRetired,
    Fact,
    Inbound,
    Inconvenient,
    NumberCheck,
    OverrideGiven,
    Refusal,
    Residence,
    Reviewed,
    Workplace,
)

RELAXING = frozenset(
    {
        AccountFact.ATTORNEY_DETAILS,
        AccountFact.ATTORNEY_CONSENT,
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


def known_from(events: Iterable[ConsumerEvent]) -> Recorded:
    """Everything that bears on the use of a contact. Refusals and attempts count across the person's accounts."""
    ordered = sorted(events, key=lambda e: e.at)
    said = [Stated(e.what.zone, e.at) for e in ordered if isinstance(e.what, Residence)]
    showed = [Stated(e.what.zone, e.at) for e in ordered if isinstance(e.what, Inbound)]
    return Recorded(
        stated=said[-1] if said else None,
        inbound=showed[-1] if showed else None,
        consents=tuple(e.what for e in ordered if isinstance(e.what, Consent)),
        refusals=tuple(e.what for e in ordered if isinstance(e.what, Refusal)),
        attempts=tuple(e.what for e in ordered if isinstance(e.what, Attempt)),
        checks=tuple(e.what for e in ordered if isinstance(e.what, NumberCheck)),
        inconvenient=tuple(e.what for e in ordered if isinstance(e.what, Inconvenient)),
        workplaces=tuple(e.what for e in ordered if isinstance(e.what, Workplace)),
        retired=tuple(e.what for e in ordered if isinstance(e.what, EvidenceRetired)),
    )


def overrides_from(events: Iterable[ConsumerEvent], account_id: str) -> tuple[Override | Review, ...]:
    """What was given for this account, oldest first; of two on the same the newer counts."""
    ordered = sorted((e for e in events if e.account_id == account_id), key=lambda e: e.at)
    return tuple(word for event in ordered if (word := _word(event)) is not None)


def _word(event: ConsumerEvent) -> Override | Review | None:
    by, account_id, what, day = event.reported_by, event.account_id, event.what, event.at.date()
    if isinstance(what, OverrideGiven):
        return Override(what.rule_id, account_id, Role(what.role), by, what.reason, what.expires_on, what.document, day)
    if not isinstance(what, Reviewed):
        return None
    return Review(
        what.rule_id,
        account_id,
        Role(what.role),
        by,
        what.reason,
        what.released,
        what.expires_on,
        what.value,
        what.document,
        day,
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
    if asked_at := _attorney_asked_at(of_it):
        account = replace(account, attorney_asked_at=asked_at)
    return account if facts == account.facts else replace(account, facts=facts)


def _attorney_asked_at(ordered: Iterable[ConsumerEvent]) -> datetime | None:
    """When the attorney was first contacted since the last reply; None when nothing is unanswered."""
    asked_at: datetime | None = None
    for event in ordered:
        if isinstance(event.what, AttorneyContact):
            asked_at = None if event.what.replied else asked_at or event.at
    return asked_at


def _stays(which: AccountFact, word: Fact, facts: Mapping[AccountFact, Fact]) -> bool:
    silent = facts.get(which, Fact.NOT_STATED) in (Fact.NOT_STATED, Fact.UNKNOWN)
    return silent or (word is Fact.YES and which not in RELAXING)
