"""Parse US addresses: clean, take the parts off from both ends, and ask the statistical parser for what is left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from skiptrace.matching.addresses.boxes import (
    BOX_WORDS,
    POST_OFFICES,
    may_be_boxed,
    parse_box_line,
    parse_military,
    take_private_mailbox,
)
from skiptrace.matching.addresses.cleaning import tokens_of
from skiptrace.matching.addresses.corners import JOINERS, may_be_corner, read_corner
from skiptrace.matching.addresses.crf import label
from skiptrace.matching.addresses.highways import may_be_highway, read_highway
from skiptrace.matching.addresses.lastline import take_last_line
from skiptrace.matching.addresses.ordinary import read_ordinary
from skiptrace.matching.addresses.places import LastLine, city_key
from skiptrace.matching.addresses.repairs import repair, without_repetition
from skiptrace.matching.addresses.streets import (
    Street,
    bare_unit,
    is_bare_unit,
    name_key,
    parse_street,
    starts_with_number,
)
from skiptrace.matching.addresses.tables import (
    DIRECTIONS,
    MILITARY_STATES,
    PLAIN_SUFFIXES,
    STATE_CODES,
    STATE_NAMES,
    SUFFIXES,
    UNITS,
)
from skiptrace.matching.addresses.units import Units, identifier, named_unit, take_units
from skiptrace.matching.addresses.values import ParsedAddress
from skiptrace.matching.tables import word_set
from skiptrace.matching.text import decode
from skiptrace.matching.zips import find_zip

_CARE_OF = re.compile(r"^(?:C/O|C O|CO|ATTN|ATTENTION|CARE OF|MR|MRS|MS|DR)\b")
_URBANIZATION = word_set("""
    URB URBANIZACION COND CONDOMINIO RES RESIDENCIAL BO BARRIO PARC PARCELAS EXT EXTENSION REPARTO REPTO ALT ALTURAS
