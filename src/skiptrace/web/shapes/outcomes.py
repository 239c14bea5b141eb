"""What came of a contact, and what consumers say and do."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from skiptrace.model import ConsumerEventKind, OutcomeKind
from skiptrace.web.shapes.fields import Id, In, Moment


class OutcomeIn(In):
    """What happened when a contact was used."""

    trace_id: Id
    contact_id: Id
    kind: OutcomeKind
    at: Moment | None = None


class OutcomeView(BaseModel):
    outcome_id: str
    trace_id: str
    contact_id: str
    kind: OutcomeKind
    at: datetime
    reported_by: str


class Recorded(BaseModel):
    """``new`` is false when the event id was known before."""

    event_id: str
    new: bool


class EventView(BaseModel):
    """One event that was reported, without the number or address that it is about."""

    event_id: str
    account_id: str
    kind: ConsumerEventKind
    at: datetime
    recorded_at: datetime | None
    reported_by: str
