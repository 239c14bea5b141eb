"""Subjects and candidate records from Arrow tables, the columns of ``skiptrace match``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skiptrace.errors import BadInput
from skiptrace.matching import spelling
from skiptrace.matching.addresses import parse_address
from skiptrace.matching.columns import (
    LANDLINE,
    MOBILE,
    OTHER_LINE,
    AddressColumns,
    Codes,
    Floats,
    Ints,
    NameColumns,
    People,
    PhoneColumns,
    RelativeColumns,
    Spans,
    Words,
    born_on,
    phone_codes,
)
from skiptrace.matching.identity import Candidates
from skiptrace.matching.persons import address_parts

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
TEXT_COLUMNS = frozenset(
    (
        *("first", "middle", "last", "suffix", "dob", "ssn4", "phone", "phone_type", "provider"),
        *("house", "street", "unit", "po_box", "city", "state", "zip", "address"),
        *(other for name, others in ALIASES.items() for other in others if name != "rec_id"),
    )
)
_OTHER_COLUMNS = (*RECORD_COLUMNS, "phone_last_seen", "first_seen", "last_seen", "as_of", "account_year")
_KNOWN_COLUMNS = TEXT_COLUMNS.union(_OTHER_COLUMNS, ALIASES["rec_id"])
TEXTS = pa.dictionary(pa.int32(), pa.string())
"""How texts are read: each distinct one once, which is what Parquet files hold anyway."""
_PHONE_KINDS = {"mobile": MOBILE, "cell": MOBILE, "wireless": MOBILE, "landline": LANDLINE, "": 0}


def columns_to_read(names: Sequence[str]) -> list[str]:
    """Those that are known; an address on one line is not needed beside its parts. Other columns are left alone."""
    return [name for name in names if name in _KNOWN_COLUMNS and not (name == "address" and "street" in names)]


def rename_columns(names: list[str], needed: tuple[str, ...], what: str) -> list[str]:
    """Column names in the words of this module. Raises BadInput that names what is missing."""
    known = {other: name for name, others in ALIASES.items() for other in others if name not in names}
    renamed = [known.get(name, name) for name in names]
    missing = [name for name in needed if name not in renamed]
    if missing:
        raise BadInput(what, f"column {', '.join(missing)} is missing; present are {', '.join(names) or 'none'}")
    return renamed


def without_content(problem: pa.ArrowInvalid) -> str:
    """Arrow's complaint without the row's content, which may name a person."""
    return str(problem).split("\n", 1)[0].split(": ", 1)[0][:120]


def candidates_of(subjects: pa.Table, records: pa.Table) -> tuple[Candidates, Ints]:
    """Columns of both, and the order in which the records were taken (position in ``records`` of each candidate).

    Times are in years before (negative) or after the ``as_of`` of each subject.

    Raises BadInput when a record names an account that is not among the subjects, or an account comes twice.
    """
    accounts = subjects["account_id"].combine_chunks()
    if pc.count_distinct(accounts).as_py() < len(accounts):
        twice = np.argmax(pc.index_in(accounts, accounts).to_numpy() != np.arange(len(accounts)))
        raise BadInput("subjects", f"account_id {accounts[int(twice)]} comes twice")
    account = subject_of(records, accounts)
    order = np.arange(len(account))
    if (account[1:] < account[:-1]).any():
        order = np.argsort(account, kind="stable")
        account, records = account[order], records.take(pa.array(order))
    people = _people(subjects, records, account)
    rows = np.arange(len(subjects), len(people))
    return Candidates(people, rows, account, np.searchsorted(account, np.arange(len(subjects) + 1))), order


def subject_of(records: pa.Table, accounts: pa.Array) -> Ints:
    """Place of each record's subject among the accounts. Raises BadInput that names a record without one."""
    found = pc.index_in(records["account_id"].combine_chunks().cast(accounts.type), accounts)
    if found.null_count:
        record = records["rec_id"][pc.index(found.is_null(), True).as_py()]
        raise BadInput("records", f"record {record} has an account_id that is not among the subjects")
    places: Ints = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _people(subjects: pa.Table, records: pa.Table, account: Ints) -> People:
    both = _Both(subjects, records, account)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:  # most of it is outside the interpreter
        lines = pool.submit(both.street_lines)
        phones = pool.submit(both.phones)
        numbers = pool.map(both.numbers, *zip(*_NUMBERS.items(), strict=True))
        words = dict(zip(_WORDS, pool.map(both.words, *zip(*_WORDS.items(), strict=True)), strict=True))
    born, ssn4, phone_kind = numbers
    one = Spans.one_each(len(subjects) + len(records))
    first_seen, last_seen = both.years("", "first_seen"), both.years("account_year", "last_seen")
    places = words["city"], words["state"], words["zip"]
    return People(
        names=NameColumns(one, words["first"], words["middle"], words["last"], words["suffix"]),
        born=born.astype(np.int32),
        ssn4=ssn4.astype(np.int16),
        addresses=AddressColumns(one, *lines.result(), *places, first_seen, last_seen),
        phones=PhoneColumns(
            one, *phones.result(), phone_kind.astype(np.int8), both.years("account_year", "phone_last_seen")
        ),
        relatives=RelativeColumns(Spans.none(len(subjects) + len(records)), Words.of(())),
        source=words["provider"],
    )


