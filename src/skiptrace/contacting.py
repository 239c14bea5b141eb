"""May this contact be used now? Asked at the moment of use, with all that was reported of the consumer by then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from skiptrace.compliance import (
    Known,
    RuleBook,
    Usability,
    Verdict,
    account_now,
    can_use,
    known_from,
    may_contact_third_party,
)
from skiptrace.compliance.known import NOTHING
from skiptrace.model import Channel, ConsumerEvent, Contact, Judgement, ThirdPartyAsked, Trace
from skiptrace.ports import Store
from skiptrace.tracing import App


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
    case = await store.case(trace.case_id)
    if case is None:
        raise KeyError(trace.case_id)
    history = await store.history(case)
    return can_use(
        contact,
        channel,
        at,
        case=replace(case, account=account_now(case.account, history)),
        judgement=Judgement(case.as_of, trace.matches, (*trace.contacts, *trace.third_party_contacts), trace.events),
        rules=rules,
        known=known_from(history) + besides,
    )


@dataclass(frozen=True, slots=True)
class Token:
    """Leave to ask one third party once, or the verdict that says why not. ``token_id`` is empty without leave."""

    verdict: Verdict
    token_id: str = ""


async def ask_third_party(trace: Trace, contact: Contact, app: App, *, by: str, reason: str = "") -> Token:
    """Leave to ask somebody else where the consumer is. Giving it uses it up: it is recorded before it is shown.

    ``contact`` is one of the trace's third-party contacts; ``reason`` is needed for a second contact (rule B-03).
    Raises KeyError when the case of the trace is not stored.
    """
    case = await app.store.case(trace.case_id)
    if case is None:
        raise KeyError(trace.case_id)
    history = await app.store.history(case)
    # however the case came in, it is a person who asks now
    fresh = replace(case, account=account_now(case.account, history), batch_id="")
    log = [e.what.value for e in history if isinstance(e.what, ThirdPartyAsked)]
    verdict = may_contact_third_party(fresh, contact.value, contact.party, app.rules, log=log, reason=reason)
    if not verdict.allowed:
        return Token(verdict)
    asked = ThirdPartyAsked(contact.value)
    event = ConsumerEvent(app.new_id(), case.tenant, case.account.account_id, app.clock.now(), by, asked)
    await app.store.record_events([event])
    return Token(verdict, event.event_id)
