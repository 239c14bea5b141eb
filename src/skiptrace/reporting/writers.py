"""Result files, written in a stream: JSON lines per account, CSV and Parquet per contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import orjson

from skiptrace.reporting.cells import CsvRows
from skiptrace.reporting.files import new_file
from skiptrace.reporting.results import JsonObject

_ROWS_AT_ONCE = 4096

CONTACT_COLUMNS: Sequence[tuple[str, type]] = (
    ("account_id", str),
    ("rank", int),
    ("kind", str),
    ("value", str),
    ("probability", float),
    ("status", str),
    ("party", str),
    ("on_account", bool),
    ("furnishable", bool),
    ("line_type", str),
    ("first_seen", str),
    ("last_seen", str),
    ("channels", str),
    ("window", str),
    ("providers", str),
    ("cost", float),
    ("stop_reason", str),
    ("trace_id", str),
    ("contact_id", str),
)


class ResultWriter(Protocol):
    """Takes the accounts one by one. ``finish`` writes what is still held back."""

    def add(self, account: JsonObject) -> None: ...

    def finish(self) -> None: ...


@contextmanager
def result_files(folder: Path) -> Iterator[ResultWriter]:
    """``results.jsonl``, ``results.csv`` and ``results.parquet``, which appear together at the end or not at all."""
    with ExitStack() as files:
        jsonl, table, parquet = (
            files.enter_context(new_file(folder / f"results.{kind}")) for kind in ("jsonl", "csv", "parquet")
        )
        writers = _All([_Jsonl(jsonl), _Csv(table), _Parquet(parquet, files)])
        yield writers
        writers.finish()


def contact_rows(account: JsonObject) -> list[JsonObject]:
    """The account as table rows, one per contact; one with empty cells when nothing was found."""
    shared = {name: account[name] for name in ("account_id", "cost", "stop_reason", "trace_id")}
    return [{**_contact_row(contact), **shared} for contact in account["contacts"]] or [shared]


def _contact_row(contact: JsonObject) -> JsonObject:
    grants = contact["grants"]
    windows = {f"{g['opens']}-{g['closes']} {'+'.join(g['zones'])}".strip() for g in grants if g["opens"]}
    return {
        **contact,
        "channels": ";".join(grant["channel"] for grant in grants),
        "window": ";".join(sorted(windows)),
        "providers": ";".join(sorted({ground["provider"] for ground in contact["evidence"]})),
    }


def _csv_cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class _All:
    def __init__(self, writers: Sequence[ResultWriter]) -> None:
        self._writers = writers

    def add(self, account: JsonObject) -> None:
        for writer in self._writers:
            writer.add(account)

    def finish(self) -> None:
        for writer in self._writers:
            writer.finish()


class _Jsonl:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def add(self, account: JsonObject) -> None:
        self._stream.write(orjson.dumps(account, option=orjson.OPT_APPEND_NEWLINE))

    def finish(self) -> None:
        self._stream.flush()


class _Csv:
    def __init__(self, stream: BinaryIO) -> None:
        self._rows = CsvRows(stream)
        self._rows.add(name for name, _ in CONTACT_COLUMNS)

    def add(self, account: JsonObject) -> None:
        for row in contact_rows(account):
            self._rows.add(_csv_cell(row.get(name, "")) for name, _ in CONTACT_COLUMNS)

    def finish(self) -> None:
        """Nothing is held back."""


class _Parquet:
    def __init__(self, stream: BinaryIO, files: ExitStack) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {str: pa.string(), int: pa.int32(), float: pa.float64(), bool: pa.bool_()}
        self._schema = pa.schema([(name, kinds[kind]) for name, kind in CONTACT_COLUMNS])
        self._batch = pa.RecordBatch
        self._writer = files.enter_context(pq.ParquetWriter(stream, self._schema))
        self._rows: list[JsonObject] = []

    def add(self, account: JsonObject) -> None:
        self._rows += contact_rows(account)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._write()

    def finish(self) -> None:
        self._write()

    def _write(self) -> None:
        self._writer.write_batch(self._batch.from_pylist(self._rows, schema=self._schema))
        self._rows = []
