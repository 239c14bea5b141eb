"""A trace that a rule held goes on by itself once nothing holds it any more: somebody released it, or a fact changed.

The case is queued again as it is. Its purchases are in the ledger under its name, so that nothing is bought twice.
"""

from __future__ import annotations

from dataclasses import replace

from skiptrace.compliance import account_now, admit, overrides_from, with_overrides
from skiptrace.model import Case, Effect, Trace
from skiptrace.tracing import STOPS, App


async def resume_held(tenant: str, account_id: str, app: App) -> int:
    """Queue the account's cases that were held and are not any more. Returns how many.

    Repeating it queues none a second time: a case that waits or is under way is left alone, and one that was traced
    again is held no longer. Cases of a batch stay held where it takes somebody's word: a batch never overrides.
    """
    resumed = 0
    for trace_id in await app.store.newest_of_cases(tenant, account_id):
        trace = await app.store.trace(trace_id)
        case = await app.store.case(trace.case_id) if trace else None
        if trace is not None and case is not None and await _is_free(trace, case, app):
            resumed += await app.store.resume(tenant, case.case_id)
    return resumed


async def _is_free(trace: Trace, case: Case, app: App) -> bool:
    """Whether something held the account, a provider or the records in this trace, and now nothing does."""
    contacts = {c.contact_id for c in (*trace.contacts, *trace.third_party_contacts)}
    held = [d for d in trace.decisions if d.effect is Effect.HOLD and d.about not in contacts]
    if not held:
        return False
    now, history = app.clock.now(), await app.history(case)
    words = overrides_from(history, case.account.account_id)
    today = replace(case, account=account_now(case.account, history), as_of=now.date())
    if admit(today, app.rules, at=now, overrides=words).effect in STOPS:
        return False
    learned = with_overrides([d for d in held if d.about != "case"], words, today, app.rules)
    return not any(d.effect in STOPS for d in learned)
