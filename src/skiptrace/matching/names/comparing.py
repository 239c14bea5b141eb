"""Compare two people's names: surnames as sets, given names by what they stand for, generations and middle names as
vetoes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from operator import itemgetter

from rapidfuzz.distance import OSA

from skiptrace.matching.known_words import given_name, surname_count
from skiptrace.matching.names.parsing import parse_name
from skiptrace.matching.names.spelling import consonants, folded, given_likeness, surname_likeness
from skiptrace.matching.names.values import Finding, NameComparison, NameVerdict, ParsedName
from skiptrace.matching.tables import word_set

SAME = 0.75
POSSIBLE = 0.4
_UNVOWELLED = 0.9
_SUFFIX_MISSING = 0.74  # a father and his son share the rest
_JOINT_CELL = 0.7
_WIFE = 0.45
_OTHER_SEX = "names of the other sex"
_LONG_COMPOUND = 7
_ONE_NAME = 0.75
_CROSSED = 0.6
_TWO_NAMES = 0.35
_VOWELS = frozenset("AEIOU")
_READ_ANEW = 0.95
_LEAST_SURNAME = 0.7
_SURE_GIVEN = 0.9
_CONTRADICTED = 0.05
_DOUBTFUL = 0.7
_RARE_GIVEN = 0.9
_FEW = 10_000
_TWO_SYLLABLES = 6
_PARTICLES = word_set("""
    DE DELA DEL VAN VON VANDER DELOS O LA LE AL EL DI DA DOS
""")

_Fields = tuple[float, NameVerdict, tuple[bool, list[Finding]]]


def compare_names(a: ParsedName | str | bytes | None, b: ParsedName | str | bytes | None) -> NameComparison:
    """Both names may be one person's: surname and given name agree, and no generation or middle name contradicts."""
    a = a if type(a) is ParsedName else parse_name(a)  # type: ignore[arg-type]
    b = b if type(b) is ParsedName else parse_name(b)  # type: ignore[arg-type]
    key_a, key_b = a.key, b.key
    if key_a == key_b and a.surnames and a.flags == b.flags and (a.is_plain or not _contradict(a, b)):
        return _result((1.0, "same", (False, [("name", a.words, b.words, "")])))
    if not (a.is_plain and b.is_plain) and (early := _compare_odd(a, b)):
        return _result(early)
    is_swapped = key_b < key_a  # one order for either call, so that comparing is symmetric
    score, findings = _best_reading(b, a) if is_swapped else _best_reading(a, b)
    verdict: NameVerdict = "same" if score >= SAME else "possible" if score >= POSSIBLE else "different"
    return _result((score, verdict, (is_swapped, findings)))


def _compare_odd(a: ParsedName, b: ParsedName) -> _Fields | None:
    """The result where a name lacks a part or is a business; None where both are whole names of people."""
    if (not a.given or not b.given) and (_is_glued(a, b) or _is_glued(b, a)):
        return 0.9, "same", (False, [("name", a.words, b.words, "written without a space")])
    if not a.surnames or not b.surnames:
        return 0.3, "possible", (False, [("name", a.words, b.words, "a part is missing")])
    if a.flags != b.flags and ("business" in a.flags) != ("business" in b.flags):
        return 0.0, "different", (False, [("name", a.words, b.words, "a business and a person")])
    return None


# Hundreds of thousands are made in a second: a named tuple's own constructor takes three times as long.
_result: Callable[[_Fields], NameComparison]
_result = partial(tuple.__new__, NameComparison)


def _best_reading(a: ParsedName, b: ParsedName) -> tuple[float, list[Finding]]:
    best = _compare(a, b)
    if best[0] < SAME and best[0] != _CONTRADICTED and (_may_be_read_anew(a, b) or _may_be_read_anew(b, a)):
        for x, y in _readings(a, b):
            score, findings = _compare(x, y)
            if score * _READ_ANEW > best[0]:
                best = score * _READ_ANEW, findings
                if score == 1.0:
                    break
    return best


def _may_be_read_anew(name: ParsedName, other: ParsedName) -> bool:
    """Whether there is any other way to read ``name`` beside ``other``; most pairs have none."""
    return bool(name.aliases or name.middle or name.transliterated) or _leads_with_surname(name, other)


def _is_glued(a: ParsedName, b: ParsedName) -> bool:
    """``a`` is the one word that the words of ``b`` make."""
    return not a.given and len(a.surnames) == 1 and bool(b.given) and a.surnames[0] == "".join(b.words)


