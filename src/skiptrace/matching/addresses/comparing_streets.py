"""Compare two streets: numbers exactly, words by what is known of their spellings."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from skiptrace.matching.addresses.streets import name_key, parse_street
from skiptrace.matching.addresses.tables import DIRECTION_WORDS, DIRECTIONS, LONG_WORDS, SUFFIXES
from skiptrace.matching.addresses.values import Agreement, Finding, ParsedAddress
from skiptrace.matching.known_words import familiarity, is_street_word
from skiptrace.matching.names.nicknames import is_variant
from skiptrace.matching.tables import read_words, word_set
from skiptrace.matching.text import scanned

_VOWELS = re.compile("[AEIOUY]")
ON_STREET: Finding = "same", "both on {0.street}"
_QUOTED = "street {0.street} and {1.street}"
_HIGHWAY = re.compile(
    r"(?P<road>(?:US|STATE|COUNTY|TOWNSHIP|RANCH|BIA|FOREST|PRIVATE)? ?(?:HIGHWAY|ROAD)"
    r"|INTERSTATE|FM|LOOP|SPUR|CARR|PR)"
    r" (?P<number>\S+)(?: (?P<branch>\S+))?$"
)
# Classes that name one road: a state numbers none of its own roads as a US highway, and ROUTE 9 may be either.
_ONE_ROAD = (
    frozenset({"HIGHWAY", "STATE HIGHWAY"}),
    frozenset({"HIGHWAY", "US HIGHWAY"}),
    frozenset({"PR", "CARR"}),
    frozenset({"PR", "PRIVATE ROAD"}),
)
_MAYBE_ONE_ROAD = (frozenset({"FM", "RANCH ROAD"}), frozenset({"ROAD", "COUNTY ROAD"}))
_LANDING = frozenset({"LDG", "LNDG"})  # LDG is LODGE, and written for LANDING too
_ESTATES = frozenset({"EST", "ESTS"})  # EST is written for ESTATES too
_NO_ROAD = ("", "", "")
_LEAST_OF_SUFFIX = 3
_IN_USE = 2
_SHORT_WORD, _LONG_WORD = 5, 7
_NAMED_ROADS = word_set("""
    AVE BLVD EXPY FWY HWY PIKE PKWY RD ST TPKE TRL WAY
""")
_ARTICLES = word_set("""
    THE EL LA LOS LAS LE
