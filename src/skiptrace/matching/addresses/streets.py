"""The street line: number, directionals, name, suffix (Publication 28, sections 231-237) and numbered highways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from skiptrace.matching.addresses.highways import may_be_highway, read_highway
from skiptrace.matching.addresses.tables import (
    CARDINALS,
    DIRECTION_WORDS,
    DIRECTIONS,
    NAME_WORDS,
    ORDINALS,
    PLAIN_SUFFIXES,
    QUARTERS,
    SUFFIXES,
    TENS,
    TWO_WORD_DIRECTIONS,
)
from skiptrace.matching.known_words import familiarity
from skiptrace.matching.tables import word_set

_NUMBER = re.compile(
    r"(?:\d+(?:[\-/.]\d+)*-?[A-Z]?|[NSEW]\d+[NSEW]\d+|\d+[NSEW]\d+|[A-Z]{1,2}-?\d+(?:-\d+)?|\d+-[A-Z]\d*)$"
)
_LONG_SUFFIXES = (
    "STREET", "AVENUE", "ROAD", "DRIVE", "LANE", "COURT", "CIRCLE", "PLACE", "BOULEVARD", "TERRACE",
    "PARKWAY", "HIGHWAY", "TRAIL", "SQUARE",
)  # fmt: skip
_SIDES = frozenset("NSEW")
_GRID_HALF = re.compile(r"[NSEW]\d+$")
_FRACTION = re.compile(r"[1-9]/[2-9]$")
_NTH = re.compile(r"(\d+)(?:ST|ND|RD|TH|(?<=[23])D)$")
_BARE_UNIT = re.compile(r"\d+-?[A-Z]?$|[A-Z]-?\d*$|[A-Z]-?\d+[A-Z]$|\d+-[A-Z0-9]+$")
_MIXED_UNIT = re.compile(r"[A-Z]-?\d+$|\d+-?[A-Z]$")
_PREFIX_TYPES = word_set("""
    AVE AVENUE AVENIDA CALLE CAMINO VIA PASEO RUE PLAZA CALZADA CARRETERA CARR CLL
""")
_UNIT_SHORT = frozenset({"U", "UN"})
_LEADS_ON = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "EL", "OF", "THE", "DES", "DU"})
_BELTS = frozenset({"LOOP", "FWY", "HWY", "EXPY", "PKWY", "BYP", "TPKE"})  # S LOOP E is no street of a letter
_SPACED_CLASSES = frozenset({"US", "FM", "CR", "RM", "RR", "TR"})  # F M 1960
_ALIASES = {
    "ADAMCLAYTONPOWELLJR": "ADAMCLAYTONPOWELL", "JOHNFKENNEDY": "JFK", "JFKENNEDY": "JFK",
    "JOHNFITZGERALDKENNEDY": "JFK", "FRANKLINDROOSEVELT": "FDR", "EYE": "I",
}  # fmt: skip
# Words with which a name may begin that is a number.
_NUMERALS = TENS.keys() | ORDINALS.keys() | {"ONE", "HUNDRED"}
_KEY_WORDS = NAME_WORDS | SUFFIXES | {"LA": "LA"}
_KING = re.compile(r"(?:REV)?(?:DR)?M(?:ARTIN)?L(?:UTHER)?K(?:ING)?(?:JR)?")


@dataclass(slots=True)
class Street:
    """The parts of a street line; ``leftover`` are tokens after the suffix that belong to no part."""

    number: str = ""
    fraction: str = ""
    predirectional: str = ""
    name: str = ""
    suffix: str = ""
    postdirectional: str = ""
    unit: str = ""
    note: str = ""
    leftover: tuple[str, ...] = ()


def is_bare_unit(word: str) -> bool:
    """Whether a word alone may be a unit's identifier: 4, B, 4B, D1204."""
    return _BARE_UNIT.match(word) is not None


def bare_unit(words: list[str]) -> str:
    """The identifier that words are and nothing else, 4B for 4 B, 2E for 2 EAST; "" for any other words."""
    if len(words) == 1:
        return words[0] if is_bare_unit(words[0]) else ""
    if len(words) != 2 or not words[0].isdigit():
        return ""
    return (
        words[0] + words[1] if len(words[1]) == 1 else words[0] + DIRECTIONS[words[1]] if words[1] in DIRECTIONS else ""
    )


