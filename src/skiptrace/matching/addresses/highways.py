"""Numbered and lettered roads, whatever they are called: the class and the number are the name."""

from __future__ import annotations

import re

from skiptrace.matching.addresses.tables import DIRECTIONS, PLAIN_SUFFIXES, STATE_CODES, STATE_NAMES, STATES, SUFFIXES
from skiptrace.matching.tables import word_set

_CODES = "|".join(sorted(STATES.keys() | set(map(" ".join, STATE_NAMES)), key=len, reverse=True))
_TYPE = r"(?:STATE )?(?:HIGHWAY|HIGHWY|HIWAY|HIWY|HWY|HWAY|ROUTE|RTE|RT|ROAD|RD)"
_OF_STATE = rf"(?:(?:STATE|{_CODES}) )?(?:(?:HIGHWAY|HWY) )?"
_HIGHWAY = re.compile(
    rf"(?:(?P<us>(?:US|U S|UNITED STATES|FEDERAL)(?: {_TYPE})?)|(?P<interstate>(?:INTERSTATE|I|IH)(?: {_TYPE})?)"
    rf"|(?P<county>(?:COUNTY|CNTY|CTY|CO|PARISH)(?: TRUNK| TRK)? {_TYPE}|(?:COUNTY|CNTY|CTY|CO) TRU?N?K"
    r"|C ?R|CH|CTH|CORD)"
    rf"|(?P<town>(?:TOWNSHIP|TWP|TOWN) {_TYPE}|T ?R|TWP)"
    rf"|(?P<farm>(?:FM|F M|FARM(?: TO)? MARKET)(?: {_TYPE})?|FARM {_TYPE})"
    rf"|(?P<ranch>RANCH TO MARKET(?: {_TYPE})?|RANCH {_TYPE}|R ?R|R ?M(?: {_TYPE})?)"
    rf"|(?P<tribal>(?:BIA|INDIAN|NAVAJO)(?: SERVICE)? {_TYPE}|BIA)"
    rf"|(?P<forest>(?:FS|USFS|NF|FOREST (?:SERVICE|SVC|SERV)) {_TYPE}|FSR|NFR|USFS)"
    rf"|(?P<private>(?:PRIVATE|PVT|PRIV) {_TYPE})"
    rf"|(?P<island>(?:CARRETERA|CARR)(?: ESTATAL)?(?: PR)?)|(?P<pr>PR)"
    rf"|(?P<loop>{_OF_STATE}(?:LOOP|LP))|(?P<spur>{_OF_STATE}SPUR)"
    rf"|(?P<state>(?:STATE|ST|NYS|{_CODES})(?: TRUNK)? {_TYPE}(?: [MK](?=[ \-]\d))?|S ?R|S ?H|STH|M|K|(?:{_CODES}))"
    r"|(?P<any>HIGHWAY|HIWAY|HWY|ROUTE|RTE|RT)|(?P<road>ROAD|RD))"
    r"[ \-](?:NO |NUMBER |# )?(?P<number>\d+(?:-?[A-Z])?|[A-Z]\d+[A-Z]?|[A-Z]{1,2}(?= |$))"
    r"(?: (?:HWY|HIGHWAY|RD|ROAD)(?= |$))?(?: (?P<rest>.+))?$"
)
_NAMES = {
    "us": "US HIGHWAY", "interstate": "INTERSTATE", "county": "COUNTY ROAD", "town": "TOWNSHIP ROAD", "farm": "FM",
    "ranch": "RANCH ROAD", "tribal": "BIA ROAD", "forest": "FOREST ROAD", "private": "PRIVATE ROAD",
    "island": "CARR", "pr": "PR", "loop": "LOOP", "spur": "SPUR", "state": "STATE HIGHWAY", "any": "HIGHWAY",
    "road": "ROAD",
}  # fmt: skip
_ORDINAL_ENDS = ("ST", "ND", "RD", "TH")
_SPLIT_ENDS = frozenset(_ORDINAL_ENDS)
_LETTERED = frozenset({"county", "state", "any"})
_LETTER_WORDS = word_set("""
    HIGHWAY HWY ROUTE RTE RT CTH STH COUNTY CNTY CTY CR CH CO
""")
# A branch of a numbered road, before or after the number.
_BRANCHES = {
    "BUSINESS": "BUSINESS", "BUS": "BUSINESS", "BYPASS": "BYPASS", "BYP": "BYPASS", "BY-PASS": "BYPASS",
    "ALTERNATE": "ALTERNATE", "ALT": "ALTERNATE", "TRUCK": "TRUCK", "SPUR": "SPUR", "FRONTAGE": "FRONTAGE",
    "FRTG": "FRONTAGE", "ACCESS": "FRONTAGE", "SERVICE": "FRONTAGE", "SVC": "FRONTAGE", "FEEDER": "FRONTAGE",
    "OLD": "OLD",
}  # fmt: skip
_ROADS = frozenset({"ROAD", "RD"})
_COUNTY = "COUNTY"
_COAST = "A1A"  # along the coast of Florida it needs no other name
_SIXTEENTHS = frozenset({"NNE", "ENE", "ESE", "SSE", "SSW", "WSW", "WNW", "NNW"})
_LOOPS = frozenset({"LOOP", "LP"})
_BRANCH_NOUNS = _ROADS | _LOOPS | {"ROUTE", "RTE"}
# Branches whose road may be named by its number alone: BUSINESS 35, OLD 66.
_NUMBERED_ALONE = frozenset({"BUSINESS", "BYPASS", "ALTERNATE", "OLD"})
_NO_BRANCH_AFTER = frozenset({"FOREST", "INDIAN", "NAVAJO", "BIA"})

