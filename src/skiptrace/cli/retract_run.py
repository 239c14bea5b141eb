"""Behind ``skiptrace retract``."""

from __future__ import annotations

from typing import Any

from skiptrace.errors import BadInput
from skiptrace.model import Outcome, OutcomeKind
from skiptrace.retracting import BAD, Recall, Revised, recall_all, retract_contact
from skiptrace.settings import Settings
from skiptrace.tracing import App
from skiptrace.wiring import connect


async def take_back(
    settings: Settings, *, contact: str, because: str, call: str, source: str, by: str
) -> list[dict[str, Any]]:
    """One of contact, call and source. Raises BadInput for none, several or one that is not known."""
    if sum(map(bool, (contact, call, source))) != 1:
        raise BadInput("retract", "takes exactly one of --contact, --call and --source")
    async with connect(settings) as app:
        if contact:
            revised = await _contact(app, contact, because, by)
        else:
            revised = await recall_all(Recall(f"recalled by {by}", call, source), settings.tenant, app)
    return [{"trace_id": r.trace_id, "replaces": r.replaces, "retracted": r.retracted} for r in revised]


async def _contact(app: App, contact: str, because: str, by: str) -> list[Revised]:
    if because not in BAD:
        raise BadInput("because", f"is one of {', '.join(sorted(BAD))}")
    trace_id = contact.rpartition(".")[0]
    trace = await app.store.trace(trace_id)
    if trace is None or contact not in {found.contact_id for found in trace.contacts}:
        raise BadInput("contact", "is not known here; results name it as contact_id, TRACE.N")
    kind = OutcomeKind(because)
    await app.store.record_outcome(Outcome(app.new_id(), trace_id, contact, kind, app.clock.now(), by))
    return await retract_contact(trace_id, contact, f"{because} was reported", app)
