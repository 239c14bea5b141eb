"""A trace with its contacts, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from skiptrace.model import Channel, ContactKind, ContactStatus, LineType, Party, StepResult, StopReason


class GrantView(BaseModel):
    channel: Channel
    rule_id: str
    citation: str
    zones: list[str]
    opens: str
    closes: str


class GroundView(BaseModel):
    provider: str
    record_id: str
    upstream: str
    call_id: str
    pointer: str
    verifies: bool


class ContactView(BaseModel):
    """A contact that may be written back. A channel without a grant is closed."""

    rank: int
    contact_id: str
    kind: ContactKind
    value: str
    probability: float
    status: ContactStatus
    party: Party
    on_account: bool
    furnishable: bool = Field(description="False: what was found is not furnished to a bureau as a fact (rule D-13).")
    line_type: LineType
    first_seen: str
    last_seen: str
    grants: list[GrantView]
    evidence: list[GroundView]
    notes: list[str]


class StepView(BaseModel):
    provider: str
    product: str
    result: StepResult
    reason: str
    cost: float
    call_id: str


class TraceView(BaseModel):
    """The result of one case: its contacts, best first, what was asked and what it cost (US dollars)."""

    account_id: str
    contacts: list[ContactView]
    cost: float
    stop_reason: StopReason
    stop_detail: str
    trace_id: str
    case_id: str
    hit: bool
    suppressed_contacts: int
    third_party_contacts: int
    events: list[str]
    steps: list[StepView]


class EvidenceView(BaseModel):
    """One reason and its weight in bits. The values of SSNs and birth dates are masked."""

    feature: str
    bits: float
    sentence: str
    asked: str
    found: str


class DecisionView(BaseModel):
    rule_id: str
    effect: str
    about: str
    reason: str
    citation: str


class WouldChange(BaseModel):
    """If this were found to agree, the record would be the subject with ``probability``."""

    feature: str
    sentence: str
    probability: float


class RejectedView(BaseModel):
    """A record that is not taken for the subject: what speaks against it, and what would change that."""

    provider: str
    record_id: str
    probability: float
    party: Party
    ambiguous: bool
    why_not: str
    would_change: list[WouldChange]


class ReviewTold(BaseModel):
    """Who released or rejected what a rule held, of the account or, with ``contact_id``, of one contact."""

    rule_id: str
    contact_id: str
    verdict: str
    by: str
    role: str
    at: datetime
    reason: str
    until: date | None
    document: str


class WhyView(BaseModel):
    """The explanation: for each contact the evidence, and the chain to the bytes that a vendor sent."""

    trace_id: str
    case_id: str
    account_id: str
    decisions: list[DecisionView]
    versions: dict[str, str]
    contacts: list[dict[str, Any]]
    rejected: list[RejectedView]
    reviews: list[ReviewTold]


class AccountTraces(BaseModel):
    account_id: str
    trace_ids: list[str]
