"""Repairs of the words of a delivery line that the parser could not undo later."""

from __future__ import annotations

import re

from skiptrace.matching.addresses.tables import (
    CARDINALS,
    DIRECTIONS,
    ORDINALS,
    PLAIN_SUFFIXES,
    QUARTERS,
    STATE_CODES,
    SUFFIXES,
    TENS,
    UNITS,
)
from skiptrace.matching.tables import word_set

_SIGNS = frozenset({"#", "NO", "NUM", "NUMBER"})
MENDED = _SIGNS | {"KM", "REAR"}
_IDENTIFIER = re.compile(r"\d+(?:-?[A-Z])?$|[A-Z](?:-?\d+)?$")
# After these a number sign belongs to the road or box and not to a unit.
_ROADS = word_set("""
    HWY HIGHWAY ROUTE RTE RT FM CR SR RR HC BOX BX CTH STH CALLE CARR CARRETERA PR
""")
_GOVERNMENTS = word_set("""
    COUNTY CNTY CTY CO STATE TOWNSHIP TWP RANCH US OLD BUS BUSINESS INTERSTATE
""")
_HIGHWAYS = frozenset({"HWY", "HIGHWAY"})
_HYPHENED_GRID = re.compile(r"[NSEW]\d+-[NSEW]\d+$")
_HALF_GRID = re.compile(r"\d{1,2}[NSEW]$")
_HYPHENED_HALF_GRID = re.compile(r"\d{1,2}-[NSEW]-\d+$")
_GRID = 4
_NO_STREETS = UNITS.keys() | {"PMB"}
_TWO_RUNS = 5  # words of two delivery lines, at least
_TEN = 10
_SIDES = frozenset({"N", "S", "E", "W", "NORTH", "SOUTH", "EAST", "WEST"})
_GRID_FARMS = ("53", "54", "WI")  # Wisconsin
_FARM_DIGITS = 3
_NO_NAMES = _ROADS | _GOVERNMENTS | frozenset(DIRECTIONS) | {"MILE", "ST", "STREET", "AVE", "AVENUE"}
# ZIP codes of Queens and Hawaii, where house numbers are written with a hyphen, and the digits behind it.
_HYPHENED = dict.fromkeys(("110", "111", "113", "114", "116"), (2,)) | dict.fromkeys(("967", "968", "HI"), (3, 4))


def hyphened_digits(area: str) -> tuple[int, ...]:
    """How many digits stand behind the hyphen of a house number there; () where none is written with one.

    ``area`` is a ZIP code or, failing that, a state.
    """
    return _HYPHENED.get(area[:3], ())


def is_sound(tokens: list[str]) -> bool:
    """Whether nothing is to be repaired: a number, words that say nothing of it, and no word twice."""
    return (
        tokens[0].isdigit()
        and len(tokens) > 2
        and tokens[1].isalpha()
        and tokens[2].isalpha()
        and MENDED.isdisjoint(tokens)
        and len(set(tokens)) + tokens.count(",") >= len(tokens)
    )


def repair(tokens: list[str], area: str) -> list[str]:
    """The tokens with number signs, a glued or hyphenless house number and a repeated line put right.

    ``area`` is the ZIP code or, failing that, the state.
    """
    if not tokens or is_sound(tokens):
        return tokens
    if not _SIGNS.isdisjoint(tokens):
        tokens = _number_signs(tokens)
    if len(tokens) > 3 and tokens[1] == "0" and tokens[0].isdigit():
        tokens = [tokens[0], *tokens[2:]]  # the empty column for a fraction
    if "KM" in tokens and "KM" in tokens[:-1]:
        return _kilometre_first(tokens)
    if len(tokens) > _TWO_RUNS and len(set(tokens)) + tokens.count(",") < len(tokens):
        tokens = _without_repeated_run(tokens)
    first = tokens[0]
    if not first[0].isdigit():
        if first in _SIDES and len(tokens) > 3:
            return _direction_after(tokens, area)
        start = _number_in_words(tokens)
        return [*tokens[:start], *_figures(tokens[start:])]
    if tokens[1:2] == ["REAR"] and len(tokens) > 3 and tokens[2] not in SUFFIXES and tokens[2] != ",":
        tokens = [first, *tokens[2:], ",", "REAR"]  # 1429 REAR WYOMING AVE
    tokens = _house_number(tokens, area)
    return _repeat_apart(tokens) if tokens[0] in tokens[2:] else tokens


