"""Compare two US addresses part by part. Numbers are compared exactly, words by what is known of their spellings."""

from __future__ import annotations

from skiptrace.matching.addresses.comparing_areas import compare_areas
from skiptrace.matching.addresses.comparing_streets import compare_streets, likeness
from skiptrace.matching.addresses.comparing_units import compare_units
from skiptrace.matching.addresses.parsing import parse_address
from skiptrace.matching.addresses.values import AddressComparison, Agreement, Finding, ParsedAddress


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
        known = "possible" if not (a.urbanization and b.urbanization) else likeness(a.urbanization, b.urbanization)
        if known != "same":
            return known, f"urbanization {a.urbanization or 'missing'!r} and {b.urbanization or 'missing'!r}"
    if a.po_box != b.po_box:
        return "possible", f"P.O. box {a.po_box or 'missing'!r} and {b.po_box or 'missing'!r} beside the street"
    return finding


def _compare_unread(a: ParsedAddress, b: ParsedAddress) -> Finding:
    if a.kind == b.kind and a.notes and a.notes == b.notes and a.unit_key == b.unit_key:
        return "same", f"both read {a.notes[0]!r}"
    if a.kind == b.kind and a.notes and b.notes and likeness(" ".join(a.notes), " ".join(b.notes)) == "different":
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
