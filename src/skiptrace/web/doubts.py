"""Calls in doubt: they were sent and never answered, so that only the vendor knows whether they were charged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from skiptrace.access import Action
from skiptrace.errors import LostLease
from skiptrace.resolving import Bill, end_doubt
from skiptrace.web import once
from skiptrace.web.cases import KEYED, USUAL
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import PAGE, house_of
from skiptrace.web.problems import Problem, responses
from skiptrace.web.shapes import DoubtView, PathId, Resolved, ResolveIn
from skiptrace.web.where import the_call, the_tenant

router = APIRouter(route_class=GuardedRoute, tags=["calls"])


@router.get(
    "/v1/doubts", response_model=list[DoubtView], responses=responses(*USUAL), summary="Calls in doubt, oldest first"
)
async def get_doubts(
    request: Request, admitted: Annotated[Admitted, allowed(Action.RESOLVE_DOUBT, the_tenant)]
) -> list[DoubtView]:
    found = await house_of(request).store.in_doubt(admitted.who.tenant)
    return [DoubtView.model_validate(call, from_attributes=True) for call in found[:PAGE]]


@router.post(
    "/v1/calls/{call_id}:resolve",
    response_model=Resolved,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Settle a call in doubt as the vendor's invoice shows it",
)
async def post_resolve(
    request: Request,
    call_id: PathId,
    body: ResolveIn,
    admitted: Annotated[Admitted, allowed(Action.RESOLVE_DOUBT, the_call)],
) -> Resolved:
    house, who = house_of(request), admitted.who
    bill = Bill(body.charged, body.reference, who.principal_id)
    try:
        settled = await end_doubt(call_id, who.tenant, bill, house.store, house.clock)
    except LostLease as late:
        raise Problem(409, "not-in-doubt", str(late)) from None
    return Resolved(call_id=call_id, state=settled.state, charged=settled.charged)