def _readings(a: ParsedName, b: ParsedName) -> Iterator[tuple[ParsedName, ParsedName]]:
    """Other ways to read the two: a name given after AKA, or surname first where that brings surnames together."""
    yield from ((x, b) for x in a.aliases)
    yield from ((a, y) for y in b.aliases)
    if _has_split_surname(a, b):
        yield _rejoined(a), b
    if _has_split_surname(b, a):
        yield a, _rejoined(b)
    columns = a.ordered and b.ordered and len(b.given) == len(a.surnames) == len(b.surnames) == 1
    if not a.ordered and _leads_with_surname(a, b):
        yield _surname_first(a), b
    if (not b.ordered or columns) and _leads_with_surname(b, a):
        yield a, _surname_first(b)
    if _leads_with_double_surname(a, b):
        yield _double_surname_first(a), b
    if _leads_with_double_surname(b, a):
        yield a, _double_surname_first(b)
    if a.given == b.surnames and a.surnames == b.given and not a.ordered:
        yield _with_words(a, a.surnames, a.middle, a.given), b  # NGUYEN THI HONG NHUNG
    respelt = a.transliterated or b.transliterated
    if respelt and not a.ordered and not b.ordered and len(a.given) == len(b.given) == 1:
        yield _surname_first(a), _surname_first(b)


def _has_split_surname(name: ParsedName, other: ParsedName) -> bool:
    """Whether the last middle name and the surname make the other's surname (BRIGHT WATER, BRIGHTWATER)."""
    return (
        bool(name.middle) and len(other.surnames) == 1 and name.middle[-1] + "".join(name.surnames) == other.surnames[0]
    )


def _rejoined(name: ParsedName) -> ParsedName:
    return _with_words(name, name.given, name.middle[:-1], (name.middle[-1] + "".join(name.surnames),))


def _with_words(
    name: ParsedName, given: tuple[str, ...], middle: tuple[str, ...], surnames: tuple[str, ...]
) -> ParsedName:
    """The name with its words read in other roles; dataclasses.replace takes three times as long."""
    return ParsedName(
        given, middle, surnames, name.suffix, name.maiden, name.nicknames, name.flags, name.aliases,
        name.transliterated, name.ordered, name.key, is_plain=False,
    )  # fmt: skip


def _leads_with_surname(name: ParsedName, other: ParsedName) -> bool:
    """Whether the first word may be the other's surname."""
    if len(name.given) != 1:
        return False
    first = name.given[0]
    for word in other.surnames:
        if first == word or surname_likeness(first, word) >= _LEAST_SURNAME:
            return True
    return len(other.surnames) > 1 and first == "".join(other.surnames)  # CASTROBELL ANA


def _leads_with_double_surname(name: ParsedName, other: ParsedName) -> bool:
    """Whether the first two of three or four words are the other's two surnames: GARZA MONTEMAYOR JOSE LUIS."""
    if name.ordered or len(name.given) != 1 or not 1 <= len(name.middle) <= 2 or len(name.surnames) != 1:
        return False
    return (name.given[0], name.middle[0]) == (*other.middle, *other.surnames)[-2:]


def _double_surname_first(name: ParsedName) -> ParsedName:
    words = (*name.given, *name.middle, *name.surnames)
    return _with_words(name, words[2:3], words[3:], words[:2])


def _surname_first(name: ParsedName) -> ParsedName:
    words = (*name.given, *name.middle, *name.surnames)
    return _with_words(name, words[1:2], words[2:], words[:1])


