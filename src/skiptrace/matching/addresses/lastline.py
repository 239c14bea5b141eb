"""City, state and ZIP code, taken off the end of an address; the ZIP table overrules every other reading."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz.distance import JaroWinkler

from skiptrace.matching.addresses.tables import (
    BARE_UNITS,
    CARDINALS,
    CITY_ALIASES,
    DIRECTION_WORDS,
    DIRECTIONS,
    GLUED_UNITS,
    NAME_WORDS,
    PLAIN_SUFFIXES,
    REMARK,
    STATE_CODES,
    STATE_NAMES,
    SUFFIXES,
    UNITS,
)
from skiptrace.matching.addresses.units import floor_number, is_unit_alone
from skiptrace.matching.tables import word_set
from skiptrace.matching.zips import ZipArea, cities_of_state, find_zip

_ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?$")
_SHORT_LINE = 3  # words
_SHORT_ZIP_STATES = word_set("""
    CT MA ME NH RI VT NJ AE
""")
_ISLANDS = frozenset({"PR", "VI"})
_NUMBERED = word_set("""
    HWY HIGHWAY ROUTE RTE BOX BX POB PO POBOX DRAWER BIN CALLER LOCKBOX RR ROAD FM CR SR # NO LOT
""") | frozenset(UNITS)
_COUNTRIES = (["USA"], ["UNITED", "STATES"], ["UNITED", "STATES", "OF", "AMERICA"], ["U", "S", "A"], ["EEUU"])
_COUNTRY_ENDS = frozenset({"US", *(words[-1] for words in _COUNTRIES)})
_WITHIN_TOWNS = word_set("""
    URB URBANIZACION BO BARRIO COND CONDOMINIO RES RESIDENCIAL SECTOR
""")
_NAMED_ROADS = frozenset({"ROAD", "HIGHWAY", "HWY"})
_ROAD_OWNERS = STATE_CODES | word_set("""
    COUNTY CNTY CTY CO STATE TOWNSHIP TWP RANCH US INTERSTATE FARM MARKET PRIVATE
""")
_PREFIX_TYPES = word_set("""
    AVENIDA CALLE CAMINO CMNO CAMINITO VIA PASEO RUE CALZADA CORTE PLAZA
    PLACITA CERRADA ENTRADA VEREDA CIRCULO LA EL LAS LOS
""")
# CT, LA, NE and FL are a court, a lane, a directional and a floor too.
_AMBIGUOUS_CODES = STATE_CODES & (SUFFIXES.keys() | DIRECTIONS.keys() | UNITS.keys()) | {"VA"}  # W VA
_CITY_LEADS = frozenset({"FT", "FORT", "MT", "MOUNT", "PT", "PORT", "LAKE"})
_NEVER_LAST = frozenset(
    {"OF", "THE", "DE", "DEL", "LA", "LAS", "LOS", "EL", "TO", "OLD", "NEW", "AND", "&"}
)  # in a street
_DELIVERY_STARTS = CARDINALS.keys() | word_set("""
    PO P POB POBOX POSTAL BOX DRAWER RR R RFD RD RT RTE ROUTE RURAL HC HCR H STAR HIGHWAY CORNER COR INTERSECTION
""")
_STATED_UNITS = GLUED_UNITS - {"PH"}  # which may be a phone
_PLUS_FOUR = 4  # digits, and of a ZIP code that lost its zero
_NEW_YORK_CITY = "NYC"  # names its state too
_COUNTY = frozenset({"COUNTY", "PARISH", "BOROUGH"})


@dataclass(slots=True)
class LastLine:
    """What was found at the end of an address, while it is being taken apart; ``written`` is the whole of it."""

    city: str = ""
    state: str = ""
    zip5: str = ""
    zip4: str = ""
    notes: list[str] = field(default_factory=list)
    written: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.city or self.state or self.zip5)


@lru_cache(maxsize=16_384)
def city_key(city: str) -> str:
    """A city's name for comparison: abbreviations read alike, spaces dropped."""
    city = CITY_ALIASES.get(city, city).removeprefix("THE ")
    return "".join(NAME_WORDS.get(word, word) for word in city.replace("-", " ").split())


