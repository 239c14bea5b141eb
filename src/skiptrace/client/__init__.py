"""A small client of the HTTP API, for platforms written in Python."""

from skiptrace.client.client import Client
from skiptrace.client.errors import (
    ApiError,
    InvalidRequest,
    NotAllowed,
    NotFound,
    SameKeyOtherRequest,
    TryAgain,
    Unreachable,
)

__all__ = [
    "ApiError",
    "Client",
    "InvalidRequest",
    "NotAllowed",
    "NotFound",
    "SameKeyOtherRequest",
    "TryAgain",
    "Unreachable",
]
