"""Idempotency-Key: the same key gives the same answer, however often and however concurrently it is sent.

As in draft-ietf-httpapi-idempotency-key-header: 400 without a key where one is required, 422 when it came with another
payload before, 409 while its first request is under way. Only answers that did something (2xx) are kept, for 48 hours.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.responses import Response

from skiptrace.access import Principal
from skiptrace.stores.promises import Asked, Claim, StoredResponse
from skiptrace.web.bodies import SafeRequest
from skiptrace.web.house import house_of
from skiptrace.web.problems import Problem

REQUIRED, OPTIONAL = "required", "optional"
HEADER = "Idempotency-Key"
_SHAPE = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("content-type", "location")

Handle = Callable[[Request], Awaitable[Response]]


def documented(need: str) -> dict[str, Any]:
    """How a route says that it takes the header."""
    schema = {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$", "minLength": 1, "maxLength": 255}
    header = {"name": HEADER, "in": "header", "required": need == REQUIRED, "schema": schema}
    return {"x-idempotency": need, "parameters": [header]}


async def answered(request: SafeRequest, who: Principal, need: str, handle: Handle) -> Response:
    """The first answer to this key, or a fresh one. Raises Problem."""
    key = request.headers.get(HEADER, "")
    request.state.idempotency_key = key
    if not key and need == OPTIONAL:
        return await handle(request)
    if not _SHAPE.fullmatch(key):
        raise Problem(400, "no-idempotency-key", f"{HEADER} is needed: 1 to 255 visible ASCII characters")
    access, at = house_of(request).access, house_of(request).clock.now()
    asked = Asked(who.tenant, key, await _hash(request, who), secrets.token_hex(8))
    claimed = await access.claim(asked, at)
    if claimed.claim is Claim.OTHER_PAYLOAD:
        raise Problem(422, "idempotency-mismatch", f"this {HEADER} came with another request before; use a new one")
    if claimed.claim is Claim.IN_FLIGHT:
        raise Problem(409, "in-flight", "the first request with this key is under way", headers={"Retry-After": "1"})
    if claimed.response is not None:
        kept = claimed.response
        return Response(kept.body, kept.status, dict(kept.headers))
    done = False
    try:
        response = await handle(request)
        if done := 200 <= response.status_code < 300:
            await access.answer(asked, _stored(response))
        return response
    finally:
        if not done:
            await access.forget(asked)


async def _hash(request: SafeRequest, who: Principal) -> bytes:
    head = "\0".join((request.method, request.url.path, who.principal_id))
    return hashlib.sha256(head.encode() + b"\0" + await request.body()).digest()


def _stored(response: Response) -> StoredResponse:
    headers = tuple((name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers)
    return StoredResponse(response.status_code, headers, bytes(response.body).decode())
