"""The shipped reference tables, read from package data once and searched in place."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from importlib.resources import files


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as a set; for vocabularies written out in the source."""
    return frozenset(words.split())


@cache
def read_table(name: str) -> str:
    """Text of one table without its provenance line; ``name`` is a file under ``matching/data``."""
    return files("skiptrace.matching").joinpath("data", name).read_bytes().decode().partition("\n")[2]


def read_words(name: str) -> list[str]:
    """Lines of a plain vocabulary under ``matching/data``, without comments."""
    lines = files("skiptrace.matching").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


_PAGE = 4_096


class SortedTable:
    """Lines of ``key<TAB>value``, sorted by key, searched without building a dictionary.

    160,000 surnames take 3 MB this way and 30 MB as a dictionary. The text is searched by page: ``_firsts`` holds the
    first key of each, ``_starts`` where it begins.
    """

    __slots__ = ("_firsts", "_starts", "_text")

    def __init__(self, name: str) -> None:
        text = "\n" + read_table(name)
        starts = dict.fromkeys(text.rfind("\n", 0, place + 1) for place in range(0, len(text) - 1, _PAGE))
        self._text = text
        self._starts = [*starts, len(text)]
        self._firsts = [text[start + 1 : text.index("\t", start)] for start in starts]

    def get(self, key: str) -> str | None:
        """What follows the key's tab, or None when the key is not listed."""
        page = bisect_right(self._firsts, key)
        start, end = self._starts[page - 1], self._starts[page]
        place = self._text.find(f"\n{key}\t", start, end) if page else -1
        if place < 0:
            return None
        place += len(key) + 2
        return self._text[place : self._text.index("\n", place)]
