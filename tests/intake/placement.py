"""Ways to write the placement files that the tests read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from skiptrace.intake import Accepted, Accounts, ColumnMapping, Rejected, Terms
from tests.builders import COLLECTION

FIXTURE = Path(__file__).parents[2] / "fixtures" / "accounts" / "placement.csv"
TODAY = date(2026, 11, 2)
TERMS = Terms(COLLECTION, "tests", Decimal(5), TODAY, batch_id="b1")

HEADER = "account_id,first,last,dob,ssn,phone,zip,state,balance,account_state"
GOOD = "P-1,Marion,Okafor,1971-05-23,900-12-0142,512-555-0142,78701,TX,1842.10,open"


def write(folder: Path, *lines: str, name: str = "accounts.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def with_cell(field: str, value: str) -> str:
    """The good row with one cell changed."""
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    cells[field] = f'"{value}"'
    return ",".join(cells.values())


def read(path: Path, mapping: ColumnMapping | None = None, encoding: str = "") -> list[Accepted | Rejected]:
    return list(Accounts(path, mapping, encoding).read(TERMS))


def only(path: Path, mapping: ColumnMapping | None = None) -> Accepted | Rejected:
    (row,) = read(path, mapping)
    return row


def accepted(path: Path, mapping: ColumnMapping | None = None) -> Accepted:
    row = only(path, mapping)
    assert isinstance(row, Accepted), row.problems
    return row


def rejected(path: Path) -> Rejected:
    row = only(path)
    assert isinstance(row, Rejected)
    return row