@lru_cache(maxsize=16_384)
def city_keys_of_zip(zip5: str) -> frozenset[str]:
    """Keys of every city name in use for a ZIP code."""
    area = find_zip(zip5)
    return frozenset(map(city_key, area.cities)) if area else frozenset()


def take_last_line(tokens: list[str]) -> LastLine:
    """Take city, state and ZIP code off ``tokens``, which is shortened in place, wherever they stand."""
    line = LastLine()
    behind: list[str] = []
    if len(tokens) > 3 and tokens[-2] in STATE_CODES and (read := _read_zip(tokens[-1])) and _is_state(tokens):
        line.state, (line.zip5, line.zip4) = tokens[-2], read
        del tokens[-2:]
    else:
        drop_country(tokens)
        _pad_zip(tokens, line)
        behind = _take_zip(tokens, line) or ([] if line.zip5 else _cut_behind_state(tokens))
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
    match = _ZIP.match(word)
    return match.groups("") if match else None


def _put_back(tokens: list[str], behind: list[str], line: LastLine) -> None:
    """What stood behind the last line: a unit, the whole delivery line, LEXINGTON KY 40503, 811 BLUEGRASS PASS, or
    nothing that concerns the place.
    """
    if tokens and tokens[0] == ",":
        del tokens[0]
    words = [word for word in behind if word != ","]
    unit = len(words) if is_unit_alone(words) else 0
    if not unit and (not tokens or (_starts_delivery(behind) and not _has_number(tokens))):
        tokens.extend([",", *behind] if tokens else behind)
        return
    if not unit and UNITS.get(words[0]) in _STATED_UNITS and is_unit_alone(words[:2]):
        unit = 2  # APT 4 PER DMV
    if unit:
        tokens[:0] = [*words[:unit], ","]
    if words[unit:]:
        line.notes.append(f"{REMARK}{' '.join(words[unit:])}")


def _starts_delivery(words: list[str]) -> bool:
    """Whether a house number or box stands in the first or second segment: 811 MILL PASS; APT 4, 12 ELM ST; RR 2."""
    starts = [0, words.index(",") + 1] if "," in words else [0]
    return any(
        at + 1 < len(words)
        and (words[at][-1].isdigit() or words[at][0].isdigit() or words[at].partition("-")[0] in _DELIVERY_STARTS)
        for at in starts
    )


def _is_state(tokens: list[str]) -> bool:
    """Whether the CT, NE or FL before a ZIP code is a state: not where the ZIP code lies in another one."""
    code = tokens[-2]
    if code not in _AMBIGUOUS_CODES:
        return True
    area = find_zip(tokens[-1][:5])
    return area is None or area.state == code or "," in tokens[-3:-2]


def _strip_commas(tokens: list[str]) -> None:
    while tokens and tokens[-1] == ",":
        tokens.pop()


def _last_comma(tokens: list[str]) -> int:
    """Where the last comma stands, or -1."""
    if "," not in tokens:
        return -1
    at = len(tokens) - 1
    while tokens[at] != ",":
        at -= 1
    return at


def drop_country(tokens: list[str]) -> None:
    """Take the name of the United States off the end of ``tokens``, in place."""
    _strip_commas(tokens)
    if not tokens or tokens[-1] not in _COUNTRY_ENDS:
        return
    for words in _COUNTRIES:
        if len(tokens) > len(words) and tokens[-len(words) :] == words:
            del tokens[-len(words) :]
            _strip_commas(tokens)
    if len(tokens) > 2 and tokens[-1] == "US" and (_ZIP.match(tokens[-2]) or tokens[-2] in STATE_CODES):
        tokens.pop()


def _take_zip(tokens: list[str], line: LastLine) -> list[str]:
    """Take the ZIP code and what belongs to the last line behind it; what stands behind that is the result."""
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if not token[0].isdigit():
            continue
        match = _ZIP.match(token)
        if match and _is_zip_at(tokens, at):
            line.zip5, line.zip4 = match[1], match[2] or ""
            return _cut_zip(tokens, at, line)
    _take_short_zip(tokens, line)
    return []


