"""Secondary units (Publication 28, section 213): designators with or without an identifier."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skiptrace.matching.addresses.tables import (
    BARE_UNITS,
    CARDINALS,
    CAREFUL_UNITS,
    DIRECTIONS,
    LATE_UNITS,
    ORDINALS,
    PLAIN_SUFFIXES,
    SUFFIXES,
    UNIT_NOUNS,
    UNITS,
)

_ORDINAL = re.compile(r"(\d+)(?:ST|ND|RD|TH)$")
_IDENTIFIER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9\-/]*$|[A-Z](?:-?[A-Z])?$")
_WORD = re.compile(r"(?!AND$)[A-Z]{3,}$")
_NAMED = re.compile(r"(?:[A-Z]-?)?\d{1,4}(?:-?[A-Z])?$")
_NUMBER_ALONE = re.compile(r"\d{1,4}-?[A-Z]?$|[A-Z]-?\d{1,4}$")
_DESIGNATORS = frozenset(UNITS)
_IDLE_HYPHEN = re.compile(r"(?<!\d)-|-(?!\d)")
_FILLERS = frozenset({"NO", "NUMBER", "NUM", "#"})
_YEAR = re.compile(r"(?:19|20)\d\d$")
_LONG_NUMBER = re.compile(r".{5,}\d$")
_OF_A_LOT = frozenset({"MAIN", "GUEST", "CARRIAGE", "COACH", "BACK", "POOL", "GARDEN", "GARAGE"})  # HOUSE
_LEVELS = {"GROUND": "G", "GRND": "G", "TOP": "TOP", "MAIN": "MAIN"}
_NUMBERED_ONLY = frozenset({"APT", "STE"})
_ROAD_CLASSES = frozenset({"RM", "FL"})  # ranch to market, and Florida before the number of a highway
_PLAIN_POSITIONS = frozenset({"REAR", "UPPR", "LOWR", "BSMT"})  # 501 BROADWAY REAR; LAKE FRONT is a street
_WITHOUT_NUMBER = _PLAIN_POSITIONS | {"FRNT", "SIDE"}  # FRONT 12 ELM ST
_PENTHOUSE = re.compile(r"PH-?(\d+[A-Z]?)$")
_AFTER_WORD = frozenset({"FL", "TOWER", "WING", "BLDG"})
_WITH_WORD = frozenset({"APT", "UNIT", "STE", "RM", "BLDG", "TOWER", "WING", "FLAT"})
_DWELLINGS = frozenset({"HOUSE", "COTTAGE", "CASITA", "DUPLEX", "TRIPLEX", "QUAD", "LEVEL", "ENTRANCE", "FLAT"})
_ANY_ROOM = frozenset({"#", "UNIT"})
_HOLDERS = frozenset({"APT", "UNIT", "STE", "FL", "#"})

Units = list[tuple[str, str]]


def identifier(text: str) -> str:
    """A unit's identifier for comparison: no leading zeros, and a hyphen between digits only, as 1-23 is not 12-3."""
    if "-" in text:
        text = _IDLE_HYPHEN.sub("", text)
    return text.replace("/", "").lstrip("0") or "0"


def take_units(tokens: list[str]) -> tuple[list[str], Units]:
    """Split tokens into those that are no unit, and the units in the order written; exact repeats are dropped."""
    if _DESIGNATORS.isdisjoint(tokens):
        return tokens, []
    rest: list[str] = []
    units: Units = []
    at = 0
    last = len(tokens) - 1
    while at <= last:
        token = tokens[at]
        if token in UNITS or (at < last and UNITS.get(tokens[at + 1]) in _AFTER_WORD):
            taken, unit = _unit_at(tokens, at, rest)
            if unit:
                if not _repeats(unit, units):
                    units.append(unit)
                at += taken
                continue
        rest.append(token)
        at += 1
    return rest, units


def _repeats(unit: tuple[str, str], units: Units) -> bool:
    """Whether a unit was named before, perhaps with a designator that says less: #C5 APT C5, APT 4 UNIT 4."""
    if unit in units:
        return True
    at = next((n for n, (_, number) in enumerate(units) if number == unit[1] != ""), None)
    if at is None or _ANY_ROOM.isdisjoint((unit[0], units[at][0])):
        return False
    units[at] = unit if units[at][0] in _ANY_ROOM else units[at]
    return True


