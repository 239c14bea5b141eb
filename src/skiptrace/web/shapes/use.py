"""Whether a contact may be used now."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from pydantic import BaseModel, Field, field_validator

from skiptrace.compliance import Known
from skiptrace.model import Channel
from skiptrace.web.shapes.fields import In, Moment


class CanUseIn(In):
    """May this contact be used on this channel, now or at ``at``? ``known`` is what was not reported yet."""

    channel: Channel
    at: Moment | None = None
    known: Known = Known()

    @field_validator("known")
    @classmethod
    def _zones_exist(cls, known: Known) -> Known:
        for stated in (known.stated, known.inbound):
            if stated is not None and stated.zone not in available_timezones():
                raise ValueError("a zone is not an IANA time zone")
        return known


class WindowView(BaseModel):
    start: datetime
    end: datetime
    opened_by: str
    closed_by: str


class ZoneView(BaseModel):
    source: str
    zones: list[str]


class CanUseView(BaseModel):
    """The answer, with its reasons; it must not be relied on at or after ``expires_at``."""

    allowed: bool
    channel: Channel
    at: datetime
    reasons: list[str]
    windows: list[WindowView]
    evidence: list[ZoneView]
    tzdata: str
    rules_version: str
    expires_at: datetime
    uses_left: int | None = Field(
        description="How many more uses the caps on frequency leave today; null without a cap."
    )
    next_at: datetime | None = Field(
        description="The earliest moment that hours and caps allow within the coming week."
    )
