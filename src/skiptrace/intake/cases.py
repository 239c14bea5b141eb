"""Rows into cases: what is needed and wrong rejects the row; a wrong extra is left out with a warning."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from skiptrace.intake import fields
from skiptrace.intake.cell import cell_text
from skiptrace.intake.columns import ColumnMapping, Columns, locate, resolve
from skiptrace.intake.table import Row
from skiptrace.intake.table_file import TableFile
from skiptrace.model import (
    Account,
    AccountFact,
    Address,
    AddressSighting,
    Case,
    EmailSighting,
    Name,
    PaymentHistory,
    Personal,
    PhoneSighting,
    Purpose,
    Responsiveness,
    Subject,
)

T = TypeVar("T")
D = TypeVar("D")

_LONGEST_ID = 128
_SEVERAL = re.compile(r"[;|\n]")
_ESCAPED = re.compile(r"'[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every case of a file. ``budget`` caps the spend of one case, in US dollars."""

    purpose: Purpose
    requester: str
    budget: Decimal
    today: date
    tenant: str = "default"
    batch_id: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, and what to do about it; never the value."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Accepted(Personal):
    """A row that became a case. ``warnings`` name what was left out or needs a look."""

    row: int
    case: Case
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Rejected(Personal):
    """A row that did not become a case, with its cells as they came."""

    row: int
    problems: tuple[Problem, ...]
    cells: tuple[str, ...]


_located = lru_cache(maxsize=64)(locate)
"""Rows that come one by one mostly have the same fields."""


class Accounts:
    """The accounts of one placement file, read in a stream as often as needed."""

    def __init__(self, path: Path, mapping: ColumnMapping | None = None, encoding: str = "") -> None:
        """Raises BadInput when the file cannot be read or a column that is needed is missing."""
        self._file = TableFile(path, encoding)
        self.header = self._file.table.header
        self.columns = resolve(self.header, mapping)

    def read(self, terms: Terms) -> Iterator[Accepted | Rejected]:
        """Every row, judged. Raises BadInput when the file breaks off or changes meanwhile."""
        first_rows: dict[str, int] = {}
        for row in self._file.rows():
            result = read_case(row, self.columns, terms)
            if isinstance(result, Accepted):
                first = first_rows.setdefault(result.case.account.account_id, row.number)
                if first != row.number:
                    repeated = Problem("account_id", f"repeats the account of row {first}; keep one of them")
                    result = Rejected(row.number, (repeated,), row.cells)
            yield result

    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        return self._file.digest()


def read_case(row: Row, columns: Columns, terms: Terms) -> Accepted | Rejected:
    """One row as a case, or why not."""
    if row.trouble:
        return Rejected(row.number, (Problem("row", row.trouble),), row.cells)
    reading = _Reading(row.cells, columns)
    account = _account(reading, columns, terms.purpose.certified_at)
    subject = _subject(reading, terms.today)
    as_of = reading.strict("as_of", lambda text: fields.as_of(text, terms.today), terms.today)
    if reading.errors:
        return Rejected(row.number, tuple(reading.errors), row.cells)
    case = Case(
        case_id=case_id(terms.tenant, terms.batch_id, account.account_id),
        account=account,
        subject=subject,
        purpose=terms.purpose,
        requester=terms.requester,
        budget=terms.budget,
        as_of=as_of,
        tenant=terms.tenant,
        batch_id=terms.batch_id,
    )
    return Accepted(row.number, case, tuple(reading.warnings))


def read_fields(given: Mapping[str, object], terms: Terms) -> Accepted | Rejected:
    """One account given by the names of its fields (or usual column names). Raises BadInput when two mean the same."""
    row = Row(1, tuple(cell_text(value) for value in given.values()))
    return read_case(row, _located(tuple(given)), terms)


def case_id(tenant: str, batch_id: str, account_id: str) -> str:
    """The same account in the same batch is the same case, however often the file is read."""
    return hashlib.blake2b("\0".join((tenant, batch_id, account_id)).encode(), digest_size=16).hexdigest()


