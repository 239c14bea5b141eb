"""What is wrong with the rows of a placement file, as files that can be corrected and fed back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from skiptrace.intake import Accepted, Rejected
from skiptrace.reporting.cells import CsvRows
from skiptrace.reporting.files import new_file

_SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")

_OURS = ("row", "field", "reason")


class ProblemWriter:
    """Takes rows as intake judged them; rows without a problem are passed over."""

    def __init__(self, rejects: BinaryIO, warnings: BinaryIO, header: Sequence[str], ssn: Sequence[int]) -> None:
        self._ssn = frozenset(ssn)
        self._places = [i for i, name in enumerate(header) if name not in _OURS]
        self._rejects = CsvRows(rejects)
        self._warnings = CsvRows(warnings)
        self._rejects.add([*_OURS, *(header[i] for i in self._places)])
        self._warnings.add(["row", "account_id", "field", "reason"])

    def add(self, row: Accepted | Rejected) -> None:
        if isinstance(row, Rejected):
            names = "; ".join(problem.field for problem in row.problems)
            reasons = "; ".join(f"{problem.field} {problem.reason}" for problem in row.problems)
            cells = [_masked(row.cells[i], whole=i in self._ssn) for i in self._places if i < len(row.cells)]
            self._rejects.add([row.row, names, reasons, *cells])
            return
        for problem in row.warnings:
            self._warnings.add([row.row, row.case.account.account_id, problem.field, problem.reason])


def _masked(cell: str, *, whole: bool) -> str:
    """The cell with the digits of an SSN starred but for the last four. ``whole``: the column is for SSNs."""
    if whole:
        digits = sum(c.isdigit() for c in cell)
        return re.sub(r"\d", "*", cell, count=max(0, digits - 4))
    return _SSN.sub(lambda found: f"***-**-{found.group()[-4:]}", cell)


@contextmanager
def problem_files(folder: Path, header: Sequence[str], ssn: Sequence[int] = ()) -> Iterator[ProblemWriter]:
    """Two files. ``rejects.csv`` holds the rejected rows with row number, field, reason and their cells as they came,
    SSNs but for the last four digits (``ssn`` are their columns): it can be corrected and run. ``warnings.csv`` names
    what was left out of rows that were accepted.
    """
    with new_file(folder / "rejects.csv") as rejects, new_file(folder / "warnings.csv") as warnings:
        yield ProblemWriter(rejects, warnings, header, ssn)
