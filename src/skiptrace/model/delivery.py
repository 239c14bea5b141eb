"""What sinks are told, and how the telling goes. Events hold ids only; the people stay in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened. The values are the event types that a platform sees."""

    TRACE_FINISHED = "trace.finished"
    TRACE_REVISED = "trace.revised"
    """A new version of an earlier trace of the same case: something was withdrawn, or asked again."""
    CASE_HELD = "case.held"
    CASE_STOPPED = "case.stopped"
    CASE_REFUSED = "case.refused"
    CONTACT_RETRACTED = "contact.retracted"
    ALERT_RAISED = "alert.raised"
    """Somebody should look: ``detail`` says at what."""
    OUTCOME_RECORDED = "outcome.recorded"
    """For ourselves: what follows from it is a retraction, a new trace, or nothing."""
    ACCOUNT_REPORTED = "account.reported"
    """For ourselves: something happened to an account that may make it due for a new trace."""


OURS = frozenset({EventKind.OUTCOME_RECORDED, EventKind.ACCOUNT_REPORTED})
"""Events that the platform told us: they are not told back to it."""

FOLLOW_UP = "follow-up"
"""Name and kind of the sink that hears ours."""


@dataclass(frozen=True, slots=True)
class Event:
    """One effect that sinks have to hear of, written in the transaction of the effect itself.

    ``seq`` grows over all events of a store and so within each case; it has gaps. ``event_id`` names the effect: the
    same effect has the same id, however often it is told. ``case_id`` is empty for an alert.
    """

    seq: int
    event_id: str
    kind: EventKind
    at: datetime
    tenant: str
    account_id: str = ""
    case_id: str = ""
    trace_id: str = ""
    contact_id: str = ""
    detail: str = ""


class DeliveryState(StrEnum):
    """Failed: given up after the last retry; it is shown, and holds back the later events of its case until somebody
    redrives or drops it. Delivered and dropped are ends.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one sink. ``attempts`` counts those that ended; ``token`` fences like a lease's."""

    event: Event
    sink: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    token: int = 0
    error: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SinkHealth:
    """A sink as the store knows it. Times are None while all is well; ``waiting`` and ``failed`` count deliveries."""

    name: str
    kind: str
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    reason: str = ""
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Retracted:
    """A contact that was told to sinks and no longer holds. The trace is the one that told it."""

    trace_id: str
    contact_id: str
    reason: str
