"""What rules hold for a person to look at: list it, release it, reject it; and evidence that somebody retires."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request

from skiptrace.access import Action
from skiptrace.contacting import OVERRIDES_AS
from skiptrace.errors import BadInput, PolicyRefused
from skiptrace.model import Trace
from skiptrace.retiring import Retirement, retire
from skiptrace.reviewing import Held, Word, review, waiting
from skiptrace.web import once
from skiptrace.web.cases import KEYED, USUAL
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import house_of
from skiptrace.web.problems import Problem, invalid, responses
from skiptrace.web.shapes import RULE, EvidenceIn, EvidenceView, HeldView, PathId, Reviewed, ReviewIn
from skiptrace.web.traces import trace_of
from skiptrace.web.where import the_trace, what_is_within_reach

router = APIRouter(route_class=GuardedRoute, tags=["reviews"])

RuleId = Annotated[str, Query(alias="rule", pattern=RULE)]


@router.get(
    "/v1/reviews",
    response_model=list[HeldView],
    responses=responses(*USUAL),
    summary="What rules hold for a person to look at, newest traces first, within one's reach",
)
async def get_reviews(
    request: Request,
    admitted: Annotated[Admitted, allowed(Action.REVIEW, what_is_within_reach)],
    rule: RuleId | None = None,
) -> list[HeldView]:
    house = house_of(request)
    names = await house.access.to_review(admitted.who, house.clock.now(), rule or "")
    traces = [trace for name in names if (trace := await house.store.trace(name)) is not None]
    found = [view for trace in traces for view in _views(trace, await waiting(trace, house))]
    return [view for view in found if rule in (None, view.rule_id)]


@router.get(
    "/v1/traces/{trace_id}/reviews",
    response_model=list[HeldView],
    responses=responses(*USUAL),
    summary="What rules hold of one trace: the account first, then its contacts by rank",
)
async def get_trace_reviews(
    request: Request, trace_id: PathId, admitted: Annotated[Admitted, allowed(Action.REVIEW, the_trace)]
) -> list[HeldView]:
    house = house_of(request)
    trace = await trace_of(house, admitted, trace_id)
    return list(_views(trace, await waiting(trace, house)))


@router.post(
    "/v1/traces/{trace_id}:review",
    status_code=201,
    response_model=Reviewed,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Release or reject what rules hold, of the account or of one contact",
)
async def post_review(
    request: Request,
    trace_id: PathId,
    body: ReviewIn,
    admitted: Annotated[Admitted, allowed(Action.REVIEW, the_trace)],
) -> Reviewed:
    house, who = house_of(request), admitted.who
    trace = await trace_of(house, admitted, trace_id)
    word = Word(
        tuple(dict.fromkeys(body.rule_ids)),
        body.verdict == "release",
        OVERRIDES_AS[who.role],
        body.reason,
        who.principal_id,
        body.contact_id or "",
        body.expires_on,
        body.document or "",
    )
    try:
        await review(word, trace, house)
    except BadInput as error:
        raise invalid(error.field, error.reason) from None
    except PolicyRefused as refused:
        raise Problem(409, "not-reviewed", str(refused)) from None
    return Reviewed(trace_id=trace_id, rule_ids=list(word.rule_ids), verdict=body.verdict, role=word.role)


@router.post(
    "/v1/traces/{trace_id}:retire-evidence",
    status_code=201,
    response_model=EvidenceView,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Retire one sign of where the consumer is, an address or a number's area code, for 30 days at most",
)
async def post_retire(
    request: Request,
    trace_id: PathId,
    body: EvidenceIn,
    admitted: Annotated[Admitted, allowed(Action.REVIEW, the_trace)],
) -> EvidenceView:
    house, who = house_of(request), admitted.who
    trace = await trace_of(house, admitted, trace_id)
    wanted = Retirement(body.contact_id, OVERRIDES_AS[who.role], body.reason, who.principal_id, body.expires_on)
    try:
        retired = await retire(wanted, trace, house)
    except BadInput as error:
        raise invalid(error.field, error.reason) from None
    except PolicyRefused as refused:
        raise Problem(409, "not-retired", str(refused)) from None
    return EvidenceView(
        trace_id=trace_id,
        contact_id=retired.contact_id,
        kind=retired.contact,
        role=retired.role,
        expires_on=retired.expires_on,
    )


def _views(trace: Trace, held: Iterable[Held]) -> Iterable[HeldView]:
    for one in held:
        yield HeldView(
            trace_id=trace.trace_id,
            account_id=trace.account_id,
            contact_id=one.contact_id,
            rule_id=one.rule_id,
            reason=one.reason,
            citation=one.citation,
            level=one.level,
        )
