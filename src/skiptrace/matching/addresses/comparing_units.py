"""Compare the units of two addresses: designators may be written in several ways, identifiers are compared exactly."""

from __future__ import annotations

from skiptrace.matching.addresses.tables import UNITS
from skiptrace.matching.addresses.values import Agreement, Finding, ParsedAddress

_QUOTED = "unit {0.unit_key} and {1.unit_key}"
_SPACES = frozenset({"LOT", "SPC", "TRLR", "SLIP", "#", "UNIT"})
_ROOMS = frozenset({"APT", "#", "UNIT"})
_POSITIONS = frozenset({"FRNT", "REAR", "SIDE", "LEFT", "RGHT", "UPPR", "LOWR", "BSMT", "ATTC"})
_BUILDINGS = frozenset({"BLDG", "TOWER", "WING"})
_LETTERS = {"FRNT": "F", "REAR": "R", "RGHT": "R", "LEFT": "L", "LOWR": "L", "UPPR": "U", "BSMT": "B"}
_ANY = frozenset({"#", "UNIT"})
_STATED = frozenset(UNITS.values()) - {"TH", "FLAT", "VILLA", "CABIN", "PAD", "SITE", "BAY"}  # words of Publication 28
_OFFICES = frozenset({"STE", "#", "UNIT", "RM", "OFC"})
_WITHIN = _ROOMS | {"STE", "RM", "OFC"}
_CONFUSED = frozenset({"APT", "STE", "RM", "FL", "LOT", "SPC", "TRLR", "OFC", "DEPT"})

Units = tuple[tuple[str, str], ...]


def compare_units(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """The apartments, suites and private mailboxes are the same, or there are none."""
    if a.pmb != b.pmb:
        return _compare_mailboxes(a, b), "private mailbox {0.pmb} and {1.pmb}, unit {0.unit_key} and {1.unit_key}"
    if a.unit_key == b.unit_key:
        return "same", "unit {0.unit_key}" if a.unit_key else ""
    return _compare_lists(a.units, b.units), _QUOTED


def _compare_mailboxes(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    """Publication 28 lets a private mailbox be written with # instead of PMB, but not as an apartment."""
    if a.pmb and b.pmb:
        return "different"
    boxed, other = (a, b) if a.pmb else (b, a)
    sign = ("#", boxed.pmb)
    if sign in other.units:
        return _compare_lists(boxed.units, tuple(unit for unit in other.units if unit != sign))
    rest = [unit for unit in other.units if unit not in boxed.units]
    is_other = len(other.units) > len(boxed.units) and any(unit[0] in _ANY and unit[1] != boxed.pmb for unit in rest)
    return "different" if is_other else "possible"


def _compare_lists(x: Units, y: Units) -> Agreement:
    if x == y:
        return "same"
    if not x or not y:
        return "possible"
    return _one_unit(x[0], y[0]) if len(x) == len(y) == 1 else _pair_units(x, y)


def _pair_units(x: Units, y: Units) -> Agreement:
    if (len(y), y) < (len(x), x):
        x, y = y, x  # one order for either call, so that comparing is symmetric
    if _glued(x) == _glued(y) != "" and len({designator for designator, _ in (*x, *y)}) == 1:
        return "same"
    if _glued(x) == _glued(y) != "" and len(x) != len(y) and _is_within(x if len(x) > len(y) else y):
        return "same"  # BLDG C APT 11 and C-11
    paired = _pairwise(x, y)
    return "possible" if paired == "different" and _glued(x) == _glued(y) != "" else paired


def _is_within(units: Units) -> bool:
    """Whether a room in a building is named: where there is a C11 it is in building C, and 3-210 in building 3."""
    (holder, building), (room, number) = _building_first(units)
    return holder == "BLDG" and room in _WITHIN and (len(building) == 1 or number[:1].isdigit())


def _building_first(units: Units) -> Units:
    return units[1::-1] if units[1][0] in _BUILDINGS else units[:2]


def _pairwise(x: Units, y: Units) -> Agreement:
    if len(x) != len(y) and _lettered(x) == _lettered(y) != "":
        return "possible"  # APT 2 REAR and APT 2R
    left_x = [unit for unit in x if unit not in y]
    left_y = [unit for unit in y if unit not in x]
    worst: Agreement = "same"
    # Buildings are compared with buildings before rooms are looked for in them.
    for unit in sorted(left_x, key=lambda unit: all(unit[0] != other for other, _ in left_y)):
        best = max(left_y, key=lambda other: _unit_rank(unit, other), default=None)
        if best is None:
            break
        agreement = _one_unit(unit, best)
        if agreement == "different":
            if _comparable(unit[0], best[0]) or {unit[0], best[0]} <= _POSITIONS:
                return "different"
            worst = "possible"
            continue
        worst = "possible" if agreement == "possible" else worst
        left_x.remove(unit)
        left_y.remove(best)
    return "possible" if left_x or left_y else worst


def _glued(units: Units) -> str:
    """B101 of STE B STE 101; "" where the identifiers could be told apart in another way (1 and 12, 11 and 2)."""
    if len(units) == 1:
        return units[0][1]
    if len(units) > 2:
        return ""
    (_, first), (_, second) = _building_first(units)
    if first[-1:].isdigit() and second[:1].isdigit():
        return f"{first}-{second}"
    return first + second if first and second and first[-1].isalpha() != second[0].isalpha() else ""


def _lettered(units: Units) -> str:
    """2R of APT 2R and of APT 2 REAR."""
    if len(units) == 2 and (units[0][1] == "") != (units[1][1] == ""):
        position, room = sorted(units, key=lambda unit: unit[1])
        return room[1] + _LETTERS.get(position[0], "?")
    return units[0][1] if len(units) == 1 else ""


def _unit_rank(x: tuple[str, str], y: tuple[str, str]) -> int:
    agreement = _one_unit(x, y)
    return 3 if agreement == "same" else 2 if x[0] == y[0] else agreement == "possible"


def _comparable(x: str, y: str) -> bool:
    if x == y or (x in _ROOMS and y in _ROOMS) or (x in _OFFICES and y in _OFFICES) or (x in _SPACES and y in _SPACES):
        return True
    return (x in _ANY and y not in _STATED) or (y in _ANY and x not in _STATED)


def _complement(x: tuple[str, str], y: tuple[str, str]) -> bool:
    """Whether one names the building or floor and the other a room that may be in it."""
    (holder, number), (other, its) = x, y
    if other not in _WITHIN:
        return other == "FL" and holder in {"UPPR", "LOWR"} and (holder == "LOWR") == (its == "1")
    if holder != "FL":
        return holder in _BUILDINGS
    return its.isalpha() or (len(its) > 1 and its.startswith(number))


def _one_unit(x: tuple[str, str], y: tuple[str, str]) -> Agreement:
    (holder, number), (other, its) = x, y
    if number != its:
        if _LETTERS.get(holder) == its != "" or _LETTERS.get(other) == number != "":
            return "possible"  # REAR and UNIT R
        if ("-" in number) != ("-" in its) and number.replace("-", "") == its.replace("-", ""):
            return "possible"  # 4-12 and 412
        if not (number and its) and (holder == other or (holder in _ROOMS and other in _ROOMS)):
            return "possible"  # the identifier is missing
        return "possible" if _complement(x, y) or _complement(y, x) else "different"
    if not number:
        return "same" if holder == other else "different"
    if holder == other or _comparable(holder, other):
        return "same"
    return "possible" if holder in _CONFUSED and other in _CONFUSED else "different"