def starts_with_number(tokens: list[str]) -> bool:
    """Whether the first token is a house number rather than an ordinal or a word."""
    first = tokens[0]
    if first.isdigit():
        return True
    if first.isalpha():
        return first in CARDINALS and len(tokens) > 2
    return bool(_NUMBER.match(first)) and not _NTH.match(first)


def parse_street(tokens: list[str]) -> Street:
    """Read one street line without units, city, state and ZIP code."""
    street = Street()
    at = _take_number(tokens, street)
    words = tokens[at:]
    if not words:
        return street
    if may_be_highway(words) and (highway := read_highway(words)):
        street.predirectional, street.name, street.postdirectional, rest = highway
        if len(rest) == 1 and _BARE_UNIT.match(rest[0]):
            street.unit = rest[0]
        else:
            street.leftover = tuple(rest)
        return street
    if len(words) > 3 and words[-1][0].isdigit():
        words = _first_of_two(words, street)
    words = _take_suffix(words, street)
    if words[0] in DIRECTIONS:
        words = _take_predirectional(words, street)
    name = " ".join(words)
    is_numeral = words[0] in _NUMERALS or name.endswith("TH") or not name.replace(" ", "").isalpha()
    street.name = " ".join(_numbered(words, street)) if is_numeral else name
    return street


def _first_of_two(words: list[str], street: Street) -> list[str]:
    """The words before a numbered road that stands after a street as its other name: MAIN ST OLD HWY 40."""
    for at in range(1, len(words) - 2):
        is_end = SUFFIXES.get(words[at]) in PLAIN_SUFFIXES and words[at + 1] not in DIRECTIONS
        if is_end and may_be_highway(words[at + 1 :]):
            second = read_highway(words[at + 1 :])
            if second and not second[3]:
                street.note = " ".join(words[at + 1 :])
                return words[: at + 1]
    return words


def _take_number(tokens: list[str], street: Street) -> int:
    first = tokens[0]
    if first.isdigit():
        street.number = first.lstrip("0") or "0"
        at = 1
        if len(tokens) > 1 and ((len(tokens[1]) > 1 and tokens[1].isalpha()) or tokens[1] in DIRECTIONS):
            return at
    elif starts_with_number(tokens):
        at = _take_odd_number(tokens, street)
    else:
        return 0
    if at < len(tokens) and "/" in tokens[at] and _FRACTION.match(tokens[at]):
        street.fraction = tokens[at]
        at += 1
    if at + 1 < len(tokens) and tokens[at] == "&" and tokens[at + 1].isdigit():
        street.note = f"number_range {street.number} & {tokens[at + 1]}"
        at += 2
    if at + 2 >= len(tokens) or len(tokens[at]) > 1:
        return at
    is_letter = tokens[at].isalpha() and tokens[at] not in DIRECTIONS
    following = tokens[at + 1]
    is_class = (tokens[at] in "IKM" and following.isdigit()) or tokens[at] + following in _SPACED_CLASSES  # I 35
    is_name = (
        is_class or tokens[at] == "O" or (len(following) == 1 and following not in DIRECTIONS)
    )  # O MALLEY, M L KING
    if is_letter and not is_name and following not in SUFFIXES and street.number[-1].isdigit():
        street.number += tokens[at]
        at += 1
    return at


def _take_odd_number(tokens: list[str], street: Street) -> int:
    """A house number that is not digits only: N6 W23001, TWELVE, 86-A, B-12, 123-1/2."""
    first = tokens[0]
    if len(tokens) > 2 and first[0] in "NSEW" and _GRID_HALF.match(first):
        if _GRID_HALF.match(tokens[1]):
            street.number = first + tokens[1]
            return 2
        if len(tokens) > 3 and tokens[1] in _SIDES and tokens[2].isdigit():
            street.number = first + tokens[1] + tokens[2]  # N64 W 24050
            return 3
    number = str(CARDINALS[first]) if first in CARDINALS else first.lstrip("0") or "0"
    before, hyphen, after = number.partition("-")
    if hyphen and _FRACTION.match(after):
        number, street.fraction = before, after
    elif "." in number and (quarter := QUARTERS.get(number.partition(".")[2])):
        number, street.fraction = number.partition(".")[0], quarter  # MILE 14.5
    elif hyphen and (before.isalpha() or (len(after) == 1 and after.isalpha())):
        number = before + after
    street.number = number
    return 1