class _Both:
    """The columns of subjects and records, one below the other; a missing column is empty."""

    def __init__(self, subjects: pa.Table, records: pa.Table, account: Ints) -> None:
        self._tables = (subjects, records)
        self._as_of = _years(subjects["as_of"])
        if np.isnan(self._as_of).any():
            account = subjects["account_id"][int(np.argmax(np.isnan(self._as_of)))]
            raise BadInput("subjects", f"as_of of account {account} is neither a year nor a date")
        self._account = account

    def _texts(self, name: str) -> tuple[Codes, pa.StringArray]:
        """The code of each row's text, and the texts: those of the subjects, then those of the records."""
        one, two = (_encoded(table, name).combine_chunks() for table in self._tables)
        codes = np.concatenate((one.indices.to_numpy(), two.indices.to_numpy() + np.int32(len(one.dictionary))))
        return codes, pa.concat_arrays((one.dictionary, two.dictionary))

    def words(self, name: str, tidy: Callable[[pa.StringArray], pa.StringArray]) -> Words:
        codes, texts = self._texts(name)
        return _words(codes, tidy(texts))

    def numbers(self, name: str, read: Callable[[pa.StringArray], Ints]) -> Ints:
        """Numbers read from each distinct text."""
        codes, texts = self._texts(name)
        numbers: Ints = read(texts)[codes]
        return numbers

    def phones(self) -> tuple[Codes, Ints]:
        """As ``PhoneColumns`` holds them."""
        codes, texts = self._texts("phone")
        code, numbers = phone_codes(_phone_numbers(texts))
        return code[codes], numbers

    def years(self, of_subject: str, of_record: str) -> Floats:
        """Years since the account's day (negative: before), NaN when not stated."""
        parts = []
        moments = (self._as_of, self._as_of[self._account])
        for table, name, as_of in zip(self._tables, (of_subject, of_record), moments, strict=True):
            years = _years(table[name]) if name in table.column_names else np.full(len(table), np.nan)
            parts.append(years - as_of)
        return np.concatenate(parts)

    def street_lines(self) -> tuple[Words, Words, Words, Words]:
        """House number, street, unit and box, where there is no street read from one address line, each distinct line
        once."""
        if any("street" in table.column_names for table in self._tables):
            words = self.words
            return words("house", _lines), words("street", _streets), words("unit", _lines), words("po_box", _lines)
        codes, lines = self._texts("address")
        parsed = [parse_address(text) for text in lines.to_pylist()]
        parts = zip(*map(address_parts, parsed), strict=True) if parsed else ((), (), (), ())
        number, street, unit, box = (_words(codes, pa.array(part, pa.string())) for part in parts)
        return number, street, unit, box


