"""A parsed name, and the result of comparing two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from skiptrace.model import Personal

NameVerdict = Literal["same", "possible", "different"]


@dataclass(frozen=True, slots=True, repr=False)
class ParsedName(Personal):
    """A person's name in capital ASCII letters, titles and credentials removed.

    ``given``, ``middle`` and ``surnames`` are tuples of words; a hyphenated name gives two words, particles are
    joined to the word they belong to (``DELACRUZ``, ``OBRIEN``). ``maiden`` holds surnames marked as former,
    ``nicknames`` what stood in brackets or quotes. ``suffix`` is ``JR``, ``SR``, ``II``, ``III``, ``IV``, ``V`` or
    "". ``flags`` may hold ``estate``, ``deceased``, ``aka``, ``business``, ``joint``, ``care_of``, ``man`` or ``woman``
    (by the title) and ``wife_of`` (MRS before a man's name). ``aliases`` are
    the names after AKA, parsed. ``transliterated`` says that letters had to be respelt. ``ordered`` says that the
    source told given name and surname apart (by columns or a comma). ``key`` is equal for equal names.
    ``is_plain``: one given name, one surname and nothing else but a generation.
    """

    given: tuple[str, ...] = ()
    middle: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    suffix: str = ""
    maiden: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    aliases: tuple[ParsedName, ...] = ()
    transliterated: bool = False
    ordered: bool = False
    key: str = ""
    is_plain: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The whole name in natural order."""
        return (*self.given, *self.middle, *self.surnames, *((self.suffix,) if self.suffix else ()))

    @property
    def text(self) -> str:
        """The whole name on one line."""
        return " ".join(self.words)


Finding = tuple[str, tuple[str, ...], tuple[str, ...], str]


class _Compared(NamedTuple):
    score: float
    verdict: NameVerdict
    compared: tuple[bool, list[Finding]]


class NameComparison(Personal, _Compared):
    """How likely two names are one person's, from 0 to 1, the verdict, and what was compared.

    ``findings`` are (part, words of the first, words of the second, note); ``reasons`` are the same as sentences.
    """

    __slots__ = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was compared, part by part."""
        is_swapped, found = self.compared
        return tuple(
            (part, right, left, note) if is_swapped else (part, left, right, note) for part, left, right, note in found
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Plain sentences that quote both sides."""
        return tuple(
            f"{part} {' '.join(left) or 'missing'!r} and {' '.join(right) or 'missing'!r}{f' ({note})' if note else ''}"
            for part, left, right, note in self.findings
        )
