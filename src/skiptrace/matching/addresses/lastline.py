"""City, state and ZIP code, taken off the end of an address; the ZIP table overrules every other reading."""

from __future__ import annotations

import re

from rapidfuzz.distance import JaroWinkler

from skiptrace.matching.addresses.places import (
    STATE_ENDS,
    LastLine,
    city_key,
    city_keys_of_zip,
    ends_in_city,
    has_number,
    state_at_end,
    strip_commas,
    zips_named,
)
from skiptrace.matching.addresses.tables import (
    DIRECTION_WORDS,
    DIRECTIONS,
    GLUED_UNITS,
    PLAIN_SUFFIXES,
    REMARK,
    STATE_CODES,
    STATE_NAMES,
    SUFFIXES,
    UNITS,
)
from skiptrace.matching.addresses.units import is_unit_alone
from skiptrace.matching.addresses.zip_codes import ZIP, is_state, pad_zip, starts_delivery, take_zip
from skiptrace.matching.tables import word_set
from skiptrace.matching.zips import ZipArea, find_zip

_SHORT_LINE = 3  # words that are left at least when what looks like a lane of a city is its state
_COUNTRIES = (["USA"], ["UNITED", "STATES"], ["UNITED", "STATES", "OF", "AMERICA"], ["U", "S", "A"], ["EEUU"])
COUNTRY_ENDS = frozenset({"US", *(words[-1] for words in _COUNTRIES)})
_PREFIX_TYPES = word_set("""
    AVENIDA CALLE CAMINO CMNO CAMINITO VIA PASEO RUE CALZADA CORTE PLAZA
    PLACITA CERRADA ENTRADA VEREDA CIRCULO LA EL LAS LOS
""")
_CITY_LEADS = frozenset({"FT", "FORT", "MT", "MOUNT", "PT", "PORT", "LAKE"})
_NEVER_LAST = frozenset(
    {"OF", "THE", "DE", "DEL", "LA", "LAS", "LOS", "EL", "TO", "OLD", "NEW", "AND", "&"}
)  # in a street
_STATED_UNITS = (GLUED_UNITS | {"#"}) - {"PH"}  # which may be a phone
_URBANIZATIONS = frozenset({"URB", "URBANIZACION", "URBANIZATION"})
_NEW_YORK_CITY = "NYC"  # names its state too
NAMES_OF_STATES = STATE_ENDS | {_NEW_YORK_CITY}
_MAY_BE_ZIP = re.compile(r"[0-9]{5}|[A-Z] [0-9]{4}$")
_COUNTY = frozenset({"COUNTY", "PARISH", "BOROUGH"})


def take_last_line(tokens: list[str]) -> LastLine:
    """Take city, state and ZIP code off ``tokens``, which is shortened in place, wherever they stand."""
    line = LastLine()
    behind: list[str] = []
    if len(tokens) > 3 and tokens[-2] in STATE_CODES and (read := _read_zip(tokens[-1])) and is_state(tokens):
        line.state, (line.zip5, line.zip4) = tokens[-2], read
        del tokens[-2:]
    else:
        _drop_country(tokens)
        if NAMES_OF_STATES.isdisjoint(tokens) and not _MAY_BE_ZIP.search(" ".join(tokens)):
            return line  # a delivery line
        pad_zip(tokens, line)
        behind = take_zip(tokens, line) or ([] if line.zip5 else _cut_behind_state(tokens))
        _take_state(tokens, line)
    if line.zip5 and not line.state and (area := find_zip(line.zip5)):
        line.state = area.state
    if behind and tokens:
        tokens.insert(0, ",")  # all of it may be the city
    if not line.city:
        take_city(tokens, line)
    _drop_repeat(tokens, line)
    if behind:
        _put_back(tokens, behind, line)
    return line


def _read_zip(word: str) -> tuple[str, ...] | None:
    """The five and the four digits of a ZIP code; None for any other word."""
    if len(word) == 5 and word.isdigit():
        return word, ""
    match = ZIP.match(word)
    return match.groups("") if match else None