def _encoded(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as texts that are stored once each; a missing column is empty, and so is a missing text."""
    if name not in table.column_names:
        return pa.chunked_array([pa.repeat("", len(table)).dictionary_encode()])
    column = table[name]
    if pa.types.is_dictionary(column.type) and not column.null_count:
        return column.cast(TEXTS)
    texts = column if column.type == pa.string() else column.cast(pa.string())
    return (texts.fill_null("") if texts.null_count else texts).dictionary_encode()


def _words(codes: Codes, tidy: pa.StringArray) -> Words:
    """Texts that are equal once they are tidy share one code."""
    again = pa.concat_arrays([pa.array([""]), tidy]).dictionary_encode()
    return Words(again.indices.to_numpy()[1:][codes], again.dictionary.to_numpy(zero_copy_only=False))


# Distinct texts of the usual form are read by Arrow in one go, the others one by one by the same rules in ``spelling``.


def _tidied(
    texts: pa.StringArray, plain: pa.BooleanArray, quick: pa.StringArray, tidy: Callable[[str], str]
) -> pa.StringArray:
    """``quick`` where a text is of the plain form, ``tidy`` of the others."""
    others = pc.invert(plain)
    return pc.replace_with_mask(quick, others, pa.array(map(tidy, texts.filter(others).to_pylist()), pa.string()))


def _read(texts: pa.StringArray, plain: pa.BooleanArray, digits: pa.StringArray, read: Callable[[str], int]) -> Ints:
    """The number that the digits make where a text is of the plain form, ``read`` of the others."""
    numbers: Ints = pc.cast(pc.if_else(plain, digits, "0"), pa.int64()).to_numpy(zero_copy_only=False).copy()
    others = pc.invert(plain)
    numbers[others.to_numpy(zero_copy_only=False)] = list(map(read, texts.filter(others).to_pylist()))
    return numbers


def _name_parts(texts: pa.StringArray) -> pa.StringArray:
    capitals = pc.ascii_upper(texts)
    plain = pc.and_not(pc.ascii_is_alpha(texts), pc.is_in(capitals, pa.array(sorted(spelling.NO_NAME))))
    return _tidied(texts, plain, capitals, spelling.name_part)


def _generations(texts: pa.StringArray) -> pa.StringArray:
    return pa.array(map(spelling.generation, texts.to_pylist()), pa.string())


def _lines(texts: pa.StringArray) -> pa.StringArray:
    return _tidied(texts, pc.ascii_is_alnum(texts), pc.ascii_upper(texts), spelling.line)


def _streets(texts: pa.StringArray) -> pa.StringArray:
    """Each distinct word is abbreviated once."""
    plain = pc.match_substring_regex(texts, "^[A-Za-z0-9]+( [A-Za-z0-9]+)*$")
    lines = pc.split_pattern(pc.ascii_upper(texts), " ")
    words = lines.values.dictionary_encode()
    short = pa.array(map(spelling.street_word, words.dictionary.to_pylist()), pa.string())
    quick = pc.binary_join(pa.ListArray.from_arrays(lines.offsets, short.take(words.indices)), " ")
    return _tidied(texts, plain, quick, spelling.street)


def _zip5s(texts: pa.StringArray) -> pa.StringArray:
    return _tidied(texts, pc.ascii_is_decimal(texts), pc.utf8_slice_codeunits(texts, 0, 5), spelling.zip5)


def _last_fours(texts: pa.StringArray) -> Ints:
    plain = pc.and_not(is_number(texts, 4), pc.equal(texts, "0000"))
    return _read(texts, plain, texts, spelling.last_four)


def _phone_numbers(texts: pa.StringArray) -> Ints:
    return _read(texts, is_number(texts, 10), texts, spelling.phone_digits)


def _phone_kinds(texts: pa.StringArray) -> Ints:
    return np.array([_PHONE_KINDS.get(kind.lower(), OTHER_LINE) for kind in texts.to_pylist()], np.int64)


def _dates(texts: pa.StringArray) -> Ints:
    """Birth dates as ``People.born`` holds them."""
    plain = pc.match_substring_regex(texts, r"^(19|20)\d\d(-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?$")
    dates = _read(texts, plain, pc.ascii_rpad(pc.replace_substring(texts, "-", ""), 8, "0"), _date_number)
    return born_on(dates // 10_000, dates // 100 % 100, dates % 100)


def is_number(texts: pa.StringArray, digits: int) -> pa.BooleanArray:
    """So many ASCII digits and nothing else."""
    return pc.and_(pc.ascii_is_decimal(texts), pc.equal(pc.binary_length(texts), digits))


def _years(column: pa.ChunkedArray) -> Floats:
    """Years, or ISO dates as years, NaN for what is empty, 0 or neither."""
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        if pa.types.is_temporal(column.type):
            return _years(column.cast(pa.string()))
        numbers = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        years: Floats = np.where(numbers > 0, numbers, np.nan)
        return years
    texts = column.fill_null("").combine_chunks().dictionary_encode()
    values = [_year(text) for text in texts.dictionary.to_pylist()]
    table: Floats = np.array(values or [np.nan], float)
    found: Floats = table[texts.indices.to_numpy()]
    return found


def _year(text: str) -> float:
    year, month, _ = spelling.date_parts(text)
    return year + (month - 1) / 12 if month else year or np.nan


def _date_number(text: str) -> int:
    year, month, day = spelling.date_parts(text)
    return (year * 100 + month) * 100 + day


_WORDS = {
    "first": _name_parts,
    "middle": _name_parts,
    "last": _name_parts,
    "suffix": _generations,
    "city": _lines,
    "state": _lines,
    "zip": _zip5s,
    "provider": pc.utf8_trim_whitespace,
}
_NUMBERS = {"dob": _dates, "ssn4": _last_fours, "phone_type": _phone_kinds}
"""How the texts of a column are read."""
