"""An account after its placement: what the platform reports of it, and its erasure."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from skiptrace.access import Action
from skiptrace.contacting import OVERRIDES_AS, override
from skiptrace.errors import BadInput, PolicyRefused, RowRefused
from skiptrace.following import record
from skiptrace.intake.events import ReportedEvent, event_of
from skiptrace.model import OverrideGiven
from skiptrace.stores.erasing import Account
from skiptrace.web import once
from skiptrace.web.cases import KEYED, USUAL, WITH_BODY, case_of
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import House, house_of
from skiptrace.web.permits import act_of
from skiptrace.web.problems import Problem, invalid, responses
from skiptrace.web.shapes import (
    ApprovalView,
    AskErasureIn,
    Erased,
    EraseIn,
    EventView,
    OverrideIn,
    OverrideView,
    PathAccount,
    Recorded,
)
from skiptrace.web.where import the_account, the_account_to_erase

router = APIRouter(route_class=GuardedRoute, tags=["accounts"])


@router.post(
    "/v1/accounts/{account_id}/events",
    status_code=201,
    response_model=Recorded,
    responses=responses(*WITH_BODY),
    summary="Report what happened: a cease, an attorney, a consent or refusal, a call, a returned letter",
)
async def post_event(
    request: Request,
    account_id: PathAccount,
    body: ReportedEvent,
    admitted: Annotated[Admitted, allowed(Action.RECORD_OUTCOME, the_account)],
) -> Recorded:
    """An event id is recorded once, so that the same event may be sent again."""
    house, who = house_of(request), admitted.who
    now = house.clock.now()
    try:
        event = event_of(body, account_id, tenant=who.tenant, reported_by=who.principal_id, now=now)
    except BadInput as error:
        raise invalid(error.field, error.reason) from None
    new = await record([event], house.store)
    return Recorded(event_id=body.event_id, new=new == 1)


@router.get(
    "/v1/accounts/{account_id}/events",
    response_model=list[EventView],
    responses=responses(*USUAL),
    summary="What was reported of an account's consumer, on this and their other accounts, oldest first",
)
async def get_events(
    request: Request, account_id: PathAccount, admitted: Annotated[Admitted, allowed(Action.VIEW_CASE, the_account)]
) -> list[EventView]:
    house = house_of(request)
    case = await case_of(house, admitted)
    return [EventView.model_validate(event, from_attributes=True) for event in await house.store.history(case)]


@router.post(
    "/v1/accounts/{account_id}:override",
    status_code=201,
    response_model=OverrideView,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Answer for going past one rule on one account, for 30 days at most",
)
async def post_override(
    request: Request,
    account_id: PathAccount,
    body: OverrideIn,
    admitted: Annotated[Admitted, allowed(Action.OVERRIDE, the_account)],
) -> OverrideView:
    house, who = house_of(request), admitted.who
    case = await case_of(house, admitted)
    given = OverrideGiven(body.rule_id, OVERRIDES_AS[who.role], body.reason, body.expires_on, body.document or "")
    try:
        event_id = await override(given, case, house, by=who.principal_id)
    except BadInput as error:
        raise invalid(error.field, error.reason) from None
    except PolicyRefused as refused:
        raise Problem(409, "not-overridden", str(refused)) from None
    return OverrideView(
        event_id=event_id,
        account_id=account_id,
        rule_id=given.rule_id,
        role=given.role,
        expires_on=given.expires_on,
    )


@router.post(
    "/v1/accounts/{account_id}:ask-erasure",
    status_code=201,
    response_model=ApprovalView,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Ask for a second person's signature under the erasure of an account",
)
async def post_ask_erasure(
    request: Request,
    account_id: PathAccount,
    body: AskErasureIn,
    admitted: Annotated[Admitted, allowed(Action.ERASE, the_account_to_erase)],
) -> ApprovalView:
    house, act = house_of(request), act_of(house_of(request), admitted)
    wanted = Account(act.tenant, account_id, act.by, body.reason).signature(house.new_id())
    expires_at = await house.access.ask_approval(act, wanted)
    return ApprovalView(approval_id=wanted.approval_id, expires_at=expires_at)


@router.post(
    "/v1/accounts/{account_id}:erase",
    response_model=Erased,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Erase an account's people for good, with a second person's signature under it",
)
async def post_erase(
    request: Request,
    account_id: PathAccount,
    body: EraseIn,
    admitted: Annotated[Admitted, allowed(Action.ERASE, the_account_to_erase)],
) -> Erased:
    house, act = house_of(request), act_of(house_of(request), admitted)
    account = Account(act.tenant, account_id, act.by, body.reason)
    if not await house.store.may_erase(account, body.approval_id, act.at):
        raise Problem(403, "not-approved", "no unused signature of a second person stands under this erasure")
    return await _erased(house, account)


async def _erased(house: House, account: Account) -> Erased:
    try:
        done = await house.store.erasing.erase(account)
    except PolicyRefused as refused:
        raise Problem(409, "held", str(refused)) from None
    except RowRefused as busy:
        raise Problem(409, "under-way", str(busy), headers={"Retry-After": "60"}) from None
    return Erased(erasure_id=done.erasure_id, account_id=done.account_id, cases=done.cases)
