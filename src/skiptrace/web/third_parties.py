"""People beside the consumer: who turned up, and leave to ask one of them once where the consumer is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from skiptrace.access import Action
from skiptrace.contacting import ask_third_party
from skiptrace.web.cases import USUAL
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import house_of
from skiptrace.web.problems import Problem, not_found, responses
from skiptrace.web.shapes import LeaveView, PathId, ThirdPartyView
from skiptrace.web.traces import trace_of
from skiptrace.web.where import the_trace

router = APIRouter(route_class=GuardedRoute, tags=["third parties"])


@router.get(
    "/v1/traces/{trace_id}/third-parties",
    response_model=list[ThirdPartyView],
    responses=responses(*USUAL),
    summary="Who turned up beside the consumer and in what relation, without their numbers",
)
async def get_third_parties(
    request: Request, trace_id: PathId, admitted: Annotated[Admitted, allowed(Action.VIEW_CASE, the_trace)]
) -> list[ThirdPartyView]:
    trace = await trace_of(house_of(request), admitted, trace_id)
    return [ThirdPartyView.model_validate(one, from_attributes=True) for one in trace.third_party_contacts]


@router.post(
    "/v1/traces/{trace_id}/third-parties/{contact_id}:ask",
    status_code=201,
    response_model=LeaveView,
    responses=responses(*USUAL, 409),
    summary="Leave to ask this person once where the consumer is; used up by the answer, which is not kept",
)
async def post_ask(
    request: Request,
    trace_id: PathId,
    contact_id: PathId,
    admitted: Annotated[Admitted, allowed(Action.RUN_LOOKUP, the_trace)],
) -> LeaveView:
    """The answer names neither account nor debt: the caller is to have nothing before them that must not be said."""
    house = house_of(request)
    trace = await trace_of(house, admitted, trace_id)
    person = next((c for c in trace.third_party_contacts if c.contact_id == contact_id), None)
    if person is None:
        raise not_found()
    leave = await ask_third_party(trace, person, house, by=admitted.who.principal_id)
    if not leave.token_id:
        raise Problem(409, "no-leave", leave.verdict.why)
    return LeaveView(
        token_id=leave.token_id, party=person.party, value=person.value, say=leave.say, may_ask=list(leave.may_ask)
    )
