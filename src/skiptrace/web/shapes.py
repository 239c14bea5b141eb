"""What goes in and out over HTTP, as pydantic models; the OpenAPI document is made from them."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)

from skiptrace.compliance import Known
from skiptrace.intake import FIELDS
from skiptrace.intake.free_text import holds_card
from skiptrace.model import (
    CallState,
    Channel,
    ConsumerEventKind,
    ContactKind,
    ContactStatus,
    JobState,
    Lane,
    LineType,
    OutcomeKind,
    Party,
    StepResult,
    StopReason,
)
from skiptrace.web.problems import FieldError

RULE = r"^[A-Z]{1,2}-[A-Z0-9]{1,8}$"
_OPAQUE = r"^[A-Za-z0-9._-]{1,128}$"
_PRINTABLE = r"^[^\x00-\x1f\x7f/]{1,128}$"

Id = Annotated[str, Field(pattern=_OPAQUE)]
PathId = Annotated[str, Path(pattern=_OPAQUE)]
PathAccount = Annotated[str, Path(pattern=_PRINTABLE)]
AccountId = Annotated[str, Field(pattern=_PRINTABLE)]
PrincipalId = Annotated[str, Field(pattern=r"^[A-Za-z0-9@._-]{1,64}$")]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float)]
Moment = AwareDatetime

Cell = str | int | float | bool | None
_CELL = {"type": ["string", "number", "boolean", "null"]}
_CELLS = {"anyOf": [_CELL, {"type": "array", "items": _CELL}]}
ACCOUNT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "One account by the names of its fields, as a placement file names its columns. Needed are "
    "account_id, balance (US dollars), account_state, and a name.",
    "properties": dict.fromkeys(FIELDS, _CELLS),
    "additionalProperties": _CELLS,
    "maxProperties": 200,
}
AccountFields = Annotated[dict[str, Cell | list[Cell]], Field(max_length=200, json_schema_extra=ACCOUNT_SCHEMA)]


class In(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseIn(In):
    """One account to trace, and on what grounds."""

    purpose: str = Field(min_length=1, max_length=200, examples=["collection"])
    certified_by: str = Field(min_length=1, max_length=128, description="The person who certifies the purpose.")
    account: AccountFields
    lane: Lane = Lane.STANDARD
    budget: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=4)
    due_at: Moment | None = None


class BulkTerms(In):
    """The first line of a bulk stream: what holds for every account that follows."""

    batch_id: Id
    purpose: str = Field(min_length=1, max_length=200)
    certified_by: str = Field(min_length=1, max_length=128)
    lane: Lane = Lane.BATCH
    budget: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=4)
    due_at: Moment | None = None


class CaseAccepted(BaseModel):
    """The case is committed and queued; ``new`` is false when it was before."""

    case_id: str
    account_id: str
    new: bool
    warnings: list[FieldError]


class SubjectView(BaseModel):
    """The person sought. What identifies is masked: stars when it is known, null when it is not."""

    names: list[str]
    birth_date: str | None
    ssn: str | None
    addresses: list[str]
    phones: list[str]
    emails: list[str]


class CaseView(BaseModel):
    """A case and where it stands. ``state`` is null for a case that was never queued."""

    case_id: str
    account_id: str
    batch_id: str
    state: JobState | None
    lane: Lane | None
    reason: str
    accepted_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    trace_id: str
    as_of: date
    budget: Money
    purpose: list[str]
    certified_by: str
    requester: str
    subject: SubjectView


class Cancelled(BaseModel):
    """``cancelled`` is false when the case had ended before."""

    case_id: str
    cancelled: bool


class RevealReason(StrEnum):
    """Why an SSN or a birth date has to be seen."""

    RIGHT_PARTY = "right_party_verification"
    CONSUMER_REQUEST = "consumer_request"
    DISPUTE = "dispute"
    LEGAL = "legal_process"
    CORRECTION = "data_correction"


class RevealIn(In):
    """What to see in clear and why. ``reference`` is a ticket or call id of the platform, never a person."""

    fields: list[Literal["ssn", "birth_date"]] = Field(min_length=1, max_length=2)
    reason: RevealReason
    reference: Id | None = None


class Revealed(BaseModel):
    """Only what was asked for; null when it is not known."""

    case_id: str
    ssn: str | None = None
    birth_date: str | None = None


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


class NameIn(In):
    """First and last name, both: case, accents and signs do not matter, letters do."""

    first: str = Field(min_length=1, max_length=100, pattern=r"[^\W\d_]", examples=["Marion"])
    last: str = Field(min_length=1, max_length=100, pattern=r"[^\W\d_]", examples=["Okafor"])


class SearchIn(In):
    """By the account's id, or by a telephone number or a name that the account came with: one of the three."""

    account_id: AccountId | None = None
    phone: str | None = Field(default=None, min_length=10, max_length=30, examples=["512-555-0142"])
    name: NameIn | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(given is not None for given in (self.account_id, self.phone, self.name)) != 1:
            raise ValueError("give account_id, phone or name, and one of them")
        return self

    @field_validator("phone")
    @classmethod
    def _number(cls, phone: str | None) -> str | None:
        if phone is not None and len(re.sub(r"\D", "", phone).removeprefix("1")) != 10:
            raise ValueError("is not a US number of ten digits")
        return phone


