"""Compare two US addresses part by part. Numbers are compared exactly, words by what is known of their spellings."""

from __future__ import annotations

from typing import Literal

from rapidfuzz.distance import OSA

from skiptrace.matching.addresses.lastline import city_keys_of_zip
from skiptrace.matching.addresses.parsing import parse_address
from skiptrace.matching.addresses.streets import name_key
from skiptrace.matching.addresses.tables import STREET_ALIASES
from skiptrace.matching.addresses.values import AddressComparison, ParsedAddress
from skiptrace.matching.known_words import familiarity
from skiptrace.matching.zips import zips_of_city

Agreement = Literal["same", "possible", "different"]
Finding = tuple[Agreement, str]

_ANY_UNIT = frozenset({"#", "UNIT"})
_SPACES = frozenset({"LOT", "SPC", "TRLR", "SLIP", "#", "UNIT"})
_ROOMS = frozenset({"APT", "#", "UNIT", "PH"})
_OFFICES = frozenset({"STE", "#", "UNIT", "RM", "OFC"})


def compare_addresses(
    a: ParsedAddress | str | bytes | None, b: ParsedAddress | str | bytes | None
) -> AddressComparison:
    """Both addresses are one delivery point: number, street, unit, city and ZIP code agree."""
    a = a if isinstance(a, ParsedAddress) else parse_address(a)
    b = b if isinstance(b, ParsedAddress) else parse_address(b)
    if a.kind == b.kind == "street" and a.number_key and b.number_key:
        if a.number_key == b.number_key:
            if _agrees_throughout(a, b):
                return AddressComparison("same", (f"both are {a.number_key} {a.name} {a.suffix}, {a.city} {a.zip5}",))
        elif a.number_key.isdigit() and b.number_key.isdigit():
            return AddressComparison("different", (f"house number {a.number_key} and {b.number_key}",))
    delivery, reason = _compare_delivery(a, b)
    if delivery == "different":
        return AddressComparison("different", (reason,))
    area, where = compare_areas(a, b)
    if area == "different":
        return AddressComparison("different", (where,))
    unit, which = compare_units(a, b)
    reasons = tuple(text for text in (reason, where, which) if text)
    if unit == "different":
        sure = delivery == "same" and area == "same"
        return AddressComparison("different_unit" if sure else "different", reasons)
    agrees = delivery == area == unit == "same"
    return AddressComparison("same" if agrees else "possible", reasons)


def _agrees_throughout(a: ParsedAddress, b: ParsedAddress) -> bool:
    return (
        a.street_key == b.street_key
        and a.zip5 == b.zip5
        and a.city_key == b.city_key
        and a.unit_key == b.unit_key
        and a.state == b.state
        and a.pmb == b.pmb
        and a.po_box == b.po_box
        and a.urbanization == b.urbanization
    )


