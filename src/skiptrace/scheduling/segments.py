"""Which segment an account belongs to: the first whose conditions all hold."""

from __future__ import annotations

from datetime import date

from skiptrace.model import Account
from skiptrace.scheduling.policy import Policy, Segment


def segment_of(account: Account, today: date, policy: Policy) -> Segment:
    return next(segment for segment in policy.segments if _fits(account, today, segment))


def _fits(account: Account, today: date, segment: Segment) -> bool:
    age = (today - account.opened_on).days if account.opened_on else None
    return (
        _within(age, segment.age_from, segment.age_below)
        and _within(account.balance, segment.balance_from, segment.balance_below)
        and (not segment.payments or account.payment_history in segment.payments)
        and (not segment.responds or account.responsiveness in segment.responds)
    )


def _within(value: object, lowest: object, below: object) -> bool:
    """Between the bounds that are set. A value that is not known is within no bounds."""
    if lowest is None and below is None:
        return True
    if value is None:
        return False
    above_lowest = lowest is None or value >= lowest  # type: ignore[operator]
    return above_lowest and (below is None or value < below)  # type: ignore[operator]
