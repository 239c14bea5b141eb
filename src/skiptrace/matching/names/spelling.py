"""How alike two spellings of a name are: romanisations, misspellings, and real names one letter apart."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from skiptrace.matching.known_words import given_name, surname_count
from skiptrace.matching.names.nicknames import is_variant, opposite_sexes, relation
from skiptrace.matching.names.vocabulary import ABBREVIATIONS
from skiptrace.matching.text import scanned

_FOLDS = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        ("^YE(?=[KLV])", "E"), ("^HS(?=[IU]..)", "X"), ("ABD[AEU]L", "ABDUL"), ("(?<=[GHJSY])EO(?=N)", "U"),
        ("SHCH|SCH|SZ", "SH"), ("TSCH|TCH|CZ", "CH"), ("DZH|DJ|ZH", "J"), ("KH", "H"), ("PH", "F"),
        ("QU(?=[EI])|CK|Q", "K"), ("X", "KS"),
        ("TS|TZ", "Z"), ("C(?!H)", "K"), ("OE|EU", "O"), ("UE|OU|OO", "U"), ("AE", "A"),
        ("EE|IE|EI|EY|AI|AY|IY|YI|IJ|YJ", "I"),
        ("[YJ]", "I"), ("W", "V"), ("GH|DH|TH|RH", lambda match: match[0][0]), ("(?<=[AEIOUGJ])H|^H(?=[^AEIOU])", ""),
        ("(.)\\1+", "\\1"),
        ("I+", "I"),
    )
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile("[AEIOUY`]")
_LONE_VOWEL = re.compile("(?<=[^AEIOUY])[AEIOU](?=[^AEIOUY])")
_LONG_NAME = 7
_INITIAL = 0.5  # MARIA G
_COMMON_SURNAME = 1_000
_RARE_SURNAME = 8_000
_COMMON_GIVEN = 3_000
# Endings that clerks exchange: GONZALES and GONZALEZ, GREENBERG and GREENBURG.
_ENDINGS = (
    ("EZ", "ES"),
    ("BERG", "BURG"),
    ("BERGER", "BURGER"),
    ("MANN", "MAN"),
    ("STEIN", "STINE"),
    ("OV", "OFF"),
    ("EV", "EFF"),
)
# MARGARET is a hundred times as frequent as MARGRET: a census counts misspellings too.
_MISSPELT_RATIO = 60
_MISSPELT_SURNAME_RATIO = 35


@lru_cache(maxsize=65_536)
def folded(word: str) -> str:
    """A reading that romanisations of one name share: Mueller and Muller, Yuriy and Iurii, Catherine and Katherine."""
    for pattern, reading in _FOLDS:
        word = pattern.sub(reading, word)
    return word


@lru_cache(maxsize=65_536)
def consonants(word: str) -> str:
    """The consonants only, as scripts that leave vowels out are transliterated."""
    return _VOWELS.sub("", _undoubled(word))


@lru_cache(maxsize=131_072)
def surname_likeness(a: str, b: str) -> float:
    """1 for equal surnames, less for spellings of one, 0 for two surnames."""
    if a == b:
        return 1.0
    same_reading = folded(a) == folded(b)
    common = surname_count(a) >= _COMMON_SURNAME and surname_count(b) >= _COMMON_SURNAME
    if same_reading:
        is_sure = _undoubled(a) == _undoubled(b) or min(surname_count(a), surname_count(b)) < _RARE_SURNAME
        return (0.76 if is_sure else 0.72) if common else 0.93
    if _ending_alike(a, b):
        return 0.9
    if is_variant(a, b):
        return 0.7 if common else 0.84
    if scanned(a) == scanned(b) and not min(surname_count(a), surname_count(b)):
        return 0.9
    distance = OSA.distance(a, b, score_cutoff=2)
    shortest = min(len(a), len(b))
    if shortest == 1:
        return _INITIAL if a[0] == b[0] else 0.0
    if distance > 2 or shortest < 4:
        return 0.0
    if common:
        rarer, usual = sorted((surname_count(a), surname_count(b)))
        if distance == 1 and shortest >= 7 and usual >= _MISSPELT_SURNAME_RATIO * rarer:
            return 0.86
        if distance == 1 and shortest >= 9 and rarer < _RARE_SURNAME:
            return 0.86
        return 0.45 if distance == 1 and shortest >= 5 else 0.0
    if distance == 1:
        exchanged = len(a) == len(b) and sorted(a) == sorted(b) and not min(surname_count(a), surname_count(b))
        return 0.9 if shortest >= 5 or exchanged else 0.7  # HOTL, which nobody is called
    return 0.75 if shortest >= 7 and not (surname_count(a) and surname_count(b)) else 0.3


def _undoubled(word: str) -> str:
    return _DOUBLED.sub(r"\1", word)


def _ending_alike(a: str, b: str) -> bool:
    for one, other in _ENDINGS:
        for x, y in ((a, b), (b, a)):
            if x.endswith(one) and y.endswith(other) and x[: -len(one)] == y[: -len(other)] and len(x) >= 5:
                return True
    return False


@lru_cache(maxsize=131_072)
def given_likeness(a: str, b: str) -> tuple[float, str]:
    """Likeness of two given names (1 equal, 0 different) and how they are related."""
    if a == b:
        return (0.9, "same initial") if len(a) == 1 else (1.0, "")
    a, b = ABBREVIATIONS.get(a, a), ABBREVIATIONS.get(b, b)
    if a == b:
        return 0.95, "abbreviation"
    if len(a) == 1 or len(b) == 1:
        return (0.82, "initial") if a[0] == b[0] else (0.0, "different initials")
    kind = relation(a, b)
    if kind in {"shared_nickname", "loose_nickname"} and folded(a) == folded(b):
        return 0.92, "spelling"
    if kind is not None:
        return {"nickname": 0.94, "variant": 0.95, "loose_nickname": 0.72, "shared_nickname": 0.7}[kind], kind.replace(
            "_", " "
        )
    if opposite_sexes(a, b):
        return 0.05, "names of the other sex"
    if folded(a) == folded(b):
        return 0.92, "spelling"
    if _other_gender(a, b):
        return 0.3, "two names alike"
    return _misspelt(a, b)


def _other_gender(a: str, b: str) -> bool:
    """Whether a known name and its form for the other sex differ in the last vowel only: LUIS and LUISA."""
    short, long = sorted((a, b), key=len)
    stem = long[:-1]
    is_pair = stem == (short if len(short) < len(long) else short[:-1]) and {long[-1], short[-1]} & {"A"} != set()
    return is_pair and len(short) > 2 and max(given_name(a)[0], given_name(b)[0]) >= _COMMON_GIVEN and _known(a, b)


def _known(a: str, b: str) -> bool:
    return bool(given_name(a)[0] and given_name(b)[0])


def _lost_vowel(a: str, b: str) -> bool:
    """Whether one has a vowel between consonants that the other lacks: FREDRICK, KATHRINE; no CHRISTIANA."""
    short, long = sorted((a, b), key=len)
    vowels = (match.start() for match in _LONE_VOWEL.finditer(long))
    return any(long[:at] + long[at + 1 :] == short for at in vowels)


def _misspelt(a: str, b: str) -> tuple[float, str]:
    distance = OSA.distance(a, b, score_cutoff=2)
    shortest = min(len(a), len(b))
    common = given_name(a)[0] >= _COMMON_GIVEN and given_name(b)[0] >= _COMMON_GIVEN
    if scanned(a) == scanned(b) and not common:
        return 0.9, "misspelt"
    if shortest >= 3 and (a.startswith(b) or b.startswith(a)) and not common:
        return 0.84, "shortened"
    if distance > 2 or shortest < 4:
        return 0.0, ""
    if common:
        rarer, usual = sorted((given_name(a)[0], given_name(b)[0]))
        least = 5 if sorted(a) == sorted(b) else 6  # BRAIN
        if distance == 1 and shortest >= least and a[0] == b[0] and usual >= _MISSPELT_RATIO * rarer:
            return 0.86, "misspelt"
        if distance == 1 and shortest >= _LONG_NAME and _lost_vowel(a, b):
            return 0.86, "misspelt"
        return (0.3 if distance == 1 else 0.0), "two names alike"
    if distance == 1:
        return 0.9, "misspelt"
    return (0.78, "misspelt") if shortest >= 6 and a[0] == b[0] else (0.2, "")
