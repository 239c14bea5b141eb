"""Delimited text: comma, semicolon, tab or bar."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from skiptrace.errors import BadInput
from skiptrace.intake.table import MAX_LINE, Row

_DELIMITERS = ",;\t|"
_MAX_COLUMNS = 1000


class CsvTable:
    """A CSV file with a header line. The delimiter is the one that the header uses most."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise BadInput("encoding", "is not known; common ones are utf-8, utf-16 and cp1252") from None
        with self._open() as stream:
            first = next(self._lines(stream), "")
            self._delimiter = max(_DELIMITERS, key=lambda mark: _outside_quotes(first).count(mark))
            stream.seek(0)
            header = next(self._records(stream), None)
        self.header = _checked_header(path.name, header.cells if header else ())

    def rows(self) -> Iterator[Row]:
        with self._open() as stream:
            records = self._records(stream)
            next(records)
            for record in records:
                if trouble := self._trouble(record.cells):
                    record = Row(record.number, record.cells, trouble)  # noqa: PLW2901 - the same row, judged
                yield record

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding, newline="")

    def _records(self, stream: TextIO) -> Iterator[Row]:
        reader = csv.reader(self._lines(stream), delimiter=self._delimiter)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise BadInput(
                    self._path.name, f"line {number}: a cell is too long; is a quotation mark opened and never closed?"
                ) from None
            if cells and any(cells):
                yield Row(number, tuple(cells))

    def _lines(self, stream: TextIO) -> Iterator[str]:
        number = 1
        try:
            while line := stream.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    raise BadInput(self._path.name, f"line {number} is longer than a million characters; repair it")
                yield line
                number += 1
        except UnicodeError:
            codec = "UTF-8" if self._encoding == "utf-8-sig" else self._encoding
            raise BadInput(
                self._path.name,
                f'is not {codec} after line {number - 1}; save it as "CSV UTF-8", or name its encoding '
                "(--encoding cp1252 for older Windows files)",
            ) from None

    def _trouble(self, cells: tuple[str, ...]) -> str:
        if len(cells) != len(self.header):
            return (
                f"has {len(cells)} cells under {len(self.header)} columns; put quotation marks round a cell that "
                "contains the delimiter"
            )
        return "contains a NUL byte; remove it" if any("\0" in cell for cell in cells) else ""


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _checked_header(name: str, cells: tuple[str, ...]) -> tuple[str, ...]:
    if not cells:
        raise BadInput(name, "holds no header line; write one, and one account per line")
    if any("\0" in cell for cell in cells):
        raise BadInput(name, 'contains NUL bytes: it is not text, or it is UTF-16; save it as "CSV UTF-8"')
    if len(cells) > _MAX_COLUMNS:
        raise BadInput(name, f"has {len(cells)} columns; at most {_MAX_COLUMNS} are read")
    return tuple(cell.strip() for cell in cells)
