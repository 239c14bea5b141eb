"""Cells of a CSV file that a spreadsheet must not run."""

from __future__ import annotations

import re

_RUNS = re.compile(r"[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def safe_cell(text: str) -> str:
    """Prefix an apostrophe to what a spreadsheet would take for a formula (CWE-1236).

    Plain numbers, E.164 phone numbers among them, stay as they are: they run nothing. ``intake`` takes the
    apostrophe off again.
    """
    return f"'{text}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text
