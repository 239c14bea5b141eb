"""A table as rows of text, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from skiptrace.model import Personal

MAX_LINE = 1 << 20
"""Longest line that is read, in characters. A longer one is a broken file and not a person."""


@dataclass(frozen=True, slots=True, repr=False)
class Row(Personal):
    """One row: its number as an editor or a spreadsheet shows it, its cells, and why it cannot be read if it cannot."""

    number: int
    cells: tuple[str, ...] = ()
    trouble: str = ""


class Table(Protocol):
    """Rows under one header. ``rows`` may be called again and starts at the first row each time."""

    @property
    def header(self) -> tuple[str, ...]: ...

    def rows(self) -> Iterator[Row]: ...
