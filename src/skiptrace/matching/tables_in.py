"""Subjects and candidate records from Arrow tables, the columns of ``skiptrace match``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skiptrace.errors import BadInput
from skiptrace.matching import spelling
from skiptrace.matching.addresses import parse_address
from skiptrace.matching.cases import OTHER_LINE, address_parts
from skiptrace.matching.columns import (
    AddressColumns,
    Floats,
    Ints,
    NameColumns,
    People,
    PhoneColumns,
    RelativeColumns,
    Spans,
    Words,
)
from skiptrace.matching.contacts import LANDLINE, MOBILE
from skiptrace.matching.identity import Candidates

SUBJECT_COLUMNS = ("account_id", "first", "last")
RECORD_COLUMNS = ("account_id", "rec_id", "first", "last")
ALIASES = {
    "rec_id": ("record_id",),
    "first": ("first_name", "given_name"),
    "middle": ("middle_name",),
    "last": ("last_name", "surname"),
    "dob": ("birth_date", "date_of_birth"),
    "ssn4": ("ssn_last4", "ssn"),
    "zip": ("zip_code", "zip5"),
    "provider": ("upstream", "source"),
}
"""Usual other names of a column; the first that is present is taken."""
KNOWN_COLUMNS = frozenset(
    (
        *RECORD_COLUMNS,
        *("middle", "suffix", "dob", "ssn4", "house", "street", "unit", "po_box", "city", "state", "zip", "address"),
        *("phone", "phone_type", "phone_last_seen", "provider", "first_seen", "last_seen", "as_of", "account_year"),
        *(other for others in ALIASES.values() for other in others),
    )
)
"""What is read; other columns are left alone."""
_PHONE_KINDS = {"mobile": MOBILE, "cell": MOBILE, "wireless": MOBILE, "landline": LANDLINE, "": 0}


def rename_columns(names: list[str], needed: tuple[str, ...], what: str) -> list[str]:
    """Column names in the words of this module. Raises BadInput that names what is missing."""
    known = {other: name for name, others in ALIASES.items() for other in others if name not in names}
    renamed = [known.get(name, name) for name in names]
    missing = [name for name in needed if name not in renamed]
    if missing:
        raise BadInput(what, f"column {', '.join(missing)} is missing; present are {', '.join(names) or 'none'}")
    return renamed


def candidates_of(subjects: pa.Table, records: pa.Table) -> tuple[Candidates, Ints]:
    """Columns of both, and the order in which the records were taken (position in ``records`` of each candidate).

    Times are in years before (negative) or after the ``as_of`` of each subject.

    Raises BadInput when a record names an account that is not among the subjects, or an account comes twice.
    """
    accounts = subjects["account_id"].combine_chunks()
    if pc.count_distinct(accounts).as_py() < len(accounts):
        raise BadInput("subjects", "account_id is not unique")
    group = pc.index_in(records["account_id"].combine_chunks().cast(accounts.type), accounts)
    if group.null_count:
        raise BadInput("records", f"{group.null_count} rows have an account_id that is not among the subjects")
    account = group.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(account, kind="stable")
    records = records.take(pa.array(order)) if (np.diff(account) < 0).any() else records
    people = _people(subjects, records, account[order])
    starts = len(subjects) + np.searchsorted(account[order], np.arange(len(subjects) + 1))
    rows = np.arange(len(subjects), len(people))
    return Candidates(people, rows, account[order], starts - len(subjects)), order


def _people(subjects: pa.Table, records: pa.Table, account: Ints) -> People:
    both = _Both(subjects, records, account)
    one = Spans.one_each(len(subjects) + len(records))
    born = both.dates("dob")
    seen = both.years("account_year", "last_seen")
    return People(
        names=NameColumns(
            one,
            both.words("first", spelling.name_part),
            both.words("middle", spelling.name_part),
            both.words("last", spelling.name_part),
            both.words("suffix", spelling.generation),
        ),
        birth_year=born // 10_000,
        birth_month=born // 100 % 100,
        birth_day=born % 100,
        ssn4=both.mapped("ssn4", spelling.last_four, -1),
        addresses=_addresses(both, one, seen),
        phones=PhoneColumns(
            one,
            both.numbers("phone", 10, spelling.phone_digits),
            both.mapped("phone_type", lambda kind: _PHONE_KINDS.get(kind.lower(), OTHER_LINE), 0).astype(np.int8),
            both.years("account_year", "phone_last_seen"),
        ),
        relatives=RelativeColumns(Spans.none(len(subjects) + len(records)), Words.of(())),
        source=both.words("provider", str.strip),
    )


def _addresses(both: _Both, one: Spans, seen: Floats) -> AddressColumns:
    words = both.words
    if both.has("street"):
        number, street = words("house", spelling.line), words("street", spelling.street)
        unit, box = words("unit", spelling.line), words("po_box", spelling.line)
    else:
        number, street, unit, box = both.parsed_lines()
    return AddressColumns(
        one,
        number,
        street,
        unit,
        box,
        words("city", spelling.line),
        words("state", spelling.line),
        words("zip", spelling.zip5),
        both.years("", "first_seen"),
        seen,
    )


class _Both:
    """The columns of subjects and records, one below the other; a missing column is empty."""

    def __init__(self, subjects: pa.Table, records: pa.Table, account: Ints) -> None:
        self._tables = (subjects, records)
        self._as_of = _years(subjects["as_of"])
        if np.isnan(self._as_of).any():
            raise BadInput("subjects", "as_of must be a year or a date in every row")
        self._account = account

    def has(self, name: str) -> bool:
        return any(name in table.column_names for table in self._tables)

    def _texts(self, name: str) -> pa.DictionaryArray:
        chunks = []
        for table in self._tables:
            if name in table.column_names:
                chunks += table[name].cast(pa.string()).chunks
            else:
                chunks.append(pa.repeat("", len(table)))
        column = pa.chunked_array(chunks, pa.string())
        return column.fill_null("").combine_chunks().dictionary_encode() if column.null_count else _encoded(column)

    def words(self, name: str, tidy: Callable[[str], str]) -> Words:
        texts = self._texts(name)
        return Words.of_encoded(texts.indices.to_numpy().astype(np.int32), texts.dictionary.to_pylist(), tidy)

    def mapped(self, name: str, read: Callable[[str], int], empty: int) -> Ints:
        """Numbers read from each distinct text."""
        texts = self._texts(name)
        return _spread([read(text) if text else empty for text in texts.dictionary.to_pylist()], texts)

    def dates(self, name: str) -> Ints:
        """YYYYMMDD as a number, 0 where a part is missing."""
        texts = self._texts(name)
        return _spread(_read_quickly(texts.dictionary, r"^(19|20)\d\d-(0[1-9]|1[0-2])-[0-3]\d$", _date_number), texts)

    def numbers(self, name: str, digits: int, read: Callable[[str], int]) -> Ints:
        """Numbers of so many digits; other texts are given to ``read``."""
        texts = self._texts(name)
        return _spread(_read_quickly(texts.dictionary, rf"^\d{{{digits}}}$", read), texts)

    def years(self, of_subject: str, of_record: str) -> Floats:
        """Years since the account's day (negative: before), NaN when not stated."""
        parts = []
        moments = (self._as_of, self._as_of[self._account])
        for table, name, as_of in zip(self._tables, (of_subject, of_record), moments, strict=True):
            years = _years(table[name]) if name in table.column_names else np.full(len(table), np.nan)
            parts.append(years - as_of)
        return np.concatenate(parts)

    def parsed_lines(self) -> tuple[Words, Words, Words, Words]:
        """House number, street, unit and box read from one address line, each distinct line once."""
        lines = self._texts("address")
        codes = lines.indices.to_numpy().astype(np.int32)
        parsed = [parse_address(text) for text in lines.dictionary.to_pylist()]
        parts = zip(*map(address_parts, parsed), strict=True) if parsed else ((), (), (), ())
        number, street, unit, box = (Words.of_encoded(codes, list(part)) for part in parts)
        return number, street, unit, box


