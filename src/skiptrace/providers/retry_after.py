"""What a vendor says of our pace: ``Retry-After`` (RFC 9110 10.2.3) and the vendors' own reset and quota headers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

_HEADERS = ("retry-after", "x-ratelimit-reset", "x-rate-limit-reset")
"""RFC 9110: seconds or an HTTP date. People Data Labs: an ISO timestamp. Lob: seconds since 1970."""
_LEFT = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
"""A number; at People Data Labs a JSON object of them, by period, with null where there is no limit."""
_EPOCH_FROM = 1_000_000_000
"""A reset number from here on is a moment (2001 or later), below it a number of seconds."""


def wait_asked_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from ``now`` until the vendor wants to be asked again; None when it does not say so readably."""
    for name in _HEADERS:
        value = headers.get(name, "").strip()
        if value and (seconds := _seconds(value, now)) is not None:
            return max(0.0, seconds)
    return None


def quota_left(headers: Mapping[str, str]) -> int | None:
    """How many requests the vendor says remain, of the tightest quota it names; None when it does not say."""
    for name in _LEFT:
        if name not in headers:
            continue
        try:
            value = orjson.loads(headers[name])
        except orjson.JSONDecodeError:
            continue
        stated = value.values() if isinstance(value, dict) else (value,)
        numbers: list[float] = [number for number in stated if type(number) in (int, float)]
        if numbers:
            return max(0, math.floor(min(numbers)))
    return None


def _seconds(value: str, now: datetime) -> float | None:
    try:
        number = float(value)
    except ValueError:
        moment = _moment(value)
        return (moment - now).total_seconds() if moment else None
    if not math.isfinite(number):
        return None
    return number - now.timestamp() if number >= _EPOCH_FROM else number


def _moment(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, TypeError, IndexError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
