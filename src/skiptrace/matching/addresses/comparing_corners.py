"""Compare two corners of streets, or a corner with a house on one of its streets."""

from __future__ import annotations

from skiptrace.matching.addresses.comparing_streets import compare_streets
from skiptrace.matching.addresses.parsing import parse_address
from skiptrace.matching.addresses.values import Agreement, Finding, ParsedAddress

_RANK: tuple[Agreement, ...] = ("different", "possible", "same")


def compare_corners(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """Both name the same two streets, in either order; a house on one of the two may stand at the corner."""
    if a.kind == b.kind:
        (a1, a2), (b1, b2) = _streets(a), _streets(b)
        orders = ((a1, b1, a2, b2), (a1, b2, a2, b1))
        best = max(min(_rank(p, q), _rank(r, s)) for p, q, r, s in orders)
        return _RANK[best], "corners {0.name} and {1.name}"
    corner, house = (a, b) if a.kind == "intersection" else (b, a)
    if house.kind != "street":
        return "different", "{0.standard} and {1.standard}"
    is_on = any(_rank(street, house) for street in _streets(corner))
    return ("possible" if is_on else "different"), "corner {0.standard} and {1.standard}"


def _streets(corner: ParsedAddress) -> tuple[ParsedAddress, ParsedAddress]:
    first, _, second = corner.name.partition(" & ")
    area = (corner.city or "X", corner.state, corner.zip5)
    return parse_address(f"1 {first}", *area), parse_address(f"1 {second}", *area)


def _rank(x: ParsedAddress, y: ParsedAddress) -> int:
    return _RANK.index(compare_streets(x, y)[0])