def _put_back(tokens: list[str], behind: list[str], line: LastLine) -> None:
    """What stood behind the last line: a unit, the whole delivery line, LEXINGTON KY 40503, 811 BLUEGRASS PASS, or
    nothing that concerns the place.
    """
    if tokens and tokens[0] == ",":
        del tokens[0]
    words = [word for word in behind if word != ","]
    unit = len(words) if is_unit_alone(words) else 0
    if not unit and (not tokens or (starts_delivery(behind) and not has_number(tokens))):
        tokens.extend([",", *behind] if tokens else behind)
        return
    if not unit and UNITS.get(words[0]) in _STATED_UNITS:  # APT NO 4 PER DMV
        unit = next((size for size in (3, 2) if is_unit_alone(words[:size])), 0)
    if unit:
        tokens[:0] = [*words[:unit], ","]
    if words[unit:]:
        line.notes.append(f"{REMARK}{' '.join(words[unit:])}")


def _last_comma(tokens: list[str]) -> int:
    """Where the last comma stands, or -1."""
    if "," not in tokens:
        return -1
    at = len(tokens) - 1
    while tokens[at] != ",":
        at -= 1
    return at


def _drop_country(tokens: list[str]) -> None:
    strip_commas(tokens)
    if not tokens or tokens[-1] not in COUNTRY_ENDS:
        return
    for words in _COUNTRIES:
        if len(tokens) > len(words) and tokens[-len(words) :] == words:
            del tokens[-len(words) :]
            strip_commas(tokens)
    if len(tokens) > 2 and tokens[-1] == "US" and (ZIP.match(tokens[-2]) or tokens[-2] in STATE_CODES):
        tokens.pop()


def _cut_behind_state(tokens: list[str]) -> list[str]:
    """What stands behind a last line without a ZIP code, AMES IA, APT 4, which is taken off ``tokens``."""
    if STATE_ENDS.isdisjoint(tokens) or state_at_end(tokens)[0]:
        return []
    for end in range(len(tokens) - 1, 1, -1):
        state, size = state_at_end(tokens[:end])
        if state and not tokens[end].isdigit() and ends_in_city(tokens[: end - size], state):
            behind = tokens[end:]
            del tokens[end:]
            return behind[behind[0] == "," :]
    return []


def _take_state(tokens: list[str], line: LastLine) -> None:
    strip_commas(tokens)
    if not tokens or tokens[-1] not in NAMES_OF_STATES:
        return
    area = find_zip(line.zip5) if line.zip5 else None
    for size in (3, 2, 1):
        words = tuple(tokens[-size:])
        code = STATE_NAMES.get(words)
        if code and len(words) == size and len(tokens) > size and _is_state_name(tokens, size, code, line, area):
            line.state = line.state or code
            del tokens[-size:]
            return
    code = tokens[-1]
    if code == _NEW_YORK_CITY and not line.state:
        line.state = "NY"
    elif code in STATE_CODES and len(tokens) > 1 and not line.state and _is_state_before(tokens, line.zip5):
        line.state = tokens.pop()
    elif code in STATE_CODES and code == line.state:
        tokens.pop()


def _is_state_before(tokens: list[str], zip5: str) -> bool:
    return is_state([*tokens, zip5]) if zip5 else _is_state_code(tokens)


def _is_state_name(tokens: list[str], size: int, code: str, line: LastLine, area: ZipArea | None) -> bool:
    if line.state and line.state != code:
        return False
    if area is not None:
        return area.state == code and (
            tokens[-size - 1] != "," or size > 1 or " ".join(tokens[-size:]) not in area.cities
        )
    before = tokens[-size - 1]
    if any(zips_named(tokens[-size - n : -size], code) for n in range(1, min(4, len(tokens) - size - 1) + 1)):
        return True
    ends_street = before in SUFFIXES or before in DIRECTIONS
    return line.zip5 != "" or (not ends_street and (before == "," or "," in tokens or len(tokens) - size > 3))


