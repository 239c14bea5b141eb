"""Reading a reference file, CSV or Parquet, in batches of text columns; a file that cannot be read is a ConfigError."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from skiptrace.errors import ConfigError

ROWS_PER_BATCH = 16_384
_BLOCK_BYTES = 16 << 20
"""Also the longest CSV line that is read."""
_HEAD_BYTES = 1 << 16
_PARQUET = b"PAR1"


@dataclass(slots=True)
class Tally:
    """What reading left out."""

    broken_lines: int = 0


@dataclass(frozen=True, slots=True)
class ReferenceSource:
    """A file that was looked at and not yet read. ``rows`` is None when only reading tells."""

    path: Path
    columns: tuple[str, ...]
    rows: int | None
    delimiter: str = ""
    encoding: str = "utf-8"
    tally: Tally = field(default_factory=Tally)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The named columns as text, nulls as empty, about ``ROWS_PER_BATCH`` rows at a time."""
        batches = self._csv_batches(columns) if self.delimiter else self._parquet_batches(columns)
        try:
            for batch in batches:
                texts = pa.record_batch([_as_text(batch.column(name)) for name in columns], names=list(columns))
                texts.validate(full=True)
                if any(b"\0" in text_bytes(column) for column in texts.columns):
                    raise ConfigError(f"{self.path.name} {_NUL}")
                yield texts
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.path.name}: {_reason(str(error))}") from None

    def _parquet_batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self.path, memory_map=True) as file:
            yield from file.iter_batches(ROWS_PER_BATCH, columns=list(columns), use_threads=False)

    def _csv_batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        def broken(_: object) -> str:
            self.tally.broken_lines += 1
            return "skip"

        reader = pa_csv.open_csv(
            self.path,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, encoding=self.encoding),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=broken
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(columns),
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            for start in range(0, batch.num_rows, ROWS_PER_BATCH):
                yield batch.slice(start, ROWS_PER_BATCH)


def open_source(path: Path, *, delimiter: str = "", encoding: str = "utf-8") -> ReferenceSource:
    """Look at a file: its kind and columns. Raises ConfigError that says what to do when it cannot be read."""
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a directory; name the reference file in it")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise ConfigError(f"there is no reference file {path}") from None
    except OSError as error:
        raise ConfigError(f"the reference file {path} cannot be read: {error.strerror}") from None
    if not head.strip():
        raise ConfigError(f"the reference file {path.name} is empty")
    if head.startswith(_PARQUET):
        return _parquet_source(path)
    return _csv_source(path, head, delimiter, encoding)


def _parquet_source(path: Path) -> ReferenceSource:
    try:
        with pq.ParquetFile(path) as file:
            return ReferenceSource(path, tuple(file.schema_arrow.names), file.metadata.num_rows)
    except pa.ArrowException:
        raise ConfigError(f"{path.name} begins like Parquet but is not whole; copy it again") from None


def _csv_source(path: Path, head: bytes, delimiter: str, encoding: str) -> ReferenceSource:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(f"{path.name} is UTF-16; save it as UTF-8 CSV")
    if b"\0" in head:
        raise ConfigError(f"{path.name} {_NUL}")
    first, newline, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")
    if not newline and len(head) == _HEAD_BYTES:
        raise ConfigError(f"the first line of {path.name} is longer than {_HEAD_BYTES} bytes, so it is no header")
    try:
        header = first.decode(encoding).strip("\r")
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} is not {encoding}; {_ENCODING_HINT}") from None
    except LookupError:
        raise ConfigError(f"reference file: there is no encoding {encoding}; {_ENCODING_HINT}") from None
    delimiter = delimiter or max(",\t;|", key=header.count)
    columns = tuple(next(csv.reader([header], delimiter=delimiter)))
    if repeated := next((name for name in columns if columns.count(name) > 1), None):
        raise ConfigError(f"{path.name} has {columns.count(repeated)} columns of one name; rename all but one")
    return ReferenceSource(path, columns, None, delimiter, encoding)


_NUL = "has NUL bytes in its text; write it again as UTF-8 CSV or as Parquet"
_ENCODING_HINT = "save it as UTF-8, or name its encoding with the option encoding, for example cp1252"


def text_bytes(column: pa.Array) -> bytes:
    """The UTF-8 bytes of a text column, cell after cell."""
    _, offsets, text = column.buffers()
    if text is None or not len(column):
        return b""
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return bytes(memoryview(text)[int(ends[0]) : int(ends[-1])])


def _as_text(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column, "") if column.null_count else column


def _reason(arrow: str) -> str:
    """Plain words for Arrow's message, which may quote the file and is not repeated."""
    if "cast" in arrow:
        return "a column holds lists or structures; write one plain value per cell"
    if "UTF8" in arrow or "UTF-8" in arrow or "utf" in arrow:
        return f"some text is not in the stated encoding; {_ENCODING_HINT}"
    if "straddling" in arrow:
        return f"a line is longer than {_BLOCK_BYTES >> 20} MB; a quote may be left open"
    return "it cannot be read to the end; it may be cut off: copy it again"