""")
_URBS = frozenset({"URB", "URBANIZACION"})
_WITHIN = _URBS | {"BO", "BARRIO", "COND", "CONDOMINIO", "SECTOR"}
_ROAD_WORDS = frozenset({"CALLE", "CARR", "CARRETERA", "PR", "AVE", "AVENIDA", "KM", "VIA", "PASEO", "CAMINO"})
_SPANISH_ROADS = frozenset({"CALLE", "AVENIDA", "AVE", "CAMINO", "PASEO", "VIA"})
_URB_WORDS = {
    "URBANIZACION": "URB", "CONDOMINIO": "COND", "RESIDENCIAL": "RES", "BARRIO": "BO", "PARCELAS": "PARC",
    "EXTENSION": "EXT", "REPARTO": "REPTO", "ALTURAS": "ALT",
}  # fmt: skip
_ISLAND_WORDS = {"JARD": "JARDINES", "MANS": "MANSIONES", "ESTN": "ESTANCIAS", "COLS": "COLINAS", "QTAS": "QUINTAS"}
_UNUSUAL = POST_OFFICES | BOX_WORDS
_JOINED = JOINERS | {",", "URB"}
_PLACE_LABELS = frozenset({"PlaceName"})


def parse_address(
    text: str | bytes | None,
    city: str | bytes | None = "",
    state: str | bytes | None = "",
    zip_code: str | bytes | None = "",
) -> ParsedAddress:
    """Parse an address given on one line, or a delivery line with its city, state and ZIP code apart.

    Any text or bytes give a result; what cannot be read has kind ``unknown``. Results are cached.
    """
    return _parse(text, city, state, zip_code)


def parse_address_parts(  # noqa: PLR0917 - one argument for each column of a source
    house: str | None = "",
    street: str | None = "",
    unit: str | None = "",
    po_box: str | None = "",
    city: str | None = "",
    state: str | None = "",
    zip_code: str | None = "",
) -> ParsedAddress:
    """Parse an address whose source keeps house number, street, unit and P.O. box in columns of their own."""
    unit = (unit or "").strip()
    if unit and (unit[0].isdigit() or len(unit) <= 2) and not unit.startswith("#"):
        unit = f"# {unit}"
    box = (po_box or "").strip()
    if box and box[-1:].isdigit() and "BOX" not in box.upper():
        box = f"PO BOX {box}"
    line = ", ".join(part for part in (f"{house or ''} {street or ''}".strip(), unit, box) if part)
    return _parse(line, city, state, zip_code)


@lru_cache(maxsize=65_536)
def _parse(
    text: str | bytes | None, city: str | bytes | None, state: str | bytes | None, zip_code: str | bytes | None
) -> ParsedAddress:
    text = decode(text)
    if not (city or state or zip_code) and (ordinary := read_ordinary(text)):
        street, units, line = ordinary
        return _finish_street(street, {}, units, line, 0.95)
    return _read_in_full(text, decode(city), decode(state), decode(zip_code))


def _read_in_full(text: str, city: str, state: str, zip_code: str) -> ParsedAddress:
    """Read an address that need not be ordinary."""
    tokens, notes = tokens_of(text)
    tokens = without_repetition(tokens)
    if city or state or zip_code:
        line = _given_last_line(city, state, zip_code)
        _drop_given(tokens, line)
    else:
        line = take_last_line(tokens)
    line.notes.extend(notes)
    return _assemble(repair(tokens, line.zip5 or line.state), line)


def _given_last_line(city: str, state: str, zip_code: str) -> LastLine:
    place, _ = tokens_of(city)
    region, _ = tokens_of(f"{state} {zip_code}")
    line = take_last_line(["X", ",", *region]) if region else LastLine()
    line.city = " ".join(word for word in place if word != ",")
    return line


def _drop_given(tokens: list[str], line: LastLine) -> None:
    """The last line may stand in the delivery line as well as in its own columns."""
    if len(tokens) > 3 and ((line.zip5 and tokens[-1][:5] == line.zip5) or (line.state and tokens[-1] == line.state)):
        ahead = list(tokens)
        again = take_last_line(ahead)
        if ahead and (again.city == line.city or not line.city):
            tokens[:] = ahead
            line.city, line.zip5 = line.city or again.city, line.zip5 or again.zip5


def _assemble(tokens: list[str], line: LastLine) -> ParsedAddress:
    if _UNUSUAL.isdisjoint(tokens) and line.state not in MILITARY_STATES and line.city not in POST_OFFICES:
        return _street_address(tokens, {}, line)
    if line.state in MILITARY_STATES or line.city in POST_OFFICES or not POST_OFFICES.isdisjoint(tokens):
        fields = parse_military(" ".join(tokens).replace(" ,", ","), line.state, line.city)
        if fields:
            line.city = fields.pop("city")
            if line.state not in MILITARY_STATES and (area := find_zip(line.zip5)):
                line.state = area.state  # APO NY 09114, as it was once written
            fields.pop("rest")
            return _finish(fields, [], line, 0.95)
    fields = {}
    if may_be_boxed(tokens):
        text, pmb = take_private_mailbox(" ".join(tokens).replace(" ,", ","))
        fields = parse_box_line(text) or {}
        if pmb:
            fields["pmb"] = pmb
        tokens = fields.pop("rest", text).replace(",", " , ").split()
        while tokens and tokens[0] in {"&", "AND"}:
            del tokens[0]  # PO BOX 9 & 14 ELM RD
        if fields.get("kind") and not any(token[0].isdigit() for token in tokens):
            line.notes.extend([" ".join(tokens)] if tokens else [])
            return _finish(fields, [], line, 0.95)
    return _street_address(tokens, fields, line)


def _street_address(tokens: list[str], fields: dict[str, Any], line: LastLine) -> ParsedAddress:
    rest, units = take_units(tokens)
    if rest and rest[0].isdigit() and line.state != "PR" and _JOINED.isdisjoint(rest):
        street = parse_street(rest)
        if not street.leftover:
            return _finish_street(street, fields, units, line, 0.95)
    segments = _segments(rest)
    if not segments:
        return _finish(fields, units, line, 0.95 if fields.get("kind") or units else 0.2)
    if line.state == "PR" or "URB" in rest:
        _take_urbanization(segments, fields, line)
    if may_be_corner(rest) and (corner := _find_corner(segments)):
        fields["kind"] = "intersection"
        return _finish_street(Street(name=corner), fields, units, line, 0.95)
    if len(segments) == 1 and starts_with_number(segments[0]):
        street = parse_street(segments[0])
        if not street.leftover:
            return _finish_street(street, fields, units, line, 0.95)
    return _choose_street(segments, fields, units, line)


def _choose_street(segments: list[list[str]], fields: dict[str, Any], units: Units, line: LastLine) -> ParsedAddress:
    """Find the street among several segments, or among words that are no street."""
    confidence = 0.95
    last = len(segments) - 1
    numbered = [
        n
        for n, segment in enumerate(segments)
        if starts_with_number(segment) and (len(segment) > 1 or (n < last and not segments[n + 1][0].isdigit()))
    ]
    chosen = next((n for n in numbered if _ends_street(segments[n])), numbered[0] if numbered else None)
    if len(numbered) > 1 and chosen == numbered[0] and segments[chosen][0].isalpha():
        chosen = numbered[1]  # TWO LIBERTY PLACE, 50 S 16TH ST
    if chosen is None and segments:
        chosen = _find_inside(segments, line)
        confidence = 0.6
    if chosen is None:
        line.notes.extend(map(" ".join, segments))
        return _finish(fields, units, line, 0.95 if fields.get("kind") in {"po_box", "rural_route"} else 0.2)
    street = parse_street(_with_number(segments, chosen))
    if street.leftover and line.is_empty:
        confidence = 0.6
        _leave_place(street, line)
    # From the end: the city stands after the name of a building.
    for segment in reversed((*segments[:chosen], *segments[chosen + 1 :])):
        _place_segment(segment, street, units, line)
    return _finish_street(street, fields, units, line, confidence)


def _ends_street(segment: list[str]) -> bool:
    """Whether a segment with a number has a suffix or is a road: 880 RANGE LINE RD, and not the firm 7 ELEVEN."""
    return len(segment) != 2 or segment[1] in SUFFIXES


def _find_corner(segments: list[list[str]]) -> str | None:
    """The two streets of a corner, as one text; None where a house number stands."""
    if any(segment[0].isdigit() for segment in segments):
        return None
    corners = (read_corner(segment) for segment in segments if may_be_corner(segment))
    return next((" & ".join(streets) for streets in corners if streets), None)


def _segments(tokens: list[str]) -> list[list[str]]:
    if "," not in tokens:
        return [tokens] if tokens else []
    segments: list[list[str]] = [[]]
    for word in tokens:
        if word == ",":
            segments.append([])
        else:
            segments[-1].append(word)
    return [segment for segment in segments if segment]


def _with_number(segments: list[list[str]], chosen: int) -> list[str]:
    """The chosen segment; a number or directional before a comma is joined with what follows it, and so is a suffix
    after one.
    """
    segment = segments[chosen]
    if (len(segment) == 1 or (len(segment) == 3 and segment[1] == "&")) and chosen + 1 < len(segments):
        segment = segment + segments.pop(chosen + 1)
    if len(segment) == 2 and segment[1] in DIRECTIONS and chosen + 1 < len(segments):
        segment = segment + segments.pop(chosen + 1)
    if chosen + 1 < len(segments) and segment[-1] in SUFFIXES and _is_direction(segments[chosen + 1]):
        segment = segment + segments.pop(chosen + 1)  # 2120 L ST, NW
    if chosen + 1 < len(segments) and segments[chosen + 1] == ["THE"]:
        del segments[chosen + 1]
        segment = [segment[0], "THE", *segment[1:]]  # 27 FENWAY, THE
    if chosen + 1 < len(segments) and segment[-1] not in SUFFIXES and _is_suffix(segments[chosen + 1]):
        segment = segment + segments.pop(chosen + 1)
    return segment


def _is_direction(segment: list[str]) -> bool:
    return len(segment) == 1 and segment[0] in DIRECTIONS


def _is_suffix(segment: list[str]) -> bool:
    """Whether a column held nothing but the suffix, and perhaps a directional: 709|DOGWOOD|TRL|N."""
    return SUFFIXES.get(segment[0]) in PLAIN_SUFFIXES and len(segment) <= 2 and DIRECTIONS.keys() >= set(segment[1:])


def _take_urbanization(segments: list[list[str]], fields: dict[str, Any], line: LastLine) -> None:
    """Puerto Rico: the urbanization or condominium is part of the address (Publication 28, section 29)."""
    if line.state == "PR":
        segments[:] = [[_ISLAND_WORDS.get(word, word) for word in segment] for segment in segments]
    for at, segment in enumerate(segments):
        start = _urbanization_at(segment, line)
        if start is None:
            continue
        end = next(
            (n for n in range(start + 1, len(segment)) if _is_house_number(segment[n]) or segment[n] in _ROAD_WORDS),
            len(segment),
        )
        fields["urbanization"] = " ".join([_URB_WORDS.get(segment[start], segment[start]), *segment[start + 1 : end]])
        rest = [*segment[:start], *segment[end:]]
        segments[at : at + 1] = [rest] if rest else []
        return


def _urbanization_at(segment: list[str], line: LastLine) -> int | None:
    """Where the name of an urbanization begins: at the start, or after the street."""
    if len(segment) < 2:
        return None
    if segment[0] in _URBS or (line.state == "PR" and segment[0] in _URBANIZATION):
        return 0
    words = _WITHIN if line.state == "PR" else _URBS
    return next((n for n, word in enumerate(segment[:-1]) if n and word in words), None)


def _is_house_number(word: str) -> bool:
    """The 150 or B12 after the name of an urbanization."""
    return word[-1].isdigit() and starts_with_number([word])


def _find_inside(segments: list[list[str]], line: LastLine) -> int | None:
    """The segment with a street in it although no segment starts with a number; names before the number are cut off."""
    for at, segment in enumerate(segments):
        number = next((n for n, token in enumerate(segment) if n and starts_with_number(segment[n:])), None)
        ends_street = (
            number is not None
            and not _CARE_OF.match(segment[0])
            and not PLAIN_SUFFIXES.isdisjoint(SUFFIXES.get(word, word) for word in segment[:number])
            and not _is_whole_street(segment[number:])
        )
        if number is not None and len(segment) - number > 1 and not ends_street:
            labels = [kind for _, kind in label(" ".join(segment))]
            if len(labels) != len(segment) or labels[number] == "AddressNumber" or _CARE_OF.match(segment[0]):
                line.notes.append(" ".join(segment[:number]))
                segments[at] = segment[number:]
                return at
    for at, segment in enumerate(segments):
        is_road = any(token in SUFFIXES for token in segment[1:]) or segment[0] in _SPANISH_ROADS
        if is_road or (may_be_highway(segment) and read_highway(segment)):
            _move_trailing_number(segments, at)
            return at
    return None


def _is_whole_street(segment: list[str]) -> bool:
    """Whether a number, a name and a suffix stand here: what stands before is a building, SUMMIT PLACE 12 ELM ST."""
    street = parse_street(segment)
    return bool(street.number and street.name and street.suffix) and not street.leftover


def _move_trailing_number(segments: list[list[str]], at: int) -> None:
    """Street before number: CALLE SOL 150, KY 80 W 3127."""
    segment = segments[at]
    if segment[-1].isdigit() and may_be_highway(segment) and (road := read_highway(segment)) and len(road[3]) == 1:
        segments[at] = [segment[-1], *segment[:-1]]
    if segment[0] in _SPANISH_ROADS and len(segment) > 2 and starts_with_number(segment[-1:]):
        segments[at] = [segment[-1], *segment[:-1]]


def _leave_place(street: Street, line: LastLine) -> None:
    """Ask the statistical parser whether the words after the suffix are the city."""
    words = " ".join([street.number, street.name, street.suffix, *street.leftover])
    places = [token for token, kind in label(words) if kind in _PLACE_LABELS]
    if places and tuple(places) == street.leftover[-len(places) :]:
        line.city = " ".join(places)
        street.leftover = street.leftover[: -len(places)]


def _place_segment(segment: list[str], street: Street, units: Units, line: LastLine) -> None:
    """A segment beside the street: a unit, a repetition, a city after an unknown one, or a note."""
    words = " ".join(segment)
    alone = bare_unit(segment)
    if alone and len(alone) <= 7 and not units and not street.unit:
        street.unit = alone
        return
    if starts_with_number(segment):
        again = parse_street(segment)
        if (again.number, name_key(again.name), again.suffix) == (street.number, name_key(street.name), street.suffix):
            return
    may_be_place = not line.city and not any(token[0].isdigit() for token in segment) and not _CARE_OF.match(words)
    if may_be_place and (not line.is_empty or len(segment) <= 3):
        code = STATE_NAMES.get(tuple(segment)) or (words if words in STATE_CODES else "")
        line.state, line.city = (code or line.state), ("" if code else words)
        return
    if named := _named_unit(segment):
        units.append(named)
    elif not units and len(segment) > 2 and segment[0] in UNITS and is_bare_unit(segment[1]):
        units.append((UNITS[segment[0]], identifier(segment[1])))  # LOT 14 SHADY ACRES
        line.notes.append(" ".join(segment[2:]))
    else:
        line.notes.append(words)


def _named_unit(words: Sequence[str], *, follows_street: bool = False) -> tuple[str, str] | None:
    """CHALET 8 beside the street, which is no ROUTE 66."""
    return (
        None
        if may_be_highway(list(words)) and read_highway(list(words))
        else named_unit(words, follows_street=follows_street)
    )


def _finish_street(
    street: Street, fields: dict[str, Any], units: Units, line: LastLine, confidence: float
) -> ParsedAddress:
    if street.unit:
        if street.unit.isdigit() and not street.number and line.state != "PR":
            street.number, street.unit = street.unit, ""  # SAINT MARYS RD 400
        elif street.unit[:5] != line.zip5:  # which stands behind the street and behind the city
            units.append(("#", identifier(street.unit)))
    if street.note:
        line.notes.append(street.note)
    if street.leftover and (named := _named_unit(street.leftover, follows_street=True)):
        units.append(named)
    elif street.leftover:
        line.notes.append(" ".join(street.leftover))
    if "kind" not in fields or (street.name and fields["kind"] == "po_box"):
        fields["kind"] = "street"  # a box beside a street is kept, and the street is compared
    if not street.number and line.state == "PR" and (signs := [unit for unit in units if unit[0] == "#"]):
        sign = next((unit for unit in signs if unit[1].isdigit()), signs[0])
        street.number = sign[1]  # CALLE LUNA #12 APT 4
        units.remove(sign)
    return _finish(fields, units, line, confidence if street.name else 0.2, street)


_NO_STREET = Street()
_SPECIAL = ("po_box", "pmb", "route", "box", "military", "urbanization")


def _finish(
    fields: dict[str, Any], units: Units, line: LastLine, confidence: float, street: Street = _NO_STREET
) -> ParsedAddress:
    """Put the parts together, with the keys for comparison."""
    key = name_key(street.name) if street.name else ""
    number = f"{street.number} {street.fraction}" if street.fraction else street.number
    street_key = "|".join((street.predirectional, key, street.suffix, street.postdirectional))
    unit_key = _unit_key(units) if units else ""
    city, state, zip5 = line.city, line.state, line.zip5
    town = city_key(city) if city else ""
    kind = fields.get("kind", "unknown")
    if len(fields) > ("kind" in fields):
        po_box, pmb, route, box, military, urbanization = [fields.get(part, "") for part in _SPECIAL]
    else:
        po_box = pmb = route = box = military = urbanization = ""
    point = ""
    if number and kind == "street":
        point = "/".join((number, street_key, unit_key, po_box, pmb, urbanization, town, state, zip5))
    # The constructor of a named tuple of so many fields takes longer than all of the above.
    return tuple.__new__(ParsedAddress, (
        kind, street.number, street.fraction, street.predirectional, street.name, street.suffix,
        street.postdirectional, tuple(units), po_box, pmb, route, box, military, urbanization, city, state, zip5,
        line.zip4, tuple(line.notes), confidence, number, key, street_key, unit_key, town, point,
    ))  # fmt: skip


def _unit_key(units: Units) -> str:
    if len(units) == 1:
        return " ".join(units[0]) if units[0][1] else units[0][0]
    return " ".join(sorted([f"{a} {b}".strip() for a, b in units]))
