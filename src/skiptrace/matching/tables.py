"""The shipped reference tables, read from package data once and searched in place."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from importlib.resources import as_file, files
from mmap import ACCESS_READ, mmap


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


_PAGE = 2_048


class SortedTable:
    """Lines of ``key<TAB>value``, sorted by key, searched in the file itself.

    160,000 surnames take 30 MB and 100 ms as a dictionary; mapped, only what is looked at is read. The file is searched
    by page: ``_firsts`` holds the first key of each, ``_starts`` the line feed before it.
    """

    __slots__ = ("_file", "_firsts", "_starts")

    def __init__(self, name: str) -> None:
        with as_file(files("skiptrace.matching").joinpath("data", name)) as path, path.open("rb") as file:
            self._file = mmap(file.fileno(), 0, access=ACCESS_READ)
        begin, end = self._file.find(b"\n"), len(self._file) - 1  # behind the provenance line
        starts = dict.fromkeys(self._file.rfind(b"\n", 0, place + 1) for place in range(begin, end, _PAGE))
        self._starts = [*starts, end]
        self._firsts = [self._file[start + 1 : self._file.find(b"\t", start)] for start in starts]

    def get(self, key: str) -> str | None:
        """What follows the key's tab, or None when the key is not listed."""
        line = f"\n{key}\t".encode()
        page = bisect_right(self._firsts, line[1:-1])
        text = self._file[self._starts[page - 1] : self._starts[page] + 1] if page else b""
        place = text.find(line)
        return None if place < 0 else text[place + len(line) : text.index(b"\n", place + 1)].decode()


@cache
def sorted_table(name: str) -> SortedTable:
    """The table of this name, opened when it is first asked for."""
    return SortedTable(name)
