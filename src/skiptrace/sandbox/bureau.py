"""The simulated bureau as an HTTP application: vendors under their own prefixes, books and truth under guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from hmac import compare_digest
from secrets import token_urlsafe
from typing import TypeVar

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from skiptrace.sandbox.billing import Books, Charge, request_digest
from skiptrace.sandbox.faults import USUAL, Fault, Faults, Weather
from skiptrace.sandbox.truth import truths
from skiptrace.sandbox.vendors import open_vendors
from skiptrace.sandbox.vendors.wire import Asked, Told, Vendor
from skiptrace.sandbox.world import World

_GARBAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class _Wish(BaseModel):
    provider: str
    fault: Fault
    times: int = Field(default=1, ge=1, le=10_000)


_WISH, _NUMBERS = TypeAdapter(_Wish), TypeAdapter(list[str])

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]


class Bureau:
    """Everything behind the socket. ``token`` opens ``/_truth``, ``/_bill`` and ``/_faults``.

    ``vendors`` replaces the built-in ones: add your own, or pass those of an earlier bureau of the same world.
    """

    def __init__(self, world: World, weather: Weather = USUAL, vendors: Mapping[str, Vendor] | None = None) -> None:
        self.world = world
        self.token = token_urlsafe(32)
        self.books = Books()
        self.faults = Faults(world.seed, weather)
        self.vendors = open_vendors(world) if vendors is None else vendors

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/_truth/accounts", self._guarded(self._truth), methods=["POST"]),
                Route("/_bill", self._guarded(self._bill)),
                Route("/_faults", self._guarded(self._switch_faults), methods=["GET", "POST", "DELETE"]),
                Route("/{provider}{path:path}", self._ask, methods=["GET", "POST"]),
            ]
        )

    async def _ask(self, request: Request) -> Response:
        vendor = self.vendors.get(request.path_params["provider"])
        if vendor is None:
            return _json(404, {"error": f"no such provider; there are {', '.join(self.vendors)}"})
        asked = Asked(
            method=request.method,
            path=request.path_params["path"],
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.body(),
        )
        digest = request_digest(vendor.id, asked)
        await asyncio.sleep(self.faults.latency(digest))
        return self._reply(vendor, asked, digest)

    def _reply(self, vendor: Vendor, asked: Asked, digest: str) -> Response:
        fault = self.faults.strike(vendor.id, digest)
        if fault and fault.before_work:
            return self._refuse(vendor, fault)
        told = vendor.answer(asked)
        if fault is Fault.PARTIAL:
            told = vendor.partial(told)
        self._charge(vendor, told, digest)
        if fault is Fault.GARBAGE:
            return Response(_GARBAGE, media_type="text/html")
        reply = _json(told.status, told.payload, told.headers)
        if fault in {Fault.TRUNCATED, Fault.DRIP}:
            drip = self._drip(bytes(reply.body), cut=fault is Fault.TRUNCATED)
            return StreamingResponse(drip, reply.status_code, media_type="application/json")
        return reply

    def _charge(self, vendor: Vendor, told: Told, digest: str) -> None:
        if told.product:
            amount = vendor.terms[told.product].charge(told)
            if amount:
                self.books.enter(Charge(vendor.id, told.product, digest, amount))

    def _refuse(self, vendor: Vendor, fault: Fault) -> Response:
        if fault is Fault.SERVER_ERROR:
            return Response("Internal Server Error", 500, media_type="text/plain")
        after = self.faults.weather.retry_after
        if fault is Fault.UNAVAILABLE:
            return Response("Service Unavailable", 503, {"retry-after": str(after)}, media_type="text/plain")
        told = vendor.too_many(after if fault is Fault.RATE_LIMITED else None)
        return _json(told.status, told.payload, told.headers)

    async def _drip(self, body: bytes, *, cut: bool) -> AsyncIterator[bytes]:
        if cut:
            yield body[: len(body) // 2]
            raise ConnectionAbortedError("cut on purpose")
        for byte in body:
            yield bytes([byte])
            await asyncio.sleep(self.faults.weather.drip_seconds)

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            shown = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not compare_digest(shown.encode(), self.token.encode()):
                return _json(401, {"error": "this page needs the bureau's token"})
            return await handler(request)

        return guarded

    async def _truth(self, request: Request) -> Response:
        wanted = _read(_NUMBERS, await request.body())
        if wanted is None:
            return _json(422, {"error": "the body is a JSON array of account numbers"})
        return _json(200, [asdict(truth) for truth in truths(self.world, wanted)])

    async def _bill(self, _: Request) -> Response:
        return _json(200, self.books.invoice())

    async def _switch_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
        if request.method == "POST":
            wish = _read(_WISH, await request.body())
            if wish is None or wish.provider not in self.vendors:
                return _json(422, {"error": "name a provider and a fault", "faults": [str(fault) for fault in Fault]})
            self.faults.force(wish.provider, wish.fault, wish.times)
        return _json(200, self.faults.forced())


def _read(form: TypeAdapter[T], body: bytes) -> T | None:
    """None when the body does not have the form."""
    try:
        return form.validate_json(body)
    except ValidationError:
        return None


def _json(status: int, payload: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(payload), status, dict(headers or {}), media_type="application/json")
