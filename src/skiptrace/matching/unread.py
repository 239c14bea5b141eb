"""What a table says that is no date, phone number or SSN: it counts as not stated, and its owner is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skiptrace.matching import spelling
from skiptrace.matching.tables_in import is_number


@dataclass(frozen=True, slots=True)
class Unread:
    """The values of one column that cannot be read: how many, and the id of the first row that holds one."""

    table: str
    column: str
    rows: int
    first: str


def unread_in(table: pa.Table, name: str, key: str) -> Iterator[Unread]:
    """Columns of the table with values that cannot be read; ``key`` is the column of the rows' ids."""
    for column, (plain, reads) in _READS.items():
        if column in table.column_names and (found := _unread(table[column], plain, reads)):
            rows, at = found
            yield Unread(name, column, rows, str(table[key][at].as_py()))


def all_of(found: Iterable[Unread]) -> tuple[Unread, ...]:
    """The parts of a table that was read in parts, added up."""
    sums: dict[tuple[str, str], Unread] = {}
    for one in found:
        before = sums.get((one.table, one.column))
        sums[one.table, one.column] = replace(before, rows=before.rows + one.rows) if before else one
    return tuple(sums.values())


def _unread(
    column: pa.ChunkedArray, plain: Callable[[pa.StringArray], pa.BooleanArray], reads: Callable[[str], bool]
) -> tuple[int, int] | None:
    """How many rows, and the first of them. Each distinct text is looked at once, most by Arrow."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.dictionary_encode()
    elif not pa.types.is_dictionary(column.type):
        return None  # numbers and dates are what they are
    codes = column.combine_chunks()
    unusual = np.flatnonzero(pc.invert(plain(codes.dictionary)))
    texts = codes.dictionary.take(pa.array(unusual)).to_pylist()
    odd = [at for at, text in zip(unusual.tolist(), texts, strict=True) if not reads(text or "")]
    if not odd:
        return None
    rows = np.flatnonzero(pc.is_in(codes.indices, pa.array(odd, codes.indices.type)))
    return (len(rows), int(rows[0])) if len(rows) else None


def _is_date(text: str) -> bool:
    digits = "".join(filter(str.isdecimal, text[:10]))
    year, month, day = spelling.date_parts(text)
    if not digits.strip("0"):
        return not text.strip("0 -/")
    return bool(year) and (month > 0 or not digits[4:6].strip("0")) and (day > 0 or not digits[6:8].strip("0"))


def _is_phone(text: str) -> bool:
    return spelling.phone_digits(text) > 0 or not text.strip("0 -")


def _is_last_four(text: str) -> bool:
    return spelling.last_four(text) > 0 or not text.strip("0 -")


_USUAL_DATE = r"^((19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$"
_DATE = partial(pc.match_substring_regex, pattern=_USUAL_DATE), _is_date
_READS = {
    "ssn4": (partial(is_number, digits=4), _is_last_four),
    "phone": (partial(is_number, digits=10), _is_phone),
    **dict.fromkeys(("dob", "first_seen", "last_seen", "phone_last_seen", "account_year"), _DATE),
}
"""By column which texts are of the usual form, and whether any other text can be read."""