def _take_suffix(words: list[str], street: Street) -> list[str]:
    """Take suffix and post-directional off the end; the suffix before the last comma-free word group wins."""
    end = len(words)
    while end > 1 and words[end - 1] in DIRECTIONS and not (end == 2 and words[0] in SUFFIXES):
        end -= 1
    after = words[end:]
    if end > 1 and (suffix := SUFFIXES.get(words[end - 1])):
        street.suffix = suffix
        if after:
            street.postdirectional = _one_direction(after)
        elif suffix == "ST" and end > 2 and words[end - 3].isdigit() and words[end - 2] in DIRECTIONS:
            street.suffix, street.postdirectional = "", DIRECTIONS[words[end - 2]]  # 100 NORTH ST (Utah)
            return words[: end - 2]
        return words[: end - 1]
    if after and (end == 1 and words[0][0].isdigit()):
        street.postdirectional = _one_direction(after)  # grid streets: 1700 SOUTH
        return words[:end]
    return _take_inner_suffix(words, end, street)


def _take_inner_suffix(words: list[str], end: int, street: Street) -> list[str]:
    """No suffix at the end: a street cut short by a unit, a second street or a place, or a street without suffix."""
    for at in range(end - 1, 0, -1):
        suffix = SUFFIXES.get(words[at], "")
        if suffix in PLAIN_SUFFIXES and not (at == 1 and words[0] in DIRECTIONS) and words[at - 1] not in _LEADS_ON:
            if words[at] == "ST" and at + 1 < len(words) and SUFFIXES.get(words[-1]):
                continue
            return _cut_after(words, at, suffix, street)
    after = words[end:]
    if not after and len(words) > 1 and (suffix := _misspelt_suffix(words[-1])):
        street.suffix = suffix
        return words[:-1]
    if after and len(words) > 1 and (len(words) > 2 or words[0] not in DIRECTIONS):
        street.postdirectional = _one_direction(after)
        words = words[:end]
    start = int(words[0] in DIRECTIONS)
    numbered = start and len(words) > 1 and words[1][0].isdigit()
    if words[start : start + 1] and words[start] in _PREFIX_TYPES:
        if street.number and _holds_unit(words[start + 1 :]):
            street.unit = words[-1]
            return words[:-1]
        return words
    if len(words) > (2 if numbered else 1) and (words[-1].isdigit() or _MIXED_UNIT.match(words[-1])):
        street.unit = words[-1]
        words = words[:-1]
        if len(words) > 1 and words[-1] in SUFFIXES:
            street.suffix = SUFFIXES[words[-1]]
            words = words[:-1]  # 300 CAPITOL MALL 1600
    return words


def _holds_unit(name: list[str]) -> bool:
    """Whether a unit follows the name of a street that has its type in front: AVE X 6F, CAMINO DEL OSO B."""
    if len(name) < 2 or not is_bare_unit(name[-1]) or name[-2] in _LEADS_ON:
        return False
    is_branch = (name[-2].isdigit() and name[-1].isalpha()) or (len(name[-2]) == 1 and name[-1].isdigit())
    return not is_branch  # CALLE 3 A, AVENUE K 8


def _misspelt_suffix(word: str) -> str:
    """The suffix of a last word such as STRRET, which is no other word."""
    if len(word) < 3 or not word.isalpha() or familiarity(word):
        return ""
    near = (long for long in _LONG_SUFFIXES if OSA.distance(word, long, score_cutoff=1) <= 1)
    return next((SUFFIXES[long] for long in near if len(word) >= 5 or long[0] == word[0]), "")


def _cut_after(words: list[str], at: int, suffix: str, street: Street) -> list[str]:
    rest = words[at + 1 :]
    directions = 0
    while directions < len(rest) and rest[directions] in DIRECTIONS and directions < 2:
        directions += 1
    if len(rest) == directions + 2 and rest[-2].isdigit() and len(rest[-1]) == 1 and rest[-1] not in DIRECTIONS:
        rest[-2:] = ["".join(rest[-2:])]  # AVE 5 F
    if len(rest) == directions + 2 and rest[-1][-1].isdigit() and _BARE_UNIT.match(rest[-1]) and len(rest[-2]) <= 2:
        if rest[-2] in _UNIT_SHORT:
            del rest[-2]  # AVE U 6
        elif rest[-1].isdigit() and len(rest[-2]) == 1 and rest[-2] not in DIRECTIONS and rest[-2].isalpha():
            rest[-2:] = ["".join(rest[-2:])]  # DR C 12
    is_unit = len(rest) == directions + 1 and _BARE_UNIT.match(rest[-1])
    street.suffix = suffix
    street.postdirectional = _one_direction(rest[:directions])
    if is_unit:
        street.unit = rest[-1]
    else:
        street.leftover = tuple(rest[directions:])
    return words[:at]


