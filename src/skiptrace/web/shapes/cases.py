"""Cases and batches: handed in, looked up, searched, held in quarantine."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator

from skiptrace.model import JobState, Lane
from skiptrace.web.problems import FieldError
from skiptrace.web.shapes.fields import AccountFields, AccountId, Id, In, Moment, Money


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


def _has_letters(text: str) -> str:
    if not any(map(str.isalpha, text)):
        raise ValueError("has no letter")
    return text


Letters = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_has_letters)]


class NameIn(In):
    """First and last name, both: case, accents and signs do not matter, letters do."""

    first: Letters = Field(examples=["Marion"])
    last: Letters = Field(examples=["Okafor"])


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


class BatchView(BaseModel):
    """How far a batch is. ``ended`` counts cases done, cancelled or quarantined; ``spent`` is in US dollars."""

    batch_id: str
    accepted: int
    ended: int
    states: dict[str, int]
    spent: Money


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
