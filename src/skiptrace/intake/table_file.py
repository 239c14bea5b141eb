"""A placement file, whatever its format; read in a stream, so that its size does not matter."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skiptrace.errors import BadInput
from skiptrace.intake.csv_table import CsvTable
from skiptrace.intake.json_table import JsonTable
from skiptrace.intake.table import Row, Table

_HEAD = 1 << 16
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    inode: int
    size: int
    modified: int


class TableFile:
    """A file on disk and the table in it. It must not change while it is in use."""

    def __init__(self, path: Path, encoding: str = "") -> None:
        self._path = path
        self._snapshot = _take_snapshot(path)
        self.table = _open(path, encoding)

    def rows(self) -> Iterator[Row]:
        """All rows. Raises BadInput when the file changed since it was opened."""
        for count, row in enumerate(self.table.rows()):
            if count % 10_000 == 0:
                self._check_unchanged()
            yield row
        self._check_unchanged()

    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        with self._path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self._check_unchanged()
        return digest

    def _check_unchanged(self) -> None:
        if _take_snapshot(self._path) != self._snapshot:
            raise BadInput(
                self._path.name, "changed while it was read; wait until it is complete, then run the same command again"
            )


def _take_snapshot(path: Path) -> _Snapshot:
    try:
        found = path.stat()
    except OSError as error:
        raise BadInput(path.name, f"cannot be opened: {error.strerror}; check the path") from None
    if stat.S_ISDIR(found.st_mode):
        raise BadInput(path.name or str(path), "is a directory; name one CSV, JSONL or Parquet file")
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(path.name, "is not a regular file; it is read more than once, so save it to disk first")
    if found.st_size == 0:
        raise BadInput(path.name, "is empty; write a header line and one account per line")
    return _Snapshot(found.st_ino, found.st_size, found.st_mtime_ns)


def _open(path: Path, encoding: str) -> Table:
    """Choose the reader by what the file holds, not by what it is called."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise BadInput(path.name, f"cannot be read: {error.strerror}; check its permissions") from None
    if head.startswith(b"PAR1"):
        from skiptrace.intake.parquet_table import ParquetTable

        return ParquetTable(path)
    _refuse_packed(path, head)
    if head.startswith(_UTF16_MARKS) and not encoding:
        raise BadInput(path.name, 'is UTF-16; save it as "CSV UTF-8", or add --encoding utf-16')
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        raise BadInput(path.name, "is one JSON array; write one object per line (jq -c '.[]' does it)")
    return JsonTable(path) if text.startswith(b"{") else CsvTable(path, encoding or "utf-8-sig")


def _refuse_packed(path: Path, head: bytes) -> None:
    if head.startswith(b"PK\x03\x04"):
        raise BadInput(path.name, 'is an Excel workbook or a ZIP file; save the sheet as "CSV UTF-8"')
    if head.startswith(b"\x1f\x8b"):
        raise BadInput(path.name, "is compressed with gzip; unpack it first")