class FoundCase(BaseModel):
    """A case within reach. Who it is about is told by the case itself, which is a look of its own."""

    case_id: str
    account_id: str


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


class Reviewed(BaseModel):
    trace_id: str
    rule_ids: list[str]
    verdict: str
    role: str


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


class AskErasureIn(In):
    """Why an account's people are to be erased: a code or a file number, no name."""

    reason: Id


class EraseIn(AskErasureIn):
    """The erasure that was signed, with the reason as it was signed."""

    approval_id: Id


class Erased(BaseModel):
    """``cases`` were made unreadable for good. The tombstone and the audit rows stay."""

    erasure_id: str
    account_id: str
    cases: int


class BatchView(BaseModel):
    """How far a batch is. ``ended`` counts cases done, cancelled or quarantined; ``spent`` is in US dollars."""

    batch_id: str
    accepted: int
    ended: int
    states: dict[str, int]
    spent: Money


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


class AssignIn(In):
    """``approval_id`` is needed by who assigns an account to themselves."""

    principal_id: PrincipalId
    approval_id: Id | None = None


class Assigned(BaseModel):
    account_id: str
    principal_id: str


class ApprovalIn(In):
    """A request that needs a second person: the very request that will be made, nothing else."""

    action: Literal["assign"]
    account_id: AccountId
    principal_id: PrincipalId


class ApprovalView(BaseModel):
    approval_id: str
    expires_at: datetime


class UnsignedView(BaseModel):
    """What somebody asks a second person to sign: ids and codes, no person."""

    approval_id: str
    action: str
    request: dict[str, str] = Field(examples=[{"account_id": "A010213447", "reason": "R-17"}])
    requested_by: str
    asked_at: datetime
    expires_at: datetime


class Signed(BaseModel):
    approval_id: str
    approved: bool


def _no_card(text: str) -> str:
    if holds_card(text):
        raise ValueError("holds what may be a card number")
    return text


FreeText = Annotated[
    str, Field(min_length=10, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), AfterValidator(_no_card)
]
"""What somebody wrote by hand (rule D-12)."""


class GlassIn(In):
    """Open an account for an hour. The reason is read by compliance."""

    account_id: AccountId
    reason: FreeText


class OpeningView(BaseModel):
    opening_id: str
    principal_id: str
    account_id: str
    opened_at: datetime
    until: datetime


class OpeningToReview(OpeningView):
    reason: str


class QuarantinedView(BaseModel):
    """A case that too many workers died with."""

    case_id: str
    batch_id: str
    lane: Lane
    deaths: int
    reason: str
    accepted_at: datetime
    finished_at: datetime | None


class Readmitted(BaseModel):
    case_id: str
    readmitted: bool


class AlertView(BaseModel):
    number: int
    principal_id: str
    pattern: str
    about: str
    at: datetime
    read_by: str


class Done(BaseModel):
    done: bool
