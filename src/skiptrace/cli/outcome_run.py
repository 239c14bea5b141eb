"""Behind ``skiptrace outcome``."""

from __future__ import annotations

from skiptrace.cli.why_run import choose, find_trace
from skiptrace.errors import BadInput
from skiptrace.model import Outcome, OutcomeKind
from skiptrace.settings import Settings
from skiptrace.wiring import connect


async def record_outcome(settings: Settings, trace_id: str, contact: str, kind: str, by: str) -> dict[str, str]:
    """Keep one outcome. Raises BadInput when trace, contact or kind is not known."""
    try:
        what = OutcomeKind(kind.replace("-", "_"))
    except ValueError:
        raise BadInput("what", f"is one of {', '.join(OutcomeKind)}") from None
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, trace_id)
        chosen = choose(trace, contact)
        outcome = Outcome(app.new_id(), trace.trace_id, chosen.contact_id, what, app.clock.now(), by)
        await app.store.record_outcome(outcome)
    return {
        "outcome_id": outcome.outcome_id,
        "trace_id": outcome.trace_id,
        "contact_id": outcome.contact_id,
        "kind": outcome.kind.value,
        "at": outcome.at.isoformat(),
        "reported_by": outcome.reported_by,
    }
