"""Behind ``skiptrace refit``: the outcomes that were recorded for traces."""

from __future__ import annotations

from skiptrace.evaluation.recorded import UsedCase, used_in
from skiptrace.evaluation.refitting import Used
from skiptrace.matching.cases import Question
from skiptrace.settings import Settings
from skiptrace.stores.sql import SqlStore
from skiptrace.wiring import SystemClock, open_store

AT_MOST = 1_000_000
"""Newest traces that are looked at."""


async def recorded(settings: Settings) -> Used:
    """What happened when contacts of this tenant's traces were used, each beside the records it was judged from.

    Raises BadInput when nothing was recorded.
    """
    async with open_store(settings, SystemClock()) as store:
        traces = await store.newest_traces(settings.tenant, AT_MOST)
        cases = [case for trace_id in traces if (case := await _used(store, trace_id)) is not None]
    return used_in(cases)


async def _used(store: SqlStore, trace_id: str) -> UsedCase | None:
    outcomes = await store.outcomes(trace_id)
    trace = await store.trace(trace_id) if outcomes else None
    case = await store.case(trace.case_id) if trace else None
    if trace is None or case is None:
        return None
    contacts = {contact.contact_id: contact for contact in trace.contacts}
    used = [(contacts[outcome.contact_id], outcome.kind) for outcome in outcomes if outcome.contact_id in contacts]
    return UsedCase(Question(case.subject, await store.records(trace_id), trace.started_at.date()), used)
