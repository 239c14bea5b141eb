"""A supervisor retires one sign of where the consumer is, and what rests on it is judged again without it.

An address where the consumer is not counts neither for the hours nor for the score; a number's area code no longer for
the hours. It is an event of the account, so that later traces and uses know it, for 30 days at most (rule B-10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from skiptrace.compliance import LONGEST, Known, Override, Role, known_from, objection
from skiptrace.contacting import Answering, standing
from skiptrace.errors import BadInput, PolicyRefused
from skiptrace.model import ConsumerEvent, Contact, ContactKind, EvidenceRetired, Trace
from skiptrace.retracting import Revised, revise_those_telling
from skiptrace.tracing import App

B_10 = "B-10"


@dataclass(frozen=True, slots=True)
class Retirement:
    """``contact_id`` names the address or number in the trace; ``until`` is 30 days from today when it is not given."""

    contact_id: str
    role: str
    reason: str
    by: str
    until: date | None = None


async def retire(wanted: Retirement, trace: Trace, app: Answering) -> EvidenceRetired:
    """Write down that somebody answers for it. The account's traces are judged again by whoever follows up.

    Raises BadInput for what is no address or number of the trace, PolicyRefused for a role that may not, or more than
    30 days; KeyError when the case of the trace is not stored.
    """
    now = await standing(trace, app.store, app.clock.now().date())
    contact = _sign(trace, wanted.contact_id)
    rule, until = app.rules.rule(B_10), wanted.until or now.case.as_of + LONGEST
    said = Override(B_10, trace.account_id, Role(wanted.role), wanted.by, wanted.reason, until)
    if why_not := objection(said, rule, now.case):
        raise PolicyRefused(B_10, why_not, rule.citation)
    what = EvidenceRetired(contact.kind, contact.value, wanted.role, wanted.reason, until, contact.contact_id)
    event = ConsumerEvent(app.new_id(), trace.tenant, trace.account_id, app.clock.now(), wanted.by, what)
    await app.store.record_events([event])
    return what


def _sign(trace: Trace, contact_id: str) -> Contact:
    found = next((c for c in trace.contacts if c.contact_id == contact_id), None)
    if found is None or found.kind is ContactKind.EMAIL:
        raise BadInput("contact_id", "is not an address or number of this trace")
    return found


async def judge_without_retired(tenant: str, account_id: str, app: App) -> Sequence[Revised]:
    """Judge again the account's traces that tell a retired address; does nothing where that was done already."""
    revised: list[Revised] = []
    for trace_id in await app.store.newest_of_cases(tenant, account_id):
        trace = await app.store.trace(trace_id)
        case = await app.store.case(trace.case_id) if trace else None
        if case is None:
            continue
        known = known_from(await app.store.history(case))
        retired = partial(_is_retired, known, app.clock.now().date())
        revised += await revise_those_telling(trace_id, retired, "evidence was retired", app)
    return revised


def _is_retired(known: Known, on: date, contact: Contact) -> bool:
    return contact.kind is ContactKind.ADDRESS and known.misleads(contact.kind, contact.value, on)