def _pad_zip(tokens: list[str], line: LastLine) -> None:
    """The zero that a spreadsheet dropped, where the ZIP code has its city or state beside it: WATERBURY CT 6705."""
    for at, token in enumerate(tokens):
        if at == 0 or len(token) != _PLUS_FOUR or not token.isdigit() or not (area := find_zip(f"0{token}")):
            continue
        padded = [*tokens[:at], area.zip5, *tokens[at + 1 :]]
        before = tokens[: at - 1] if tokens[at - 1] == "," else tokens[:at]
        state, size = _state_at_end(before)
        is_named = state == area.state and _zips_of_end(before[:-size], state)
        if is_named or _state_at_end(padded[: _behind_zip(padded, at)])[0] == area.state:
            tokens[at] = area.zip5
            line.notes.append("zip_padded")


def _is_zip_at(tokens: list[str], at: int) -> bool:
    """A number is a ZIP code next to a state, or at the very end when the ZIP table lists it."""
    if at == 0:
        return (tokens[1:2] == [","] and _starts_delivery(tokens[2:])) or _behind_zip(tokens, 0) > 1
    before = tokens[at - 1] if tokens[at - 1] != "," else tokens[at - 2] if at > 1 else ""
    if before in STATE_CODES and _is_state(tokens[: at + 1]):
        area = find_zip(tokens[at][:5]) if at < len(tokens) - 1 else None
        if area is None or area.state == before:  # and not AMES IA, 10505 OAK DR, a house number
            return True
    if before.isalpha() and before not in STATE_CODES and _state_at_end(tokens[: at - (tokens[at - 1] == ",")])[0]:
        return True
    if _behind_zip(tokens, at) > at + 1:
        return True
    rest = [word for word in tokens[at + 1 :] if word != ","]
    plus_four = len(rest) > 0 and _is_plus_four(rest[0])
    rest = rest[plus_four:]
    if before in _NUMBERED and not (_is_after_street(tokens, at) or _is_after_unit(tokens, at)):
        return False
    if tokens[at - 1] == "," and tokens[at + 1 : at + 2] == [","] and _has_number(tokens[:at]):
        return find_zip(tokens[at][:5]) is not None  # 12 ELM ST, 50010, MOVED 2019
    if rest and not (len(rest) <= 2 and (rest[0] in STATE_CODES or tuple(rest) in STATE_NAMES)):
        return False
    return (
        bool(rest) or plus_four or find_zip(tokens[at][:5]) is not None or len(tokens[at]) > 5 or tokens[at - 1] == ","
    )


def _is_after_street(tokens: list[str], at: int) -> bool:
    """Whether a listed ZIP code follows a street such as OLD POST ROAD, which has no number of its own."""
    if len(tokens[at]) < 5 or find_zip(tokens[at][:5]) is None:
        return False
    if tokens[at - 1] == ",":
        return True
    before = tokens[at - 2]
    return tokens[at - 1] in _NAMED_ROADS and at > 2 and before.isalpha() and before not in _ROAD_OWNERS


def _is_after_unit(tokens: list[str], at: int) -> bool:
    """Whether a listed ZIP code follows a unit that is complete without it: UPSTAIRS 05735, 14TH FL 57702."""
    before = UNITS.get(tokens[at - 1])
    is_bare = before in BARE_UNITS or (before == "FL" and at > 1 and floor_number(tokens[at - 2]) != "")
    return is_bare and len(tokens[at]) >= 5 and find_zip(tokens[at][:5]) is not None


def _is_plus_four(word: str) -> bool:
    return len(word) == _PLUS_FOUR and word.isdigit()


def _state_at_end(words: list[str]) -> tuple[str, int]:
    """The state that the words end in, as its code, and how many words name it; ("", 0) when none does."""
    for size in (3, 2, 1):
        if len(words) >= size and (code := STATE_NAMES.get(tuple(words[-size:]))):
            return code, size
    return (words[-1], 1) if words and words[-1] in STATE_CODES else ("", 0)


