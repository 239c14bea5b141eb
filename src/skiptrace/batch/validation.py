"""Read the whole file once before anything is asked: what is accepted, what is rejected and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from skiptrace.errors import BadInput
from skiptrace.intake import Accepted, Accounts, Rejected, Terms
from skiptrace.model import Case

REJECTED, LEFT_OUT = "rejected", "accepted, with a remark"


@dataclass(slots=True)
class Validation:
    """Counts of rows, and of problems by (what became of the row, field, reason)."""

    accepted: int = 0
    rejected: int = 0
    remarked: int = 0
    problems: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.accepted + self.rejected

    def add(self, row: Accepted | Rejected) -> None:
        if isinstance(row, Rejected):
            self.rejected += 1
            # the number of the row repeated makes each reason different
            self.problems.update((REJECTED, p.field, p.reason.partition(" of row ")[0]) for p in row.problems)
            return
        self.accepted += 1
        self.remarked += bool(row.warnings)
        self.problems.update((LEFT_OUT, p.field, p.reason) for p in row.warnings)


def validate(
    accounts: Accounts,
    terms: Terms,
    on_row: Callable[[Accepted | Rejected], None],
    on_case: Callable[[Case], None] | None = None,
) -> Validation:
    """Judge every row; each is told to ``on_row``, and each case to ``on_case``.

    Raises BadInput when the file breaks off, changes, or holds no row that can be traced.
    """
    found = Validation()
    for row in accounts.read(terms):
        found.add(row)
        on_row(row)
        if on_case and isinstance(row, Accepted):
            on_case(row.case)
    if not found.rows:
        raise BadInput("file", "has a header and no accounts; write one account per line")
    return found
