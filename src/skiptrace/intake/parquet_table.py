"""Parquet, read a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from skiptrace.errors import BadInput
from skiptrace.intake.cell import cell_text
from skiptrace.intake.table import Row

_ROWS_AT_ONCE = 2048


class ParquetTable:
    """A Parquet file; the first row has the number 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with pq.ParquetFile(path) as file:
                self.header: tuple[str, ...] = tuple(file.schema_arrow.names)
        except (pa.ArrowException, OSError):
            raise self._broken() from None

    def rows(self) -> Iterator[Row]:
        number = 0
        try:
            with pq.ParquetFile(self._path) as file:
                for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                    columns = [[cell_text(value) for value in column.to_pylist()] for column in batch.columns]
                    for cells in zip(*columns, strict=True):
                        number += 1
                        yield Row(number, cells, "contains a NUL byte; remove it" if "\0" in "".join(cells) else "")
        except (pa.ArrowException, OSError):
            raise self._broken() from None

    def _broken(self) -> BadInput:
        return BadInput(self._path.name, "begins like Parquet and cannot be read as such; write it again")