def _is_state_code(tokens: list[str]) -> bool:
    """Without a ZIP code a last CT, LA, NE or FL may be a court, a lane, a direction or a floor."""
    code, before = tokens[-1], tokens[-2]
    if before == ",":
        return True
    if code in DIRECTIONS or code == "FL":
        if code == "FL" and before[0].isdigit():
            return False
        return ("," in tokens and before not in SUFFIXES) or _city_before(tokens)
    if code in SUFFIXES:
        has_suffix = any(token in PLAIN_SUFFIXES or SUFFIXES.get(token) in PLAIN_SUFFIXES for token in tokens[1:-1])
        where = tokens if code == "PR" else tokens[1:3]
        if _city_before(tokens, kept=_SHORT_LINE):
            return True  # RR 6 BOX 128 BATON ROUGE LA, and no 12 BATON ROUGE LA
        is_named = not _PREFIX_TYPES.isdisjoint(where) and _city_before(tokens)  # 5 RUE ROYALE MANDEVILLE LA
        is_named = is_named or (code == "KY" and _city_before(tokens))  # seldom a KEY
        return has_suffix or is_named or ("," in tokens and not tokens[tokens.index(",") - 1].isdigit())
    return True


def _city_before(tokens: list[str], kept: int = 2) -> bool:
    """Whether the words before a last state code name a city of that state, and ``kept`` words are left before it."""
    longest = min(4, len(tokens) - 1 - kept)
    return any(zips_named(tokens[-1 - size : -1], tokens[-1]) for size in range(1, longest + 1))


def take_city(tokens: list[str], line: LastLine) -> None:
    """Take the city off the end of ``tokens``: by the ZIP code's names, by the state's, or by the last comma."""
    strip_commas(tokens)
    if not tokens or not (line.state or line.zip5):
        return
    comma = _last_comma(tokens)
    segment = tokens[comma + 1 :]
    if comma > 0 and len(segment) > 1 and segment[-1] in _COUNTY and line.state:
        del tokens[comma:]
        line.notes.append(f"{REMARK}{' '.join(segment)}")
        take_city(tokens, line)
        return
    if comma >= 0 and segment[0] not in UNITS and not has_number(segment):
        size = len(segment)
    else:
        size = _known_city(segment, line.state, line.zip5, whole=comma >= 0)
    if comma >= 0 and size == len(segment) > 1:
        size = shorter_known(segment, line) or size
    if size:
        line.city = " ".join(tokens[-size:])
        del tokens[-size:]
        strip_commas(tokens)


def shorter_known(segment: list[str], line: LastLine) -> int:
    """A segment such as ``NW WASHINGTON`` or ``BLDG 3 SEATTLE`` of which only the end is a city there."""
    if segment[0] in DIRECTIONS and zips_named(segment[1:], line.state):
        spelled = [DIRECTION_WORDS[DIRECTIONS[segment[0]]], *segment[1:]]
        return 0 if zips_named(segment, line.state) or zips_named(spelled, line.state) else len(segment) - 1
    keys = city_keys_of_zip(line.zip5) if line.zip5 else frozenset()
    if not keys or city_key(" ".join(segment)) in keys:
        return 0
    return next((n for n in range(len(segment) - 1, 0, -1) if city_key(" ".join(segment[-n:])) in keys), 0)


def _known_city(words: list[str], state: str, zip5: str, *, whole: bool) -> int:
    """How many words at the end name a city of the ZIP code or, failing that, of the state."""
    longest = min(4, len(words) if whole else len(words) - 2 - (words[1:2] != [] and words[1] in DIRECTIONS))
    candidates = [n for n in range(longest, 0, -1) if not words[-n][0].isdigit()]
    if zip5:
        keys = city_keys_of_zip(zip5)
        for size in candidates:
            if city_key(" ".join(words[-size:])) in keys:
                return size - _leads_with_direction(words, size, zip5)
        if words[-1] in PLAIN_SUFFIXES or SUFFIXES.get(words[-1]) in PLAIN_SUFFIXES:
            return 0  # HARBOR VIEW LANE 29401, although there is a town of that name
    if state:
        longest = 0
        for size in candidates:
            if zips_named(words[-size:], state):
                if _may_end_street(words, size):
                    return size + _is_lead(words, size)
                longest = longest or size
        if longest and not zip5 and not whole:
            return longest  # who writes the state writes a city before it
    return _nearly_known(words, candidates, keys) if zip5 else 0


