"""Outcomes: what happened when a contact was used."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from skiptrace.model import Event, EventKind, Outcome, OutcomeKind
from skiptrace.privacy import AuditEvent
from skiptrace.stores.outbox import add_events, event_id
from skiptrace.stores.schema import outcomes, traces
from skiptrace.stores.writer import Turn


def record_outcomes(turn: Turn, several: Sequence[Outcome]) -> Sequence[object]:
    """Handler for the writer. An outcome of a contact that the trace does not have breaks a foreign key."""
    rows = [
        {
            "outcome_id": outcome.outcome_id,
            "trace_id": outcome.trace_id,
            "contact_id": outcome.contact_id,
            "kind": outcome.kind.value,
            "at": outcome.at,
            "reported_by": outcome.reported_by,
        }
        for outcome in several
    ]
    turn.conn.execute(outcomes.insert(), rows)
    add_events(turn, _to_follow(turn.conn, several))
    turn.events += [AuditEvent(o.at, "outcome.recorded", o.outcome_id, o.kind.value) for o in several]
    return [None] * len(several)


def _to_follow(conn: Connection, several: Sequence[Outcome]) -> list[Event]:
    """What follows from an outcome is decided after it, by whoever hears the event."""
    of_these = select(traces).where(traces.c.trace_id.in_({outcome.trace_id for outcome in several}))
    known = {row.trace_id: row for row in conn.execute(of_these)}
    kind = EventKind.OUTCOME_RECORDED
    return [
        Event(
            seq=0,
            event_id=event_id(kind, outcome.outcome_id),
            kind=kind,
            at=outcome.at,
            tenant=trace.tenant,
            account_id=trace.account_id,
            case_id=trace.case_id,
            trace_id=outcome.trace_id,
            contact_id=outcome.contact_id,
            detail=outcome.kind.value,
        )
        for outcome in several
        if (trace := known.get(outcome.trace_id))
    ]


def outcomes_of_trace(conn: Connection, trace_id: str) -> Sequence[Outcome]:
    of_trace = select(outcomes).where(outcomes.c.trace_id == trace_id).order_by(outcomes.c.at, outcomes.c.outcome_id)
    return [
        Outcome(row.outcome_id, row.trace_id, row.contact_id, OutcomeKind(row.kind), row.at, row.reported_by)
        for row in conn.execute(of_trace)
    ]
