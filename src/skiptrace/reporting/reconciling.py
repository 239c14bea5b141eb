"""A vendor's invoice against our ledger: matched, only ours, only theirs, in doubt.

A line matches by our call id when the vendor prints it as a reference, otherwise by day (UTC), product and amount,
first come, first served: two equal searches on one day are as good as each other.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from skiptrace.errors import BadInput
from skiptrace.model import Call, CallState


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice. ``number`` counts from 1 below the header."""

    number: int
    day: date
    product: str
    amount: Decimal
    reference: str = ""


@dataclass(slots=True)
class Reconciled:
    """Each charged call and each line stands in exactly one list; calls in doubt that a line settles are matched."""

    matched: list[tuple[Call, InvoiceLine]] = field(default_factory=list)
    only_ours: list[Call] = field(default_factory=list)
    only_theirs: list[InvoiceLine] = field(default_factory=list)
    in_doubt: list[Call] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not (self.only_ours or self.only_theirs or self.in_doubt)


def read_invoice(path: Path) -> list[InvoiceLine]:
    """A CSV file with columns ``date``, ``product``, ``amount`` and, where known, ``reference``. Raises BadInput."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if missing := {"date", "product", "amount"} - set(rows.fieldnames or ()):
                raise BadInput("invoice", f"lacks the column {min(missing)}")
            return [_line(number, row) for number, row in enumerate(rows, 1)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadInput("invoice", "cannot be read as CSV in UTF-8") from None


def _line(number: int, row: dict[str, str]) -> InvoiceLine:
    try:
        amount = Decimal((row["amount"] or "").strip().lstrip("$").replace(",", ""))
        day = datetime.fromisoformat((row["date"] or "").strip()).date()
    except (InvalidOperation, ValueError):
        raise BadInput("invoice", f"line {number} has no date (YYYY-MM-DD) or no amount") from None
    return InvoiceLine(number, day, (row["product"] or "").strip(), amount, (row.get("reference") or "").strip())


def reconcile(calls: Iterable[Call], lines: Sequence[InvoiceLine]) -> Reconciled:
    """Calls that were not charged (nothing found, local files) are not expected on an invoice."""
    expected = [c for c in calls if c.state is CallState.IN_DOUBT or (c.state is CallState.SETTLED and c.charged)]
    result = Reconciled()
    by_reference = {line.reference: line for line in lines if line.reference}
    left: list[Call] = []
    used: set[int] = set()
    for call in expected:
        line = by_reference.get(call.call_id)
        if line is None or line.number in used:
            left.append(call)
            continue
        used.add(line.number)
        result.matched.append((call, line))
    free = _by_likeness(line for line in lines if line.number not in used and not line.reference)
    for call in left:
        candidates = free.get(_likeness(call), [])
        if candidates:
            line = candidates.pop(0)
            used.add(line.number)
            result.matched.append((call, line))
        elif call.state is CallState.IN_DOUBT:
            result.in_doubt.append(call)
        else:
            result.only_ours.append(call)
    result.only_theirs = [line for line in lines if line.number not in used]
    return result


Likeness = tuple[date | None, str, Decimal]


def _likeness(call: Call) -> Likeness:
    amount = call.charged if call.state is CallState.SETTLED else call.reserved
    return (call.sent_at.date() if call.sent_at else None, call.product, amount.normalize())


def _by_likeness(lines: Iterable[InvoiceLine]) -> dict[Likeness, list[InvoiceLine]]:
    found: dict[Likeness, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        found[line.day, line.product, line.amount.normalize()].append(line)
    return found
