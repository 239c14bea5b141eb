"""The one place where the HTTP door asks who is there and whether they may.

Every guarded route is declared with ``allowed(action, where)``. Before its body is read the key is checked and the
function is allowed or not; then ``where`` finds the object within the key's tenant, the matrix decides, and the
decision is audited and counted before anything is shown. A route without a declaration does not start.
"""

from __future__ import annotations

import asyncio
import hashlib
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.responses import Response

from skiptrace.access import (
    MATRIX,
    Action,
    Need,
    Principal,
    Role,
    Scope,
    Verdict,
    digest,
    is_key,
    key_id_of,
    may,
    may_at_all,
)
from skiptrace.access.keys import PREFIX
from skiptrace.errors import StoreError
from skiptrace.model import AccountFact, Fact
from skiptrace.privacy import Actor, AuthMethod, SignedIn, acting
from skiptrace.stores.looking import Look
from skiptrace.stores.principals import Held
from skiptrace.web import once
from skiptrace.web.bodies import SafeRequest
from skiptrace.web.house import House, house_of
from skiptrace.web.problems import Problem, as_problem, not_found, unavailable
from skiptrace.web.sign_in import is_token

SECONDS = 30.0
"""A request that is not a stream is answered within this time."""


class _Opaque(Convertor[str]):
    """An id in a path. It holds no colon, so that ``{case_id:opaque}`` leaves ``{case_id}:cancel`` alone."""

    regex = "[^/:]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("opaque", _Opaque())

_NO_KEY = digest("")
_HUMANS = frozenset({Role.COLLECTOR, Role.SUPERVISOR, Role.COMPLIANCE})
_SHOWS_A_PERSON = frozenset({Action.VIEW_CASE, Action.REVEAL})
_log = structlog.get_logger("skiptrace.web")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who came in, and the object that they may touch."""

    who: Principal
    held: Held


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about: the object if the tenant has it, and what came with it."""

    held: Held | None
    offered: frozenset[Need] = frozenset()
    note: str = ""
    collection: bool = False


Where = Callable[..., Awaitable[Asked]]
"""Finds the object of a request; a FastAPI dependency."""


def allowed(action: Action, where: Where) -> Any:
    """Declare what a route does and to what. The endpoint gets ``Admitted``."""

    found = Depends(where)

    async def check(request: Request, asked: Asked = found) -> Admitted:
        return await _decide(house_of(request), request.state.who, action, asked)

    check.action = action  # type: ignore[attr-defined]
    return Depends(check)


def action_of(route: APIRoute) -> Action | None:
    """What a route was declared to do."""
    found = [getattr(one.call, "action", None) for one in route.dependant.dependencies]
    return next((action for action in found if action is not None), None)


