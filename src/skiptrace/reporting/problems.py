"""What is wrong with the rows of a placement file, as files that can be corrected and fed back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from skiptrace.intake import Accepted, Rejected
from skiptrace.reporting.cells import CsvRows
from skiptrace.reporting.files import new_file

_OURS = ("row", "field", "reason")


class ProblemWriter:
    """Takes rows as intake judged them; rows without a problem are passed over."""

    def __init__(self, rejects: BinaryIO, warnings: BinaryIO, header: Sequence[str]) -> None:
        self._places = [i for i, name in enumerate(header) if name not in _OURS]
        self._rejects = CsvRows(rejects)
        self._warnings = CsvRows(warnings)
        self._rejects.add([*_OURS, *(header[i] for i in self._places)])
        self._warnings.add(["row", "account_id", "field", "reason"])

    def add(self, row: Accepted | Rejected) -> None:
        if isinstance(row, Rejected):
            names = "; ".join(problem.field for problem in row.problems)
            reasons = "; ".join(f"{problem.field} {problem.reason}" for problem in row.problems)
            cells = [row.cells[i] for i in self._places if i < len(row.cells)]
            self._rejects.add([row.row, names, reasons, *cells])
            return
        for problem in row.warnings:
            self._warnings.add([row.row, row.case.account.account_id, problem.field, problem.reason])


@contextmanager
def problem_files(folder: Path, header: Sequence[str]) -> Iterator[ProblemWriter]:
    """Two files. ``rejects.csv`` holds the rejected rows with row number, field, reason and their cells as they came:
    it can be corrected and run as it is. ``warnings.csv`` names what was left out of rows that were accepted.
    """
    with new_file(folder / "rejects.csv") as rejects, new_file(folder / "warnings.csv") as warnings:
        yield ProblemWriter(rejects, warnings, header)