def _years(column: pa.ChunkedArray) -> Floats:
    """Years, or ISO dates as years, NaN for what is empty, 0 or neither."""
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        if pa.types.is_temporal(column.type):
            return _years(column.cast(pa.string()))
        numbers = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        years: Floats = np.where(numbers > 0, numbers, np.nan)
        return years
    texts = _encoded(column.fill_null(""))
    values = [_year(text) for text in texts.dictionary.to_pylist()]
    table: Floats = np.array(values or [np.nan], float)
    found: Floats = table[texts.indices.to_numpy()]
    return found


def _year(text: str) -> float:
    year, month, _ = spelling.date_parts(text)
    return year + (month - 1) / 12 if month else year or np.nan


def _read_quickly(texts: pa.Array, plain: str, read: Callable[[str], int]) -> Ints:
    """Texts of a plain form become the number of their digits in one go, the others are read one by one."""
    is_plain = pc.match_substring_regex(texts, plain)
    digits = pc.replace_substring(pc.if_else(is_plain, texts, "0"), "-", "")
    numbers: Ints = pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False).copy()
    for row in np.flatnonzero(~is_plain.to_numpy(zero_copy_only=False)):
        numbers[row] = read(texts[int(row)].as_py())
    return numbers


def _date_number(text: str) -> int:
    year, month, day = spelling.date_parts(text)
    return (year * 100 + month) * 100 + day


def _spread(values: Sequence[int] | Ints, texts: pa.DictionaryArray) -> Ints:
    """The value of each row from those of the distinct texts."""
    table: Ints = np.asarray(values if len(values) else [0], np.int64)
    numbers: Ints = table[texts.indices.to_numpy()]
    return numbers


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.combine_chunks().dictionary_encode()
