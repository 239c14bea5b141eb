"""Parse people's names as files write them: any order, titles, credentials, generations, brackets, estates."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from skiptrace.matching.known_words import surname_count
from skiptrace.matching.names.nicknames import one_hop
from skiptrace.matching.names.values import ParsedName
from skiptrace.matching.names.vocabulary import (
    BUSINESS,
    CREDENTIALS,
    DEVOTIONAL,
    GENERATIONS,
    ONLY_IN_SURNAME,
    PARTICLES,
    TITLES,
)
from skiptrace.matching.text import ascii_upper, decode

_CREDENTIAL_DOTS = re.compile(
    r"\b(?:M\.D|PH\.?\s?D|J\.D|D\.D\.S|ESQ|D\.O|R\.N|C\.P\.A|Q\.C|M\.P|ED\.D|D\.V\.M|M\.B\.A)\b\.?"
)
_ESTATE = re.compile(r"\b(?:THE )?(?:ESTATE|EST)(?: OF|/O)\b|,?\s*\(?\bESTATE\b\)?$|\bHEIRS OF\b")
_DECEASED = re.compile(r"[,\s]*\(?\b(?:DECEASED|DEC'?D|DCSD|DECD|DEC)\b\.?\)?\s*$|\b(?:THE LATE|DECEASED)\b")
_AKA = re.compile(
    r"\s*[,(]*\b(?:A/?K/?A|A\.K\.A|ALSO KNOWN AS|F/?K/?A|F\.K\.A|FORMERLY KNOWN AS|N/?K/?A|ALIAS)\b[.:]*\s*"
)
_MAIDEN = re.compile(r"[,\s]*\(?\b(?:NEE|BORN|FORMERLY|MAIDEN(?: NAME)?|NE'E)\b[.:]*\s+([A-Z'\-]+)\)?")
_CARE_OF = re.compile(r"^\s*(?:C/O|CARE OF|ATTN:?|ATTENTION)\s+|[,\s]+(?:C/O|CARE OF)\s.*$")
_NICKNAME = re.compile(r"[(\[\"“]\s*'?([A-Z .\-']+?)'?\s*[)\]\"”]|(?<=\s)'([A-Z]+)'(?=\s)")
_JOINT = re.compile(r"\s+(?:&|AND|\+)\s+")
_INITIAL_DOTS = re.compile(r"\b([A-Z])\.\s*")
_DROPPED = re.compile(r"[^A-Z0-9,\- ]+")


def parse_name(text: str | bytes | None) -> ParsedName:
    """Parse a name given as one text, in either order (``First Middle Last Jr`` or ``Last, First Middle``)."""
    return _parse(decode(text))


def parse_name_parts(
    first: str | bytes | None = "",
    middle: str | bytes | None = "",
    last: str | bytes | None = "",
    suffix: str | bytes | None = "",
) -> ParsedName:
    """Parse a name whose source keeps given name, middle name, surname and suffix in columns of their own."""
    return _parse_parts(decode(first), decode(middle), decode(last), decode(suffix))


@lru_cache(maxsize=65_536)
def _parse_parts(first: str, middle: str, last: str, suffix: str) -> ParsedName:
    if not last.strip() or not first.strip():
        return _parse(" ".join(part for part in (first, middle, last, suffix) if part.strip()))
    whole = _parse(f"{last}, {first} {middle}")
    if whole.flags & {"business", "joint"}:
        return whole
    given = _parse(f"X, {first}")
    extra = _parse(f"X, {middle}") if middle.strip() else ParsedName()
    family = _parse(f"{last}, X")
    generation = _generation(suffix) or given.suffix or family.suffix or extra.suffix
    return _build(
        (*given.given, *given.middle[: 0 if not given.middle else None])[:2] if _is_compound(first) else given.given,
        (*(() if _is_compound(first) else given.middle), *extra.given, *extra.middle),
        family.surnames,
        generation,
        maiden=family.maiden,
        nicknames=(*given.nicknames, *extra.nicknames),
        flags=whole.flags,
        aliases=whole.aliases,
        transliterated=not f"{first}{middle}{last}".isascii(),
        ordered=True,
    )


def _is_compound(first: str) -> bool:
    """A given-name column with two names, such as MARY ANN, unless the second is an initial."""
    words = first.split()
    return len(words) == 2 and all(len(word.strip(".")) > 1 for word in words)


def _generation(text: str) -> str:
    return GENERATIONS.get(re.sub(r"[^A-Z0-9]", "", ascii_upper(text)), "")


@lru_cache(maxsize=65_536)
def _parse(text: str) -> ParsedName:
    transliterated = not text.isascii()
    line = " ".join(ascii_upper(text).replace("\n", ", ").replace(";", ",").split())
    flags: set[str] = set()
    line, aliases = _take_aliases(line, flags)
    line = _take_flags(line, flags)
    line, maiden = _take_maiden(line)
    line, nicknames = _take_nicknames(line)
    line = _CREDENTIAL_DOTS.sub(" ", line)
    line = _INITIAL_DOTS.sub(r"\1 ", line).replace(".", " ").replace("'", "").replace("`", "").replace("/", " ")
    if _JOINT.search(line):
        line, partner = _take_joint(line, flags)
        aliases = (*aliases, replace(_parse(partner), flags=frozenset(flags))) if partner else aliases
    line = _DROPPED.sub(" ", line)
    words = line.replace(",", " ").split()
    if any(word in BUSINESS for word in words[1:]):
        flags.add("business")
        return _build((), (), tuple(words), "", flags=frozenset(flags), transliterated=transliterated, ordered=True)
    if transliterated and "," not in line and any("\u3400" <= character <= "\ud7a3" for character in text):
        return _build(
            ("".join(words[1:]),) if words[1:] else (), (), tuple(words[:1]), "", transliterated=True, ordered=True
        )
    given, middle, surnames, generation, ordered = _split(line)
    return _build(
        given, middle, surnames, generation, maiden=maiden, nicknames=nicknames, flags=frozenset(flags),
        aliases=aliases, transliterated=transliterated, ordered=ordered,
    )  # fmt: skip


def _build(
    given: tuple[str, ...], middle: tuple[str, ...], surnames: tuple[str, ...], suffix: str, *,
    maiden: tuple[str, ...] = (), nicknames: tuple[str, ...] = (), flags: frozenset[str] = frozenset(),
    aliases: tuple[ParsedName, ...] = (), transliterated: bool = False, ordered: bool = False,
) -> ParsedName:  # fmt: skip
    key = "|".join((" ".join(given), " ".join(middle), " ".join(surnames), suffix))
    return ParsedName(given, middle, surnames, suffix, maiden, nicknames, flags, aliases, transliterated, ordered, key)


def _take_aliases(line: str, flags: set[str]) -> tuple[str, tuple[ParsedName, ...]]:
    pieces = [piece.strip(" ,()") for piece in _AKA.split(line)]
    if len(pieces) == 1:
        return line, ()
    flags.add("aka")
    main = next((piece for piece in pieces if piece), "")
    return main, tuple(_parse(piece) for piece in pieces if piece and piece != main)


def _take_flags(line: str, flags: set[str]) -> str:
    for flag, pattern in (("estate", _ESTATE), ("deceased", _DECEASED), ("care_of", _CARE_OF)):
        found = pattern.sub(" ", line)
        if found != line:
            flags.add(flag)
            line = found.strip(" ,")
    return line


def _take_maiden(line: str) -> tuple[str, tuple[str, ...]]:
    found = tuple(name.replace("'", "") for match in _MAIDEN.findall(line) for name in match.split("-") if name)
    return (_MAIDEN.sub(" ", line), found) if found else (line, ())


def _take_nicknames(line: str) -> tuple[str, tuple[str, ...]]:
    found = tuple(
        word
        for a, b in _NICKNAME.findall(line)
        for word in re.sub(r"[^A-Z ]", "", a or b).split()
        if word not in TITLES
    )
    return _NICKNAME.sub(" ", line).replace('"', " "), found


def _take_joint(line: str, flags: set[str]) -> tuple[str, str]:
    """Of JOHN & MARY SMITH the first person and the second; the surname stands at the end or before a comma."""
    flags.add("joint")
    first, second = _JOINT.split(line, maxsplit=1)
    if set(first.split()) <= TITLES:  # MR & MRS ROBERT SMITH names one of them
        flags.discard("joint")
        return second, ""
    if "," in first:
        return first, f"{first.partition(',')[0]}, {second}" if "," not in second else second
    tail = second.split()
    return (first if len(first.split()) > 1 or len(tail) < 2 else f"{first} {tail[-1]}"), second


def _split(line: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str, bool]:
    """Given, middle, surnames, generation, and whether the order was told."""
    generation = ""
    segments: list[list[str]] = []
    for segment in line.split(","):
        words = [word for word in segment.split() if word.strip("-")]
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
    given = tuple(others[0].split("-")) if others else ()
    return given, _words(others[1:]), _surnames(family), generation or found or found_too, True


def _strip(words: list[str], least: int) -> tuple[list[str], str]:
    """Words without leading titles, trailing credentials and the generation."""
    generation = ""
    while len(words) > least and words[0] in TITLES:
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
        return (), (), tuple(words[0].split("-"))
    if len(words) > 2 and len(words[-1]) == 1:
        given, middle, surnames = _natural_order(words[:-1])
        return given, (*middle, words[-1]), surnames
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
        return tuple(words[0].split("-")), (words[start - 1],), _surnames(words[start:])
    if start == 1 and 2 <= len(words[0]) <= 3 and _is_initials(words[0]):
        return (words[0][0],), tuple(words[0][1:]), _surnames(words[start:])
    inner = next((n for n in range(1, start) if words[n] in PARTICLES and words[n] not in ONLY_IN_SURNAME), None)
    if inner is not None:
        start = inner
    if "Y" in words[2:-1]:
        start = words.index("Y", 2) - 1
    return tuple(words[0].split("-")), _words(words[1:start]), _surnames(words[start:])


def _is_initials(word: str) -> bool:
    """TJ or JC: letters without a vowel that are no listed name."""
    return word.isalpha() and not set(word) & set("AEIOUY") and not one_hop(word)


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