def _compare(a: ParsedName, b: ParsedName) -> tuple[float, list[Finding]]:
    """Score of one reading, and what was compared."""
    suffix_a, suffix_b = a.suffix, b.suffix
    if suffix_a != suffix_b and suffix_a and suffix_b:
        return _CONTRADICTED, [("generation", (suffix_a,), (suffix_b,), "")]
    surnames_a, surnames_b = a.surnames, b.surnames
    surname = 1.0 if surnames_a == surnames_b else compare_surnames(a, b)
    if surname == 0.0:
        return 0.0, [("surname", surnames_a, surnames_b, "")]
    given_a, given_b = a.given, b.given
    is_plain = a.is_plain and b.is_plain
    if is_plain:
        given, how = given_likeness(given_a[0], given_b[0])
    else:
        given, how, used_a, used_b = compare_given(a, b)
    if _DOUBTFUL <= surname < SAME and given >= _SURE_GIVEN and _is_rare(a, b):
        surname = _RARE_GIVEN  # HYUN WOO CHOI and HYUNWOO CHOE
    findings: list[Finding] = [("surname", surnames_a, surnames_b, ""), ("given name", given_a, given_b, how)]
    score = surname * given
    if score < SAME and surname >= SAME and given >= _SURE_GIVEN:
        score = SAME  # neither spelling leaves a doubt
    if suffix_a != suffix_b:
        score *= _SUFFIX_MISSING
        findings.append(("generation", (suffix_a,), (suffix_b,), ""))
    if is_plain:
        return score, findings
    middle_a, middle_b = a.middle[used_a:], b.middle[used_b:]
    if (len(given_a) > 1 or len(given_b) > 1) and _share_first_word(given_a, given_b):
        middle_a, middle_b = (*given_a[1:], *middle_a), (*given_b[1:], *middle_b)  # JI HOON is no JI MIN
    if middle_a and middle_b:
        middle = _compare_middle(middle_a, middle_b, a, b)
        if middle != 1.0:
            score *= middle
            findings.append(("middle name", middle_a, middle_b, ""))
    return (
        _weigh_marks(a, b, score, surname, findings)
        if a.flags or b.flags or a.maiden or a.nicknames
        else (score, findings)
    )


def _weigh_marks(
    a: ParsedName, b: ParsedName, score: float, surname: float, findings: list[Finding]
) -> tuple[float, list[Finding]]:
    """What titles, former surnames and second persons take away from the score."""
    if _contradict(a, b):
        return _CONTRADICTED, [("former name", (*a.maiden, *a.nicknames), (*b.maiden, *b.nicknames), "")]
    if a.flags == b.flags:
        return score, findings
    if findings[1][3] == _OTHER_SEX and ("wife_of" in a.flags) != ("wife_of" in b.flags):
        return surname * _WIFE, findings
    if {"man", "woman"} <= a.flags ^ b.flags:
        return _CONTRADICTED, [*findings, ("title", (*a.flags,), (*b.flags,), _OTHER_SEX)]
    return score * _other_person_named(a, b), findings


def _contradict(a: ParsedName, b: ParsedName) -> bool:
    """Whether both name a former surname, by a word for it or in brackets, and not the same."""
    x, y = a.maiden or a.nicknames, b.maiden or b.nicknames
    if not x or not y or bool(a.maiden) != bool(b.maiden):
        return False
    if not a.maiden and not all(surname_count(word) > given_name(word)[0] for word in (*x, *y)):
        return False
    return all(surname_likeness(p, q) < _LEAST_SURNAME for p, q in product(x, y))


def _is_rare(a: ParsedName, b: ParsedName) -> bool:
    """Whether few people bear the given names, so that two of one house seldom share them; no single syllables."""
    x, y = "".join(a.given), "".join(b.given)
    return max(len(x), len(y)) >= _TWO_SYLLABLES and max(given_name(x)[0], given_name(y)[0]) < _FEW


def _share_first_word(x: tuple[str, ...], y: tuple[str, ...]) -> bool:
    """Whether two given names, one of them of several words, begin alike and are not the same."""
    return x != y and bool(x and y) and (x[0] == y[0] or given_likeness(x[0], y[0])[0] >= _SURE_GIVEN)


def _other_person_named(a: ParsedName, b: ParsedName) -> float:
    """Less than 1 when one side names two people, or the wife by her husband's name."""
    if ("joint" in a.flags) != ("joint" in b.flags):
        return _JOINT_CELL
    return _WIFE if ("wife_of" in a.flags) != ("wife_of" in b.flags) else 1.0


def compare_surnames(a: ParsedName, b: ParsedName) -> float:
    """The surnames agree: equal, one of a double surname, a former name, or a spelling of the same."""
    x, y = a.surnames, b.surnames
    if x == y:
        return 1.0
    if len(x) == len(y) == 1:
        likeness = surname_likeness(x[0], y[0])
        if likeness >= 0.7:
            return max(likeness, 0.95) if _respelt(a, b) else likeness
        return max(likeness, _other_surnames(a, b))
    if not x or not y:
        return 0.0
    if "".join(x) == "".join(y) or set(x) == set(y):
        return 1.0
    short, long = (x, y) if len(x) <= len(y) else (y, x)
    best = [max(surname_likeness(word, other) for other in long) for word in short]
    if len(short) == len(long):
        best += [max(surname_likeness(word, other) for other in short) for word in long]
    if len(short) < len(long) or len(short) == 1:
        joined = surname_likeness("".join(short), "".join(long))
        return max(min(best) * 0.92, joined, 0.0)
    return max(min(best), _other_surnames(a, b), 0.5 if max(best) == 1.0 else 0.0)


