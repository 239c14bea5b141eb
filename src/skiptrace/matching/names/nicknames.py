"""Given names that stand for one another: short forms, Spanish hypocoristics, spellings of one name."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from skiptrace.matching.known_words import given_name
from skiptrace.matching.names.vocabulary import ABBREVIATIONS
from skiptrace.matching.tables import read_table, read_words, word_set

Relation = Literal["nickname", "loose_nickname", "shared_nickname", "variant"]

# Short forms used for both sexes although the census shows them mostly with one.
_BOTH_SEXES = word_set("""
    SAM SAMMY SAMMIE ALEX CHRIS PAT TERRY CHARLIE MAX NICKY JO JOE STEVIE BOBBIE RONNIE FRANKIE GERRY JERRY LOU
    MEL SANDY SASHA KIT ROBIN DREW ANDY DANI GABE GABY TONI VAL COCO LALO LULU CARMEN RAY JACKIE JAMIE JESSIE
    ROBBIE JODY DANNY NAT GENE BILLIE TOMMIE JAN
""")

# Names with more short forms than this are formal names themselves; two of those are two names.
_SHORT_FORMS_OF_A_SHORT_FORM = 3
_POPULAR = 150_000
_DIMINUTIVE = re.compile(r"(.*?)(?:Y|IE|EY)$")
_LAST_DOUBLED = re.compile(r"(.)\1$")


@cache
def _short_forms() -> dict[str, frozenset[str]]:
    wrong = {tuple(line.split()) for line in read_words("not_short_forms.txt")}
    forms: dict[str, set[str]] = {}
    for line in read_table("nicknames.tsv").splitlines():
        name, _, shorts = line.partition("\t")
        forms.setdefault(name, set()).update(short for short in shorts.split("|") if (name, short) not in wrong)
    for name, added in _curated().items():
        forms.setdefault(name, set()).update(added)
    return {name: frozenset(shorts - {name}) for name, shorts in forms.items()}


@cache
def _curated() -> dict[str, frozenset[str]]:
    """Short forms listed by hand. They are right for the sex too: MISHA is a man's name beside MIKHAIL."""
    forms: dict[str, set[str]] = {}
    for line in read_words("short_forms.txt"):
        name, *added = line.split()
        forms.setdefault(name, set()).update(added)
    for abbreviation, name in ABBREVIATIONS.items():
        forms.setdefault(name, set()).add(abbreviation)
    return {name: frozenset(shorts) for name, shorts in forms.items()}


@cache
def _formal_names() -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for name, shorts in _short_forms().items():
        for short in shorts:
            names.setdefault(short, set()).add(name)
    return {short: frozenset(full) for short, full in names.items()}


@cache
def _variant_groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, names in enumerate(_variants()):
        for name in names:
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


@cache
def _loose_forms() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for line in read_words("loose_short_forms.txt"):
        name, *others = line.split()
        forms.setdefault(name, set()).update(others)
        for other in others:
            forms.setdefault(other, set()).add(name)
    return {name: frozenset(others) for name, others in forms.items()}


def _is_curated(a: str, b: str) -> bool:
    """Whether one is listed by hand as a short form of the other, or of another spelling of it (DMITRY of DMITRI)."""
    forms = _curated()
    return any(b in forms.get(name, ()) for name in _spellings(a)) or any(a in forms.get(n, ()) for n in _spellings(b))


@lru_cache(maxsize=65_536)
def _spellings(name: str) -> tuple[str, ...]:
    return (name, *(other for group in _variant_groups().get(name, ()) for other in _variants()[group]))


def _is_diminutive(long: str, short: str) -> bool:
    """BOBBY of BOB, KATIE of KATE."""
    match = _DIMINUTIVE.match(long)
    return match is not None and _LAST_DOUBLED.sub(r"\1", match[1]) == _LAST_DOUBLED.sub(r"\1", short.removesuffix("E"))


@lru_cache(maxsize=65_536)
def opposite_sexes(a: str, b: str) -> bool:
    """Whether one name is nearly always a man's and the other nearly always a woman's (2020 census shares)."""
    if a in _BOTH_SEXES or b in _BOTH_SEXES:
        return False
    men_a, men_b = given_name(a)[1], given_name(b)[1]
    return men_a is not None and men_b is not None and abs(men_a - men_b) >= 75


@lru_cache(maxsize=65_536)
def relation(a: str, b: str) -> Relation | None:
    """How two different given names stand for one another, in one hop; None when they do not."""
    groups = _variant_groups()
    if groups.get(a, frozenset()) & groups.get(b, frozenset()):
        return "variant"
    is_loose = b in _loose_forms().get(a, frozenset())
    if not is_loose and _is_curated(a, b):
        return "nickname"
    if opposite_sexes(a, b):
        return None
    if is_loose:
        return "loose_nickname"
    shorts = _short_forms()
    if b in shorts.get(a, frozenset()) or a in shorts.get(b, frozenset()):
        return "nickname"
    full = _formal_names()
    shared = full.get(a, frozenset()) & full.get(b, frozenset())
    if shared and (_is_diminutive(a, b) or _is_diminutive(b, a)):
        return "nickname"
    both_popular = min(given_name(a)[0], given_name(b)[0]) >= _POPULAR
    if (
        shared
        and not both_popular
        and all(len(shorts.get(name, ())) <= _SHORT_FORMS_OF_A_SHORT_FORM for name in (a, b))
    ):
        return "shared_nickname"
    return None


@cache
def _variants() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split()) for line in read_words("spellings.txt"))


@lru_cache(maxsize=65_536)
def one_hop(name: str) -> frozenset[str]:
    """All listed names that stand in a relation with this one."""
    return frozenset(other for other in listed_with(name) if relation(name, other) is not None)


@lru_cache(maxsize=65_536)
def listed_with(name: str) -> frozenset[str]:
    """The names that may stand in a relation with this one: they are listed with it, or with the same formal name."""
    shorts, full = _short_forms(), _formal_names()
    close = {other for group in _variant_groups().get(name, ()) for other in _variants()[group]}
    close |= shorts.get(name, frozenset()) | full.get(name, frozenset())
    close |= {other for formal in full.get(name, ()) for other in shorts[formal]}
    return frozenset(close - {name})


def is_variant(a: str, b: str) -> bool:
    """Whether two words are listed as spellings of one name."""
    groups = _variant_groups()
    return bool(groups.get(a, frozenset()) & groups.get(b, frozenset()))
