"""Assignments, second signatures, broken glass, and what compliance reads of all that."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from skiptrace.access import Action
from skiptrace.errors import BadInput
from skiptrace.intake import Problem as FieldProblem
from skiptrace.stores.looking import Act
from skiptrace.stores.promises import Approval
from skiptrace.web import once
from skiptrace.web.cases import KEYED, USUAL, WITH_BODY
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import PAGE, House, house_of
from skiptrace.web.problems import Problem, not_found, responses
from skiptrace.web.shapes import (
    AlertView,
    ApprovalIn,
    ApprovalView,
    Assigned,
    AssignIn,
    Done,
    GlassIn,
    OpeningToReview,
    OpeningView,
    PathAccount,
    PathId,
    Signed,
    UnsignedView,
)
from skiptrace.web.where import behind_the_glass, the_account_to_assign, the_assignment_to_approve, the_tenant

router = APIRouter(route_class=GuardedRoute, tags=["permits"])


@router.post(
    "/v1/accounts/{account_id}:assign",
    response_model=Assigned,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Assign an account to somebody",
)
async def post_assign(
    request: Request,
    account_id: PathAccount,
    body: AssignIn,
    admitted: Annotated[Admitted, allowed(Action.ASSIGN, the_account_to_assign)],
) -> Assigned:
    house, act = house_of(request), act_of(house_of(request), admitted)
    if body.principal_id == act.by:
        signed = assignment(body.approval_id or "", account_id, body.principal_id)
        if not await house.access.use_approval(act, signed):
            raise Problem(403, "not-approved", "no unused signature of a second person stands under this assignment")
    try:
        await house.access.assign(act, account_id, body.principal_id)
    except BadInput:
        wrong = FieldProblem("principal_id", "is not known here")
        raise Problem(422, "invalid", "there is no such principal", errors=[wrong]) from None
    return Assigned(account_id=account_id, principal_id=body.principal_id)


@router.post(
    "/v1/approvals",
    status_code=201,
    response_model=ApprovalView,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Ask for a second person's signature under one request",
)
async def post_approval(
    request: Request,
    body: ApprovalIn,
    admitted: Annotated[Admitted, allowed(Action.ASSIGN, the_assignment_to_approve)],
) -> ApprovalView:
    house = house_of(request)
    wanted = assignment(house.new_id(), body.account_id, body.principal_id)
    expires_at = await house.access.ask_approval(act_of(house, admitted), wanted)
    return ApprovalView(approval_id=wanted.approval_id, expires_at=expires_at)


@router.get(
    "/v1/approvals",
    response_model=list[UnsignedView],
    responses=responses(*USUAL),
    summary="What waits for one's signature: who asks for what, on which account, why and since when",
)
async def get_approvals(
    request: Request, admitted: Annotated[Admitted, allowed(Action.APPROVE, the_tenant)]
) -> list[UnsignedView]:
    house = house_of(request)
    found = await house.access.unsigned(act_of(house, admitted))
    return [UnsignedView.model_validate(one, from_attributes=True) for one in found]


@router.post(
    "/v1/approvals/{approval_id}:approve",
    response_model=Signed,
    responses=responses(*USUAL),
    summary="Sign somebody else's request",
)
async def post_approve(
    request: Request, approval_id: PathId, admitted: Annotated[Admitted, allowed(Action.APPROVE, the_tenant)]
) -> Signed:
    house = house_of(request)
    if not await house.access.approve(act_of(house, admitted), approval_id):
        raise not_found()
    return Signed(approval_id=approval_id, approved=True)


@router.post(
    "/v1/break-glass",
    status_code=201,
    response_model=OpeningView,
    responses=responses(*WITH_BODY),
    summary="Open an account for an hour; the key goes in X-Reauthenticate once more, and compliance is told",
)
async def post_glass(
    request: Request,
    body: GlassIn,
    admitted: Annotated[Admitted, allowed(Action.BREAK_GLASS, behind_the_glass)],
) -> OpeningView:
    house = house_of(request)
    opening = await house.access.open_glass(act_of(house, admitted), body.account_id, house.new_id(), body.reason)
    return OpeningView.model_validate(opening, from_attributes=True)


@router.get(
    "/v1/break-glass",
    response_model=list[OpeningToReview],
    responses=responses(*USUAL),
    summary="Openings that nobody has reviewed, oldest first",
)
async def get_openings(
    request: Request, admitted: Annotated[Admitted, allowed(Action.READ_AUDIT, the_tenant)]
) -> list[OpeningToReview]:
    found = await house_of(request).access.unreviewed(admitted.who.tenant, PAGE)
    return [OpeningToReview.model_validate(one, from_attributes=True) for one in found]


@router.post(
    "/v1/break-glass/{opening_id}:review",
    response_model=Done,
    responses=responses(*USUAL),
    summary="Tick off an opening that was looked into",
)
async def post_review(
    request: Request, opening_id: PathId, admitted: Annotated[Admitted, allowed(Action.READ_AUDIT, the_tenant)]
) -> Done:
    house = house_of(request)
    if not await house.access.review(act_of(house, admitted), opening_id):
        raise not_found()
    return Done(done=True)


@router.get(
    "/v1/alerts", response_model=list[AlertView], responses=responses(*USUAL), summary="Alerts on access, newest first"
)
async def get_alerts(
    request: Request, admitted: Annotated[Admitted, allowed(Action.READ_AUDIT, the_tenant)]
) -> list[AlertView]:
    found = await house_of(request).access.alerts(admitted.who.tenant, PAGE)
    return [AlertView.model_validate(one, from_attributes=True) for one in found]


def assignment(approval_id: str, account_id: str, principal_id: str) -> Approval:
    """What a second person signs: this account to this principal."""
    return Approval(approval_id, Action.ASSIGN, {"account_id": account_id, "principal_id": principal_id})


def act_of(house: House, admitted: Admitted) -> Act:
    return Act(admitted.who.tenant, admitted.who.principal_id, house.clock.now())
