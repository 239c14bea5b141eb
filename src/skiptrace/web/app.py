"""The application: routes, headers, errors, and an OpenAPI document that says what is so."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skiptrace.access import MATRIX
from skiptrace.web import (
    accounts,
    batches,
    bulk,
    cases,
    doubts,
    permits,
    privacy,
    problems,
    quarantine,
    reviews,
    third_parties,
    traces,
)
from skiptrace.web.guard import GuardedRoute, action_of
from skiptrace.web.house import House, house_of
from skiptrace.web.problems import responses, unavailable

PUBLIC = frozenset({"/healthz", "/readyz"})
"""Paths that need no key. They tell nothing but that the service is there."""

_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Health(BaseModel):
    status: str


public = APIRouter(tags=["health"])


@public.get("/healthz", summary="The process answers")
async def healthz() -> Health:
    return Health(status="ok")


@public.get("/readyz", responses=responses(503), summary="The database answers")
async def readyz(request: Request) -> Health:
    house = house_of(request)
    try:
        await house.access.holder("")
    except Exception:  # noqa: BLE001 - whatever it is, this process cannot serve
        raise unavailable() from None
    return Health(status="ok")


_PARTS = (cases, bulk, traces, third_parties, accounts, batches, quarantine, doubts, reviews, permits, privacy)

PARTS = (public, *(part.router for part in _PARTS))

ROUTES = tuple(route for part in PARTS for route in part.routes if isinstance(route, APIRoute))
"""Everything that answers."""


class _Headers:
    """Adds the security headers to every response; a page that a browser shows may do nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def create_app(house: House, *, docs: bool = False) -> FastAPI:
    """The ASGI application. ``docs`` serves the OpenAPI document and pages to read it, without a key."""
    app = FastAPI(
        title="skiptrace",
        version=version("skiptrace"),
        description="Submit accounts to be traced, read verified contacts with their grants and provenance.",
        openapi_url="/openapi.json" if docs else None,
        docs_url="/docs" if docs else None,
        redoc_url=None,
        redirect_slashes=False,
        # its spans carry the path as the caller wrote it, its log records the errors with their messages
        telemetry={"tracing": False, "logs": False},
    )
    app.state.house = house
    for part in PARTS:
        app.include_router(part)
    problems.install(app, _methods_at)
    app.add_middleware(_Headers)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _methods_at(path: str) -> list[str]:
    return sorted({method for route in ROUTES if route.path_regex.match(path) for method in route.methods or ()})


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = made.setdefault("components", {})
        schema = problems.ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        parts.setdefault("schemas", {}).update({**schema.pop("$defs", {}), "Problem": schema})
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "sktr_…"}}
        for route in ROUTES:
            _describe(made["paths"][route.path_format], route)
        app.openapi_schema = made
    return app.openapi_schema


def _describe(path: dict[str, Any], route: APIRoute) -> None:
    """What the matrix says of a route: it needs a key, and who may."""
    for method in sorted(route.methods or ()):
        action = action_of(route)
        operation = path[method.lower()]
        if isinstance(route, GuardedRoute) and action is not None:
            cells = MATRIX.entries[action].cells
            operation["security"] = [{"key": []}]
            operation["x-action"] = action.value
            operation["description"] = f"Action `{action}`: {', '.join(sorted(role for role in cells))}."
