"""The shipped reference tables, read from package data once and searched in place."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as a set; for vocabularies written out in the source."""
    return frozenset(words.split())


@cache
def read_table(name: str) -> str:
    """Text of one table without its provenance line; ``name`` is a file under ``matching/data``."""
    packed = files("skiptrace.matching").joinpath("data", name).read_bytes()
    return gzip.decompress(packed).decode().partition("\n")[2]


def read_words(name: str) -> list[str]:
    """Lines of a plain vocabulary under ``matching/data``, without comments."""
    lines = files("skiptrace.matching").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class SortedTable:
    """Lines of ``key<TAB>value``, sorted by key, searched without building a dictionary.

    160,000 surnames take 2.5 MB this way and 30 MB as a dictionary.
    """

    __slots__ = ("_text",)

    def __init__(self, name: str) -> None:
        self._text = read_table(name)

    def get(self, key: str) -> str | None:
        """What follows the key's tab, or None when the key is not listed."""
        text, low, high = self._text, 0, len(self._text)
        while low < high:
            start = text.rfind("\n", low, (low + high) // 2) + 1 or low
            end = text.index("\n", start)
            found, _, value = text[start:end].partition("\t")
            if found == key:
                return value
            if found < key:
                low = end + 1
            else:
                high = start
        return None
