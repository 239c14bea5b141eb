"""What is left of a quota, and whether it lasts."""

from __future__ import annotations

from datetime import UTC, datetime

from skiptrace.limits.forecast import Quota, quotas
from skiptrace.model import Limits

NOON_OF_THE_TENTH = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = 3_600


def test_a_quota_that_lasts_has_no_end() -> None:
    (day,) = quotas(Limits(per_day=100), day=50, month=400, now=NOON_OF_THE_TENTH)
    assert day == Quota("day", 100, 50, None)


def test_one_that_does_not_runs_out_at_the_pace_so_far() -> None:
    (day,) = quotas(Limits(per_day=100), day=75, month=400, now=NOON_OF_THE_TENTH)
    assert day == Quota("day", 100, 25, 4 * HOUR)


def test_a_month_is_its_own_length() -> None:
    (month,) = quotas(Limits(per_month=1_000), day=0, month=950, now=NOON_OF_THE_TENTH)
    assert (month.left, month.runs_out_in) == (50, 50 * 9.5 * 24 * HOUR / 950)


def test_used_up_is_now_and_unused_is_never() -> None:
    day, month = quotas(Limits(per_day=5, per_month=9), day=7, month=0, now=NOON_OF_THE_TENTH)
    assert (day.left, day.runs_out_in) == (0, 0.0)
    assert (month.left, month.runs_out_in) == (9, None)


def test_no_quota_no_forecast() -> None:
    assert not quotas(Limits(per_second=5), day=7, month=7, now=NOON_OF_THE_TENTH)
