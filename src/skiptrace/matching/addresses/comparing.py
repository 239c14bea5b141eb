"""Compare two US addresses part by part. Numbers are compared exactly, words by what is known of their spellings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from skiptrace.matching.addresses.comparing_areas import compare_areas
from skiptrace.matching.addresses.comparing_corners import compare_corners
from skiptrace.matching.addresses.comparing_notes import abbreviates, notes_differ
from skiptrace.matching.addresses.comparing_numbers import NUMBERS, ONE_NUMBER, compare_numbers
from skiptrace.matching.addresses.comparing_streets import ON_STREET, compare_streets, likeness
from skiptrace.matching.addresses.comparing_units import compare_units
from skiptrace.matching.addresses.parsing import parse_address
from skiptrace.matching.addresses.values import (
    AddressComparison,
    AddressVerdict,
    Agreement,
    Finding,
    ParsedAddress,
)

_BESIDE = "what stands beside the street differs: {0.first_note} and {1.first_note}"
_SAME = ("both are {0.standard}",)
# The constructor of a named tuple takes longer than comparing two equal addresses.
_Fields = tuple[AddressVerdict, tuple[ParsedAddress, ParsedAddress, tuple[str, ...]]]
_compared: Callable[[_Fields], AddressComparison] = partial(tuple.__new__, AddressComparison)


def compare_addresses(
    a: ParsedAddress | str | bytes | None, b: ParsedAddress | str | bytes | None
) -> AddressComparison:
    """Both addresses are one delivery point: number, street, unit, city and ZIP code agree."""
    a = a if isinstance(a, ParsedAddress) else parse_address(a)
    b = b if isinstance(b, ParsedAddress) else parse_address(b)
    if a.point_key and b.point_key:
        if a.point_key == b.point_key and not (a.notes and b.notes and notes_differ(a, b)):
            return _compared(("same", (a, b, _SAME)))
        x, y = a.number_key, b.number_key
        if x != y and not (a.notes or b.notes) and x.isdigit() and y.isdigit():
            return _compared(("different", (a, b, (NUMBERS,))))
    verdict, sentences = _compare_parts(a, b)
    return _compared((verdict, (a, b, sentences)))


def _compare_parts(a: ParsedAddress, b: ParsedAddress) -> tuple[AddressVerdict, tuple[str, ...]]:
    delivery, what = _compare_delivery(a, b)
    if delivery == "different":
        return "different", (what,)
    area, where = compare_areas(a, b)
    if area == "different":
        return "different", (where,)
    unit, which = compare_units(a, b)
    sentences = (what, where, which)
    if unit == "different":
        return ("different_unit" if area == "same" else "different"), sentences
    if a.notes and b.notes and unit == "same" and notes_differ(a, b):
        return "possible", (what, where, _BESIDE)
    return ("same" if delivery == area == unit == "same" else "possible"), sentences


def _compare_delivery(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """Kind, number and street, or box and route, agree."""
    kind, other = a.kind, b.kind
    if kind == other == "street":
        return _compare_lines(a, b)
    if kind == "unknown" or other == "unknown":
        return _compare_unread(a, b)
    if kind == "intersection" or other == "intersection":
        return compare_corners(a, b)
    return _compare_boxes(a, b) if kind == other else _compare_kinds(a, b)


def _compare_lines(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """Number and street agree, and what stands beside them."""
    numbers = ONE_NUMBER if a.number_key == b.number_key else compare_numbers(a, b)
    if numbers[0] == "different":
        return numbers
    street = ON_STREET if a.street_key == b.street_key else compare_streets(a, b)
    if street[0] == "different":
        return street
    return _compare_beside(a, b, street) if numbers[0] == "same" else numbers


def _compare_beside(a: ParsedAddress, b: ParsedAddress, street: Finding) -> Finding:
    """What stands beside a street that agrees: a house number at all, the urbanization, a P.O. box."""
    if not a.number and not b.number:
        return "possible", "no house number on either side of {0.street} and {1.street}"
    if a.urbanization != b.urbanization and not _named_without_type(a, b):
        known = _compare_urbanizations(a.urbanization.split(), b.urbanization.split())
        if known != "same":
            return known, "urbanization {0.urbanization} and {1.urbanization}"
    if a.po_box != b.po_box:
        return "possible", "P.O. box {0.po_box} and {1.po_box} beside the street"
    return street


def _compare_urbanizations(x: list[str], y: list[str]) -> Agreement:
    if not x or not y:
        return "possible"
    if len(x) == len(y) and all(p == q or abbreviates(p, q) for p, q in zip(x, y, strict=True)):
        return "same"  # COND ALTO APTS
    return likeness(" ".join(x), " ".join(y))


def _named_without_type(a: ParsedAddress, b: ParsedAddress) -> bool:
    """Whether one side names the urbanization without the word for it: MANSIONES DEL RIO, 4 CALLE SOL."""
    named, bare = (a, b) if a.urbanization else (b, a)
    return not bare.urbanization and named.urbanization.partition(" ")[2] in bare.notes


def _compare_unread(a: ParsedAddress, b: ParsedAddress) -> Finding:
    if a.kind == b.kind and a.urbanization == b.urbanization != "" and a.units and b.units:
        return "same", "both in {0.urbanization}"  # a condominium or housing project of Puerto Rico has no street
    if a.kind == b.kind and a.unit_key == b.unit_key and a.unit_key.startswith("BLDG") and not (a.notes or b.notes):
        return "same", "both are {0.unit_key}"  # a building of a military base
    if a.kind == b.kind and a.notes and a.notes == b.notes and a.unit_key == b.unit_key:
        return "same", "both read {0.first_note}"
    if a.kind == b.kind and a.notes and b.notes and likeness(" ".join(a.notes), " ".join(b.notes)) == "different":
        return "different", "{0.first_note} and {1.first_note}"
    return "possible", "at least one side has no street or box that can be read"


def _compare_kinds(a: ParsedAddress, b: ParsedAddress) -> Finding:
    if a.po_box and a.po_box == b.po_box:
        return "possible", "P.O. box {0.po_box} on both sides, a street on one"
    routes = {"rural_route", "highway_contract"}
    if {a.kind, b.kind} & routes and "street" in {a.kind, b.kind}:
        return "possible", "a rural route may have been given a street address since"
    return "different", "{0.kind} {0.standard} and {1.kind} {1.standard}"


def _compare_boxes(a: ParsedAddress, b: ParsedAddress) -> Finding:
    for part in ("route", "box", "po_box"):
        x, y = getattr(a, part), getattr(b, part)
        if x != y:
            known: Agreement = "different" if x not in {"", "0"} and y not in {"", "0"} else "possible"
            return known, f"{part.replace('_', ' ')} {{0.{part}}} and {{1.{part}}}"
    if a.military != b.military:
        known = "different" if a.military and b.military else "possible"
        return known, "military unit {0.military} and {1.military}"
    if a.number_key != b.number_key and a.number_key and b.number_key:
        return "different", NUMBERS
    return "same", _SAME[0]
