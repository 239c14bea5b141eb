"""Errors as ``application/problem+json`` (RFC 9457). No problem repeats a value that came with the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from skiptrace.intake import FIELDS
from skiptrace.intake import Problem as FieldProblem

MEDIA_TYPE = "application/problem+json"
_URN = "urn:skiptrace:problem:"


class FieldError(BaseModel):
    """One field and what is wrong with it."""

    field: str
    reason: str


class ProblemBody(BaseModel):
    """RFC 9457. ``type`` ends in a word that programs can switch on."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class Problem(HTTPException):
    """An answer that is not what was asked for."""

    def __init__(
        self,
        status: int,
        word: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.word = word
        self.errors = tuple(errors)

    def response(self) -> Response:
        body = {
            "type": _URN + self.word,
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": self.detail,
            "errors": [{"field": e.field, "reason": e.reason} for e in self.errors],
        }
        return Response(orjson.dumps(body), self.status_code, self.headers, MEDIA_TYPE)


def not_found() -> Problem:
    """The same for what does not exist and for what is not for the one who asks."""
    return Problem(404, "not-found", "there is no such thing here")


def invalid(field: str, reason: str) -> Problem:
    """One field is wrong in a way that the schema cannot say."""
    return Problem(422, "invalid", f"{field} {reason}", errors=[FieldProblem(field, reason)])


def unavailable(detail: str = "the database is away; nothing of this request was accepted") -> Problem:
    return Problem(503, "unavailable", detail, headers={"Retry-After": "5"})


def install(app: FastAPI, methods_at: Callable[[str], Sequence[str]]) -> None:
    """Whatever Starlette or FastAPI would say in its own words is said as a problem.

    ``methods_at`` tells all methods of a path; Starlette itself names only those of the first route that fits.
    """

    def of_http(request: Request, error: Exception) -> Response:
        response = as_problem(error).response()
        if response.status_code == 405:
            response.headers["Allow"] = ", ".join(methods_at(request.url.path))
        return response

    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_http)


def as_problem(error: Exception) -> Problem:
    """The problem that an exception of the framework means."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return Problem(
            422, "invalid", "the request does not fit the schema", errors=[_field_problem(e) for e in error.errors()]
        )
    if isinstance(error, HTTPException):
        words = {404: ("not-found", "there is no such thing here"), 405: ("method", "this path has no such method")}
        word, detail = words.get(error.status_code, ("request", "the request cannot be read"))
        return Problem(error.status_code, word, detail, headers=error.headers)
    raise TypeError(type(error).__name__)


def _field_problem(detail: Mapping[str, Any]) -> FieldProblem:
    """Where and why; the name of an unknown field is left out, because it may be anything."""
    where = [str(part) for part in detail["loc"] if part not in ("body", "path", "query", "header")]
    if detail["type"] == "extra_forbidden":
        return FieldProblem(".".join(where[:-1]) or "body", "has a field that the schema does not know")
    if detail["type"] == "missing":
        return FieldProblem(".".join(where) or "body", "is missing")
    return FieldProblem(".".join(_known_parts(where)) or "body", str(detail["msg"]))


def _known_parts(where: Sequence[str]) -> list[str]:
    """Parts of a path that the schema names. Keys of an account are the sender's own words unless they are fields."""
    if "account" in where:
        cut = where.index("account") + 1
        where = [*where[:cut], *(part for part in where[cut : cut + 1] if part in FIELDS)]
    return [part if part.isidentifier() or part.isdigit() or part == "line 1" else "…" for part in where]


_MEANINGS = {
    400: "the request cannot be read, or a header that it needs is missing",
    401: "no valid API key",
    403: "the role or the key may not do this",
    404: "no such thing, or not for this principal",
    405: "no such method",
    408: "the body did not arrive in time",
    409: "a request with the same Idempotency-Key is under way",
    413: "the body is too large",
    415: "the body is not application/json",
    422: "a field is wrong, or the Idempotency-Key came with another payload before",
    429: "too often; see Retry-After",
    500: "a fault of ours; the detail has an id to report",
    503: "the database is away, nothing was accepted; see Retry-After",
}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route documents its problems."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in statuses}