def _behind_zip(tokens: list[str], at: int) -> int:
    """Where the last line ends whose ZIP code stands at ``at``: behind 29401 CHARLESTON SC, 32907 FL, 40503 1234 KY."""
    area = find_zip(tokens[at][:5])
    end = at + 1
    if end < len(tokens) and _is_plus_four(tokens[end]) and "-" not in tokens[at]:
        end += 1
    if area is None:
        return at + 1
    start = end + (tokens[end : end + 1] == [","])
    size = _city_at(tokens, start, area.zip5)
    after = start + size
    after += tokens[after : after + 1] == [","]
    states = (n for n in (3, 2, 1) if STATE_NAMES.get(tuple(tokens[after : after + n])) == area.state)
    named = next(states, int(tokens[after : after + 1] == [area.state]))
    if named:
        return after + named
    return start + size if size else end


def _city_at(tokens: list[str], start: int, zip5: str) -> int:
    """How many words from ``start`` on are a city of the ZIP code."""
    keys = city_keys_of_zip(zip5)
    for size in range(min(4, len(tokens) - start), 0, -1):
        words = tokens[start : start + size]
        if "," not in words and city_key(" ".join(words)) in keys:
            after = tokens[start + size] if start + size < len(tokens) else ","
            return size if size > 1 or after not in SUFFIXES or after in STATE_CODES else 0
    return 0


def _cut_zip(tokens: list[str], at: int, line: LastLine) -> list[str]:
    """Take the ZIP code at ``at``, with city and state that follow it; what stands behind them is the result."""
    end = _behind_zip(tokens, at)
    words = [word for word in tokens[at + 1 : end] if word != ","]
    behind = tokens[end:]
    del tokens[at:]
    _strip_commas(tokens)
    if words and _is_plus_four(words[0]):
        line.zip4 = words.pop(0)
    code, size = _state_at_end(words)
    if code:
        line.state, words = code, words[:-size]
    line.city = " ".join(words)
    if not line.state and behind:
        code, size = _state_at_end([word for word in behind if word != ","])
        if code and size == len(behind):
            line.state, behind = code, []  # of another state than the table says
    while behind and behind[0] == ",":
        behind.pop(0)
    return behind


def _cut_behind_state(tokens: list[str]) -> list[str]:
    """What stands behind a last line without a ZIP code, AMES IA, APT 4, which is taken off ``tokens``."""
    if _state_at_end(tokens)[0]:
        return []
    for end in range(len(tokens) - 1, 1, -1):
        state, size = _state_at_end(tokens[:end])
        if state and not tokens[end].isdigit() and _zips_of_end(tokens[: end - size], state):
            behind = tokens[end:]
            del tokens[end:]
            return behind[behind[0] == "," :]
    return []


def _take_short_zip(tokens: list[str], line: LastLine) -> None:
    """A spreadsheet drops leading zeros, a form leaves 0 or too many digits: what stands behind a state and cannot be
    read as a ZIP code of it is no part of the address.
    """
    if len(tokens) < 3:
        return
    short, _, plus_four = tokens[-1].partition("-")
    if not short.isdigit() or not (plus_four.isdigit() or not plus_four):
        return
    before = tokens[:-2] if tokens[-2] == "," else tokens[:-1]
    state, size = _state_at_end(before)
    if not state:
        return
    wanted = 4 if state in _SHORT_ZIP_STATES else 3 if state in _ISLANDS else 0
    if len(short) in {wanted, wanted + 4} and wanted:
        short, plus_four = short[:wanted].zfill(5), short[wanted:] or plus_four
    if (area := find_zip(short[:5])) and area.state == state:
        line.zip5, line.zip4 = short[:5], plus_four if len(plus_four) == 4 else ""
        line.notes.append("zip_padded")
    elif (len(short) < 4 and int(short)) or not _zips_of_end(before[:-size], state):
        return
    else:
        line.notes.append("zip_unread")
    del tokens[-1]
    _strip_commas(tokens)


def _zips_of_end(words: list[str], state: str) -> bool:
    """Whether the words end in a city of the state."""
    words = words[:-1] if words[-1:] == [","] else words
    return any(_zips_named(words[-size:], state) for size in range(1, min(4, len(words)) + 1))


def _take_state(tokens: list[str], line: LastLine) -> None:
    _strip_commas(tokens)
    if not tokens:
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
    return _is_state([*tokens, zip5]) if zip5 else _is_state_code(tokens)


