"""Cases: submit, look, cancel, and reveal what is masked."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from skiptrace.access import Action
from skiptrace.errors import BadInput
from skiptrace.intake import Terms
from skiptrace.intake.purposes import read_purpose
from skiptrace.model import Case, Job, Subject
from skiptrace.privacy import AuditEvent
from skiptrace.privacy.bundles import signed
from skiptrace.reporting.examining import files_of, gather
from skiptrace.submitting import Order, Refused, submit
from skiptrace.web import once
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import House, house_of
from skiptrace.web.problems import Problem, invalid, not_found, responses
from skiptrace.web.shapes import (
    Cancelled,
    CaseAccepted,
    CaseIn,
    CaseView,
    FoundCase,
    PathId,
    Revealed,
    RevealIn,
    SearchIn,
    SubjectView,
)
from skiptrace.web.where import (
    the_account_to_submit,
    the_case,
    the_case_to_export,
    the_case_to_reveal,
    what_is_within_reach,
)

router = APIRouter(route_class=GuardedRoute, tags=["cases"])

USUAL = (400, 401, 403, 404, 422, 429, 500, 503)
WITH_BODY = (*USUAL, 408, 413, 415)
KEYED = (*WITH_BODY, 409)
ZIP = "application/zip"
BUNDLE: dict[str, Any] = {
    "description": "The bundle. `skiptrace audit verify` checks it anywhere, once it is unpacked.",
    "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
}
STAR_DATE, STAR_SSN = "****-**-**", "***-**-****"


@router.post(
    "/v1/cases",
    status_code=202,
    response_model=CaseAccepted,
    responses={
        **responses(*KEYED),
        202: {"headers": {"Location": {"description": "The case.", "schema": {"type": "string"}}}},
    },
    openapi_extra=once.documented(once.REQUIRED),
    summary="Submit one account to be traced",
)
async def post_case(
    request: Request,
    response: Response,
    body: CaseIn,
    admitted: Annotated[Admitted, allowed(Action.SUBMIT_CASE, the_account_to_submit)],
) -> CaseAccepted:
    house = house_of(request)
    terms = terms_of(house, admitted, purpose=body.purpose, certified_by=body.certified_by, budget=body.budget)
    order = Order(terms, body.lane, body.due_at, request.state.idempotency_key)
    (receipt,) = await submit([(1, body.account)], order, house.store, house.dispatcher)
    if isinstance(receipt, Refused):
        raise Problem(422, "invalid", "the account cannot be traced as it is", errors=receipt.problems)
    response.headers["Location"] = f"/v1/cases/{receipt.case_id}"
    return CaseAccepted(
        case_id=receipt.case_id,
        account_id=receipt.account_id,
        new=receipt.new,
        warnings=[{"field": w.field, "reason": w.reason} for w in receipt.warnings],  # type: ignore[misc]
    )


@router.post(
    "/v1/search",
    response_model=list[FoundCase],
    responses=responses(*WITH_BODY),
    summary="Find cases by account id, or by a number or name that came with it, within one's reach; newest first",
)
async def post_search(
    request: Request,
    body: SearchIn,
    admitted: Annotated[Admitted, allowed(Action.SEARCH, what_is_within_reach)],
) -> list[FoundCase]:
    house = house_of(request)
    found = await house.access.find(
        admitted.who,
        house.clock.now(),
        account_id=body.account_id or "",
        phone=body.phone or "",
        name=(body.name.first, body.name.last) if body.name else None,
    )
    return [FoundCase.model_validate(held, from_attributes=True) for held in found]


@router.get(
    "/v1/cases/{case_id:opaque}",
    response_model=CaseView,
    responses=responses(*USUAL),
    summary="A case, masked, and its state",
)
async def get_case(
    request: Request, case_id: PathId, admitted: Annotated[Admitted, allowed(Action.VIEW_CASE, the_case)]
) -> CaseView:
    house = house_of(request)
    case = await case_of(house, admitted)
    job = await house.store.job(case.tenant, case_id)
    return _view(case, job)


@router.post(
    "/v1/cases/{case_id}:cancel",
    response_model=Cancelled,
    responses=responses(*KEYED),
    openapi_extra=once.documented(once.OPTIONAL),
    summary="Buy nothing more for a case; what was bought is kept",
)
@router.delete(
    "/v1/cases/{case_id:opaque}",
    response_model=Cancelled,
    responses=responses(*USUAL),
    summary="The same as :cancel",
)
async def cancel_case(
    request: Request, case_id: PathId, admitted: Annotated[Admitted, allowed(Action.RUN_LOOKUP, the_case)]
) -> Cancelled:
    cancelled = await house_of(request).store.cancel(admitted.who.tenant, case_id)
    return Cancelled(case_id=case_id, cancelled=cancelled)


@router.post(
    "/v1/cases/{case_id}:reveal",
    response_model=Revealed,
    response_model_exclude_unset=True,
    responses=responses(*WITH_BODY),
    summary="See an SSN or a birth date in clear; audited and limited",
)
async def reveal(
    request: Request,
    case_id: PathId,
    body: RevealIn,
    admitted: Annotated[Admitted, allowed(Action.REVEAL, the_case_to_reveal)],
) -> Revealed:
    subject = (await case_of(house_of(request), admitted)).subject
    found = {
        "ssn": subject.ssn or (f"***-**-{subject.ssn4}" if subject.ssn4 else None),
        "birth_date": str(subject.birth_date) if subject.birth_date else None,
    }
    return Revealed(case_id=case_id, **{name: found[name] for name in body.fields})


@router.post(
    "/v1/cases/{case_id}:export",
    response_class=Response,
    responses={**responses(*USUAL), 200: BUNDLE},
    summary="Everything about a case for an examiner: a signed bundle (JSON, PROV-JSON, HTML, proof) as a zip file",
)
async def export_case(
    request: Request, case_id: PathId, admitted: Annotated[Admitted, allowed(Action.EXPORT, the_case_to_export)]
) -> Response:
    house, now = house_of(request), house_of(request).clock.now()
    await house.store.audit.note(AuditEvent(now, "audit.exported", case_id, "case"))
    try:
        dossier = await gather(house.store, admitted.who.tenant, case_id)
    except BadInput:
        raise not_found() from None
    files = signed(await files_of(dossier, house.store, now), f"case {case_id}", house.store.audit.signer, now)
    return Response(await asyncio.to_thread(zipped, files), media_type=ZIP)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def terms_of(
    house: House, admitted: Admitted, *, purpose: str, certified_by: str, budget: Decimal | None, batch_id: str = ""
) -> Terms:
    """What holds for the cases of one request. The tenant is the key's, never the body's. Raises Problem."""
    now = house.clock.now()
    if budget is not None and budget > house.case_budget:
        raise invalid("budget", f"is more than one case may spend here ({house.case_budget:f} US dollars)")
    try:
        declared = read_purpose(purpose, certified_by, now)
    except BadInput as error:
        raise invalid(error.field.replace("-", "_"), error.reason) from None
    most = house.case_budget if budget is None else budget
    who = admitted.who
    return Terms(declared, who.principal_id, most, now.date(), who.tenant, batch_id)


async def case_of(house: House, admitted: Admitted) -> Case:
    case = await house.store.case(admitted.held.case_id)
    if case is None or case.tenant != admitted.who.tenant:
        raise not_found()
    return case


def _view(case: Case, job: Job | None) -> CaseView:
    of_job: dict[str, Any] = {"state": None, "lane": None, "reason": "", "trace_id": ""}
    of_job |= dict.fromkeys(("accepted_at", "started_at", "finished_at"))
    if job is not None:
        of_job = {name: getattr(job, name) for name in of_job}
    return CaseView(
        case_id=case.case_id,
        account_id=case.account.account_id,
        batch_id=case.batch_id,
        as_of=case.as_of,
        budget=case.budget,
        purpose=sorted(case.purpose.codes),
        certified_by=case.purpose.certified_by,
        requester=case.requester,
        subject=_masked(case.subject),
        **of_job,
    )


def _masked(subject: Subject) -> SubjectView:
    return SubjectView(
        names=[name.text for name in subject.names],
        birth_date=STAR_DATE if subject.birth_date else None,
        ssn=STAR_SSN if subject.ssn or subject.ssn4 else None,
        addresses=[seen.address.text for seen in subject.addresses],
        phones=[seen.number for seen in subject.phones],
        emails=[seen.email for seen in subject.emails],
    )