def _unit_at(tokens: list[str], at: int, rest: list[str]) -> tuple[int, tuple[str, str] | None]:
    """The number of tokens that make a unit here, and the unit; (0, None) when there is none."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else ","
    if UNITS.get(following) == "FL" and _may_be_floor(tokens, at, rest):
        floor = floor_number(token) or (token if token.isdigit() and _ends(tokens, at + 2) else "")  # 2 FL
        if floor:
            return 2, ("FL", floor)
    designator = UNITS.get(token)
    if designator is None:
        side = DIRECTIONS.get(token, "") if _street_ended(rest) and _may_end(tokens, at + 2) else ""
        return (2, (UNITS[following], side)) if side and following in UNITS else (0, None)  # EAST TOWER
    skip, following = _skip_fillers(tokens, at, designator)
    if _is_identifier(following, designator, tokens, at + skip, rest):
        if designator in _HOLDERS and (penthouse := _PENTHOUSE.match(following)):
            return skip + 1, ("PH", identifier(penthouse[1]))  # APT PH1
        extra = _tail_letter(tokens, at + skip, following, stands_first=not rest)
        floor = floor_number(following) if designator == "FL" else ""
        return skip + 1 + bool(extra), (designator, floor or identifier(following + extra))
    if designator in _WITH_WORD and (word := _identifying_word(following)) and _may_end(tokens, at + skip + 1):
        return skip + 1, (designator, word)
    if designator in _HOLDERS and UNITS.get(following) in BARE_UNITS and _ends(tokens, at + skip + 1):
        return skip + 1, (UNITS[following], "")  # APT REAR
    if designator in _NUMBERED_ONLY and skip == 1 and _ends(tokens, at + 1) and _street_ended(rest):
        return 1, (designator, "")  # an identifier that was lost
    if (
        designator in BARE_UNITS
        and skip == 1
        and (_may_be_bare(designator, rest) if rest else _stands_first(tokens, at))
    ):
        begins = _begins(rest)
        if following in UNIT_NOUNS and (_ends(tokens, at + 2) or (begins and tokens[at + 2][0].isdigit())):
            return 2, (designator, "")
        if _segment_ends(tokens, at + 1) or not rest or (begins and following[0].isdigit()):
            return 1, (designator, "")
    return 0, None


def _begins(rest: list[str]) -> bool:
    """Whether a segment begins behind these words."""
    return not rest or rest[-1] == ","


def _identifying_word(word: str) -> str:
    """The 1 of APT ONE and the N of APT NORTH; "" for a word that names no unit."""
    return str(CARDINALS[word]) if word in CARDINALS else DIRECTIONS.get(word, "")


def _may_end(tokens: list[str], at: int) -> bool:
    return _ends(tokens, at) or tokens[at] in UNITS


def _skip_fillers(tokens: list[str], at: int, designator: str) -> tuple[int, str]:
    """How far behind the designator its identifier may stand, and the word there: APT NO 4, and APT, 114."""
    skip = 1
    if designator in _NUMBERED_ONLY and tokens[at + 1 : at + 2] == [","] and tokens[at + 3 : at + 4] in ([], [","]):
        skip = 2
    while at + skip + 1 < len(tokens) and tokens[at + skip] in _FILLERS:
        skip += 1
    return skip, tokens[at + skip] if at + skip < len(tokens) else ","


def _may_be_floor(tokens: list[str], at: int, rest: list[str]) -> bool:
    """Whether a street ended before 2ND FLOOR, or has not begun."""
    return _street_ended(rest) or _ends_plain_name(rest, ",") if rest else _stands_first(tokens, at + 2)


def _ends(tokens: list[str], at: int) -> bool:
    return at >= len(tokens) or tokens[at] == ","


def _stands_first(tokens: list[str], at: int) -> bool:
    """Whether a unit at the start of an address ends here: BASEMENT, 12 ELM ST and 2ND FLOOR 12 ELM ST."""
    while at < len(tokens) and (tokens[at] in UNITS or tokens[at] in UNIT_NOUNS):
        at += 1
    return at < len(tokens) and (tokens[at] == "," or tokens[at][0].isdigit())


def _may_be_bare(designator: str, rest: list[str]) -> bool:
    if designator not in LATE_UNITS:
        return _street_ended(rest) or (designator in _PLAIN_POSITIONS and _ends_plain_name(rest, ","))
    last = rest[-1]
    return last == "," or SUFFIXES.get(last) in PLAIN_SUFFIXES or last in DIRECTIONS


def _is_identifier(word: str, designator: str, tokens: list[str], at: int, rest: list[str]) -> bool:
    if not _IDENTIFIER.match(word) or word in UNITS or (_begins(rest) and designator in _WITHOUT_NUMBER):
        return False
    if word[0].isdigit() and _ORDINAL.match(word) and designator not in {"#", "FL"}:
        return False
    if designator == "#":
        return True
    if designator == "FL" and len(word) > 3 and not _ORDINAL.match(word):
        return False  # the ZIP code of a second FL 32025
    ahead = tokens[at + 1] if at + 1 < len(tokens) else ","
    if designator in _ROAD_CLASSES and len(rest) == 2 and rest[1] in DIRECTIONS and rest[0].isdigit():
        return False  # 25811 S RM 2105
    if designator in CAREFUL_UNITS and not _street_ended(rest):
        if len(rest) == 1 and rest[0].isdigit() and word.isdigit():
            # 10 FL 3 WALL ST, and no 2910 RM 1431 UNIT B
            return ahead != "," and not any(ahead in words for words in (PLAIN_SUFFIXES, DIRECTIONS, UNITS))
        if rest and ahead == "," and word[0].isdigit() and not any(map(str.isdigit, [before[0] for before in rest])):
            return True  # WHITMAN HALL RM 318, 700 UNIVERSITY DR
        if rest:
            return (len(word) == 1 or word[0].isdigit()) and _ends_plain_name(rest, ahead)
        return _may_stand_first(word, ahead) or bool(_tail_letter(tokens, at, word, stands_first=True))
    if word.isdigit() or len(word) > 2 or not word.isalpha():
        return bool(rest) or designator not in BARE_UNITS or _may_stand_first(word, ahead)  # REAR 12 ELM ST
    # Letters: ST or DR after a designator's word is a street's suffix, not an identifier.
    return word not in SUFFIXES and not (len(word) == 2 and ahead in SUFFIXES)


def _may_stand_first(word: str, ahead: str) -> bool:
    """Whether a unit may stand before the street: BLDG B, 12 ELM ST; LOT 4 12 ELM ST."""
    return ahead == "," or ahead in UNITS or (ahead[0].isdigit() and word not in SUFFIXES)


def _ends_plain_name(rest: list[str], ahead: str) -> bool:
    """Whether a street without suffix ends here: 501 BROADWAY BLDG C, which is no 10 FLOOR MILL RD."""
    is_street = len(rest) == 2 and rest[0][0].isdigit() and rest[1].isalpha() and rest[1] not in DIRECTIONS
    return is_street and (len(ahead) == 1 or ahead in UNITS)  # a comma, or the C of UNIT 24 C


def _tail_letter(tokens: list[str], at: int, word: str, *, stands_first: bool = False) -> str:
    """The B of ``APT 4 B``, the E of ``APT 2 EAST`` and the 4 of ``APT B 4``."""
    tail = tokens[at + 1] if at + 1 < len(tokens) else ","
    ends = _segment_ends(tokens, at + 2) or (stands_first and tokens[at + 2][0].isdigit())
    if tail == "," or not ends:
        return ""
    if word.isdigit() and tail.isalpha():
        return tail if len(tail) == 1 else DIRECTIONS.get(tail, "") * (not _is_unit_word(tokens, at + 2))
    is_split = len(word) == 1 and word.isalpha() and tail.isdigit() and _segment_ends(tokens, at + 2)
    return tail if is_split else ""


def _is_unit_word(tokens: list[str], at: int) -> bool:
    """Whether a designator stands here: the EAST of APT 5 EAST TOWER is the tower's."""
    return at < len(tokens) and tokens[at] in UNITS


