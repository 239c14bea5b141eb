"""Find the ZIP code of an address, wherever it stands and however it is damaged."""

from __future__ import annotations

import re

from skiptrace.matching.addresses.places import (
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
    BARE_UNITS,
    CARDINALS,
    DIRECTIONS,
    STATE_CODES,
    STATE_NAMES,
    SUFFIXES,
    UNITS,
)
from skiptrace.matching.addresses.units import floor_number
from skiptrace.matching.tables import word_set
from skiptrace.matching.zips import find_zip

ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?$")
_SHORT_ZIP_STATES = word_set("""
    CT MA ME NH RI VT NJ AE
""")
_ISLANDS = frozenset({"PR", "VI"})
_NUMBERED = word_set("""
    HWY HIGHWAY ROUTE RTE BOX BX POB PO POBOX DRAWER BIN CALLER LOCKBOX RR ROAD FM CR SR # NO LOT
""") | frozenset(UNITS)
_NAMED_ROADS = frozenset({"ROAD", "HIGHWAY", "HWY"})
_ROAD_OWNERS = STATE_CODES | word_set("""
    COUNTY CNTY CTY CO STATE TOWNSHIP TWP RANCH US INTERSTATE FARM MARKET PRIVATE
""")
# CT, LA, NE and FL are a court, a lane, a directional and a floor too.
AMBIGUOUS_CODES = STATE_CODES & (SUFFIXES.keys() | DIRECTIONS.keys() | UNITS.keys()) | {"VA"}  # W VA
_DELIVERY_STARTS = CARDINALS.keys() | word_set("""
    PO P POB POBOX POSTAL BOX DRAWER RR R RFD RD RT RTE ROUTE RURAL HC HCR H STAR HIGHWAY CORNER COR INTERSECTION
""")
_PLUS_FOUR = 4  # digits, and of a ZIP code that lost its zero


def starts_delivery(words: list[str]) -> bool:
    """Whether a house number or box stands in the first or second segment: 811 MILL PASS; APT 4, 12 ELM ST; RR 2."""
    starts = [0, words.index(",") + 1] if "," in words else [0]
    return any(
        at + 1 < len(words)
        and (words[at][-1].isdigit() or words[at][0].isdigit() or words[at].partition("-")[0] in _DELIVERY_STARTS)
        for at in starts
    )


def is_state(tokens: list[str]) -> bool:
    """Whether the CT, NE or FL before a ZIP code is a state: not where the ZIP code lies in another one."""
    code = tokens[-2]
    if code not in AMBIGUOUS_CODES:
        return True
    area = find_zip(tokens[-1][:5])
    return area is None or area.state == code or "," in tokens[-3:-2]


def take_zip(tokens: list[str], line: LastLine) -> list[str]:
    """Take the ZIP code and what belongs to the last line behind it; what stands behind that is the result."""
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if not token[0].isdigit():
            continue
        match = ZIP.match(token)
        if match and _is_zip_at(tokens, at):
            line.zip5, line.zip4 = match[1], match[2] or ""
            return _cut_zip(tokens, at, line)
    _take_short_zip(tokens, line)
    return []


def pad_zip(tokens: list[str], line: LastLine) -> None:
    """The zero that a spreadsheet dropped, where the ZIP code has its city or state beside it: WATERBURY CT 6705."""
    for at, token in enumerate(tokens):
        if at == 0 or len(token) != _PLUS_FOUR or not token.isdigit() or not (area := find_zip(f"0{token}")):
            continue
        padded = [*tokens[:at], area.zip5, *tokens[at + 1 :]]
        before = tokens[: at - 1] if tokens[at - 1] == "," else tokens[:at]
        state, size = state_at_end(before)
        is_named = state == area.state and ends_in_city(before[:-size], state)
        if not state and at == len(tokens) - 1:  # 66 OAK ST NEWPORT 2840
            sizes = range(1, min(4, len(before) - 1))
            is_named = any(area.zip5 in zips_named(before[-size:], area.state) for size in sizes)
        if is_named or state_at_end(padded[: _behind_zip(padded, at)])[0] == area.state:
            tokens[at] = area.zip5
            line.notes.append("zip_padded")


def _is_zip_at(tokens: list[str], at: int) -> bool:
    """A number is a ZIP code next to a state, or at the very end when the ZIP table lists it."""
    if at == 0:
        return (tokens[1:2] == [","] and starts_delivery(tokens[2:])) or _behind_zip(tokens, 0) > 1
    before = tokens[at - 1] if tokens[at - 1] != "," else tokens[at - 2] if at > 1 else ""
    if before in STATE_CODES and is_state(tokens[: at + 1]):
        area = find_zip(tokens[at][:5]) if at < len(tokens) - 1 else None
        if area is None or area.state == before:  # and not AMES IA, 10505 OAK DR, a house number
            return True
    if before.isalpha() and before not in STATE_CODES and state_at_end(tokens[: at - (tokens[at - 1] == ",")])[0]:
        return True
    if _behind_zip(tokens, at) > at + 1:
        return True
    rest = [word for word in tokens[at + 1 :] if word != ","]
    plus_four = len(rest) > 0 and _is_plus_four(rest[0])
    rest = rest[plus_four:]
    if before in _NUMBERED and not (_is_after_street(tokens, at) or _is_after_unit(tokens, at)):
        return False
    if tokens[at - 1] == "," and tokens[at + 1 : at + 2] == [","] and has_number(tokens[:at]):
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
    strip_commas(tokens)
    if words and _is_plus_four(words[0]):
        line.zip4 = words.pop(0)
    code, size = state_at_end(words)
    if code:
        line.state, words = code, words[:-size]
    line.city = " ".join(words)
    if not line.state and behind:
        code, size = state_at_end([word for word in behind if word != ","])
        if code and size == len(behind):
            line.state, behind = code, []  # of another state than the table says
    while behind and behind[0] == ",":
        behind.pop(0)
    return behind


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
    state, size = state_at_end(before)
    if not state:
        return
    wanted = 4 if state in _SHORT_ZIP_STATES else 3 if state in _ISLANDS else 0
    if len(short) in {wanted, wanted + 4} and wanted:
        short, plus_four = short[:wanted].zfill(5), short[wanted:] or plus_four
    if (area := find_zip(short[:5])) and area.state == state:
        line.zip5, line.zip4 = short[:5], plus_four if len(plus_four) == 4 else ""
        line.notes.append("zip_padded")
    elif (len(short) < 4 and int(short)) or not ends_in_city(before[:-size], state):
        return
    else:
        line.notes.append("zip_unread")
    del tokens[-1]
    strip_commas(tokens)