def _respelt(a: ParsedName, b: ParsedName) -> bool:
    return a.transliterated or b.transliterated


def _other_surnames(a: ParsedName, b: ParsedName) -> float:
    """A former surname, a surname taken for a middle name, one without its particle, or one written without vowels."""
    if a.is_plain and b.is_plain and a.surnames[0][-1] != b.surnames[0][-1]:
        return 0.0  # neither can end like the other
    if (a.maiden or b.maiden) and (set(a.maiden) & set(b.surnames) or set(b.maiden) & set(a.surnames)):
        return 0.92
    if (a.nicknames or b.nicknames) and (set(a.nicknames) & set(b.surnames) or set(b.nicknames) & set(a.surnames)):
        return 0.9  # LISA BRANDT (KELLER)
    if (a.middle or b.middle) and (_is_surname(a.middle, b.surnames) or _is_surname(b.middle, a.surnames)):
        if not _has_first_surname(a, b) and not _has_first_surname(b, a):
            return 0.88
        return _CROSSED if a.middle[-1] in b.surnames and b.middle[-1] in a.surnames else 0.33
    x, y = "".join(a.surnames), "".join(b.surnames)
    low, high = (x, y) if len(x) <= len(y) else (y, x)
    if len(low) >= 4 and high.endswith(low) and high[: -len(low)] in _PARTICLES:
        return 0.82
    if (
        (a.transliterated or b.transliterated)
        and consonants(x) == consonants(y)
        and (len(consonants(x)) >= 2 or _lacks_vowels(x, y))
    ):
        return _UNVOWELLED
    return 0.0


def _has_first_surname(a: ParsedName, b: ParsedName) -> bool:
    """Whether another surname stands before the one in common: LUIS RAMIREZ SOTO, who is no LUIS SOTO MEDINA."""
    if not a.middle or not b.middle or b.middle[-1] != a.surnames[0]:
        return False
    first = a.middle[-1]
    return len(first) > 1 and surname_count(first) > given_name(first)[0]


def _is_surname(middle: tuple[str, ...], surnames: tuple[str, ...]) -> bool:
    """Whether a middle name is the other's surname."""
    for word in middle:  # noqa: SIM110 - a loop is twice as fast as any() here
        if len(word) > 1 and word in surnames:
            return True
    return False


def _lacks_vowels(x: str, y: str) -> bool:
    """Whether one word came from a script that leaves vowels out: LY for ALI."""
    return _VOWELS.isdisjoint(x) or _VOWELS.isdisjoint(y)


def compare_given(a: ParsedName, b: ParsedName) -> tuple[float, str, int, int]:
    """The given names agree: equal, an initial, a nickname, a spelling, or the middle name in use.

    Returns the likeness, how the names are related, and how many middle names of each side were used up.
    """
    x, y = a.given, b.given
    if not x or not y:
        return 0.5, "missing", 0, 0
    likeness, how = given_likeness(x[0], y[0])
    if x == y:
        return (likeness if len(x) == 1 else 1.0), how, 0, 0
    if (likeness >= _SURE_GIVEN and len(x) == len(y) == 1) or (a.is_plain and b.is_plain):
        return likeness, how, 0, 0
    return _closest_given(a, b)


def _closest_given(a: ParsedName, b: ParsedName) -> tuple[float, str, int, int]:
    """The best of all ways to bring the given names together: compounds, nicknames, scripts, middle names."""
    whole_a, whole_b = "".join(a.given), "".join(b.given)
    if a.middle and whole_a + a.middle[0] == whole_b and len(a.middle[0]) > 1:
        return 1.0, "", 1, 0
    if b.middle and whole_b + b.middle[0] == whole_a and len(b.middle[0]) > 1:
        return 1.0, "", 0, 1
    if _is_misspelt_compound(a, whole_a, whole_b):
        return 0.92, "one word or two", 1, 0
    if _is_misspelt_compound(b, whole_b, whole_a):
        return 0.92, "one word or two", 0, 1
    likeness, how = _closest_form(_given_forms(a, whole_a), _given_forms(b, whole_b))
    if likeness < _SURE_GIVEN and (a.nicknames or b.nicknames):
        likeness, how = max((likeness, how), _by_nickname(a, b), key=itemgetter(0))
    if likeness < 0.7 and _respelt(a, b):
        x, y = consonants(whole_a), consonants(whole_b)
        if len(x) >= 2 and (x == y or folded(whole_a) == folded(whole_b)):
            likeness, how = _UNVOWELLED, "transliterated"
    if likeness >= 0.7:
        return likeness, how, 0, 0
    if not a.middle and not b.middle:
        return likeness, how, 0, 0
    return max(((likeness, how, 0, 0), _by_middle(a, b), _swapped(_by_middle(b, a))), key=itemgetter(0))


