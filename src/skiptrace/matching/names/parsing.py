"""Parse people's names as files write them: any order, titles, credentials, generations, brackets, estates."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from html import unescape

from skiptrace.matching.known_words import given_name, surname_count
from skiptrace.matching.names.ordering import split_name
from skiptrace.matching.names.values import ParsedName
from skiptrace.matching.names.vocabulary import BUSINESS, CREDENTIALS, GENERATIONS, TITLES
from skiptrace.matching.text import ascii_upper, decode

_CREDENTIAL_DOTS = re.compile(
    r"\b(?:M\.D|PH\.?\s?D|J\.D|D\.D\.S|ESQ|D\.O|R\.N|C\.P\.A|Q\.C|M\.P|ED\.D|D\.V\.M|M\.B\.A)\b\.?"
)
_DOTTED = re.compile(r"(?<=,)\s*((?:[A-Z]{1,4}\.\s?){1,6}[A-Z]{0,4})(?=\s*(?:,|$))")
_HOUSEHOLD = re.compile(r"^(?:THE )?(\S.*) (?:FAMILY|RESIDENCE|HOUSEHOLD)$")
# An account number and its like; a name has no number but that of a generation, and what a scanner made of a letter.
_NUMBER = re.compile(
    r"[,\s(]*(?:#|\b(?:ACCT|ACCOUNT|CASE|CUST|FILE|LOAN|REF|DOB|SSN|ID|NO)\b)[\s.:#]*(?:NO\b)?[\s.:#]*"
    r"[X*]*[\d\-X*]*\d[\d/\-]*\)?"
)
_SMALL_L = re.compile(r"(?<=[a-z])I(?=[a-z])")
_ESTATE = re.compile(r"\b(?:THE )?(?:ESTATE|EST)(?: OF|/O)\b|,?\s*\(?\bESTATE\b\)?$|\bHEIRS OF\b")
_DECEASED = re.compile(r"[,\s]*\(?\b(?:DECEASED|DEC'?D|DCSD|DECD|DEC)\b\.?\)?\s*$|\b(?:THE LATE|DECEASED)\b")
_AKA = re.compile(
    r"\s*[,(]*\b(?:A/?K/?A|A\.K\.A|ALSO KNOWN AS|F/?K/?A|F\.K\.A|FORMERLY KNOWN AS|N/?K/?A|ALIAS)\b[.:]*\s*"
)
_MAIDEN = re.compile(r"[,\s]*\(?\b(?:NEE|BORN|FORMERLY|MAIDEN(?: NAME)?|NE'E)\b[.:]*\s+([A-Z'\-]+)\)?")
_CARE_OF = re.compile(r"^\s*(?:C/O|CARE OF|ATTN:?|ATTENTION)\s+|[,\s]+(?:C/O|CARE OF)\s.*$")
_NICKNAME = re.compile(r"[(\[\"“]\s*'?([A-Z .\-']+?)'?\s*[)\]\"”]|(?<=\s)'([A-Z]+)'(?=\s)")
_JOINT = re.compile(r"\s+(?:&|AND|\+)\s+")
_GLUED = re.compile(r"[A-Z][a-z]{3,}[A-Z][a-z]{2,}")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LATIN = re.compile("[^\u0250-\u1dff\u1f00-\uffff\U00010000-\U0010ffffÄÖÜäöüÅåØøÆæŒœßÞþÐð]+")
_DIGITS = frozenset("0123456789")
_SCANNED = frozenset("01234568")
_AS_LETTERS = str.maketrans("0234568", "OZEASGB")
_TITLES_OF = {"MR": "man", "MRS": "woman", "MS": "woman", "MISS": "woman", "SRA": "woman", "SRTA": "woman"}
_MOSTLY_MEN = 75  # per cent
_KNOWN_GIVEN = 3_000
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
        transliterated=_is_transliterated(f"{first}{middle}{last}"),
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
    transliterated = _is_transliterated(text)
    if _GLUED.fullmatch(text):
        text = _CAPITAL.sub(" ", text)
    if "I" in text:
        text = _SMALL_L.sub("l", text)  # PhiIip
    if "&" in text and ";" in text:
        text = unescape(text)
    line = " ".join(ascii_upper(text).replace("\n", ", ").replace(";", ",").split())
    if not line.isalpha() and _DIGITS.intersection(line):
        line = _without_numbers(line)
    flags: set[str] = set()
    line, aliases = _take_aliases(line, flags)
    line = _HOUSEHOLD.sub(r"\1", _take_flags(line, flags))
    line, maiden = _take_maiden(line)
    line, nicknames = _take_nicknames(line)
    line = _CREDENTIAL_DOTS.sub(" ", line)
    if "." in line and "," in line:
        line = _DOTTED.sub(_without_dots, line)
    line = (
        _INITIAL_DOTS.sub(r"\1 ", line.replace(" / ", " & "))
        .replace(".", " ")
        .replace("'", "")
        .replace("`", "")
        .replace("/", " ")
    )
    if _JOINT.search(line):
        line, partner = _take_joint(line, flags)
        aliases = (*aliases, replace(_parse(partner), flags=frozenset(flags), is_plain=False)) if partner else aliases
    line = _DROPPED.sub(" ", line)
    words = line.replace(",", " ").split()
    if _is_business(words):
        flags.add("business")
        return _build((), (), tuple(words), "", flags=frozenset(flags), transliterated=transliterated, ordered=True)
    if transliterated and "," not in line and any("\u3400" <= character <= "\ud7a3" for character in text):
        return _build(
            ("".join(words[1:]),) if words[1:] else (), (), tuple(words[:1]), "", transliterated=True, ordered=True
        )
    given, middle, surnames, generation, ordered = split_name(line)
    if title := _title_of(line):
        flags.add(title)
    if line.startswith("MRS ") and given and (given_name(given[0])[1] or 0) >= _MOSTLY_MEN:
        flags.add("wife_of")
    return _build(
        given, middle, surnames, generation, maiden=maiden, nicknames=nicknames, flags=frozenset(flags),
        aliases=aliases, transliterated=transliterated, ordered=ordered,
    )  # fmt: skip


def _is_transliterated(text: str) -> bool:
    """Whether there are letters of another script than the Latin one, or such as are written with two (OE for an
    umlaut); an accent is left out by everybody.
    """
    return not text.isascii() and any(map(str.isalpha, _LATIN.sub("", text)))


def _without_numbers(line: str) -> str:
    """The line without account numbers and dates, and with the letters that a scanner took for digits: MCA11ISTER."""
    return " ".join(filter(None, map(_spelled, _NUMBER.sub(" ", line).split())))


def _spelled(word: str) -> str:
    digits = _DIGITS.intersection(word)
    plain = word.strip(",.()-")
    if not digits or plain in GENERATIONS:
        return word
    if not digits <= _SCANNED or sum(map(str.isalpha, plain)) < max(2, sum(map(str.isdigit, plain))):
        return ""
    ways = [word.replace("1", letter).translate(_AS_LETTERS) for letter in "IL"]
    return max(ways, key=lambda way: given_name(way.strip(",.()-"))[0] + surname_count(way.strip(",.()-")))


def _title_of(line: str) -> str:
    """The sex that a title in front of the name, or of the given name, tells: ``man``, ``woman`` or ""."""
    first, _, second = line.partition(",")
    for segment in (first, second):
        title = segment.strip().partition(" ")[0]
        if title in _TITLES_OF:
            return _TITLES_OF[title]
    return ""


def _without_dots(match: re.Match[str]) -> str:
    """FACS for F.A.C.S. where that is a credential; the initials of a given name stay apart."""
    joined = re.sub(r"[^A-Z]", "", match[1])
    return f" {joined}" if joined in CREDENTIALS else match[0]


def _build(
    given: tuple[str, ...], middle: tuple[str, ...], surnames: tuple[str, ...], suffix: str, *,
    maiden: tuple[str, ...] = (), nicknames: tuple[str, ...] = (), flags: frozenset[str] = frozenset(),
    aliases: tuple[ParsedName, ...] = (), transliterated: bool = False, ordered: bool = False,
) -> ParsedName:  # fmt: skip
    key = "|".join((" ".join(given), " ".join(middle), " ".join(surnames), suffix))
    is_plain = len(given) == len(surnames) == 1 and not (
        middle or maiden or nicknames or flags or aliases or transliterated
    )
    return ParsedName(
        given, middle, surnames, suffix, maiden, nicknames, flags, aliases, transliterated, ordered, key, is_plain
    )


def _is_business(words: list[str]) -> bool:
    """Whether a word that only businesses bear follows; CHURCH and BANK after a given name are surnames."""
    found = [word for word in words[1:] if word in BUSINESS]
    if not found:
        return False
    return not (
        len(words) == 2 and found[0] in {"CHURCH", "BANK", "SCHOOL"} and given_name(words[0])[0] >= _KNOWN_GIVEN
    )


def _take_aliases(line: str, flags: set[str]) -> tuple[str, tuple[ParsedName, ...]]:
    pieces = [piece.strip(" ,()") for piece in _AKA.split(line)]
    if len(pieces) == 1:
        return line, ()
    flags.add("aka")
    main = next((piece for piece in pieces if piece), "")
    return main, tuple(_alias(piece, main) for piece in pieces if piece and piece != main)


def _alias(text: str, main: str) -> ParsedName:
    """Another name of the person; a surname alone replaces the surname (LAURA KIMBALL FKA REYES)."""
    alias = _parse(text)
    if alias.given or not alias.surnames:
        return alias
    person = _parse(main)
    return _build(person.given, person.middle, alias.surnames, person.suffix) if person.given else alias


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
        return second.removeprefix("MRS "), ""
    if "," in first:
        return first, f"{first.partition(',')[0]}, {second}" if "," not in second else second
    tail = second.split()
    return (first if len(first.split()) > 1 or len(tail) < 2 else f"{first} {tail[-1]}"), second
