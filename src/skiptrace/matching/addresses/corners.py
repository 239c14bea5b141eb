"""Corners: two streets in place of a house number (Publication 28 has none, callers and police reports do)."""

from __future__ import annotations

from skiptrace.matching.addresses.highways import may_be_highway, read_highway
from skiptrace.matching.addresses.streets import parse_street
from skiptrace.matching.addresses.tables import DIRECTIONS, ORDINALS, SUFFIXES
from skiptrace.matching.tables import word_set

JOINERS = frozenset({"&", "AND", "AT", "X"})
_LEADS = word_set("""
    CORNER COR CRNR CNR INTERSECTION INTERSEC INTER INT NEAR CROSSROADS OF THE AT
""")
_WEAK_LEADS = frozenset({"OF", "THE", "AT", "NEAR", "INT", "INTER"})


def may_be_corner(words: list[str]) -> bool:
    """Whether a word that joins two streets is present at all."""
    return not JOINERS.isdisjoint(words)


def read_corner(words: list[str]) -> tuple[str, str] | None:
    """The two streets of a corner in standard spelling, in alphabetical order; None when the words name none.

    ``CORNER OF FIFTH AVE AND ELM`` and ``ELM ST & 5TH AVE`` are corners; and so is 5TH ST AND ELM; TOWN AND
    COUNTRY RD is one street.
    """
    start = 0
    while start < len(words) and (words[start] in _LEADS or (start == 0 and words[1:2] == ["CORNER"])):
        start += 1
    is_stated = not _WEAK_LEADS.issuperset(words[:start])
    words = words[start:]
    for at in range(1, len(words) - 1):
        if words[at] in JOINERS:
            first, second = words[:at], words[at + 1 :]
            if _has_house_number(first) or _has_house_number(second):
                return None
            sure = _is_street(first) + _is_street(second)
            if is_stated or sure == 2 or (sure and (words[at] == "&" or _is_street(first))):
                one, other = sorted((_standard(first), _standard(second)))
                return one, other
    return None


def _has_house_number(words: list[str]) -> bool:
    """Whether a number stands in a leg that is no numbered road: SMITH & SONS 47 HARBOR LN is no corner."""
    return any(map(str.isdigit, words)) and read_highway(words) is None


def _is_street(words: list[str]) -> bool:
    """Whether the words are a street without its number: a name with a suffix, an ordinal or a numbered road."""
    ends = words[:-1] if len(words) > 1 and words[-1] in DIRECTIONS else words
    last = ends[-1]
    if (
        (len(ends) > 1 and last in SUFFIXES)
        or last in ORDINALS
        or (last[0].isdigit() and last.endswith(("ST", "ND", "RD", "TH")))
    ):
        return True
    return may_be_highway(words) and read_highway(words) is not None


def _standard(words: list[str]) -> str:
    street = parse_street(["1", *words])
    return " ".join(filter(None, (street.predirectional, street.name, street.suffix, street.postdirectional)))
