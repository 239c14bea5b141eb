"""Outcomes: what happened when a contact was used."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from skiptrace.model import Outcome, OutcomeKind
from skiptrace.privacy import AuditEvent
from skiptrace.stores.schema import outcomes
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
    turn.events += [AuditEvent(o.at, "outcome.recorded", o.outcome_id, o.kind.value) for o in several]
    return [None] * len(several)


def outcomes_of_trace(conn: Connection, trace_id: str) -> Sequence[Outcome]:
    of_trace = select(outcomes).where(outcomes.c.trace_id == trace_id).order_by(outcomes.c.at, outcomes.c.outcome_id)
    return [
        Outcome(row.outcome_id, row.trace_id, row.contact_id, OutcomeKind(row.kind), row.at, row.reported_by)
        for row in conn.execute(of_trace)
    ]
