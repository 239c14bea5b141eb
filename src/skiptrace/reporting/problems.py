"""What is wrong with the rows of a placement file, as files that can be corrected and fed back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from skiptrace.intake import Accepted, Rejected
from skiptrace.reporting.cells import safe_cell
from skiptrace.reporting.files import new_file

_OURS = ("row", "field", "reason")


class ProblemWriter:
    """Takes rows as intake judged them; rows without a problem are passed over."""

    def __init__(self, rejects: io.TextIOBase, warnings: io.TextIOBase, header: Sequence[str]) -> None:
        self._places = [i for i, name in enumerate(header) if name not in _OURS]
        self._rejects = csv.writer(rejects)
        self._warnings = csv.writer(warnings)
        self._rejects.writerow([*_OURS, *(safe_cell(header[i]) for i in self._places)])
        self._warnings.writerow(["row", "account_id", "field", "reason"])

    def add(self, row: Accepted | Rejected) -> None:
        if isinstance(row, Rejected):
            names = "; ".join(problem.field for problem in row.problems)
            reasons = "; ".join(f"{problem.field} {problem.reason}" for problem in row.problems)
            cells = [safe_cell(row.cells[i]) for i in self._places if i < len(row.cells)]
            self._rejects.writerow([row.row, names, reasons, *cells])
            return
        account_id = safe_cell(row.case.account.account_id)
        self._warnings.writerows([row.row, account_id, problem.field, problem.reason] for problem in row.warnings)


@contextmanager
def problem_files(folder: Path, header: Sequence[str]) -> Iterator[ProblemWriter]:
    """Two files. ``rejects.csv`` holds the rejected rows with row number, field, reason and their cells as they came:
    it can be corrected and run as it is. ``warnings.csv`` names what was left out of rows that were accepted.
    """
    with new_file(folder / "rejects.csv") as rejects, new_file(folder / "warnings.csv") as warnings:
        texts = [io.TextIOWrapper(stream, "utf-8", newline="", write_through=True) for stream in (rejects, warnings)]
        yield ProblemWriter(texts[0], texts[1], header)
        for text in texts:
            text.detach()
