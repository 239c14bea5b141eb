"""May this contact be used now? Asked at the moment of use, with all that was reported of the consumer by then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from skiptrace import access
from skiptrace.compliance import (
    Known,
    Override,
    Review,
    Role,
    RuleBook,
    Usability,
    Verdict,
    account_now,
    admit,
    can_use,
    known_from,
    may_contact_third_party,
    objection,
    overridden,
    overrides_from,
)
from skiptrace.compliance.known import NOTHING
from skiptrace.compliance.zones import zones_of_address, zones_of_phone
from skiptrace.errors import BadInput, PolicyRefused
from skiptrace.model import (
    Attempt,
    Case,
    Channel,
    ConsumerEvent,
    Contact,
    Judgement,
    OverrideGiven,
    Personal,
    SearchKind,
    ThirdPartyAsked,
    Trace,
)
from skiptrace.ports import Clock, Store

SAY = (
    "Say your name, and your employer's only when you are asked for it; say that you confirm or correct location "
    "information. Do not say that a debt is owed. Leave no message."
)
"""15 USC 1692b(1),(2) (rules B-02 and B-17)."""

SAY_OF_ESTATE = (
    "Say your name, and your employer's only when you are asked for it; say that you look for the person who is "
    "authorized to act on behalf of the estate. Do not say that a debt is owed. Leave no message."
)
"""12 CFR 1006.10(b)(2) and its commentary: what is said when the consumer has died (rule X-04)."""

OVERRIDES_AS = {
    access.Role.COLLECTOR: "operator",
    access.Role.SUPERVISOR: "supervisor",
    access.Role.COMPLIANCE: "legal",
}
"""In which role of the rules somebody overrides."""

MAY_ASK = ("home address", "telephone at home", "employer and its address")
"""Location information, 15 USC 1692a(7) (rule B-01)."""


B_03 = "B-03"
"""The rule that a third party is contacted once."""


class Answering(Protocol):
    """What it takes to answer and to write down: an App, or a door's own."""

    @property
    def store(self) -> Store: ...
    @property
    def rules(self) -> RuleBook: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def new_id(self) -> Callable[[], str]: ...


@dataclass(frozen=True, slots=True, repr=False)
class Standing(Personal):
    """A stored trace as of now: its case with the account as it has become, and all that was reported since."""

    case: Case
    judgement: Judgement
    history: Sequence[ConsumerEvent]

    @property
    def known(self) -> Known:
        return known_from(self.history)

    @property
    def words(self) -> tuple[Override | Review, ...]:
        """Overrides and reviews of the account, oldest first."""
        return overrides_from(self.history, self.case.account.account_id)


async def standing(trace: Trace, store: Store, on: date) -> Standing:
    """As of that day. Raises KeyError when the case of the trace is not stored."""
    case = await store.case(trace.case_id)
    if case is None:
        raise KeyError(trace.case_id)
    history = await store.history(case)
    # however the case came in, it is a person who asks now
    fresh = replace(case, account=account_now(case.account, history), batch_id="", as_of=on)
    contacts = (*trace.contacts, *trace.third_party_contacts)
    return Standing(fresh, Judgement(case.as_of, trace.matches, contacts, trace.events), history)


async def may_use(
    trace: Trace,
    contact: Contact,
    channel: Channel,
    at: datetime,
    *,
    store: Store,
    rules: RuleBook,
    besides: Known = NOTHING,
) -> Usability:
    """The answer for a stored contact. ``besides`` is what the caller knows and has not reported.

    Raises KeyError when the case of the trace is not stored.
    """
    now = await standing(trace, store, at.date())
    return can_use(
        contact,
        channel,
        at,
        case=now.case,
        judgement=now.judgement,
        rules=rules,
        known=now.known + besides,
        overrides=now.words,
    )


async def override(given: OverrideGiven, case: Case, app: Answering, *, by: str) -> str:
    """Write down that somebody answers for going past a rule on this case's account; returns the event's id.

    It counts from now on for single searches and for use, never in a batch. Raises BadInput for an unknown rule,
    PolicyRefused when the override would not hold: the rule's level, no document, longer than 30 days.
    """
    if given.rule_id not in app.rules.by_id:
        raise BadInput("rule_id", "is not a rule; skiptrace rules list has them all")
    rule, now = app.rules.rule(given.rule_id), app.clock.now()
    held = replace(case, batch_id="", as_of=now.date())
    wanted = Override(
        rule.id, case.account.account_id, Role(given.role), by, given.reason, given.expires_on, given.document
    )
    if why_not := objection(wanted, rule, held):
        raise PolicyRefused(rule.id, why_not, rule.citation)
    event = ConsumerEvent(app.new_id(), case.tenant, case.account.account_id, now, by, given)
    await app.store.record_events([event])
    return event.event_id


@dataclass(frozen=True, slots=True)
class Token:
    """Leave to ask one third party once, or the verdict that says why not. ``token_id`` is empty without leave.

    It names neither account nor debt: the caller is to have nothing before them that must not be said.
    """

    verdict: Verdict
    token_id: str = ""
    say: str = SAY
    may_ask: tuple[str, ...] = MAY_ASK


async def ask_third_party(trace: Trace, contact: Contact, app: Answering, *, by: str) -> Token:
    """Leave to ask somebody else where the consumer is. Giving it uses it up: it is recorded before it is shown.

    What bars a search by now, a cease or a bankruptcy, bars asking others too.

    ``contact`` is one of the trace's third-party contacts. A second time somebody has to have released it since the
    first, for one of rule B-03's reasons. Raises KeyError when the case of the trace is not stored.
    """
    now = await standing(trace, app.store, app.clock.now().date())
    admission = admit(now.case, app.rules, at=app.clock.now(), overrides=now.words)
    if not admission.allowed:
        return Token(admission)
    release = _release(now, contact)
    verdict = may_contact_third_party(
        now.case,
        contact.value,
        contact.party,
        app.rules,
        log=[e.what.value for e in now.history if isinstance(e.what, ThirdPartyAsked)],
        reason=release.reason if release else "",
        attempts=sum(isinstance(e.what, Attempt) and e.account_id == trace.account_id for e in now.history),
        at=app.clock.now(),
        asked=[e.at for e in now.history if isinstance(e.what, ThirdPartyAsked)],
        zones=zones_of_address(contact.address) if contact.address else zones_of_phone(contact.value),
    )
    if release:
        verdict = overridden(verdict, [release], now.case, app.rules, contact.value)
    if not verdict.allowed:
        return Token(verdict)
    what = ThirdPartyAsked(contact.value, release.reason if release else "", contact.contact_id)
    event = ConsumerEvent(app.new_id(), trace.tenant, trace.account_id, app.clock.now(), by, what)
    await app.store.record_events([event])
    died = now.case.search is SearchKind.ESTATE_REPRESENTATIVE
    return Token(verdict, event.event_id, SAY_OF_ESTATE if died else SAY)


def _release(now: Standing, contact: Contact) -> Review | None:
    """The newest word on a second contact with this person, if it has not been used: each serves for one."""
    asked = max((e.at for e in now.history if is_ask_of(e, contact)), default=None)
    if asked is None:
        return None
    since = overrides_from((e for e in now.history if e.at > asked), now.case.account.account_id)
    words = [w for w in since if isinstance(w, Review) and (w.rule_id, w.value) == (B_03, contact.value)]
    return words[-1] if words else None


def is_ask_of(event: ConsumerEvent, contact: Contact) -> bool:
    """Whether this person was asked, on whichever of the consumer's accounts."""
    return isinstance(event.what, ThirdPartyAsked) and event.what.value == contact.value
