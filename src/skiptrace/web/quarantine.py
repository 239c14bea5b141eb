"""Quarantine: the cases that are not done again until somebody has looked at them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from skiptrace.access import Action
from skiptrace.model import Lane
from skiptrace.web import once
from skiptrace.web.cases import KEYED, USUAL
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import PAGE, house_of
from skiptrace.web.problems import responses
from skiptrace.web.shapes import PathId, QuarantinedView, Readmitted
from skiptrace.web.where import the_case, the_tenant

router = APIRouter(route_class=GuardedRoute, tags=["quarantine"])


@router.get(
    "/v1/quarantine",
    response_model=list[QuarantinedView],
    responses=responses(*USUAL),
    summary="Cases that too many workers died with, those accepted first on top",
)
async def get_quarantine(
    request: Request, admitted: Annotated[Admitted, allowed(Action.QUARANTINE, the_tenant)]
) -> list[QuarantinedView]:
    found = await house_of(request).store.quarantined(admitted.who.tenant, PAGE)
    return [QuarantinedView.model_validate(job, from_attributes=True) for job in found]


@router.post(
    "/v1/cases/{case_id}:readmit",
    response_model=Readmitted,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Queue a quarantined case again; what was bought for it is not bought again",
)
async def readmit_case(
    request: Request, case_id: PathId, admitted: Annotated[Admitted, allowed(Action.QUARANTINE, the_case)]
) -> Readmitted:
    house = house_of(request)
    readmitted = await house.store.readmit(admitted.who.tenant, case_id)
    if readmitted:
        await house.dispatcher.wake(Lane.STANDARD, 1)
    return Readmitted(case_id=case_id, readmitted=readmitted)