""")
_PARTICLES = _ARTICLES | {"DE", "DEL", "DELA"}


def compare_streets(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """The streets are the same: name, suffix and directionals, allowing for spellings known to mean the same."""
    if a.street_key == b.street_key:
        return ON_STREET
    aliases = street_aliases()
    if (a.city in aliases or b.city in aliases) and _are_aliases(a, b):
        return "possible", _QUOTED + ", two names of one street"
    road_a, road_b = _highway(a.name), _highway(b.name)
    if road_a and road_b:
        return _compare_highways(a, b, road_a, road_b), _QUOTED
    if (road_a or road_b) and (a.number or b.number) and _may_be_named(a, b, (road_a or road_b or _NO_ROAD)[0]):
        return "possible", _QUOTED + ": a numbered road may have a name too"
    x, y = a.suffix, b.suffix
    one_suffix = x == y or (x in _ESTATES and y in _ESTATES)
    if (x and not y and _ends_in(x, b.name, a.name)) or (y and not x and _ends_in(y, a.name, b.name)):
        directions = _compare_directions(a, b)
        return directions, _QUOTED + ", one suffix misspelt"
    if x and y and not one_suffix:
        # FOX RUN and FOX RUN LN: the suffix of one is the last word of the other's name.
        is_within = a.name_key + x == b.name_key or b.name_key + y == a.name_key or (x in _LANDING and y in _LANDING)
        return ("possible" if is_within and _compare_directions(a, b) != "different" else "different"), _QUOTED
    directions = _compare_directions(a, b)
    if a.name_key == b.name_key:
        names: Agreement = "same"
    elif _joined(a) == _joined(b):
        return "same", _QUOTED + ", one spelling apart"
    elif x + a.name_key == b.name_key or y + b.name_key == a.name_key:
        names = "possible"  # C AVE and AVENUE C
    else:
        names = "different" if directions == "different" else _compare_names(a, b)
    if names == "different" or directions == "different":
        return "different", _QUOTED
    return ("same" if one_suffix and names == directions == "same" else "possible"), _QUOTED


@lru_cache(maxsize=16_384)
def _highway(name: str) -> tuple[str, str, str] | None:
    """Class, number and branch of a numbered road; None for any other street."""
    match = _HIGHWAY.match(name)
    return (match["road"].strip(), match["number"], match["branch"] or "") if match else None


def _may_be_named(a: ParsedAddress, b: ParsedAddress, road: str) -> bool:
    """Whether a numbered highway of one address may be the named road of the other: US HIGHWAY 41, TAMIAMI TRL."""
    named = b if _highway(a.name) else a
    return (
        road != "INTERSTATE"
        and named.suffix in _NAMED_ROADS
        and not any(character.isdigit() for character in named.name)
    )


def _joined(a: ParsedAddress) -> str:
    """The whole street without spaces and short words, so that N GATE equals NORTHGATE and MTN VIEW MOUNTAINVIEW."""
    before = DIRECTION_WORDS.get(a.predirectional, a.predirectional) if len(a.name) > 1 else a.predirectional
    return f"{before}{_long_name(a.name)}{a.suffix}{a.postdirectional}"


def _ends_in(suffix: str, name: str, other: str) -> bool:
    """Whether a name is the other and a misspelling or the beginning of a suffix: KESWICK MANNOR, MANOR; TRA, TRAIL."""
    rest, _, last = name.rpartition(" ")
    if rest != other or len(last) < _LEAST_OF_SUFFIX or familiarity(last) == _IN_USE:
        return False
    spellings = [spelling for spelling in SUFFIXES if SUFFIXES[spelling] == suffix and len(spelling) > len(last) - 2]
    return any(
        long.startswith(last) or (len(last) > _LEAST_OF_SUFFIX and OSA.distance(last, long, score_cutoff=1) <= 1)
        for long in spellings
    )


@lru_cache(maxsize=16_384)
def _long_name(name: str) -> str:
    words = name.split()
    return "".join([LONG_WORDS.get(word, word) for word in words]).replace(" ", "") if len(words) > 1 else name


def _are_aliases(a: ParsedAddress, b: ParsedAddress) -> bool:
    pairs = street_aliases().get(a.city) or street_aliases()[b.city]
    x, y = _forms(a), _forms(b)
    return any((p in x and q in y) or (p in y and q in x) for p, q in pairs)


def _forms(address: ParsedAddress) -> set[str]:
    street = f"{address.name_key}{address.suffix}"
    return {street, street + address.postdirectional}


@cache
def street_aliases() -> dict[str, list[tuple[str, str]]]:
    """By city, pairs of streets that are one under two official names, as they compare."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in read_words("street_aliases.txt"):
        city, _, pairs = line.partition(": ")
        for pair in pairs.split(", "):
            first, _, second = pair.partition(" = ")
            found.setdefault(city, []).append((_key_of(first), _key_of(second)))
    return found


def _key_of(text: str) -> str:
    street = parse_street(["1", *text.split()])
    return f"{name_key(street.name)}{street.suffix}{street.postdirectional}"


