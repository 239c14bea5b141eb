"""Traces: the result, the explanation, whether a contact may be used now, and what happened when it was."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Request

from skiptrace.access import Action
from skiptrace.contacting import may_use
from skiptrace.model import Contact, Outcome, Trace
from skiptrace.reporting.explaining import contact_explained, reviews_told, trace_explained
from skiptrace.reporting.known import on_account
from skiptrace.reporting.results import account_object
from skiptrace.web import once
from skiptrace.web.cases import KEYED, STAR_DATE, STAR_SSN, USUAL, WITH_BODY
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import House, house_of
from skiptrace.web.problems import not_found, responses
from skiptrace.web.shapes import (
    AccountTraces,
    CanUseIn,
    CanUseView,
    OutcomeIn,
    OutcomeView,
    PathAccount,
    PathId,
    TraceView,
    WhyView,
)
from skiptrace.web.where import the_account, the_trace, the_trace_of_an_outcome

router = APIRouter(route_class=GuardedRoute, tags=["traces"])

_MASKS = {"ssn": STAR_SSN, "ssn4": STAR_SSN, "birth_date": STAR_DATE}
"""What stands for the values of these features in an explanation."""


@router.get(
    "/v1/traces/{trace_id:opaque}",
    response_model=TraceView,
    responses=responses(*USUAL),
    summary="The result of a trace",
)
async def get_trace(
    request: Request, trace_id: PathId, admitted: Annotated[Admitted, allowed(Action.VIEW_CASE, the_trace)]
) -> dict[str, Any]:
    house = house_of(request)
    trace = await trace_of(house, admitted, trace_id)
    case = await house.store.case(trace.case_id)
    if case is None:
        raise not_found()
    return account_object(trace, on_account(case.subject, trace.contacts))


@router.get(
    "/v1/traces/{trace_id}/why",
    response_model=WhyView,
    responses=responses(*USUAL),
    summary="Why: evidence in bits, rules, and the chain to the vendor's bytes",
)
async def get_why(
    request: Request, trace_id: PathId, admitted: Annotated[Admitted, allowed(Action.VIEW_CASE, the_trace)]
) -> dict[str, Any]:
    house = house_of(request)
    trace = await trace_of(house, admitted, trace_id)
    explained = trace_explained(trace)
    explained["reviews"] = await reviews_told(house.store, trace)
    explained["contacts"] = [_masked(await contact_explained(house.store, trace, c)) for c in trace.contacts]
    return explained


@router.get(
    "/v1/accounts/{account_id}/traces",
    response_model=AccountTraces,
    responses=responses(*USUAL),
    summary="The traces of an account, newest first",
)
async def get_traces(
    request: Request, account_id: PathAccount, admitted: Annotated[Admitted, allowed(Action.SEARCH, the_account)]
) -> AccountTraces:
    found = await house_of(request).access.traces_of(admitted.who, account_id)
    return AccountTraces(account_id=account_id, trace_ids=list(found))


@router.post(
    "/v1/contacts/{trace_id}/{contact_id}:can-use",
    response_model=CanUseView,
    responses=responses(*WITH_BODY),
    summary="May this contact be used on this channel at this moment?",
)
async def post_can_use(
    request: Request,
    trace_id: PathId,
    contact_id: PathId,
    body: CanUseIn,
    admitted: Annotated[Admitted, allowed(Action.VIEW_CASE, the_trace)],
) -> CanUseView:
    house = house_of(request)
    trace = await trace_of(house, admitted, trace_id)
    contact = _contact(trace, contact_id)
    at = body.at or house.clock.now()
    answer = await may_use(trace, contact, body.channel, at, store=house.store, rules=house.rules, besides=body.known)
    return CanUseView.model_validate(answer, from_attributes=True)


@router.post(
    "/v1/outcomes",
    status_code=201,
    response_model=OutcomeView,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.REQUIRED),
    summary="Report what happened when a contact was used",
)
async def post_outcome(
    request: Request,
    body: OutcomeIn,
    admitted: Annotated[Admitted, allowed(Action.RECORD_OUTCOME, the_trace_of_an_outcome)],
) -> OutcomeView:
    house, who = house_of(request), admitted.who
    trace = await trace_of(house, admitted, body.trace_id)
    contact = _contact(trace, body.contact_id)
    # Named by the request, so that a repetition after a crash is the same outcome
    text = "\0".join(("outcome", who.tenant, request.state.idempotency_key))
    outcome_id = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    known = {found.outcome_id: found for found in await house.store.outcomes(trace.trace_id)}
    if outcome_id not in known:
        at = body.at or house.clock.now()
        known[outcome_id] = Outcome(
            outcome_id, trace.trace_id, contact.contact_id, body.kind, at, reported_by=who.principal_id
        )
        await house.store.record_outcome(known[outcome_id])
    return OutcomeView.model_validate(known[outcome_id], from_attributes=True)


async def trace_of(house: House, admitted: Admitted, trace_id: str) -> Trace:
    """Raises Problem 404 when the key's tenant has no such trace."""
    trace = await house.store.trace(trace_id)
    if trace is None or trace.tenant != admitted.who.tenant:
        raise not_found()
    return trace


def _contact(trace: Trace, contact_id: str) -> Contact:
    """A contact of the subject. Those of third parties are never handed out to be used."""
    found = next((c for c in trace.contacts if c.contact_id == contact_id), None)
    if found is None:
        raise not_found()
    return found


def _masked(explained: dict[str, Any]) -> dict[str, Any]:
    """Without the SSNs and birth dates that the evidence quotes."""
    return explained | {
        "evidence": _masked_evidence(explained["evidence"]),
        "chain": [
            link
            | {"match": link["match"] and link["match"] | {"evidence": _masked_evidence(link["match"]["evidence"])}}
            for link in explained["chain"]
        ],
    }


def _masked_evidence(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_masked_item(item, _MASKS.get(item["feature"].partition(".")[0])) for item in evidence]


def _masked_item(item: dict[str, Any], mask: str | None) -> dict[str, Any]:
    return item if mask is None else item | {side: mask for side in ("asked", "found") if item[side]}
