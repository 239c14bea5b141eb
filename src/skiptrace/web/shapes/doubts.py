"""Calls that may have been charged."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from skiptrace.model import CallState
from skiptrace.web.shapes.fields import Id, In, Money


class DoubtView(BaseModel):
    """A call that was sent and never answered: it may have been charged. ``reserved`` is in US dollars."""

    call_id: str
    case_id: str
    provider: str
    product: str
    reserved: Money
    sent_at: datetime | None
    reason: str


class ResolveIn(In):
    """How the vendor settled it: what its invoice shows (US dollars), 0 for nothing. ``reference`` is its line."""

    charged: Decimal = Field(ge=0, max_digits=12, decimal_places=4)
    reference: Id


class Resolved(BaseModel):
    call_id: str
    state: CallState
    charged: Money
