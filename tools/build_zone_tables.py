"""Build the time-zone tables of ``skiptrace.compliance`` from the zipcodes and phonenumbers packages.

    .venv/bin/python tools/build_zone_tables.py

Writes ``zip_zones.tsv`` (runs of ZIP codes, then states) and ``area_code_zones.tsv``. A ZIP area is not a point: near a
zone boundary, and on the Navajo Nation, a ZIP carries every zone of its surroundings within its state.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
import zipcodes
from phonenumbers.timezone import TIMEZONE_DATA

DATA = Path(__file__).parent.parent / "src/skiptrace/compliance/data"
NEAR_KM = 20.0
NEAREST = 6
"""A ZIP carries the zones of its neighbours: those within NEAR_KM, and the NEAREST where the country is empty."""

REPAIRED = {"Napakiak": "America/Anchorage"}
"""A place name that stands in the zone column of the source."""

OVERLAYS = {"364": "270", "930": "812", "448": "850", "458": "541", "729": "423", "436": "440", "689": "407"}
"""Overlay area codes for which the library has no zone, too few or a wrong one: they take those of their parent."""

USUAL = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles")
"""The names preferred where several zones keep the same time."""

ALSO = {
    "America/New_York": {"36854", "36863", "36867", "36868", "36869", "36870", "36874", "36877"},
    "America/Chicago": {"79847"},
    "America/Denver": {"57532", "58838", "89825", "89883"},
}
"""ZIP codes that (also) keep another time than the source says: towns that follow the larger place across the line."""

SERVED_SHARE = 0.1
"""An area code takes the zone of this share of the ZIP codes it serves; less is a neighbour's border town."""

NO_STATE = {"AA", "AE", "AP", ""}


@dataclass(frozen=True)
class Zip:
    code: str
    state: str
    county: str
    zone: str
    lat: float
    long: float
    area_codes: tuple[str, ...]


def read_zips() -> list[Zip]:
    rows = [z for z in zipcodes.list_all() if z["state"] not in NO_STATE and z["timezone"]]
    zips = [
        Zip(
            z["zip_code"],
            z["state"],
            z["county"] or "",
            REPAIRED.get(z["timezone"], z["timezone"]),
            float(z["lat"]),
            float(z["long"]),
            tuple(z["area_codes"]),
        )
        for z in rows
    ]
    unknown = {z.zone for z in zips} - available_timezones()
    if unknown:
        raise SystemExit(f"zones that the tz database does not know: {sorted(unknown)}")
    return sorted(zips, key=lambda z: z.code)


def behaviour(zone: str) -> tuple[object, ...]:
    """Zones with the same offsets on these days are the same for a calling window."""
    return tuple(datetime(2026, month, 15, 12, tzinfo=ZoneInfo(zone)).utcoffset() for month in range(1, 13))


def distinct(zones: Iterable[str], own: str = "") -> tuple[str, ...]:
    """One zone of each behaviour: the place's own name for it, then the usual one."""
    order = ([own] if own else []) + sorted(zones, key=lambda zone: (zone not in USUAL, zone))
    seen: dict[tuple[object, ...], str] = {}
    for zone in order:
        seen.setdefault(behaviour(zone), zone)
    return tuple(sorted(seen.values()))


def distance_km(a: Zip, b: Zip) -> float:
    mean = math.radians((a.lat + b.lat) / 2)
    return math.hypot((a.lat - b.lat) * 111.2, (a.long - b.long) * 111.2 * math.cos(mean))


def on_navajo_nation(z: Zip) -> bool:
    """North-eastern Arizona, generously: daylight saving on Navajo land, none on Hopi land and around it."""
    return (
        z.state == "AZ"
        and z.lat >= 34.95
        and z.long >= -111.9
        and (z.lat >= 35.3 or z.county.startswith(("Apache", "Navajo")))
    )


def zones_of(z: Zip, split: dict[str, list[Zip]]) -> tuple[str, ...]:
    if on_navajo_nation(z):
        return ("America/Denver", "America/Phoenix")
    zones = {zone for zone, codes in ALSO.items() if z.code in codes}
    if z.lat and z.long:
        away = sorted((distance_km(z, other), other.zone) for other in split.get(z.state, ()) if other.lat)
        zones |= {zone for n, (km, zone) in enumerate(away) if km <= NEAR_KM or n <= NEAREST}
    return distinct(zones, own=z.zone)


def zip_lines(zips: list[Zip]) -> list[str]:
    by_state: dict[str, list[Zip]] = defaultdict(list)
    for z in zips:
        by_state[z.state].append(z)
    states = {state: distinct(zone for z in rows for zone in zones_of(z, {})) for state, rows in by_state.items()}
    split = {state: by_state[state] for state, zones in states.items() if len(zones) > 1}
    known = [(z.code, zones_of(z, split)) for z in zips]
    lines = []
    for zones, run in groupby(known, key=lambda pair: pair[1]):
        codes = [code for code, _ in run]
        lines.append(f"{codes[0]}\t{codes[-1]}\t{' '.join(zones)}")
    return lines + [f"{state}\t{state}\t{' '.join(zones)}" for state, zones in sorted(states.items())]


def us_area_codes(zips: list[Zip]) -> dict[str, set[str]]:
    """Area code to zones: those of the ZIP codes it serves, and those of the library's longer prefixes."""
    served: dict[str, Counter[str]] = defaultdict(Counter)
    for z in zips:
        for code in z.area_codes:
            served[code][z.zone] += 1
    us = {code for code in served if is_us(code)} | {c for c in map(str, range(201, 990)) if is_us(c)}
    table = {}
    for code in sorted(us):
        prefixes = {zone for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith("1" + code) for zone in zones}
        count = served[code]
        table[code] = prefixes | {zone for zone, n in count.items() if n >= SERVED_SHARE * count.total()}
    for overlay, parent in OVERLAYS.items():
        table[overlay] = set(table[parent])
    return table


def is_us(area_code: str) -> bool:
    number = phonenumbers.parse(f"+1{area_code}5550142")
    return phonenumbers.region_code_for_number(number) in ("US", "PR", "VI", "GU", "MP", "AS") and (
        phonenumbers.number_type(number)
        in (phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    )


def main() -> None:
    zips = read_zips()
    packages = f"zipcodes {zipcodes.__version__}, phonenumbers {phonenumbers.__version__}"
    source = f"# {packages}; built by tools/build_zone_tables.py\n"
    lines = zip_lines(zips)
    DATA.mkdir(exist_ok=True)
    (DATA / "zip_zones.tsv").write_text(source + "\n".join(lines) + "\n", encoding="utf-8")
    codes = us_area_codes(zips)
    rows = [f"{code}\t{' '.join(distinct(zones))}" for code, zones in sorted(codes.items()) if zones]
    (DATA / "area_code_zones.tsv").write_text(source + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(lines)} runs, {len(rows)} area codes; no zone: {sorted(c for c, z in codes.items() if not z)}")


if __name__ == "__main__":
    main()
