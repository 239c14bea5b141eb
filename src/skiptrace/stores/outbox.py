"""The outbox: events, written in the transaction of their effects.

Events get their numbers while the writer holds its turn, so that numbers are committed in their order: whoever reads
them by number misses none, and the numbers serve as ``seq``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from skiptrace.model import Event, EventKind, StopReason
from skiptrace.ports import Evidenced
from skiptrace.stores.rows import insert_rows
from skiptrace.stores.schema.delivery import outbox
from skiptrace.stores.writer import Turn

_KINDS = {
    StopReason.HELD: EventKind.CASE_HELD,
    StopReason.STOPPED: EventKind.CASE_STOPPED,
    StopReason.REFUSED: EventKind.CASE_REFUSED,
}


def event_id(kind: EventKind, *about: str) -> str:
    """The same effect has the same id. No full stop in it: Standard Webhooks joins the signed parts with one."""
    return "evt_" + hashlib.blake2b("\0".join((kind, *about)).encode(), digest_size=16).hexdigest()


def events_of(evidenced: Evidenced) -> list[Event]:
    """What sinks hear of a trace that is kept: first what no longer holds, then the trace itself."""
    trace = evidenced.trace
    kind = _KINDS.get(trace.stop, EventKind.TRACE_REVISED if trace.replaces else EventKind.TRACE_FINISHED)

    def event(kind: EventKind, trace_id: str, contact_id: str, detail: str) -> Event:
        about = (trace_id, contact_id) if contact_id else (trace_id,)
        return Event(
            seq=0,
            event_id=event_id(kind, *about),
            kind=kind,
            at=trace.finished_at,
            tenant=trace.tenant,
            account_id=trace.account_id,
            case_id=trace.case_id,
            trace_id=trace_id,
            contact_id=contact_id,
            detail=detail,
        )

    told = [event(EventKind.CONTACT_RETRACTED, r.trace_id, r.contact_id, r.reason) for r in evidenced.retracted]
    return [*told, event(kind, trace.trace_id, "", trace.stop.value)]


def add_events(turn: Turn, events: Iterable[Event]) -> None:
    """Write events in the transaction of their effects. One that is there already is not written again."""
    rows = [_event_row(event) for event in events]
    if not rows:
        return
    turn.take()
    insert_rows(turn.conn, outbox, rows, skip_known=("event_id",))


def alert(tenant: str, about: str, detail: str, at: datetime) -> Event:
    """An event without a case. Raised once for what it is ``about``."""
    kind = EventKind.ALERT_RAISED
    return Event(0, event_id(kind, tenant, about), kind, at, tenant, detail=detail)


def _event_row(event: Event) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "kind": event.kind.value,
        "at": event.at,
        "tenant": event.tenant,
        "account_id": event.account_id,
        "case_id": event.case_id,
        "trace_id": event.trace_id or None,
        "contact_id": event.contact_id,
        "detail": event.detail,
    }
