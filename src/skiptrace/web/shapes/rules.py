"""What people decide beside the rules: overrides, reviews, third parties."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from skiptrace.model import ContactKind, Party
from skiptrace.web.shapes.fields import RULE, Id, In


class OverrideIn(In):
    """Answer for going past one rule on one account. ``reason`` is a code, ``document`` the id of an order or memo."""

    rule_id: str = Field(pattern=RULE, examples=["X-08"])
    reason: Id
    expires_on: date = Field(description="The last day; at most 30 days from today.")
    document: Id | None = Field(default=None, description="Needed where the rule's level is counsel.")


class OverrideView(BaseModel):
    event_id: str
    account_id: str
    rule_id: str
    role: str
    expires_on: date


class ThirdPartyView(BaseModel):
    """Somebody beside the consumer; the number or address is shown with the leave to ask, and not before."""

    contact_id: str
    party: Party
    kind: ContactKind


class LeaveView(BaseModel):
    """Leave to ask one person once: what to say, and the only things that may be asked (15 USC 1692b)."""

    token_id: str
    party: Party
    value: str
    say: str
    may_ask: list[str]


class HeldView(BaseModel):
    """What a rule holds for a person to look at: the account, or with ``contact_id`` one contact of the trace."""

    trace_id: str
    account_id: str
    contact_id: str
    rule_id: str
    reason: str
    citation: str
    level: str = Field(description="Who may release it: operator, supervisor or counsel.")


class ReviewIn(In):
    """Release or reject what these rules hold. ``reason`` is a code; for B-03 one of the rule's own."""

    rule_ids: list[Annotated[str, Field(pattern=RULE)]] = Field(min_length=1, max_length=20, examples=[["Q-18"]])
    contact_id: Id | None = Field(default=None, description="A contact of the trace; the account when it is absent.")
    verdict: Literal["release", "reject"]
    reason: Id
    expires_on: date | None = Field(default=None, description="The last day of a release; 30 days if absent.")
    document: Id | None = Field(default=None, description="Needed where the rule's level is counsel.")


class EvidenceIn(In):
    """One sign of where the consumer is misleads. ``reason`` is a code."""

    contact_id: Id = Field(description="The address or number in this trace.")
    reason: Id
    expires_on: date | None = Field(default=None, description="The last day; 30 days from today if absent.")


class EvidenceView(BaseModel):
    """It counts no more: neither for the hours nor, an address, for the scores."""

    trace_id: str
    contact_id: str
    kind: ContactKind
    role: str
    expires_on: date


class Reviewed(BaseModel):
    trace_id: str
    rule_ids: list[str]
    verdict: str
    role: str