def _without_repeated_run(tokens: list[str]) -> list[str]:
    """OAKS BLDG, 12 ELM ST, APT 4, 12 ELM ST, APT 4 without the second 12 ELM ST, APT 4."""
    for at, word in enumerate(tokens):
        if word == "," or word not in tokens[at + 2 :]:
            continue
        again = tokens.index(word, at + 2)
        run = [other for other in tokens[at:again] if other != ","]
        end, left = again, len(run)
        while end < len(tokens) and left:
            left -= tokens[end] != ","
            end += 1
        if len(run) > 1 and not left and [other for other in tokens[again:end] if other != ","] == run:
            return [*tokens[:again], *tokens[end:]]
    return tokens


def _house_number(tokens: list[str], area: str) -> list[str]:
    """A number that was glued to its street, or written in pieces, put right."""
    first = tokens[0]
    if (lengths := hyphened_digits(area)) and len(tokens) > 2 and _is_split_number(tokens, lengths):
        return [f"{first}-{tokens[1]}", *tokens[2:]]
    if len(tokens) > _GRID and _is_split_grid(tokens):
        return ["".join(tokens[:3]), *tokens[3:]]
    if len(tokens) > 3 and tokens[1].isdigit() and tokens[2].isalpha() and _HALF_GRID.match(first):
        return [first + tokens[1], *tokens[2:]]  # 28W 155
    if "-" in first and _HYPHENED_HALF_GRID.match(first):
        return [first.replace("-", ""), *tokens[1:]]
    return tokens


def without_repetition(tokens: list[str]) -> list[str]:
    """The first half of a cell that holds the same address twice."""
    if not tokens or tokens[0] not in tokens[2:]:
        return tokens
    words = [word for word in tokens if word != ","]
    half = len(words) // 2
    if len(words) % 2 or words[:half] != words[half:]:
        return tokens
    at = tokens.index(tokens[0], 1 if half == 1 else 2)
    return tokens[:at] if [word for word in tokens[:at] if word != ","] == words[:half] else words[:half]


def _number_signs(tokens: list[str]) -> list[str]:
    """No sign inside HWY # 7; the sign # for the NO of MAIN ST NO 4, which is else read as north."""
    kept: list[str] = []
    for at, word in enumerate(tokens):
        if word not in _SIGNS:
            kept.append(word)
        elif not kept:
            kept.extend(_leading_sign(tokens))
        elif not ends_road(kept):
            kept.append("#" if at > 1 and _is_identifier(tokens, at + 1) else word)
    return kept


def _leading_sign(tokens: list[str]) -> list[str]:
    """A sign before everything else: of a unit, NO 423, 12 ELM ST, or of the house number, # 2 MILL RD."""
    sign = tokens[0]
    if len(tokens) < 4 or not _IDENTIFIER.match(tokens[1]):
        return [sign]
    if tokens[2] == "," or tokens[2][0].isdigit():
        return ["#"]
    return [] if tokens[1][0].isdigit() and len(tokens[2]) > 1 and tokens[2] not in _NO_STREETS else [sign]


def ends_road(words: list[str]) -> bool:
    """Whether a number sign behind these words belongs to a road or box, HWY # 7."""
    if words[-1] in _HIGHWAYS and len(words) > 2:
        before = words[-2]  # of KING GEORGE HWY # 4 and not of STATE HWY # 4
        return before in _GOVERNMENTS or before in DIRECTIONS or before in STATE_CODES or not before.isalpha()
    if words[-1] in {"RD", "ROAD"} and len(words) > 1:
        return words[-2] in _GOVERNMENTS or (len(words) == 2 and words[0].isdigit())
    return words[-1] in _ROADS


def _is_identifier(tokens: list[str], at: int) -> bool:
    if at >= len(tokens) or not _IDENTIFIER.match(tokens[at]):
        return False
    return at + 1 == len(tokens) or tokens[at + 1] not in SUFFIXES


def _is_split_number(tokens: list[str], lengths: tuple[int, ...]) -> bool:
    """The 41 17 of ``41 17 PARSLEY BLVD`` (Queens) and the 94 1021 of Hawaii."""
    return (
        len(tokens[1]) in lengths
        and tokens[0].isdigit()
        and len(tokens[0]) <= 3
        and tokens[1].isdigit()
        and tokens[2] not in SUFFIXES
        and tokens[2] != ","
    )