def _closest_form(x: list[tuple[str, int]], y: list[tuple[str, int]]) -> tuple[float, str]:
    best = -1.0, ""
    for (p, words_p), (q, words_q) in product(x, y):
        if words_p == words_q > 1:
            continue  # LUIS PERALTA and LUISA PERALTA are compared word by word
        found = given_likeness(p, q)
        if found[0] > best[0] and (words_p == words_q or found[1] != "shortened"):
            best = found
    return best


def _is_misspelt_compound(name: ParsedName, whole: str, other: str) -> bool:
    """ANNE MARIE and ANNMARIE: a letter is missing once the two words are joined."""
    if not name.middle or len(name.middle[0]) == 1 or len(other) < _LONG_COMPOUND:
        return False
    joined = whole + name.middle[0]
    return abs(len(joined) - len(other)) == 1 and OSA.distance(joined, other, score_cutoff=1) == 1  # no WEI MING


def _given_forms(name: ParsedName, whole: str) -> list[tuple[str, int]]:
    """The given name, all its words as one, and joined with the next (JI HOON read as given and middle name), each
    with the number of its words.
    """
    count = len(name.given)
    forms = [(name.given[0], 1)]
    if count > 1:
        forms.append((whole, count))
    if len(whole) > 1 and name.middle and len(name.middle[0]) > 1:
        forms.append((whole + name.middle[0], count + 1))
    return forms


def _swapped(found: tuple[float, str, int, int]) -> tuple[float, str, int, int]:
    return found[0], found[1], found[3], found[2]


def _by_nickname(a: ParsedName, b: ParsedName) -> tuple[float, str]:
    pairs = [*product(a.nicknames, b.given[:1]), *product(a.given[:1], b.nicknames)]
    found = max((given_likeness(x, y)[0] for x, y in pairs), default=0.0)
    return (0.96 if found == 1.0 else found * 0.95), "nickname in brackets"


def _by_middle(a: ParsedName, b: ParsedName) -> tuple[float, str, int, int]:
    """``a`` goes by the middle name, and ``b`` gives only that."""
    if not a.middle or len(a.middle[0]) == 1 or len(b.given[0]) == 1:
        return 0.0, "", 0, 0
    likeness, _ = given_likeness(a.middle[0], b.given[0])
    if likeness < 0.85:
        return 0.0, "", 0, 0
    if b.middle:
        crossed = b.middle[0][0] == a.given[0][0] and (
            len(b.middle[0]) == 1 or len(a.given[0]) == 1 or b.middle[0] == a.given[0]
        )
        return (0.9 * likeness if crossed else 0.2), "given and middle name exchanged", 1, 1
    return (0.9 if len(a.given[0]) == 1 else 0.8) * likeness, "goes by the middle name", 1, 0


def _compare_middle(x: tuple[str, ...], y: tuple[str, ...], a: ParsedName, b: ParsedName) -> float:
    """1 when nothing contradicts; near 0 for two middle names that cannot be one."""
    if len(x) == len(y) == 1:
        p, q = x[0], y[0]
        if p == q or p in b.surnames or p in b.maiden or q in a.surnames or q in a.maiden:
            return 1.0
        return 1.0 if given_likeness(p, q)[0] >= _ONE_NAME else _TWO_NAMES
    x = tuple(word for word in x if word not in b.surnames and word not in b.maiden)
    y = tuple(word for word in y if word not in a.surnames and word not in a.maiden)
    if not x or not y:
        return 1.0
    if len(x) > 1 and len(y) > 1:
        x, y = tuple(word for word in x if word not in y) or x[:1], tuple(word for word in y if word not in x) or y[:1]
    best = max(given_likeness(p, q)[0] for p, q in product(x, y))
    if best >= _ONE_NAME:
        return 1.0
    if len(x) > 1 or len(y) > 1:
        initials_x, initials_y = {word[0] for word in x}, {word[0] for word in y}
        if initials_x & initials_y:
            return 0.9
    return _TWO_NAMES