def _compare_delivery(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """Kind, number and street, or box and route, agree."""
    if a.kind == "unknown" or b.kind == "unknown":
        return _compare_unread(a, b)
    if a.kind != b.kind:
        return _compare_kinds(a, b)
    if a.kind != "street":
        return _compare_boxes(a, b)
    if a.number_key != b.number_key:
        finding = compare_numbers(a, b)
        if finding[0] == "different":
            return finding
        street = compare_streets(a, b)
        return street if street[0] == "different" else ("possible", finding[1])
    finding = compare_streets(a, b)
    if finding[0] == "different":
        return finding
    if not a.number:
        return "possible", f"no house number on either side of {a.name!r} and {b.name!r}"
    if a.urbanization != b.urbanization:
        known = "possible" if not (a.urbanization and b.urbanization) else _likeness(a.urbanization, b.urbanization)
        if known != "same":
            return known, f"urbanization {a.urbanization or 'missing'!r} and {b.urbanization or 'missing'!r}"
    if a.po_box != b.po_box:
        return "possible", f"P.O. box {a.po_box or 'missing'!r} and {b.po_box or 'missing'!r} beside the street"
    return finding


def _compare_unread(a: ParsedAddress, b: ParsedAddress) -> Finding:
    if a.kind == b.kind and a.notes and a.notes == b.notes and a.unit_key == b.unit_key:
        return "same", f"both read {a.notes[0]!r}"
    if a.kind == b.kind and a.notes and b.notes and _likeness(" ".join(a.notes), " ".join(b.notes)) == "different":
        return "different", f"{a.notes[0]!r} and {b.notes[0]!r}"
    return "possible", "at least one side has no street or box that can be read"


def _compare_kinds(a: ParsedAddress, b: ParsedAddress) -> Finding:
    if a.po_box and a.po_box == b.po_box:
        return "possible", f"P.O. box {a.po_box} on both sides, a street on one"
    routes = {"rural_route", "highway_contract"}
    if {a.kind, b.kind} == routes and a.box == b.box:
        return "possible", f"box {a.box} on a rural route and on a highway contract route"
    if {a.kind, b.kind} & routes and "street" in {a.kind, b.kind}:
        return "possible", "a rural route may have been given a street address since"
    return "different", f"{a.kind.replace('_', ' ')} {a.standard!r} and {b.kind.replace('_', ' ')} {b.standard!r}"


def _compare_boxes(a: ParsedAddress, b: ParsedAddress) -> Finding:
    for label, x, y in (("route", a.route, b.route), ("box", a.box, b.box), ("P.O. box", a.po_box, b.po_box)):
        if x != y:
            known: Agreement = "different" if x not in {"", "0"} and y not in {"", "0"} else "possible"
            return known, f"{label} {x or 'missing'!r} and {y or 'missing'!r}"
    if a.military != b.military:
        known = "different" if a.military and b.military else "possible"
        return known, f"military unit {a.military or 'missing'!r} and {b.military or 'missing'!r}"
    if a.number_key != b.number_key and a.number_key and b.number_key:
        return "different", f"house number {a.number_key} and {b.number_key}"
    return "same", f"both are {a.kind.replace('_', ' ')} {a.route} {a.po_box or a.box or a.military}".replace("  ", " ")


def compare_numbers(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """The house numbers are equal, digit for digit."""
    x, y = a.number_key, b.number_key
    if x == y:
        return "same", f"house number {x}"
    if not x or not y:
        return "possible", f"house number {x or 'missing'} and {y or 'missing'}"
    if x.replace("-", "") == y.replace("-", "") and not a.fraction and not b.fraction:
        return "possible", f"house number {x} and {y} differ by a hyphen"
    low, high = sorted((x, y), key=len)
    if high.startswith(low + "-") and high.rpartition("-")[2].isdigit() and len(high.rpartition("-")[2]) >= 2:
        return "possible", f"house number {low} is an end of the range {high}"
    lettered, plain = (a, b) if x[-1:].isalpha() else (b, a)
    letter = lettered.number_key[-1:]
    if lettered.number_key == plain.number_key + letter and plain.units and plain.units[-1][1] == letter:
        return "possible", f"house number {x} and {y}, unit {letter}"
    return "different", f"house number {x} and {y}"


def compare_streets(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """The streets are the same: name, suffix and directionals, allowing for spellings known to mean the same."""
    if a.street_key == b.street_key:
        return "same", f"both at {a.number_key} {a.name} {a.suffix}".rstrip()
    quoted = f"street {_street(a)!r} and {_street(b)!r}"
    if _joined(a) == _joined(b):
        return "same", f"{quoted} are one spelling apart"
    if _are_aliases(a, b):
        return "possible", f"{quoted} are two names of one street"
    directions = _compare_directions(a, b)
    suffixes: Agreement = "same" if a.suffix == b.suffix else "different" if a.suffix and b.suffix else "possible"
    names = "same" if a.name_key == b.name_key else _compare_names(a, b)
    if "different" in {names, directions, suffixes}:
        return "different", quoted
    if names == directions == suffixes == "same":
        return "same", quoted
    return "possible", quoted


def _street(a: ParsedAddress) -> str:
    return " ".join(part for part in (a.predirectional, a.name, a.suffix, a.postdirectional) if part)


def _joined(a: ParsedAddress) -> str:
    """The whole street without spaces, so that NORTH WEST HWY equals NORTHWEST HWY and SEA VIEW equals SEAVIEW."""
    return f"{a.predirectional}{a.name_key}{a.suffix}{a.postdirectional}"


def _are_aliases(a: ParsedAddress, b: ParsedAddress) -> bool:
    pairs = STREET_ALIASES.get(a.city) or STREET_ALIASES.get(b.city) or ()
    names = {f"{street.name_key}{street.suffix}{street.postdirectional}" for street in (a, b)}
    return any({x.replace(" ", ""), y.replace(" ", "")} == names for x, y in pairs)


def _compare_directions(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    if a.predirectional == b.predirectional and a.postdirectional == b.postdirectional:
        return "same"
    x = {a.predirectional, a.postdirectional} - {""}
    y = {b.predirectional, b.postdirectional} - {""}
    # A directional written on the other side of the name, or missing, leaves doubt; two that differ do not.
    return "possible" if x == y or x <= y or y <= x else "different"


def _compare_names(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    if any(c.isdigit() for c in a.name_key + b.name_key):
        return _compare_numbered(a.name_key, b.name_key)
    x, y = a.name.split(), b.name.split()
    if len(x) == len(y):
        odd = [(p, q) for p, q in zip(x, y, strict=True) if name_key(p) != name_key(q)]
        return _likeness(*odd[0]) if len(odd) == 1 else "different"
    if "".join(x) == "".join(y):
        return "same"
    return _likeness("".join(x), "".join(y))


def _compare_numbered(x: str, y: str) -> Agreement:
    """Numbered streets and highways: the number decides; a class of road may be missing."""
    number_x = "".join(c for c in x if c.isdigit())
    number_y = "".join(c for c in y if c.isdigit())
    if number_x != number_y or not x.endswith(number_x) or not y.endswith(number_y):
        return "different"
    kinds = {x.removesuffix(number_x), y.removesuffix(number_y)}
    if kinds == {"HWY", "STATEHWY"}:
        return "same"
    return "possible" if "HWY" in kinds else "different"


def _likeness(x: str, y: str) -> Agreement:
    """One name misspelt is the same; two names that both exist are two streets, however alike."""
    distance = OSA.distance(x, y, score_cutoff=2)
    shortest = min(len(x), len(y))
    low, high = sorted((familiarity(x), familiarity(y)))
    if distance == 1:
        if low and high == 2:
            return "different" if low == 2 else "possible"
        return "same" if low == 0 and high and shortest >= 6 else "possible" if shortest >= 4 else "different"
    if distance == 2 and shortest >= 7 and low == 0:
        return "possible"
    return "possible" if low == 0 and shortest >= 4 and (x.startswith(y) or y.startswith(x)) else "different"


def compare_units(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """The apartments, suites and private mailboxes are the same, or there are none."""
    if a.pmb != b.pmb and (a.pmb or b.pmb):
        if a.pmb and b.pmb:
            return "different", f"private mailbox {a.pmb} and {b.pmb}"
        plain = b if a.pmb else a
        boxed = a if a.pmb else b
        if [number for _, number in plain.units] != [boxed.pmb]:
            return "possible", f"private mailbox {a.pmb or 'missing'} and {b.pmb or 'missing'}"
        return "possible", f"private mailbox {boxed.pmb} and unit {boxed.pmb}"
    if a.unit_key == b.unit_key:
        return "same", f"unit {a.unit_key}" if a.unit_key else ""
    quoted = f"unit {a.unit_key or 'missing'!r} and {b.unit_key or 'missing'!r}"
    if not a.units or not b.units:
        return "possible", quoted
    return _pair_units(a.units, b.units), quoted


def _pair_units(x: tuple[tuple[str, str], ...], y: tuple[tuple[str, str], ...]) -> Agreement:
    left_x = [unit for unit in x if unit not in y]
    left_y = [unit for unit in y if unit not in x]
    worst: Agreement = "same"
    for unit in list(left_x):
        best = max(left_y, key=lambda other: _unit_rank(unit, other), default=None)
        if best is None:
            break
        agreement = _one_unit(unit, best)
        if agreement == "different":
            if len(x) == len(y) == 1 or _comparable(unit[0], best[0]):
                return "different"
            worst = "possible"
            continue
        worst = "possible" if agreement == "possible" else worst
        left_x.remove(unit)
        left_y.remove(best)
    return "possible" if left_x or left_y else worst


def _unit_rank(x: tuple[str, str], y: tuple[str, str]) -> int:
    return {"same": 2, "possible": 1, "different": 0}[_one_unit(x, y)] * 2 + (x[0] == y[0])


def _comparable(x: str, y: str) -> bool:
    return x == y or any(x in group and y in group for group in (_ROOMS, _OFFICES, _SPACES))


def _one_unit(x: tuple[str, str], y: tuple[str, str]) -> Agreement:
    if x[1] != y[1]:
        if x[0] == y[0] and not (x[1] and y[1]):
            return "possible"
        return "different"
    if not x[1]:
        return "same" if x[0] == y[0] else "different"
    if x[0] == y[0] or _comparable(x[0], y[0]):
        return "same"
    return "possible" if {x[0], y[0]} <= {"APT", "STE", "RM", "LOT", "SPC", "TRLR", "OFC", "DEPT"} else "different"


def compare_areas(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """City, state and ZIP code agree, or the ones missing on one side do not matter."""
    if a.zip5 == b.zip5 and a.city_key == b.city_key and a.state == b.state:
        return "same", f"{a.city} {a.state} {a.zip5}".strip()
    quoted = f"{a.city} {a.state} {a.zip5}".strip() + " and " + f"{b.city} {b.state} {b.zip5}".strip()
    if not (a.city or a.zip5) or not (b.city or b.zip5):
        return "possible", f"city and ZIP code are missing on one side ({quoted.strip()})"
    if a.zip5 and b.zip5:
        return _compare_zipped(a, b, quoted)
    if a.state and b.state and a.state != b.state:
        return "different", quoted
    if a.zip5 or b.zip5:
        return _compare_half_zipped(*((a, b) if a.zip5 else (b, a)), quoted)
    if not a.city or not b.city:
        return "possible", quoted
    known = _compare_cities(a, b)
    if known == "same" and a.state != b.state:
        return "possible", f"the state is missing on one side ({quoted})"
    return known, quoted


def _compare_zipped(a: ParsedAddress, b: ParsedAddress, quoted: str) -> Finding:
    if a.zip5 == b.zip5:
        if not a.city or not b.city:
            return "same", quoted
        if a.state != b.state and a.state and b.state:
            return "possible", quoted
        names = city_keys_of_zip(a.zip5)
        fits = a.city_key in names or b.city_key in names
        return ("same" if fits or _compare_cities(a, b) == "same" else "possible"), quoted
    if a.state and b.state and a.state != b.state:
        return "different", quoted
    if not a.city or not b.city:
        return "different", quoted
    if _compare_cities(a, b) != "same":
        return "different", quoted
    fits_a, fits_b = a.city_key in city_keys_of_zip(a.zip5), b.city_key in city_keys_of_zip(b.zip5)
    slip = OSA.distance(a.zip5, b.zip5, score_cutoff=1) <= 1
    return ("same" if fits_a != fits_b and slip else "possible"), f"ZIP codes differ: {quoted}"


def _compare_half_zipped(a: ParsedAddress, b: ParsedAddress, quoted: str) -> Finding:
    """Only ``a`` has a ZIP code."""
    if b.city_key in city_keys_of_zip(a.zip5):
        return "same" if b.state else "possible", quoted
    if not a.city:
        return "different" if city_keys_of_zip(a.zip5) and b.city_key else "possible", quoted
    known = _compare_cities(a, b)
    return ("possible" if known == "same" and not b.state else known), quoted


def _compare_cities(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    if a.city_key == b.city_key:
        return "same"
    state = a.state or b.state
    zips_a, zips_b = zips_of_city(a.city, state), zips_of_city(b.city, state)
    if zips_a and zips_b:
        return "possible" if zips_a & zips_b else "different"
    if min(len(a.city_key), len(b.city_key)) >= 5 and OSA.distance(a.city_key, b.city_key, score_cutoff=2) <= (
        1 if min(len(a.city_key), len(b.city_key)) < 8 else 2
    ):
        return "same" if zips_a or zips_b else "possible"
    return "different"