def _is_split_grid(tokens: list[str]) -> bool:
    """The 1 S 450 of ``1 S 450 SUMMIT AVE`` (Illinois), which is no 455 S 1200 E (Utah)."""
    return (
        tokens[0].isdigit()
        and len(tokens[0]) <= 2
        and tokens[1] in {"N", "S", "E", "W"}
        and tokens[2].isdigit()
        and tokens[3].isalpha()
        and SUFFIXES.get(tokens[3]) not in PLAIN_SUFFIXES
        and tokens[3] not in DIRECTIONS
        and tokens[3] not in UNITS
    )


def _direction_after(tokens: list[str], area: str) -> list[str]:
    """E 18 SAWMILL LN as 18 E SAWMILL LN; N 8700 is the number itself where farms are numbered by a grid."""
    number, name = tokens[1:3]
    if number.isdigit() and name in _SIDES and tokens[3].isdigit() and tokens[4:5] in ([], [","]):
        return [tokens[3], tokens[0], number, name, *tokens[4:]]  # S 1100 E 2250 (Utah)
    is_farm = area[:2] in _GRID_FARMS and len(number) >= _FARM_DIGITS and number.isdigit()
    if is_farm and name not in SUFFIXES and name not in DIRECTIONS:
        return [tokens[0][0] + number, *tokens[2:]]  # E 8421 VALLEY RD
    if not number.isdigit() or area[:2] in _GRID_FARMS or not name.isalpha() or len(name) < 2 or name in _NO_NAMES:
        return tokens
    return tokens if name in SUFFIXES and len(tokens) == 4 else [number, tokens[0], *tokens[2:]]


def _number_in_words(tokens: list[str]) -> int:
    """Where the first segment stands that begins with a number in words or a hyphened grid; 0 when none does."""
    if "," not in tokens:
        return 0
    starts = (at for at, word in enumerate(tokens) if at and tokens[at - 1] == ",")
    return next(
        (at for at in starts if tokens[at].partition("-")[0] in CARDINALS or _HYPHENED_GRID.match(tokens[at])), 0
    )


def _figures(tokens: list[str]) -> list[str]:
    """A number written in several words at the start in figures: FORTY-TWO, ONE HUNDRED AND TWELVE."""
    first = tokens[0]
    if first[0] in "NSEW" and _HYPHENED_GRID.match(first):
        return [first.replace("-", ""), *tokens[1:]]  # N72-W13520
    if first.partition("-")[0] not in CARDINALS:
        return tokens
    value, used = _spelled_number(tokens)
    rest = tokens[used:]
    is_name = rest and "HUNDRED" in tokens[:used] and rest[0].partition("-")[0] in TENS.keys() | ORDINALS.keys()
    is_name = is_name or (rest and rest[0] in ORDINALS and tokens[used - 1] in TENS)  # FIVE TWENTY NINTH ST
    if len(rest) < 2 or is_name or (used == 1 and "-" not in first):
        return tokens
    return [str(value), *rest]


def _spelled_number(tokens: list[str]) -> tuple[int, int]:
    """The number that the first words spell, and how many words do."""
    total = part = 0
    for at, written in enumerate(tokens):
        if written == "AND" and tokens[at - 1] in {"HUNDRED", "THOUSAND"}:
            continue
        for word in written.split("-"):
            value = CARDINALS.get(word, 0)
            if word == "HUNDRED" and 0 < part < 100:
                part *= 100
            elif word == "THOUSAND" and part and not total:
                total, part = part * 1000, 0
            elif value >= _TEN and 0 < part < 100 and part % 10:
                part = part * 100 + value  # TWO FIFTY
            elif value and (part % 100 == 0 or (value < 10 and part % 10 == 0 and part % 100 > 10)):
                part += value
            else:
                return total + part, at
    return total + part, len(tokens)


def _kilometre_first(tokens: list[str]) -> list[str]:
    """CARR 2 KM 14.3, as Puerto Rico numbers the houses on its roads: the kilometre is the house number."""
    at = tokens.index("KM")
    whole, _, part = tokens[at + 1].partition(".")
    if not whole.isdigit():
        return tokens
    number = [whole, QUARTERS[part]] if part in QUARTERS else [tokens[at + 1]]
    return [*number, *(word for word in tokens[:at] if word != ","), *tokens[at + 2 :]]


def _repeat_apart(tokens: list[str]) -> list[str]:
    """A comma before a delivery line that stands a second time: 16 H STREET 16 H ST."""
    again = tokens.index(tokens[0], 2)
    if again + 1 < len(tokens) and tokens[again + 1] == tokens[1] and tokens[again - 1] != ",":
        return [*tokens[:again], ",", *tokens[again:]]
    return tokens