class _Reading:
    """One row under reading: its texts by field, and what was found wrong."""

    __slots__ = ("_cells", "_columns", "errors", "warnings")

    def __init__(self, cells: tuple[str, ...], columns: Columns) -> None:
        self._cells = cells
        self._columns = columns
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def text(self, name: str) -> str:
        places = self._columns.places.get(name)
        if places is None:
            return self._columns.constants.get(name, "")
        return _clean(self._cells[places[0]])

    def texts(self, name: str) -> list[str]:
        """All values of a field that may have several columns, or several values in one cell."""
        cells = [self._cells[place] for place in self._columns.places.get(name, ())]
        values = (_clean(part) for cell in cells if cell for part in _SEVERAL.split(cell))
        return list(dict.fromkeys(value for value in values if value))

    def needed(self, name: str) -> str:
        text = self.text(name)
        if not text:
            self.errors.append(Problem(name, "is missing"))
        return text

    def strict(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """``default`` when empty; a wrong value rejects the row."""
        return self._parse(name, self.text(name), parse, default, self.errors)

    def lenient(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """``default`` when empty or wrong; a wrong value is left out with a warning."""
        return self._parse(name, self.text(name), parse, default, self.warnings)

    def all_lenient(self, name: str, parse: Callable[[str], T]) -> list[T]:
        """All values of a field; the wrong ones are left out with a warning."""
        parsed = (self._parse(name, text, parse, None, self.warnings) for text in self.texts(name))
        return [value for value in parsed if value is not None]

    @staticmethod
    def _parse(name: str, text: str, parse: Callable[[str], T], default: D, trouble: list[Problem]) -> T | D:
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            trouble.append(Problem(name, str(error)))
            return default


def _clean(cell: str) -> str:
    """Without surrounding blanks, and without the apostrophe that protects spreadsheets from formulas."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and _ESCAPED.match(text) else text


def _account(reading: _Reading, columns: Columns, stated_at: datetime | None) -> Account:
    account_id = reading.needed("account_id")
    if len(account_id) > _LONGEST_ID:
        reading.errors.append(Problem("account_id", f"is longer than {_LONGEST_ID} characters"))
    reading.needed("balance")
    facts = {}
    for which in AccountFact:
        if columns.has(which):
            facts[which] = reading.strict(which, fields.fact, fields.fact(""))
            if not reading.text(which):
                reading.warnings.append(Problem(which, "is empty, which means unknown; write no where that is known"))
    return Account(
        account_id=account_id,
        state=reading.needed("account_state").lower(),
        balance=reading.strict("balance", fields.balance, Decimal(0)),
        debt_origin=reading.text("debt_origin").lower() or "unknown",
        opened_on=reading.strict("opened_on", fields.full_date, None),
        last_contact_on=reading.strict("last_contact_on", fields.full_date, None),
        facts=MappingProxyType(facts),
        payment_history=reading.lenient("payment_history", fields.payment_history, PaymentHistory.UNKNOWN),
        responsiveness=reading.lenient("responsiveness", fields.responsiveness, Responsiveness.UNKNOWN),
        stated_at=stated_at,
    )


def _subject(reading: _Reading, today: date) -> Subject:
    born, remark = reading.strict("birth_date", lambda text: fields.birth_date(text, today), (None, ""))
    if remark:
        reading.warnings.append(Problem("birth_date", remark))
    ssn, ssn4 = reading.strict("ssn", fields.ssn, ("", ""))
    last_four = reading.strict("ssn4", fields.ssn4, "")
    if ssn4 and last_four and ssn4 != last_four:
        reading.errors.append(Problem("ssn4", "differs from the end of ssn; correct one of them"))
    seen_on = reading.lenient("seen_on", fields.partial_date, None)
    address = _address(reading)
    return Subject(
        names=_names(reading),
        birth_date=born,
        ssn=ssn,
        ssn4=last_four or ssn4,
        addresses=(AddressSighting(address, last_seen=seen_on),) if address.text else (),
        phones=tuple(PhoneSighting(n, last_seen=seen_on) for n in reading.all_lenient("phone", fields.phone)),
        emails=tuple(EmailSighting(e, last_seen=seen_on) for e in reading.all_lenient("email", fields.email)),
    )


def _names(reading: _Reading) -> tuple[Name, ...]:
    """The account's name first, then the aliases."""
    if reading.text("name") and not reading.text("last"):
        name = reading.strict("name", fields.full_name, Name())
    else:
        name = Name(*(reading.text(part) for part in ("first", "middle", "last", "suffix")))
        missing = [Problem(part, "is missing") for part in ("first", "last") if not reading.text(part)]
        (reading.errors if len(missing) == 2 else reading.warnings).extend(missing)
    return (name, *reading.all_lenient("alias", fields.full_name))


def _address(reading: _Reading) -> Address:
    """The delivery line from its parts where they are given, because the unit then stands apart."""
    house, street, box = reading.text("house"), reading.text("street"), reading.text("po_box")
    line, unit = " ".join(part for part in (house, street) if part), reading.text("unit")
    if not line and box:
        line = box if re.match(r"(?i)p\W*o\b", box) else f"PO BOX {box}"
    if not line:
        line = reading.text("address")
        unit = "" if unit and line.casefold().endswith(unit.casefold()) else unit
    state = reading.lenient("state", fields.state, "")
    return Address(
        line=line,
        unit=unit,
        city=reading.text("city"),
        state=state,
        zip_code=reading.lenient("zip", lambda text: fields.zip_code(text, state), ""),
    )