class GuardedRoute(APIRoute):
    """A route behind the guard. ``long`` ones are streams, which may take their time."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if action_of(self) is None:
            raise TypeError(f"{path} does not say what it does: declare it with allowed(...)")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        marks = self.openapi_extra or {}
        keyed, long = marks.get("x-idempotency", ""), bool(marks.get("x-stream"))

        async def guarded(request: Request) -> Response:
            safe = SafeRequest(request.scope, request.receive)
            try:
                async with asyncio.timeout(None if long else SECONDS):
                    who, signed_in = await enter(safe)
                    safe.state.who = who
                    _function(who, action_of(self))
                    with acting(Actor(who.principal_id, who.tenant, signed_in=signed_in)):
                        return await once.answered(safe, who, keyed, handle) if keyed else await handle(safe)
            except Exception as error:  # noqa: BLE001 - nothing of it may reach the caller or a log but its kind
                return _problem(error).response()

        return guarded


async def enter(request: Request) -> tuple[Principal, SignedIn]:
    """The principal of the request's key, and how they signed in.

    Raises Problem: 400 for a key in the URL, 401 without a valid key.
    """
    if any(key.lower() in _NAMES or PREFIX in value for key, value in request.query_params.multi_items()):
        raise Problem(400, "key-in-url", "a key was sent in the URL, where logs keep it: revoke it, use a header")
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return await principal_of(house_of(request), text.strip() if scheme.lower() == "bearer" else "")


_NAMES = frozenset({"key", "api_key", "apikey", "token", "access_token", "authorization"})


async def principal_of(house: House, key: str, *, fresh: bool = False) -> tuple[Principal, SignedIn]:
    """Of an API key, or of an access token; a ``fresh`` one was got by signing in just now. Raises Problem 401.

    The row is read each time, so that a revocation counts from the next request on.
    """
    if house.sign_in is not None and is_token(key):
        return await house.sign_in.principal(key, house.access, house.clock.now(), fresh=fresh)
    holder = await house.access.holder(key_id_of(key)) if key_id_of(key) else None
    fits = is_key(key, holder.digest if holder else _NO_KEY)
    if holder is None or not fits or not holder.active or not holder.record.holds(house.clock.now()):
        raise _no_key()
    if house.sign_in is not None and house.sign_in.mine.require_mfa and holder.principal.role is not Role.SERVICE:
        raise _no_key()  # a key shows one factor
    return holder.principal, SignedIn(AuthMethod.API_KEY, holder.record.key_id, Fact.NO)


def _no_key() -> Problem:
    headers = {"WWW-Authenticate": 'Bearer realm="skiptrace"'}
    return Problem(401, "no-key", "a valid API key is needed: Authorization: Bearer sktr_…", headers=headers)


def _function(who: Principal, action: Action | None) -> None:
    """What the role may not do at all is refused before the request is looked at."""
    verdict = may_at_all(who, action) if action else Verdict(False, 403, "the route is not declared")
    if not verdict.allowed:
        raise _refusal(verdict)


async def _decide(house: House, who: Principal, action: Action, asked: Asked) -> Admitted:
    """Ask the matrix, write the decision down, count it. Raises Problem."""
    held = asked.held or Held("unknown", "", "", Scope.FOREIGN)
    verdict = may(who, action, held.scope, asked.offered)
    if asked.collection and verdict.status == 404:
        verdict = Verdict(False, 403, f"{action} for a whole tenant is not for the role {who.role}")
    look = Look(who, action, held.about, held.account_id, verdict, house.clock.now(), MATRIX.limit(who.role, action))
    if not await house.access.look(await _with_person(house, look, held, asked.note)):
        raise Problem(429, "too-often", f"{action} was done too often by this principal", headers=_AN_HOUR)
    if not verdict.allowed:
        raise _refusal(verdict)
    return Admitted(who, held)


_AN_HOUR = {"Retry-After": "3600"}


async def _with_person(house: House, look: Look, held: Held, note: str) -> Look:
    """For people who look at people: whose marks they see, so that snooping is noticed."""
    look = replace(look, note=note)
    watched = look.verdict.allowed and look.who.role in _HUMANS and look.action in _SHOWS_A_PERSON
    case = await house.store.case(held.case_id) if watched and held.case_id else None
    if case is None:
        return look
    protected = case.account.fact(AccountFact.PROTECTED_PERSON) is Fact.YES
    return replace(look, subject=house.access.marks(case.subject), protected=protected)


def _refusal(verdict: Verdict) -> Problem:
    return not_found() if verdict.status == 404 else Problem(verdict.status, "not-allowed", verdict.reason)


def _problem(error: Exception) -> Problem:
    if isinstance(error, HTTPException | RequestValidationError):
        return as_problem(error)
    if isinstance(error, StoreError):
        return unavailable()
    if isinstance(error, TimeoutError):
        return unavailable("the request took too long; send it again")
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    fault = hashlib.blake2b(f"{type(error).__name__} {where}".encode(), digest_size=6).hexdigest()
    _log.error("request failed", fault=fault, error=type(error).__name__, where=where)
    return Problem(500, "fault", f"a fault of ours, number {fault}; the log names its place")
