"""May this contact be used now? Asked at the moment of use, with all that was reported of the consumer by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from skiptrace.compliance import Known, RuleBook, Usability, account_now, can_use, known_from
from skiptrace.compliance.known import NOTHING
from skiptrace.model import Channel, Contact, Judgement, Trace
from skiptrace.ports import Store


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
