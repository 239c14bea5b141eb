"""What follows from what happened: a bad contact is taken back, what was held goes on, the next trace is planned.

Follow-up is a sink of ours: it hears outcomes, reports and finished traces from the outbox, at least once and in order,
so that nothing is forgotten when a process dies in between. Each step may be repeated without a second effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from skiptrace.compliance.history import account_now
from skiptrace.errors import NotDelivered, SkiptraceError
from skiptrace.model import (
    Account,
    Case,
    ConsumerEvent,
    ConsumerEventKind,
    ContactStatus,
    EventKind,
    OutcomeKind,
    StopReason,
    Trace,
)
from skiptrace.model.delivery import FOLLOW_UP
from skiptrace.ports import Message, Planned, Reported, SinkEntry, Store
from skiptrace.resuming import resume_held
from skiptrace.retiring import judge_without_retired
from skiptrace.retracting import BAD, retract_contact
from skiptrace.scheduling import Happened, Happening, History, LastTrace, Policy, may_be_traced, next_due
from skiptrace.tracing import App

AT_ONCE = 200
"""So many accounts that fell due are queued in one go."""

REQUESTER = "schedule"
"""Who asks when nobody did: the audit trail names the reason."""

_TRACES = (
    EventKind.TRACE_FINISHED,
    EventKind.TRACE_REVISED,
    EventKind.CASE_HELD,
    EventKind.CASE_STOPPED,
    EventKind.CASE_REFUSED,
)
_GOOD = frozenset({ContactStatus.LIKELY, ContactStatus.VERIFIED})


async def record(reported: Iterable[ConsumerEvent | Reported], store: Store) -> int:
    """Record what a platform tells: of the consumer, or of the account's next trace. Returns how many were new."""
    told = list(reported)
    events = [event for event in told if isinstance(event, ConsumerEvent)]
    new = await store.record_events(events) if events else 0
    for happened in told:
        if isinstance(happened, Reported):
            new += await store.schedule.report(happened)
    return new


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A ``ports.Sink``. Without a policy bad contacts are still taken back, and nothing is traced by itself."""

    app: App
    policy: Policy | None
    wants_content: bool = False

    @property
    def entry(self) -> SinkEntry:
        """What it hears."""
        reports = (EventKind.OUTCOME_RECORDED, EventKind.ACCOUNT_REPORTED)
        return SinkEntry(FOLLOW_UP, FOLLOW_UP, events=(*reports, *_TRACES) if self.policy else reports)

    async def deliver(self, message: Message) -> None:
        event = message.event
        try:
            if event.kind is EventKind.OUTCOME_RECORDED and event.detail in BAD:
                reason = f"{event.detail} was reported"
                await retract_contact(event.trace_id, event.contact_id, reason, self.app)
            if event.kind is EventKind.ACCOUNT_REPORTED and event.detail == ConsumerEventKind.EVIDENCE:
                await judge_without_retired(event.tenant, event.account_id, self.app)
            elif event.kind is EventKind.ACCOUNT_REPORTED:
                await resume_held(event.tenant, event.account_id, self.app)
            if self.policy is not None:
                await plan(event.tenant, event.account_id, self.app, self.policy)
        except SkiptraceError as error:
            raise NotDelivered(str(error)) from None

    async def submit_due(self) -> int:
        """Queue what fell due. Returns how many."""
        return await submit_due(self.app, self.policy) if self.policy is not None else 0

    async def close(self) -> None:
        """Nothing is open."""


async def plan(tenant: str, account_id: str, app: App, policy: Policy) -> Planned | None:
    """Decide anew when an account is due. None when it is never due, or was never traced."""
    found = await history_of(tenant, account_id, app)
    if found is None:
        return None
    case, history = found
    due = next_due(history, app.clock.now(), policy)
    planned = Planned(tenant, account_id, case.case_id, due) if due else None
    await app.store.schedule.plan(tenant, account_id, planned)
    return planned


async def submit_due(app: App, policy: Policy) -> int:
    """Queue the accounts that fell due as new cases, each with its segment's budget; the audit trail has the reasons.

    After a crash the same plan makes the same case, which is queued once. An account that may not be traced any more is
    left out.
    """
    now, queued = app.clock.now(), 0
    for planned in await app.store.schedule.due(now, AT_ONCE):
        old = await app.store.case(planned.case_id)
        account = await _account_now(old, app) if old else None
        if old is None or account is None or not may_be_traced(account, policy):
            await app.store.schedule.plan(planned.tenant, planned.account_id, None)
            continue
        case = _again(old, account, planned, now)
        queued += sum(await app.store.submit([case], planned.due.lane))
        await app.store.schedule.done(planned, case.case_id, now)
    return queued


async def history_of(tenant: str, account_id: str, app: App) -> tuple[Case, History] | None:
    """The newest case of an account and all that bears on its next trace. None when it was never traced."""
    traced = await app.store.schedule.traced(tenant, account_id)
    newest = await app.store.newest_of_cases(tenant, account_id)
    if not traced or not newest:
        return None
    case_id, at = traced[-1]
    case = await app.store.case(case_id)
    trace = await _newest_of(case_id, newest, app)
    if case is None or trace is None:
        return None
    last, bad = await _last_trace(trace, at, app)
    happened = (*await app.store.schedule.happened(tenant, account_id), *bad)
    started = tuple(first for _, first in traced)
    return case, History(await _account_now(case, app), last, started, happened)


async def _newest_of(case_id: str, trace_ids: Sequence[str], app: App) -> Trace | None:
    for trace_id in reversed(trace_ids):
        trace = await app.store.trace(trace_id)
        if trace is not None and trace.case_id == case_id:
            return trace
    return None


async def _last_trace(trace: Trace, at: datetime, app: App) -> tuple[LastTrace, list[Happened]]:
    """How a trace stands by now, and which bad outcomes its account has had."""
    outcomes = await app.store.past_outcomes(trace.tenant, trace.account_id)
    newest = {(outcome.contact, outcome.value): outcome.kind for outcome in outcomes}
    good = [(c.kind, c.value) for c in trace.contacts if c.status in _GOOD]
    usable = [value for value in good if newest.get(value) not in BAD]
    reached = any(newest.get(value) is OutcomeKind.RIGHT_PARTY for value in usable)
    last = LastTrace(at, len(usable), reached, trace.stop is StopReason.HELD)
    return last, [Happened(Happening(o.kind.value), o.at) for o in outcomes if o.kind in BAD]


async def _account_now(case: Case, app: App) -> Account:
    return account_now(case.account, await app.history(case))


def _again(old: Case, account: Account, planned: Planned, now: datetime) -> Case:
    named = "\0".join(("retrace", planned.tenant, planned.account_id, old.case_id))
    budget: Decimal = old.budget if planned.due.budget is None else planned.due.budget
    return replace(
        old,
        case_id=hashlib.blake2b(named.encode(), digest_size=16).hexdigest(),
        account=account,
        requester=REQUESTER,
        budget=budget,
        as_of=now.date(),
        batch_id="",
    )