def _nearly_known(words: list[str], candidates: list[int], keys: frozenset[str]) -> int:
    """How many words at the end are one of these cities, misspelled."""
    nearest, found = 0.92, 0
    for size in candidates:
        spelled = city_key(" ".join(words[-size:]))
        likeness = max([JaroWinkler.similarity(spelled, key) for key in keys], default=0.0)
        if len(spelled) >= 5 and (likeness > nearest or (not found and likeness == nearest)):
            nearest, found = likeness, size
    return found


def _leads_with_direction(words: list[str], size: int, zip5: str) -> bool:
    """Whether the WEST of 8TH AVENUE WEST BRADENTON belongs to the street: the ZIP code is Bradenton's first."""
    area = find_zip(zip5)
    return (
        size > 1
        and words[-size] in DIRECTIONS
        and words[-size - 1 : -size] != []
        and SUFFIXES.get(words[-size - 1]) in PLAIN_SUFFIXES
        and area is not None
        and city_key(" ".join(words[1 - size :])) == city_key(area.cities[0])
    )


def _is_lead(words: list[str], size: int) -> bool:
    """Whether the FT of NORMANDY DR FT LIBERTY begins the city: a street ended before it."""
    if len(words) < size + 2 or words[-size - 1] not in _CITY_LEADS:
        return False
    before = words[-size - 2]
    return SUFFIXES.get(before) in PLAIN_SUFFIXES or (before.isdigit() and words[-size - 3 : -size - 2] != [])


def _may_end_street(words: list[str], size: int) -> bool:
    if not _PREFIX_TYPES.isdisjoint(words[1:-size][:2]) or "OF" in words[2 : -size - 1]:
        return True  # streets that have their suffix in front: 66 VIA CHRISTINA, 9 AVENUE OF THE PINES
    before = words[-size - 1] if len(words) > size else ""
    return (
        not before
        or before in SUFFIXES
        or before in DIRECTIONS
        or not before.isalpha()
        or len(before) == 1
        or before in UNITS
        or before == "BROADWAY"
    )


def _drop_city(tokens: list[str], city: str) -> None:
    """Drop the city where it stands a second time right behind a street or its unit: 12 ELM ST AMES, AMES IA."""
    size = len(city.split())
    if size > len(tokens) - 3 or tokens[-size - 1] in _NEVER_LAST:
        return
    if not _URBANIZATIONS.isdisjoint(tokens[:-size]):
        return  # URB VILLA CAROLINA, CAROLINA
    if city_key(" ".join(tokens[-size:])) == city_key(city):
        del tokens[-size:]


def _drop_repeat(tokens: list[str], line: LastLine) -> None:
    """Drop a last line that stands twice."""
    if not line.city or len(tokens) < 2 or line.city.rpartition(" ")[2] not in tokens:
        return
    if line.city.endswith(tokens[-1]):
        _drop_city(tokens, line.city)
    ahead = list(tokens)
    again = LastLine()
    if take_zip(ahead, again):
        return
    _take_state(ahead, again)
    strip_commas(ahead)
    if not ((again.zip5 == line.zip5 != "" or again.state == line.state != "") or (ahead and not again.zip5)):
        return
    size = len(line.city.split())
    rest = ahead[:-size]
    ends_alike = " ".join(ahead[-size:]) == line.city and (again.state == line.state != "" or rest[-1:] == [","])
    is_last = again.city == line.city or ends_alike
    if is_last:
        tokens[:] = ahead if again.city else rest
        strip_commas(tokens)
