"""Who may: assignments, second signatures, erasures, broken glass, alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from skiptrace.web.shapes.fields import AccountId, FreeText, Id, In, PrincipalId


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


class AlertView(BaseModel):
    number: int
    principal_id: str
    pattern: str
    about: str
    at: datetime
    read_by: str
