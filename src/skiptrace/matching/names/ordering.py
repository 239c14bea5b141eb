"""Which words of a name are given names, middle names and surnames."""

from __future__ import annotations

from skiptrace.matching.known_words import given_name, surname_count
from skiptrace.matching.names.nicknames import one_hop
from skiptrace.matching.names.vocabulary import (
    CREDENTIALS,
    DEVOTIONAL,
    GENERATIONS,
    ONLY_IN_SURNAME,
    PARTICLES,
    TITLES,
)
from skiptrace.matching.tables import word_set

# VAN and THI are middle names beside the surnames that nine of ten Vietnamese bear.
_VIETNAMESE = word_set("""
    NGUYEN TRAN LE PHAM HUYNH VO VU DANG BUI DO HO NGO DUONG LY PHAN HOANG TRUONG DINH LAM MAI TRINH
""")
_VIETNAMESE_MIDDLE = frozenset({"VAN", "THI"})
# Particles that nobody is called.
_SURE_PARTICLES = frozenset({"DE", "DELA", "DELLA", "VON", "VANDER", "VANDEN", "DOS", "DAS"})
# Titles that nobody is called: MS HAVERFORD is a surname.
_SURE_TITLES = frozenset({"MR", "MRS", "MS", "MX", "DR", "REV", "PROF", "SRA", "SRTA"})
_KNOWN_GIVEN = 3_000
_RARE_GIVEN = 300


def split_name(line: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str, bool]:
    """Given, middle, surnames, generation, and whether the order was told."""
    generation = ""
    segments: list[list[str]] = []
    for segment in line.split(","):
        words = [stripped for word in segment.split() if (stripped := word.strip("-"))]
        if segments and words and all(word in CREDENTIALS or word in GENERATIONS or word in TITLES for word in words):
            generation = next((GENERATIONS[word] for word in words if word in GENERATIONS), generation)
            continue
        if words:
            segments.append(words)
    if not segments:
        return (), (), (), generation, False
    if len(segments) == 1:
        words, found = _strip(segments[0], least=2)
        given, middle, surnames = _natural_order(words)
        return given, middle, surnames, generation or found, False
    family, found = _strip(segments[0], least=1)
    others, found_too = _strip([word for segment in segments[1:] for word in segment], least=1)
    if len(others) == 1 and _is_misplaced_comma(family, others[0]):
        return *_natural_order([*family, *others]), generation or found or found_too, False
    given = _words(others[:1])
    return given, _words(others[1:]), _surnames(family), generation or found or found_too, True


def _is_misplaced_comma(family: list[str], last: str) -> bool:
    """REBECCA ANN, STONEHOUSE: what stands before the comma is a given name, and what follows is none."""
    bearers = given_name(family[0])[0]
    if len(family) < 2 or bearers < _KNOWN_GIVEN or bearers < surname_count(family[0]):
        return False
    return given_name(last)[0] < _RARE_GIVEN


def _strip(words: list[str], least: int) -> tuple[list[str], str]:
    """Words without leading titles, trailing credentials and the generation."""
    generation = ""
    while len(words) > (1 if words[0] in _SURE_TITLES else least) and words[0] in TITLES:
        words = words[1:]
    while len(words) > least:
        last = words[-1]
        if last in GENERATIONS and not (last == "V" and len(words) == 2):
            generation = GENERATIONS[last]
        elif not (last in CREDENTIALS and (len(words) > 2 and not surname_count(last) > 20_000)):
            break
        words = words[:-1]
    return words, generation


def _natural_order(words: list[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """First, middle, last; the surname begins at its particles."""
    if len(words) == 1:
        return (), (), _words(words[:1])
    if len(words) > 2 and len(words[-1]) == 1:
        given, middle, surnames = _natural_order(words[:-1])
        return given, (*middle, words[-1]), surnames
    if (
        len(words) > 2
        and not _VIETNAMESE.isdisjoint({words[0], words[-1]})
        and not _VIETNAMESE_MIDDLE.isdisjoint(words[1:-1])
    ):
        return (words[0],), _words(words[1:-1]), (words[-1],)
    if words[0] in _SURE_PARTICLES or (words[0] in PARTICLES and words[1] in PARTICLES):
        end = next((n for n, word in enumerate(words) if word not in PARTICLES), len(words)) + 1
        if end < len(words):  # DE LOS RIOS MARISOL
            return (words[end],), _words(words[end + 1 :]), _surnames(words[:end])
    start = len(words) - 1
    while (
        start > 1
        and words[start - 1] in PARTICLES
        and not (len(words[start - 1]) == 1 and start == 2 and len(words) == 3)
    ):
        start -= 1
    if start == 2 and words[1] in ONLY_IN_SURNAME and len(words[1]) == 1:
        start = len(words) - 1
    if words[start - 1] in DEVOTIONAL and start > 2 and words[start - 2] in PARTICLES:
        return _words(words[:1]), (words[start - 1],), _surnames(words[start:])
    if start == 1 and 2 <= len(words[0]) <= 3 and _is_initials(words[0]):
        return (words[0][0],), tuple(words[0][1:]), _surnames(words[start:])
    inner = next((n for n in range(1, start) if words[n] in PARTICLES and words[n] not in ONLY_IN_SURNAME), None)
    if inner is not None:
        start = inner
    if "Y" in words[2:-1]:
        start = words.index("Y", 2) - 1
    return _words(words[:1]), _words(words[1:start]), _surnames(words[start:])


def _is_initials(word: str) -> bool:
    """TJ, AB or JRR: two letters that are no given name, or three without a vowel."""
    if not word.isalpha() or one_hop(word):
        return len(word) == 2 and word in GENERATIONS
    if len(word) == 2:
        return word[1] == "J" or given_name(word)[0] < _KNOWN_GIVEN
    return not set(word) & set("AEIOUY")


def _words(words: list[str]) -> tuple[str, ...]:
    return tuple(part for word in words for part in word.split("-") if part)


def _surnames(words: list[str]) -> tuple[str, ...]:
    """Surname words with their particles joined on."""
    found: list[str] = []
    prefix = ""
    for word in _words(words):
        if word == "Y" and found:
            continue
        if word in PARTICLES:
            prefix += "ST" if word == "SAINT" else word
        else:
            found.append(prefix + word)
            prefix = ""
    return tuple([*found, prefix] if prefix else found)
