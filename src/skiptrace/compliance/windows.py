"""When a person may be called: the hours of the rule, in every zone where the person may be, on every date.

Zones are IANA names, computed per calendar date from the ``tzdata`` package, so that a window survives a change of
daylight saving and a decision can name the release it was made with. Everything that leaves this module is in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import resources
from importlib.metadata import version
from zoneinfo import ZoneInfo

from skiptrace.model import Inconvenient

TZDATA = version("tzdata")
"""Release of the time-zone database that the windows are computed with."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in UTC, ``start <= t < end``; ``opened_by`` and ``closed_by`` say what binds each edge."""

    start: datetime
    end: datetime
    opened_by: str
    closed_by: str

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Hours:
    """Allowed local hours to the minute, both ends inclusive: 08:01-20:59 is "after 8 and before 9"."""

    opens: time
    closes: time

    def on(self, day: date, zone: str) -> Window:
        """The window of one calendar day in one zone. ``closes`` is the last allowed minute, so it is added whole."""
        start = datetime.combine(day, self.opens, tz(zone)).astimezone(UTC)
        end = datetime.combine(day, self.closes, tz(zone)).astimezone(UTC) + timedelta(minutes=1)
        return Window(start, end, f"{self.opens:%H:%M} {zone}", f"{self.closes:%H:%M} {zone}")


@dataclass(frozen=True, slots=True)
class QuietDays:
    """Whole local days on which nobody is contacted: an agency's own weekdays (0 is Monday) and holidays."""

    weekdays: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays or day in self.dates


NO_QUIET = QuietDays()


@cache
def tz(name: str) -> ZoneInfo:
    """The zone as the ``tzdata`` package defines it, whatever the operating system ships."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def windows(
    zones: Iterable[str],
    hours: Hours,
    since: datetime,
    days: int,
    barred: Sequence[Inconvenient] = (),
    *,
    quiet: QuietDays = NO_QUIET,
) -> tuple[Window, ...]:
    """All allowed windows from ``since`` on for so many days: within the hours in every zone at once.

    What the consumer barred, and days that are quiet in any of the zones, are cut out.

    Without zones there is no window: an unknown place has no safe hour.
    """
    names = sorted(set(zones))
    if not names:
        return ()
    since = since.astimezone(UTC)
    open_in_all = _of_zone(names[0], hours, since.date(), days)
    for name in names[1:]:
        open_in_all = _both(open_in_all, _of_zone(name, hours, since.date(), days))
    for name in names:
        for shut in barred:
            open_in_all = _without(open_in_all, _closed(name, shut, since.date(), days))
    if quiet != NO_QUIET:
        open_in_all = tuple(w for w in open_in_all if not _is_quiet(w, names, quiet))
    until = since + days * DAY
    return tuple(w for w in open_in_all if w.end > since and w.start < until)


def _is_quiet(window: Window, names: Iterable[str], quiet: QuietDays) -> bool:
    """Whether the window falls on a quiet day in any zone; in each it lies within one local day."""
    return any(window.start.astimezone(tz(name)).date() in quiet for name in names)


@lru_cache(maxsize=1024)
def _of_zone(zone: str, hours: Hours, first: date, days: int) -> tuple[Window, ...]:
    """One window per local date; a day is added at either end because a local date may begin a day off UTC."""
    return tuple(hours.on(first + n * DAY, zone) for n in range(-1, days + 2))


def _both(left: Sequence[Window], right: Sequence[Window]) -> tuple[Window, ...]:
    """Intersection of two ordered lists of windows; the later start and the earlier end bind."""
    met, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        opener = a if a.start >= b.start else b
        closer = a if a.end <= b.end else b
        if opener.start < closer.end:
            met.append(Window(opener.start, closer.end, opener.opened_by, closer.closed_by))
        i, j = (i + 1, j) if a.end <= b.end else (i, j + 1)
    return tuple(met)


def _closed(zone: str, shut: Inconvenient, first: date, days: int) -> tuple[Window, ...]:
    """The inconvenient stretches of one zone, as windows to take away."""
    stretches = []
    for n in range(-1, days + 2):
        day = first + n * DAY
        if day.weekday() in shut.weekdays:
            start = datetime.combine(day, shut.start, tz(zone))
            end = datetime.combine(day if shut.end > shut.start else day + DAY, shut.end, tz(zone))
            stretches.append(Window(start.astimezone(UTC), end.astimezone(UTC), shut.reason, shut.reason))
    return tuple(stretches)


def _without(opened: Sequence[Window], closed: Sequence[Window]) -> tuple[Window, ...]:
    left = list(opened)
    for shut in closed:
        rest = []
        for w in left:
            if shut.end <= w.start or w.end <= shut.start:
                rest.append(w)
                continue
            if w.start < shut.start:
                rest.append(Window(w.start, shut.start, w.opened_by, shut.opened_by))
            if shut.end < w.end:
                rest.append(Window(shut.end, w.end, shut.closed_by, w.closed_by))
        left = rest
    return tuple(left)


def earliest_day(past: Iterable[date], today: date, most: int, days: int) -> date:
    """First day from ``today`` on which one more event keeps every run of ``days`` days at ``most`` events or fewer."""
    counted = list(past)
    day = today
    while sum(day - days * DAY < one <= day for one in counted) >= most:
        day += DAY
    return day
