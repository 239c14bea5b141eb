"""Which object a request is about. Each finds it within the tenant of the key, and nowhere else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Request

from skiptrace.access import Need, Principal, Scope
from skiptrace.stores.principals import Held
from skiptrace.submitting import account_id_of
from skiptrace.web.guard import Asked, principal_of
from skiptrace.web.house import house_of
from skiptrace.web.problems import Problem
from skiptrace.web.shapes import ApprovalIn, AssignIn, CaseIn, GlassIn, OutcomeIn, PathAccount, PathId, RevealIn


def _who(request: Request) -> Principal:
    who: Principal = request.state.who
    return who


async def the_case(request: Request, case_id: PathId) -> Asked:
    house = house_of(request)
    return Asked(await house.access.case(_who(request), case_id, house.clock.now()))


async def the_case_to_reveal(request: Request, case_id: PathId, body: RevealIn) -> Asked:
    found = await the_case(request, case_id)
    note = " ".join((body.reason, *sorted(set(body.fields)), body.reference or ""))
    return Asked(found.held, frozenset({Need.REASON}), note.strip())


async def the_trace(request: Request, trace_id: PathId) -> Asked:
    house = house_of(request)
    return Asked(await house.access.trace(_who(request), trace_id, house.clock.now()))


async def the_trace_of_an_outcome(request: Request, body: OutcomeIn) -> Asked:
    return await the_trace(request, body.trace_id)


async def the_case_to_export(request: Request, case_id: PathId) -> Asked:
    """One case is far below what a second person has to sign."""
    found = await the_case(request, case_id)
    return Asked(found.held, frozenset({Need.SECOND_PERSON_ABOVE_LIMIT}))


async def the_account_to_export(request: Request, account_id: PathAccount) -> Asked:
    """One consumer is far below what a second person has to sign."""
    found = await the_account(request, account_id)
    return Asked(found.held, frozenset({Need.SECOND_PERSON_ABOVE_LIMIT}))


async def the_call(request: Request, call_id: PathId) -> Asked:
    house = house_of(request)
    return Asked(await house.access.call(_who(request), call_id, house.clock.now()))


async def the_account_to_erase(request: Request, account_id: PathAccount) -> Asked:
    """Asking for the signature is part of erasing; the erasure itself uses one up."""
    found = await the_account(request, account_id)
    return Asked(found.held, frozenset({Need.SECOND_PERSON}))


async def the_batch(request: Request, batch_id: PathId) -> Asked:
    house = house_of(request)
    return Asked(await house.access.batch(_who(request), batch_id, house.clock.now()))


async def the_account(request: Request, account_id: PathAccount) -> Asked:
    house = house_of(request)
    return Asked(await house.access.account(_who(request), account_id, house.clock.now()))


async def the_account_to_submit(request: Request, body: CaseIn) -> Asked:
    """An account need not be known yet; a collector may submit those that are assigned to them."""
    house, account_id = house_of(request), account_id_of(body.account)
    scope = await house.access.scope_of_account(_who(request), account_id, house.clock.now())
    return Asked(Held("submission", "", account_id, scope))


async def the_account_to_assign(request: Request, account_id: PathAccount, body: AssignIn) -> Asked:
    """To somebody else it needs nothing more; to oneself it needs a second person, whose signature is used up later."""
    found = await the_account(request, account_id)
    to_oneself = body.principal_id == _who(request).principal_id
    signed = not to_oneself or body.approval_id is not None
    return Asked(found.held, frozenset({Need.SECOND_PERSON_FOR_ONESELF}) if signed else frozenset())


async def the_assignment_to_approve(request: Request, body: ApprovalIn) -> Asked:
    """Asking for a signature is part of assigning."""
    found = await the_account(request, body.account_id)
    return Asked(found.held, frozenset({Need.SECOND_PERSON_FOR_ONESELF}))


async def behind_the_glass(
    request: Request, body: GlassIn, reauthenticate: Annotated[str, Header(alias="X-Reauthenticate")] = ""
) -> Asked:
    """Any account of the tenant, with a reason and the same key once more, or a token of having signed in just now."""
    house, who = house_of(request), _who(request)
    offered = {Need.REASON}
    try:
        again, _ = await principal_of(house, reauthenticate, fresh=True)
        if again == who:
            offered.add(Need.REAUTHENTICATION)
    except Problem:
        pass
    found = await house.access.account(who, body.account_id, house.clock.now())
    held = found and Held(found.about, found.case_id, found.account_id, Scope.TENANT)
    return Asked(held, frozenset(offered))


async def what_is_within_reach(request: Request) -> Asked:
    """A search finds nothing but what its principal reaches anyhow. What was searched for is in no trail."""
    return Asked(Held("search", "", "", Scope.OWN))


async def the_tenant(request: Request) -> Asked:
    """Everything of the tenant at once."""
    return Asked(Held(_who(request).tenant, "", "", Scope.TENANT), collection=True)
