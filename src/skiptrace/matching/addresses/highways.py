"""Numbered and lettered roads, whatever they are called: the class and the number are the name."""

from __future__ import annotations

import re

from skiptrace.matching.addresses.tables import DIRECTIONS, STATE_CODES, STATES
from skiptrace.matching.tables import word_set

_CODES = "|".join(sorted(STATE_CODES | set(STATES.values()), key=len, reverse=True))
_TYPE = r"(?:STATE )?(?:HIGHWAY|HIGHWY|HIWAY|HIWY|HWY|HWAY|ROUTE|RTE|RT|ROAD|RD)"
_HIGHWAY = re.compile(
    rf"(?:(?P<us>(?:US|U S|UNITED STATES|FEDERAL)(?: {_TYPE})?)|(?P<interstate>(?:INTERSTATE|I|IH)(?: {_TYPE})?)"
    rf"|(?P<county>(?:COUNTY|CNTY|CTY|CO)(?: TRUNK| TRK)? {_TYPE}|(?:COUNTY|CNTY|CTY|CO) TRU?N?K|CR|CH|CTH|CORD)"
    rf"|(?P<town>(?:TOWNSHIP|TWP|TOWN) {_TYPE}|TR|TWP)"
    rf"|(?P<farm>(?:FM|F M|FARM TO MARKET)(?: {_TYPE})?|FARM {_TYPE})"
    rf"|(?P<ranch>RANCH(?: TO MARKET)? {_TYPE}|RR|RM(?: {_TYPE})?)"
    rf"|(?P<state>(?:STATE|ST|NYS|{_CODES})(?: TRUNK)? {_TYPE}|SR|SH|STH|M|K|(?:{_CODES}))"
    r"|(?P<loop>(?:STATE )?(?:LOOP|LP))"
    rf"|(?P<any>HIGHWAY|HIWAY|HWY|ROUTE|RTE|RT))"
    r" (?:NO |NUMBER |# )?(?P<number>\d+[A-Z]?|[A-Z]\d+[A-Z]?|[A-Z]{1,2}(?= |$))"
    r"(?: (?:HWY|HIGHWAY|RD|ROAD)(?= |$))?(?: (?P<rest>.+))?$"
)
_NAMES = {
    "us": "US HIGHWAY", "interstate": "INTERSTATE", "county": "COUNTY ROAD", "town": "TOWNSHIP ROAD", "farm": "FM",
    "ranch": "RANCH ROAD", "state": "STATE HIGHWAY", "loop": "LOOP", "any": "HIGHWAY",
}  # fmt: skip
_LETTERED = frozenset({"county", "state", "any"})
_LETTER_WORDS = word_set("""
    HIGHWAY HWY ROUTE RTE RT CTH STH COUNTY CNTY CTY CR CH
""")
# A branch of a numbered road, before or after the number.
_BRANCHES = {
    "BUSINESS": "BUSINESS", "BUS": "BUSINESS", "BYPASS": "BYPASS", "BYP": "BYPASS", "ALTERNATE": "ALTERNATE",
    "ALT": "ALTERNATE", "TRUCK": "TRUCK", "SPUR": "SPUR", "FRONTAGE": "FRONTAGE", "FRTG": "FRONTAGE",
    "ACCESS": "FRONTAGE", "SERVICE": "FRONTAGE", "SVC": "FRONTAGE", "FEEDER": "FRONTAGE", "OLD": "OLD",
}  # fmt: skip
_ROADS = frozenset({"ROAD", "RD"})
_BRANCH_NOUNS = frozenset({"ROAD", "RD", "LOOP", "ROUTE", "RTE"})

Highway = tuple[str, str, str, list[str]]


def may_be_highway(words: list[str]) -> bool:
    """Whether the words can name a numbered or lettered road at all."""
    if len(words) < 2:
        return False
    for word in words[1:]:
        if not word.isalpha() and any(map(str.isdigit, word)):
            return True
    return not _LETTER_WORDS.isdisjoint(words[:2])


def read_highway(words: list[str]) -> Highway | None:
    """Predirectional, name, postdirectional and the words after them; None when the words name no such road."""
    words, branch = _take_branch(words)
    before = DIRECTIONS.get(words[0], "") if len(words) > 2 else ""
    match = _HIGHWAY.match(" ".join(words[1:])) if before else None
    if match is None:
        before = ""
        match = _HIGHWAY.match(" ".join(words))
    if match is None and branch == "BUSINESS" and words[0].isdigit() and DIRECTIONS.keys() >= set(words[1:]):
        return "", f"HIGHWAY {words[0]} {branch}", "".join(DIRECTIONS[word] for word in words[1:2]), []  # BUSINESS 35
    if match is None:
        return None
    kind = next(group for group in _NAMES if match[group])
    number, rest = match["number"].lstrip("0"), (match["rest"] or "").split()
    if number.isalpha() and not _may_be_lettered(kind, number, match[kind], rest):
        return None
    after = DIRECTIONS[rest.pop(0)] if rest and rest[0] in DIRECTIONS else ""
    return before, f"{_NAMES[kind]} {number} {branch}".rstrip(), after, rest


def _take_branch(words: list[str]) -> tuple[list[str], str]:
    """The words without the name of a branch (and the road after FRONTAGE), and the branch."""
    at = next((n for n, word in enumerate(words) if word in _BRANCHES), None)
    if at is None or not any(word.isdigit() for word in words):
        return words, ""
    noun = words[at + 1] if at + 1 < len(words) else ""
    is_noun = (noun in _ROADS and at > 0) or (noun in _BRANCH_NOUNS and _BRANCHES[words[at]] == "BUSINESS")
    end = at + 1 + is_noun
    return [*words[:at], *words[end:]], _BRANCHES[words[at]]


def _may_be_lettered(kind: str, letters: str, written: str, rest: list[str]) -> bool:
    """COUNTY ROAD EE and HIGHWAY K are lettered roads; STATE RD E is a road with a directional."""
    if kind not in _LETTERED or (rest and rest[0] not in DIRECTIONS):
        return False
    if letters in DIRECTIONS:
        return len(letters) == 1 and (kind == "county" or written.rsplit(maxsplit=1)[-1] not in _ROADS)
    return not written.startswith("ST ") and written not in STATE_CODES