Highway = tuple[str, str, str, list[str]]


def may_be_highway(words: list[str]) -> bool:
    """Whether the words can name a numbered or lettered road at all."""
    if len(words) < 2:
        return words == [_COAST]
    if not "".join(words[1:]).isalpha():
        for word in words[1:]:
            if not word.isalpha() and not word.endswith(_ORDINAL_ENDS) and any(map(str.isdigit, word)):
                return True
    return words[0] == _COAST or not _LETTER_WORDS.isdisjoint(words[:3])


def read_highway(words: list[str]) -> Highway | None:
    """Predirectional, name, postdirectional and the words after them; None when the words name no such road."""
    if _COUNTY in words[1:3] and words[0] not in DIRECTIONS and words[0].isalpha() and not _BRANCHES.get(words[0]):
        county = words.index(_COUNTY)
        if words[county + 1 : county + 2] and words[county + 1] in _ROADS and words[county + 2 :][:1] != []:
            words = words[county:]  # WELD COUNTY ROAD 15
    words, branch, is_loop = _take_branch(words)
    if words[0] == _COAST and len(words) <= 2 and DIRECTIONS.keys() >= set(words[1:]):
        words = ["STATE", "ROAD", *words]
    before, skipped = _direction_of_belt(words)
    match = _HIGHWAY.match(" ".join(words[skipped:])) if before else None
    if match is None:
        match = _HIGHWAY.match(" ".join(words))
        if match is None:
            return _by_number_alone(words, branch, is_loop=is_loop)
        before = ""
    kind = next(group for group in _NAMES if match[group])
    number, rest = match["number"].lstrip("0").replace("-", ""), (match["rest"] or "").split()
    if number.isalpha() and not _may_be_lettered(kind, number, match[kind], rest):
        return None
    if DIRECTIONS.get(match[kind]) and rest and (SUFFIXES.get(rest[0]) in PLAIN_SUFFIXES or rest[0] in _SPLIT_ENDS):
        return None  # NE 152 ST is no highway of Nebraska
    if kind == "state" and rest and rest[0] in _LOOPS:
        kind, rest = "loop", rest[1:]  # TX 41 LOOP
    after = DIRECTIONS[rest.pop(0)] if rest and rest[0] in DIRECTIONS else ""
    return before, f"{_NAMES[kind]} {number} {branch}".rstrip(), after, rest


def _direction_of_belt(words: list[str]) -> tuple[str, int]:
    """The directional before a road and the words it takes: SSW and S SW LOOP 323 are one."""
    first = words[0]
    if len(words) < 2:
        return "", 0
    if first in _SIXTEENTHS:
        return first, 1
    before = DIRECTIONS.get(first, "")
    joined = before + DIRECTIONS.get(words[1], "")
    return (joined, 2) if joined in _SIXTEENTHS else (before, 1)


def _by_number_alone(words: list[str], branch: str, *, is_loop: bool) -> Highway | None:
    """The road of BUSINESS 35, N BUS LOOP 70 W and OLD 66; a business loop belongs to an interstate."""
    if branch not in _NUMBERED_ALONE:
        return None
    before = DIRECTIONS.get(words[0], "")
    number, *after = words[1:] if before else words
    if not number.isdigit() or len(after) > 1 or not DIRECTIONS.keys() >= set(after):
        return None
    road = "INTERSTATE" if is_loop else "HIGHWAY"
    return before, f"{road} {number} {branch}", "".join(DIRECTIONS[word] for word in after), []


def _take_branch(words: list[str]) -> tuple[list[str], str, bool]:
    """The words without the name of a branch (and the road after FRONTAGE), the branch, and whether it is a loop."""
    at = next((n for n, word in enumerate(words) if word in _BRANCHES and _is_branch(words, n)), None)
    if at is None:
        joined = " ".join(words)
        apart = " BY PASS" in f" {joined}"
        return _take_branch(joined.replace("BY PASS", "BYPASS").split()) if apart else (words, "", False)
    if len(words) == 1 or not any(word[0].isdigit() for word in words):
        return words, "", False
    noun = words[at + 1] if at + 1 < len(words) else ""
    is_business = _BRANCHES[words[at]] == "BUSINESS"
    is_noun = (noun in _ROADS and at > 0) or (noun in _BRANCH_NOUNS and is_business)
    rest = [*words[:at], *words[at + 1 + is_noun :]]
    return rest, _BRANCHES[words[at]], is_business and noun in _LOOPS


def _is_branch(words: list[str], at: int) -> bool:
    """SPUR 110 is a class of road in Texas, and the SERVICE of FOREST SERVICE ROAD 12 belongs to its class."""
    if words[at] == "SPUR":
        return not (at + 1 < len(words) and words[at + 1][0].isdigit())
    return not (at and words[at - 1] in _NO_BRANCH_AFTER)


def _may_be_lettered(kind: str, letters: str, written: str, rest: list[str]) -> bool:
    """COUNTY ROAD EE and HIGHWAY K are lettered roads; STATE RD E is a road with a directional."""
    if kind not in _LETTERED or (rest and rest[0] not in DIRECTIONS):
        return False
    if letters in DIRECTIONS:
        return len(letters) == 1 and (kind == "county" or written.rsplit(maxsplit=1)[-1] not in _ROADS)
    return not written.startswith("ST ") and written not in STATE_CODES