def _compare_directions(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    if a.predirectional == b.predirectional and a.postdirectional == b.postdirectional:
        return "same"
    if a.predirectional and a.postdirectional and b.predirectional and b.postdirectional:
        return "different"  # 400 N 200 W and 400 W 200 N
    x = {a.predirectional, a.postdirectional} - {""}
    y = {b.predirectional, b.postdirectional} - {""}
    # A directional written on the other side of the name, or missing, leaves doubt; two that differ do not.
    return "possible" if x == y or x <= y or y <= x else "different"


def _compare_highways(
    a: ParsedAddress, b: ParsedAddress, x: tuple[str, str, str], y: tuple[str, str, str]
) -> Agreement:
    """The number decides; a class of road or a branch may be missing; the directional may stand on either side."""
    (road_x, number_x, branch_x), (road_y, number_y, branch_y) = x, y
    old = "OLD" in {branch_x, branch_y}  # a road that was built anew
    if branch_x != branch_y and (old or (branch_x and branch_y)):
        return "different"
    if number_x != number_y:  # COUNTY ROAD 500W and COUNTY ROAD 500 W
        glued = number_x + a.postdirectional == number_y + b.postdirectional and a.predirectional == b.predirectional
        directions: Agreement = "same" if glued else "different"
    elif {a.predirectional, a.postdirectional} == {b.predirectional, b.postdirectional}:
        directions = "same"
    else:
        directions = _compare_directions(a, b)
    roads = {road_x, road_y}
    one_road = len(roads) == 1 or roads in _ONE_ROAD
    if directions == "different" or not (one_road or "HIGHWAY" in roads or roads in _MAYBE_ONE_ROAD):
        return "different"
    return "same" if one_road and directions == "same" and branch_x == branch_y else "possible"


def _compare_names(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    x, y = a.name.split(), b.name.split()
    if not (a.name_key.isalpha() and b.name_key.isalpha()):
        numbers = _digits(a.name_key)
        if numbers != _digits(b.name_key) or (numbers and min(len(x), len(y)) == 1):
            return "different"  # 42ND and 43RD, AVENUE 9 and AVENUE 19
    if not x or not y:
        return "possible"
    if a.name in DIRECTIONS and DIRECTIONS[a.name] == DIRECTIONS.get(b.name):
        return "possible"  # NORTH ST and N ST, which may be the street of that letter
    if len(x) == len(y):
        return _compare_words(x, y)
    if "".join(x) == "".join(y):
        return "same"
    if _without_article(x) == _without_article(y):
        return "possible"
    p, q = [[word for word in words if word not in _PARTICLES] for words in (x, y)]
    if len(p) == len(q) > 1 and p[0] == q[0] and (len(p) < len(x) or len(q) < len(y)):
        return _compare_words(p, q)  # CAMINO DE LA REINA and CAMINO DEL ARROYO
    return likeness("".join(x), "".join(y))


def _compare_words(x: list[str], y: list[str]) -> Agreement:
    odd = [(p, q) for p, q in zip(x, y, strict=True) if name_key(p) != name_key(q)]
    if len(odd) != 1:
        return "different" if odd else "possible"
    known = likeness(*odd[0])
    return "same" if known == "possible" and len(x) > 1 and _is_slip_beside(*odd[0]) else known


def _is_slip_beside(x: str, y: str) -> bool:
    """One letter of a word that is seldom a name, beside a word that agrees: SHEPERD HILL, HEMLOCK HOLLW."""
    low, high = sorted((familiarity(x), familiarity(y)))
    return (
        low < high == _IN_USE
        and min(len(x), len(y)) >= (_LONG_WORD if low else _SHORT_WORD)
        and x[0] == y[0]
        and OSA.distance(x, y, score_cutoff=1) <= 1
    )


def _without_article(words: list[str]) -> str:
    return name_key(" ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words))


def likeness(x: str, y: str) -> Agreement:
    """One name misspelt is the same; two names that both exist are two streets, however alike."""
    if len(x) == len(y) == 1:
        return "different"
    distance = OSA.distance(x, y, score_cutoff=2)
    shortest = min(len(x), len(y))
    low, high = familiarity(x), familiarity(y)
    if low > high:
        low, high = high, low
    if not low and shortest >= 5 and scanned(x) == scanned(y):
        return "same"
    if distance == 1:
        return _one_letter_apart(x, y, low, high)
    if distance == 2 and shortest >= 7 and low == 0:
        sure = high == 2 and (shortest >= 9 or (x[0] == y[0] and _skeleton(x) == _skeleton(y)))
        return "same" if sure else "possible"
    return "possible" if low == 0 and shortest >= 4 and (x.startswith(y) or y.startswith(x)) else "different"


def _one_letter_apart(x: str, y: str, low: int, high: int) -> Agreement:
    shortest = min(len(x), len(y))
    if shortest >= 6 and _undoubled(x) == _undoubled(y):
        return "same"  # WHALEY and WHALLEY
    in_vowel = shortest >= 5 and x[0] == y[0] and _skeleton(x) == _skeleton(y)
    if (
        low == 1
        and high == 2
        and shortest >= 7
        and x[0] == y[0]
        and (is_street_word(x, y) or (in_vowel and shortest > 8))
    ):
        return "same"  # CHESNUT, which a few people are called, and CHESTNUT
    if low and high == 2:
        is_near = low == 1 or in_vowel or is_variant(x, y) or _undoubled(x) == _undoubled(y)
        return "possible" if is_near else "different"
    return (
        "same" if _is_slip(x, y, low, high) else "possible" if in_vowel or (shortest >= 3 and not low) else "different"
    )


def _is_slip(x: str, y: str, low: int, high: int) -> bool:
    """A slip of the pen: one of the two is no known word, and the longer it is the more certain that it is meant."""
    shortest = min(len(x), len(y))
    if low:
        return False
    one_doubled = _undoubled(x) == _undoubled(y)
    if one_doubled or sorted(x) == sorted(y):  # a letter doubled or halved, or two exchanged
        return shortest >= ((3 if one_doubled else 4) if high == 2 else 6)
    if x[0] != y[0]:
        return False
    return shortest >= (6 if high else 8 if len(x) == len(y) else 7)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


@lru_cache(maxsize=16_384)
def _skeleton(word: str) -> str:
    """The consonants: SYCAMOOR and SYCAMORE are misspelt in the vowels."""
    return _VOWELS.sub("", _undoubled(word))


@lru_cache(maxsize=16_384)
def _undoubled(word: str) -> str:
    return word[:1] + "".join([after for before, after in pairwise(word) if before != after])
