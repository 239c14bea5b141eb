"""What is held on one consumer, for them; and how many consumers a data incident concerns."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from skiptrace.access import Action
from skiptrace.errors import BadInput
from skiptrace.privacy.bundles import signed
from skiptrace.providers import catalog
from skiptrace.reporting.disclosing import Disclosures
from skiptrace.reporting.incidents import Incidents
from skiptrace.stores.consumers import Incident
from skiptrace.web.cases import BUNDLE, USUAL, WITH_BODY, ZIP, zipped
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import house_of
from skiptrace.web.permits import act_of
from skiptrace.web.problems import invalid, not_found, responses
from skiptrace.web.shapes import DiscloseIn, IncidentIn, PathAccount, ReachView
from skiptrace.web.where import the_account_to_export, the_tenant

router = APIRouter(route_class=GuardedRoute, tags=["privacy"])


@router.post(
    "/v1/accounts/{account_id}:disclose",
    response_class=Response,
    responses={**responses(*WITH_BODY), 200: BUNDLE},
    summary="All that is held on the account's consumer, each part with its law: a signed bundle as a zip file",
)
async def post_disclose(
    request: Request,
    account_id: PathAccount,
    body: DiscloseIn,
    admitted: Annotated[Admitted, allowed(Action.EXPORT, the_account_to_export)],
) -> Response:
    house, act = house_of(request), act_of(house_of(request), admitted)
    await house.store.audit.note(act.event("consumer.disclosed", account_id, body.reason))
    try:
        found = await Disclosures(house.store, catalog.data_classes(), house.rules).of_account(
            act.tenant, account_id, act.at
        )
    except BadInput:
        raise not_found() from None
    files = signed({"consumer.json": found.document}, "consumer", house.store.audit.signer, act.at)
    return Response(await asyncio.to_thread(zipped, files), media_type=ZIP)


@router.post(
    "/v1/incidents:affected",
    response_model=ReachView,
    responses=responses(*USUAL, 422),
    summary="How many consumers, accounts and states a data incident concerns; skiptrace privacy affected lists them",
)
async def post_affected(
    request: Request, body: IncidentIn, admitted: Annotated[Admitted, allowed(Action.READ_AUDIT, the_tenant)]
) -> ReachView:
    house, act = house_of(request), act_of(house_of(request), admitted)
    if body.since >= body.until:
        raise invalid("until", "is not later than since")
    incident = Incident(body.since, body.until, body.of_provider or "", body.of_source or "")
    about = f"{incident.provider} {incident.source}".strip()
    await house.store.audit.note(act.event("incident.counted", "incident", about))
    reach = await Incidents(house.store, house.rules).reach(act.tenant, incident)
    return ReachView.model_validate(reach, from_attributes=True)