def _segment_ends(tokens: list[str], at: int) -> bool:
    return at >= len(tokens) or tokens[at] == "," or tokens[at] in UNITS


def _street_ended(rest: list[str]) -> bool:
    """Whether the words before a designator may be a whole street."""
    if not rest:
        return False
    last = rest[-1]
    return (
        last == "," or last in SUFFIXES or last in DIRECTIONS or (len(rest) > 2 and last[0].isdigit()) or len(rest) > 2
    )


def named_unit(words: Sequence[str], *, follows_street: bool = False) -> tuple[str, str] | None:
    """A part of a building that Publication 28 has no word for: CHALET 8, DUPLEX B, GUEST HOUSE.

    Right behind a street a single letter (STALL B) names one too; elsewhere it may be a person's initial.
    """
    words = [word for word in words if word not in _FILLERS]
    if len(words) != 2 or not _WORD.match(words[0]):
        return None
    if words[1] in _DWELLINGS:
        return " ".join(words), ""  # MAIN HOUSE
    may_be_letter = follows_street or words[0] in _DWELLINGS
    is_number = _NAMED.match(words[1]) or (may_be_letter and len(words[1]) == 1)
    return (words[0], identifier(words[1])) if is_number else None


def is_unit_alone(words: list[str]) -> bool:
    """Whether words in brackets or behind the ZIP code name a unit and nothing else: STALL 4, no SINCE 2019."""
    if not words or len(words) > 4 or any(_YEAR.match(word) or _LONG_NUMBER.match(word) for word in words):
        return False
    if len(words) == 1 and _NUMBER_ALONE.match(words[0]):
        return True
    if len(words) == 2 and words[0] in _FILLERS:
        return _IDENTIFIER.match(words[1]) is not None
    if len(words) == 2 and words[1] in _DWELLINGS:
        return words[0] in _OF_A_LOT or words[0] in UNITS  # no BLUE HOUSE
    rest, units = take_units([",", *words])
    return (bool(units) and rest == [","]) or named_unit(words) is not None


def floor_number(word: str) -> str:
    """The number of ``2ND`` or ``SECOND``, G of ``GROUND``; "" for any other word."""
    match = _ORDINAL.match(word)
    if match:
        return match[1].lstrip("0")
    number = ORDINALS.get(word)
    return str(number) if number else _LEVELS.get(word, "")
