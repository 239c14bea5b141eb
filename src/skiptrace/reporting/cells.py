"""CSV files that hold what others wrote: cells that a spreadsheet must not run."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import BinaryIO

_RUNS = re.compile(r"[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def safe_cell(text: str) -> str:
    """Prefix an apostrophe to what a spreadsheet would take for a formula (CWE-1236).

    Plain numbers, E.164 phone numbers among them, stay as they are: they run nothing. ``intake`` takes the
    apostrophe off again.
    """
    return f"'{text}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


class CsvRows:
    """Writes RFC 4180 rows as UTF-8 to a binary stream, each cell disarmed. It owns nothing and needs no closing."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer = csv.writer(self)

    def add(self, cells: Iterable[object]) -> None:
        self._writer.writerow([safe_cell(str(cell)) for cell in cells])

    def write(self, text: str) -> int:
        """Take a finished row from the csv module."""
        return self._stream.write(text.encode())
