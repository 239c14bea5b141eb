"""Calling hours: the computed cases by name, and every zone against a minute-by-minute oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.compliance.windows import TZDATA, Hours, QuietDays, Window, earliest_day, tz, windows
from skiptrace.compliance.zones import _area_codes, _zip_table, zones_of_address, zones_of_phone
from skiptrace.model import Address, Inconvenient

HOURS = Hours(time(8, 1), time(20, 59))
EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
PHOENIX, ALASKA, HAWAII, GUAM = "America/Phoenix", "America/Anchorage", "Pacific/Honolulu", "Pacific/Guam"
WINTER, SUMMER = date(2026, 1, 5), date(2026, 7, 6)


def shown(zones: set[str] | frozenset[str], day: date, zone: str) -> str:
    """The window of a local day as a dialler shows it: both ends inclusive to the minute."""
    midnight = datetime.combine(day, time(0), tz(zone))
    [window] = [w for w in windows(zones, HOURS, midnight, 1) if w.start.astimezone(tz(zone)).date() == day]
    last = window.end - timedelta(minutes=1)
    return f"{window.start.astimezone(tz(zone)):%H:%M}-{last.astimezone(tz(zone)):%H:%M}"


def at_home(state: str, zip_code: str) -> frozenset[str]:
    return zones_of_address(Address("118 Alder Ct", "", "Anytown", state, zip_code))


TUBA_CITY, PERRY_COUNTY, INDIANAPOLIS = at_home("AZ", "86045"), at_home("IN", "47586"), at_home("IN", "46204")
NUMBER_812, NUMBER_219 = zones_of_phone("+18125550142"), zones_of_phone("+12195550142")


@pytest.mark.parametrize(
    ("zones", "day", "seen_from", "expected"),
    [
        pytest.param({EASTERN, PACIFIC}, WINTER, EASTERN, "11:01-20:59", id="Eastern number, Pacific home, winter"),
        pytest.param({EASTERN, PACIFIC}, SUMMER, EASTERN, "11:01-20:59", id="Eastern number, Pacific home, summer"),
        pytest.param({EASTERN, PACIFIC}, SUMMER, PACIFIC, "08:01-17:59", id="the same, seen from the Pacific"),
        pytest.param({EASTERN, HAWAII}, WINTER, EASTERN, "13:01-20:59", id="Eastern number, Honolulu, January"),
        pytest.param({EASTERN, HAWAII}, SUMMER, EASTERN, "14:01-20:59", id="Eastern number, Honolulu, July"),
        pytest.param(TUBA_CITY, WINTER, PHOENIX, "08:01-20:59", id="Tuba City, January"),
        pytest.param(TUBA_CITY, SUMMER, PHOENIX, "08:01-19:59", id="Tuba City, July: Navajo or not"),
        pytest.param({PHOENIX}, SUMMER, PHOENIX, "08:01-20:59", id="Phoenix only, July"),
        pytest.param(
            NUMBER_812 | PERRY_COUNTY, WINTER, CENTRAL, "08:01-19:59", id="812 number, Perry County (Central)"
        ),
        pytest.param(NUMBER_219 | INDIANAPOLIS, WINTER, EASTERN, "09:01-20:59", id="219 number, Indianapolis"),
        pytest.param({EASTERN, GUAM}, WINTER, EASTERN, "17:01-20:59", id="Eastern number, Guam"),
        pytest.param({EASTERN, PHOENIX}, date(2026, 3, 7), EASTERN, "10:01-20:59", id="the day before spring forward"),
        pytest.param({EASTERN, PHOENIX}, date(2026, 3, 8), EASTERN, "11:01-20:59", id="spring forward"),
        pytest.param({EASTERN, PHOENIX}, date(2026, 11, 1), EASTERN, "10:01-20:59", id="fall back"),
        pytest.param(
            {EASTERN, CENTRAL, MOUNTAIN, PACIFIC, ALASKA, HAWAII}, WINTER, EASTERN, "13:01-20:59", id="six state zones"
        ),
    ],
)
def test_window(zones: set[str], day: date, seen_from: str, expected: str) -> None:
    assert shown(zones, day, seen_from) == expected


def test_without_a_zone_there_is_no_window() -> None:
    assert windows(zones_of_phone("+18005550142"), HOURS, datetime(2026, 1, 5, tzinfo=UTC), 7) == ()


def test_zones_that_share_no_hour_leave_no_window() -> None:
    assert windows({EASTERN, "Asia/Kolkata"}, HOURS, datetime(2026, 1, 5, tzinfo=UTC), 7) != ()
    assert windows({EASTERN, "Asia/Shanghai"}, Hours(time(9), time(17)), datetime(2026, 1, 5, tzinfo=UTC), 7) == ()


def test_each_edge_says_what_binds_it() -> None:
    window = windows({EASTERN, PACIFIC}, HOURS, datetime(2026, 1, 5, 17, tzinfo=UTC), 1)[0]

    assert window.opened_by == "08:01 America/Los_Angeles"
    assert window.closed_by == "20:59 America/New_York"


def test_inconvenient_hours_are_cut_out() -> None:
    lunch = Inconvenient(frozenset({0}), time(12), time(13), "consumer: lunch")
    monday = datetime(2026, 1, 5, 13, tzinfo=UTC)

    before, after = [w for w in windows({EASTERN}, HOURS, monday, 1, (lunch,)) if w.start.date() == monday.date()]

    assert before.end == datetime(2026, 1, 5, 17, tzinfo=UTC)
    assert before.closed_by == "consumer: lunch"
    assert after.start == datetime(2026, 1, 5, 18, tzinfo=UTC)


def test_inconvenient_until_midnight_takes_the_evening() -> None:
    evening = Inconvenient(frozenset(range(7)), time(18), time(0))
    window = windows({EASTERN}, HOURS, datetime(2026, 1, 5, 14, tzinfo=UTC), 1, (evening,))[0]

    assert window.end == datetime(2026, 1, 5, 23, tzinfo=UTC)


def test_a_quiet_day_is_shut_in_every_zone_and_the_next_is_open() -> None:
    saturday = datetime(2026, 1, 3, 6, tzinfo=UTC)
    quiet = QuietDays(frozenset({6}), frozenset({date(2026, 1, 6)}))

    found = windows({EASTERN, PACIFIC}, HOURS, saturday, 5, quiet=quiet)

    assert [w.start.astimezone(tz(EASTERN)).date().day for w in found] == [3, 5, 7]


def test_the_release_of_the_time_zone_data_is_known() -> None:
    assert TZDATA.split(".")[0].isdigit()


# --- against an oracle that never computes a window: it walks the minutes and reads each local clock -----------------

TABLE_ZONES = sorted(set().union(*_area_codes().values(), *_zip_table().zones))
DST_EDGES = [date(2026, 3, 7), date(2026, 3, 8), date(2026, 10, 31), date(2026, 11, 1)]
"""Each start covers two days."""
MINUTES = 2 * 24 * 60


@cache
def open_minutes(zone: str, start: datetime) -> np.ndarray:
    clock = ZoneInfo(zone)
    local = ((start + timedelta(minutes=n)).astimezone(clock) for n in range(MINUTES))
    return np.array([8 * 60 < t.hour * 60 + t.minute < 21 * 60 for t in local])


def minutes_of(found: tuple[Window, ...], start: datetime) -> np.ndarray:
    inside = np.zeros(MINUTES, dtype=bool)
    for window in found:
        first, last = (int((edge - start).total_seconds() // 60) for edge in (window.start, window.end))
        inside[max(first, 0) : max(last, 0)] = True
    return inside


def agrees(zones: frozenset[str], start: datetime) -> bool:
    oracle = np.logical_and.reduce([open_minutes(zone, start) for zone in zones])
    return bool((minutes_of(windows(zones, HOURS, start, 2), start) == oracle).all())


@pytest.mark.parametrize("day", DST_EDGES, ids=str)
def test_every_area_code_with_every_zone_agrees_with_the_oracle_around_the_clock_changes(day: date) -> None:
    start = datetime.combine(day, time(0), UTC)
    pairs = {zones | {home} for zones in _area_codes().values() for home in TABLE_ZONES}

    assert [sorted(zones) for zones in pairs if not agrees(zones, start)] == []


@settings(max_examples=25, deadline=None)
@given(
    zones=st.frozensets(st.sampled_from(TABLE_ZONES), min_size=1, max_size=4),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_random_zones_on_random_dates_agree_with_the_oracle(zones: frozenset[str], start: datetime) -> None:
    assert agrees(zones, start.replace(second=0, microsecond=0))


@given(
    past=st.lists(st.dates(date(2026, 1, 1), date(2026, 1, 31)), max_size=12),
    most=st.integers(1, 7),
    days=st.integers(1, 30),
)
def test_the_earliest_day_is_the_first_that_keeps_the_cap(past: list[date], most: int, days: int) -> None:
    today = date(2026, 1, 31)
    first = earliest_day(past, today, most, days)

    def full(day: date) -> bool:
        return sum(0 <= (day - one).days < days for one in past) >= most

    assert not full(first)
    assert all(full(today + timedelta(n)) for n in range((first - today).days))
