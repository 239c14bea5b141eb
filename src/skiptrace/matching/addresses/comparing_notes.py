"""What stands beside the street: whether two addresses name different parts of one building with words of their own."""

from __future__ import annotations

from functools import lru_cache

from skiptrace.matching.addresses.tables import SUFFIXES, UNITS
from skiptrace.matching.addresses.values import ParsedAddress
from skiptrace.matching.known_words import given_name, is_street_word, surname_count
from skiptrace.matching.names.vocabulary import TITLES
from skiptrace.matching.tables import word_set

_PEOPLE = ("C/O", "ATTN", "ATTENTION", "CARE OF", "CO ")
_AND = frozenset({"&", "AND", "OR"})
_HEADINGS = word_set("""
    HOME RESIDENCE WORK MAILING PHYSICAL BILLING SHIPPING CURRENT FORMER PREVIOUS PRIOR OLD NEW BAD GOOD LAST KNOWN
    ADDRESS ADDR VERIFIED UNVERIFIED CONFIRMED MOVED VACANT RETURNED MAIL ONLY THE
""")
_BUILDINGS = word_set("""
    HALL HOUSE COTTAGE CASITA DUPLEX TRIPLEX QUAD LEVEL ENTRANCE DORM DORMITORY STABLE STABLES CHALET LODGE ANNEX
    APARTMENTS APTS CONDOS CENTER BARN CABINS SUITES INN MOTEL HOTEL STALL
""")
_COMMON_GIVEN = 3_000
_COMMON_SURNAME = 300


def notes_differ(a: ParsedAddress, b: ParsedAddress) -> bool:
    """Whether each side has words that belong to no part and that the other side lacks: STALL A and STALL B."""
    x, y = _words_beside(a), _words_beside(b)
    only_x, only_y = x - y, y - x
    return any(not any(abbreviates(p, q) for q in only_y) for p in only_x) and any(
        not any(abbreviates(p, q) for p in only_x) for q in only_y
    )


def abbreviates(p: str, q: str) -> bool:
    """Whether one word is written short for the other: APTS for APARTMENTS."""
    if not (p + q).isalpha():
        return False
    short, long = sorted((p, q), key=len)
    letters = iter(long)
    return len(short) > 2 and short[0] == long[0] and all(letter in letters for letter in short)


def _words_beside(address: ParsedAddress) -> set[str]:
    """The words of the notes, without those on repairs, headings such as OLD ADDRESS, and those that name a person."""
    return {
        word
        for note in address.notes
        if note.isupper() and not _is_heading(note) and not _names_person(note)
        for word in note.split()
    }


def _is_heading(note: str) -> bool:
    return _HEADINGS.issuperset(note.split())


@lru_cache(maxsize=4_096)
def _names_person(note: str) -> bool:
    """Whether a note is a person's name, DANA & LEE WHITCOMB, and no part of a building: no MADISON HALL."""
    if note.startswith(_PEOPLE):
        return True
    words = [word for word in note.split() if word not in TITLES and word not in _AND]
    if len(words) < 2 or not all(map(str.isalpha, words)):
        return False
    first, last = words[0], words[-1]
    is_noun = last in SUFFIXES or last in UNITS or last in _BUILDINGS or is_street_word(last)
    return not is_noun and given_name(first)[0] >= _COMMON_GIVEN and surname_count(last) >= _COMMON_SURNAME