def _is_state_name(tokens: list[str], size: int, code: str, line: LastLine, area: ZipArea | None) -> bool:
    if line.state and line.state != code:
        return False
    if area is not None:
        return area.state == code and (
            tokens[-size - 1] != "," or size > 1 or " ".join(tokens[-size:]) not in area.cities
        )
    before = tokens[-size - 1]
    if any(_zips_named(tokens[-size - n : -size], code) for n in range(1, min(4, len(tokens) - size - 1) + 1)):
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
    return any(_zips_named(tokens[-1 - size : -1], tokens[-1]) for size in range(1, longest + 1))


def take_city(tokens: list[str], line: LastLine) -> None:
    """Take the city off the end of ``tokens``: by the ZIP code's names, by the state's, or by the last comma."""
    while tokens and tokens[-1] == ",":
        tokens.pop()
    if not tokens:
        return
    comma = _last_comma(tokens)
    segment = tokens[comma + 1 :]
    if comma > 0 and len(segment) > 1 and segment[-1] in _COUNTY and line.state:
        del tokens[comma:]
        line.notes.append(f"{REMARK}{' '.join(segment)}")
        take_city(tokens, line)
        return
    if comma >= 0 and segment[0] not in UNITS and (line.state or line.zip5) and not _has_number(segment):
        size = len(segment)
    else:
        size = _known_city(segment, line.state, line.zip5, whole=comma >= 0)
    if comma >= 0 and size == len(segment) > 1:
        size = _shorter_known(segment, line) or size
    if size:
        line.city = " ".join(tokens[-size:])
        del tokens[-size:]
        _strip_commas(tokens)


def _has_number(words: list[str]) -> bool:
    for word in words:  # noqa: SIM110 - a loop is four times as fast as any() here
        if not word.isalpha() and any(map(str.isdigit, word)):
            return True
    return False


def _shorter_known(segment: list[str], line: LastLine) -> int:
    """A segment such as ``NW WASHINGTON`` or ``BLDG 3 SEATTLE`` of which only the end is a city there."""
    if segment[0] in DIRECTIONS and _zips_named(segment[1:], line.state):
        spelled = [DIRECTION_WORDS[DIRECTIONS[segment[0]]], *segment[1:]]
        return 0 if _zips_named(segment, line.state) or _zips_named(spelled, line.state) else len(segment) - 1
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
            if _zips_named(words[-size:], state):
                if _may_end_street(words, size):
                    return size + _is_lead(words, size)
                longest = longest or size
        if longest and not zip5 and not whole:
            return longest  # who writes the state writes a city before it
    return _nearly_known(words, candidates, keys) if zip5 else 0


def _nearly_known(words: list[str], candidates: list[int], keys: frozenset[str]) -> int:
    """How many words at the end are one of these cities, misspelled."""
    for size in candidates:
        spelled = city_key(" ".join(words[-size:]))
        if len(spelled) >= 5 and any(JaroWinkler.similarity(spelled, key) >= 0.92 for key in keys):
            return size
    return 0


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


def _zips_named(words: list[str], state: str) -> frozenset[str]:
    """The ZIP codes of a city of a state, however it is spelled: ST PAUL, COLORADO SPGS, OFALLON."""
    return _zips_by_key(state).get(city_key(" ".join(words)), frozenset())


@cache
def _zips_by_key(state: str) -> dict[str, frozenset[str]]:
    """The ZIP codes of the cities of a state by the names' keys."""
    found: dict[str, frozenset[str]] = {}
    for city, zips in cities_of_state(state).items():
        key = city_key.__wrapped__(city)
        found[key] = found[key] | zips if key in found else zips
    return found


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
    if _take_zip(ahead, again):
        return
    _take_state(ahead, again)
    _strip_commas(ahead)
    if not ((again.zip5 == line.zip5 != "" or again.state == line.state != "") or (ahead and not again.zip5)):
        return
    size = len(line.city.split())
    rest = ahead[:-size]
    is_last = again.city == line.city or (" ".join(ahead[-size:]) == line.city and (again.state or rest[-1:] == [","]))
    if is_last:
        tokens[:] = ahead if again.city else rest
        _strip_commas(tokens)
