"""Delivery lines without a street: P.O. boxes, rural routes, highway contracts, military and general delivery."""

from __future__ import annotations

import re
from typing import Any

from skiptrace.matching.addresses.tables import MILITARY_STATES
from skiptrace.matching.tables import word_set

_ID = r"(?:NO |NUMBER |# )*(?P<{}>[A-Z]?-?\d[A-Z0-9\-]*(?: [A-Z](?=,|$))?|[A-Z])\b"
_PO_BOX = re.compile(
    r"\b(?:(?:P[ /]?O|POST OFFICE|POSTAL|US POST OFFICE)? ?(?:BOX|B0X|DRAWER|BX)|POBOX|POB|"
    r"PO(?= (?:# )?\d)|BIN|(?:FIRM )?CALLER(?: SERVICE)?|"
    r"LOCK ?BOX|APARTADO(?: POSTAL)?|CASILLA) " + _ID.format("box") + r",?"
)
_PMB = re.compile(r"\b(?:PMB|PRIVATE MAIL ?BOX|PRIVATE BOX) " + _ID.format("pmb"))
_RURAL = re.compile(
    r"(?:^|, )(?:R ?R|R ?F ?D|R ?D|R|RURAL (?:ROUTE|RTE|RT|DELIVERY)|RURAL FREE DELIVERY|RTE|RT|ROUTE)"
    r"(?: (?:RTE|RT|ROUTE))? (?:NO |NUMBER |# )*(?P<route>\d+[A-Z]?)[ ,]+(?:P ?O )?(?:BOX|BX|BUZON|BZN|BUZ) "
    + _ID.format("box")
)
_BOX_FIRST = re.compile(
    r"(?:^|(?<=, ))(?:P ?O )?(?:BOX|BX) (?P<box>[A-Z]?-?\d[A-Z0-9\-]*),?[ ,]+"
    r"(?P<way>(?:R ?R|R ?F ?D|R ?D|RURAL (?:ROUTE|RTE|RT)|H ?C ?R?|RTE|RT|ROUTE) (?:NO |# )*\d+[A-Z]?)$"
)
_RURAL_BARE = re.compile(r"^(?:R ?R|R ?F ?D|RURAL (?:ROUTE|RTE|RT)) (?:NO |# )*(?P<route>\d+)$")
_CONTRACT = re.compile(
    r"(?:^|, )(?:H ?C ?R?|(?:HIGHWAY|HWY) CONTRACT(?: (?:ROUTE|RTE|RT))?|STAR (?:ROUTE|RTE|RT)|HC (?:ROUTE|RTE|RT)) "
    r"(?:NO |NUMBER |# )*"
    r"(?P<route>\d+[A-Z]?)?[ ,]*(?:P ?O )?(?:BOX|BX|BUZON|BZN|BUZ) " + _ID.format("box")
)
_MILITARY_BOX_FIRST = re.compile(
    r"^(?P<box>(?:P ?O )?(?:BOX|BX) (?:# |NO )?\d+[A-Z]?),?[ ,]+"
    r"(?P<line>(?:PSC|CMR|OMC|UMR|UNIT) ?(?:# |NO )?\d+[A-Z]?)(?=[ ,]|$)"
)
_MILITARY = re.compile(
    r"\b(?P<line>(?:PSC|CMR|OMC|UMR|UNIT) ?(?:# |NO )?\d+[A-Z]?)[ ,]*(?:(?:P ?O )?(?:BOX|BX) "
    + _ID.format("box")
    + r")?"
)
_SHIP = re.compile(r"\b(?P<line>US(?:S|NS|CGC) [A-Z0-9 \-]+?)(?=,|$| FPO)")
_HULL_NUMBER = re.compile(r"[ ,]*\b[A-Z]{2,5}[ \-]?\d{1,4}$")
_POST_OFFICE = re.compile(r"[ ,]*\b(?P<office>APO|FPO|DPO)\b[ ,]*")
POST_OFFICES = frozenset({"APO", "FPO", "DPO"})
# Words of which one stands in every such line, but for those of the military.
BOX_WORDS = word_set("""
    BOX BX B0X POBOX POB PO DRAWER BIN CALLER LOCKBOX APARTADO CASILLA PMB PRIVATE GENERAL GENL GEN LISTA RR RFD RURAL
    BUZON BZN BUZ
""")


def _route(number: str) -> str:
    return number.lstrip("0") or "0"


def _box(text: str) -> str:
    return text.replace("-", "").replace(" ", "").lstrip("0") or "0"


def take_private_mailbox(line: str) -> tuple[str, str]:
    """The line without its private mailbox, and the mailbox's number."""
    match = _PMB.search(line)
    if match is None:
        return line, ""
    return f"{line[: match.start()]}{line[match.end() :]}".strip(" ,"), _box(match["pmb"])


def may_be_boxed(tokens: list[str]) -> bool:
    """Whether a word that begins one of these lines is present at all."""
    return not BOX_WORDS.isdisjoint(tokens)


def parse_box_line(line: str) -> dict[str, Any] | None:
    """Fields of an address without a street; None when the line is not one. ``rest`` is what stands beside it."""
    if match := re.search(r"\b(?:GENERAL|GENL|GEN) (?:DELIVERY|DELY|DELV|DEL|DELIV)\b|\bLISTA DE CORREOS\b", line):
        rest = f"{line[: match.start()]}{line[match.end() :]}".strip(" ,")
        return {"kind": "general_delivery", "rest": rest}
    line = _BOX_FIRST.sub(r"\g<way> BOX \g<box>", line)
    for pattern, kind in ((_RURAL, "rural_route"), (_CONTRACT, "highway_contract")):
        if match := pattern.search(line):
            rest = f"{line[: match.start()]}, {line[match.end() :]}".strip(" ,")
            return {"kind": kind, "route": _route(match["route"] or "0"), "box": _box(match["box"]), "rest": rest}
    if match := _RURAL_BARE.search(line):
        return {"kind": "rural_route", "route": _route(match["route"]), "rest": ""}
    if match := _PO_BOX.search(line):
        rest = f"{line[: match.start()]},{line[match.end() :]}".strip(" ,")
        return {"kind": "po_box", "po_box": _box(match["box"]), "rest": rest}
    return None


def parse_military(line: str, state: str, city: str) -> dict[str, Any] | None:
    """Fields of an address at an APO, FPO or DPO; None when it is not one (Publication 28, section 225)."""
    office = _POST_OFFICE.search(line) or _POST_OFFICE.search(city)
    if office is None and state not in MILITARY_STATES:
        return None
    line = _MILITARY_BOX_FIRST.sub(r"\g<line> \g<box>", line)
    unit = _MILITARY.search(line)
    ship = None if unit else _SHIP.search(line)
    found = unit or ship
    if found is None and office is None:
        return None
    text = (
        re.sub(r"\b0+(?=\d)", "", re.sub(r"(?:#|NO) (?=\d)", "", found["line"]))
        if found
        else _POST_OFFICE.sub("", line)
    )
    text = _HULL_NUMBER.sub("", text) if ship else re.sub(r"^(PSC|CMR|OMC|UMR|UNIT)(?=\d)", r"\1 ", text)
    box = _box(unit["box"]) if unit and unit["box"] else ""
    return {
        "kind": "military",
        "military": text.strip(),
        "box": box,
        "city": office["office"] if office else city,
        "rest": "",
    }