def _one_direction(words: list[str]) -> str:
    if not words:
        return ""
    found = [DIRECTIONS[word] for word in words]
    if len(found) == 2:
        return TWO_WORD_DIRECTIONS.get((found[0], found[1]), "".join(found))
    return "".join(found)


def _take_predirectional(words: list[str], street: Street) -> list[str]:
    """The name behind the directionals it begins with; alone before the suffix they are the name (Publication 28,
    section 233.3).
    """
    count = 2 if len(words) > 1 and words[1] in DIRECTIONS else 1
    if count == 2 and len(words) == 2 and len(DIRECTIONS[words[1]]) == 2:
        count = 1  # W NORTHWEST HWY
    if count == 2:
        joined = TWO_WORD_DIRECTIONS.get((DIRECTIONS[words[0]], DIRECTIONS[words[1]]))
        if len(words) == 2:
            return [joined] if joined else [_one_direction(words)]
        if not joined:
            count = 1
    if len(words) == count:
        return [_one_direction(words)] if count == 2 else [_lone_direction(words[0], street.suffix)]
    street.predirectional = _one_direction(words[:count])
    return words[count:]


def _lone_direction(word: str, suffix: str) -> str:
    """A directional that is the whole name: SOUTH ST is spelled out, and S ST may be the street of that letter."""
    direction = DIRECTIONS[word]
    return DIRECTION_WORDS[direction] if len(direction) == 1 and (len(word) > 2 or suffix in _BELTS) else direction


def _numbered(words: list[str], street: Street) -> list[str]:
    """Ordinals in figures: FIFTH, TWENTY-FIRST and, before a suffix, 42."""
    if len(words) == 1 and words[0].isalpha():
        number = ORDINALS.get(words[0]) or (_misspelt_ordinal(words[0]) if words[0].endswith("TH") else 0)
        return [ordinal(number)] if number else words
    if words[:2] == ["ONE", "HUNDRED"]:
        words = words[1:]
    if len(words) > 1 and words[0] == "HUNDRED" and (rest := _numbered(words[1:], street)) and _NTH.match(rest[-1]):
        return [ordinal(100 + int(rest[-1][:-2]))]
    parts = [part for word in words for part in (word.split("-") if "-" in word and not word[0].isdigit() else (word,))]
    if len(parts) == 2 and parts[0] in TENS and parts[1] in ORDINALS:
        return [ordinal(TENS[parts[0]] + ORDINALS[parts[1]])]
    if len(parts) == 1 and parts[0].isdigit() and street.suffix:
        return [ordinal(int(parts[0][:6]))]
    if len(parts) == 2 and parts[0].isdigit() and parts[1] in {"ST", "ND", "RD", "TH"}:
        return [ordinal(int(parts[0][:6]))]
    if parts and (match := _NTH.match(parts[0])):
        return [ordinal(int(match[1][:6])), *parts[1:]]
    return parts


@lru_cache(maxsize=1024)
def _misspelt_ordinal(word: str) -> int:
    """14 for FURTEENTH, which is no other word; 0 for any other."""
    if len(word) < 6 or familiarity(word):
        return 0
    near = {number for long, number in ORDINALS.items() if OSA.distance(word, long, score_cutoff=1) <= 1}
    return near.pop() if len(near) == 1 else 0


def ordinal(number: int) -> str:
    """21 as ``21ST``."""
    ending = "TH" if number % 100 in {11, 12, 13} else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")
    return f"{number}{ending}"


@lru_cache(maxsize=16_384)
def name_key(name: str) -> str:
    """A street name for comparison: long and short words alike, spaces and hyphens dropped."""
    words = name.replace("-", " ").split()
    if len(words) == 1 and len(DIRECTIONS.get(name, "")) == 1:
        return name
    if len(words) > 1 and words[0] in CARDINALS:
        words[0] = str(CARDINALS[words[0]])  # EIGHT MILE RD
    key = "".join([_KEY_WORDS.get(word, word) for word in words])
    if "K" in key and _KING.fullmatch(key):
        return "MLK"
    return _ALIASES.get(key, key)
