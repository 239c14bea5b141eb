"""What the API refuses, named by what the caller does next."""

from __future__ import annotations

from typing import Any

from skiptrace.errors import SkiptraceError


class ApiError(SkiptraceError):
    """The API answered with a problem. ``problem`` is the last word of its type, ``errors`` its fields and reasons."""

    def __init__(self, status: int, problem: str, detail: str, errors: tuple[tuple[str, str], ...] = ()) -> None:
        fields = "; ".join(f"{field} {reason}" for field, reason in errors)
        super().__init__(f"{status} {problem}: {detail}" + (f" ({fields})" if fields else ""))
        self.status = status
        self.problem = problem
        self.errors = errors


class NotAllowed(ApiError):
    """401 or 403: the key is not valid, or not for this."""


class NotFound(ApiError):
    """404: there is no such thing, or not for this key."""


class InvalidRequest(ApiError):
    """400, 413, 415 or 422: mend the request; ``errors`` name the fields."""


class SameKeyOtherRequest(ApiError):
    """The idempotency key came with another request before: use a new one."""


class TryAgain(ApiError):
    """409, 429, 503 and the like: send the same again, with the same key, after ``retry_after`` seconds."""

    def __init__(self, status: int, problem: str, detail: str, retry_after: float) -> None:
        super().__init__(status, problem, detail)
        self.retry_after = retry_after


class Unreachable(SkiptraceError):
    """No answer came. Whether the request arrived is not known: send it again with the same idempotency key."""


def error_of(status: int, body: dict[str, Any], retry_after: str | None) -> ApiError:
    """The error that a problem means."""
    problem, detail = str(body.get("type", "")).rpartition(":")[2], str(body.get("detail", ""))
    errors = tuple((str(e.get("field", "")), str(e.get("reason", ""))) for e in body.get("errors", ()))
    if problem == "idempotency-mismatch":
        return SameKeyOtherRequest(status, problem, detail)
    if status in (408, 409, 429) or status >= 500:
        return TryAgain(status, problem, detail, float(retry_after) if retry_after else 1.0)
    kinds = {401: NotAllowed, 403: NotAllowed, 404: NotFound}
    return kinds.get(status, InvalidRequest)(status, problem, detail, errors)
