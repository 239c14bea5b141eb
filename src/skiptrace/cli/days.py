"""Days as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from skiptrace.errors import BadInput


def whole_days(first: str, last: str) -> tuple[datetime, datetime]:
    """From the start of the first day to the end of the last, in UTC. Raises BadInput."""
    try:
        since, until = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise BadInput("days", "are given as --from YYYY-MM-DD --to YYYY-MM-DD") from None
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return start, datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=1)
