"""``skiptrace match``: candidate records scored against subjects, file to file, in bounded memory."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from skiptrace.errors import BadInput
from skiptrace.matching.columns import Floats
from skiptrace.matching.evidence import PARTIES, parties_of
from skiptrace.matching.identity import Candidates
from skiptrace.matching.scoring import score
from skiptrace.matching.tables_in import (
    RECORD_COLUMNS,
    SUBJECT_COLUMNS,
    TEXT_COLUMNS,
    TEXTS,
    candidates_of,
    columns_to_read,
    rename_columns,
    subject_of,
    without_content,
)
from skiptrace.matching.unread import Unread, all_of, unread_in
from skiptrace.matching.weights import Parameters, shipped_parameters

ROWS_AT_ONCE = 1_000_000
"""Records scored together; about 700 MB. Larger files are split by account on disk first."""
_ROWS_PER_BATCH = 262_144
_BYTES_PER_ROW = 120
_MOST_PARTS = 500

_BLOCK = 32_768
T = TypeVar("T")

Progress = Callable[[int, int | None], None]
"""Told how many records are scored, and of how many (None while that is not known)."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What was done: subjects and records read, rows written, and what of them could not be read."""

    subjects: int
    records: int
    unread: tuple[Unread, ...] = ()


def match_files(
    subjects_path: Path | str,
    records_path: Path | str,
    out_path: Path | str,
    *,
    explain: bool = False,
    as_of: date | None = None,
    progress: Progress | None = None,
    parameters: Parameters | None = None,
    rows_at_once: int = ROWS_AT_ONCE,
) -> Matched:
    """Score every record against the subject of its account and write one row per record.

    Files are CSV or Parquet by their ending. Written are account_id, rec_id, p_same, p_address, p_phone and party, and
    with ``explain`` the reasons as JSON pairs of feature and bits. Rows keep the order of the records when there are
    fewer than a million, and are in the order of the subjects otherwise. ``as_of`` is needed when the subjects have no
    column of that name. A value that cannot be read counts as not stated and is told in the result. Raises BadInput
    that names the file and what is wrong with it; nothing is written then.
    """
    subjects = _read_subjects(Path(subjects_path), as_of)
    source = _Source(Path(records_path))
    parameters = parameters or shipped_parameters()
    target = Path(out_path)
    done = 0

    def scored(records: int) -> None:
        nonlocal done
        done += records
        if progress:
            progress(done, source.rows)

    unread = list(unread_in(subjects, "subjects", "account_id"))
    with _Sink(target) as sink, ThreadPoolExecutor(1) as beside:
        for chosen, records in _parts(subjects, source, rows_at_once):
            looking = beside.submit(list, unread_in(records, "records", "rec_id"))
            sink.write(match_tables(chosen, records, parameters, explain=explain, scored=scored))
            unread += looking.result()
    return Matched(len(subjects), done, all_of(unread))


def match_tables(
    subjects: pa.Table,
    records: pa.Table,
    parameters: Parameters,
    *,
    explain: bool = False,
    scored: Callable[[int], None] = lambda records: None,
) -> pa.Table:
    """Score tables that are in memory; the rows keep the order of ``records``. Times count from each ``as_of``.

    ``scored`` is told how many more records are, some thousand at a time.
    """
    candidates, order = candidates_of(subjects, records)
    blocks = []
    for block in in_blocks(candidates, lambda block: _scores(block, parameters, explain=explain)):
        blocks.append(block)
        scored(len(block))
    scores = pa.concat_tables(blocks)
    if (order[1:] < order[:-1]).any():
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        scores = scores.take(pa.array(back))
    names, columns = scores.column_names, scores.columns
    return pa.table([records["account_id"], records["rec_id"], *columns], ["account_id", "rec_id", *names])


def in_blocks(candidates: Candidates, judge: Callable[[Candidates], T]) -> Iterator[T]:
    """What ``judge`` makes of each of the blocks, which all cores work at: most of it is outside the interpreter."""
    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        yield from pool.map(judge, _blocks(candidates, cores))


def _blocks(candidates: Candidates, cores: int) -> Iterator[Candidates]:
    """Whole accounts, so many at once that what is worked out for their pairs stays in the processor's cache, and as
    many blocks for each core."""
    starts, rows = candidates.starts, len(candidates.rows)
    if not rows:
        yield candidates
    count = cores * -(-rows // (cores * _BLOCK))
    cuts = np.searchsorted(starts, np.arange(1, count) * rows // count)
    for first, last in itertools.pairwise(np.unique([0, *cuts, len(starts) - 1]).tolist()):
        here = slice(starts[first], starts[last])
        within = starts[first : last + 1] - starts[first]
        yield Candidates(candidates.people, candidates.rows[here], candidates.subjects[here], within)


def _scores(candidates: Candidates, parameters: Parameters, *, explain: bool) -> pa.Table:
    scores = score(candidates, parameters)
    parties = pa.DictionaryArray.from_arrays(parties_of(scores.identity), [party.value for party in PARTIES])
    columns = {
        "p_same": scores.p_same,
        "p_address": scores.p_address,
        "p_phone": scores.p_phone,
        "party": parties,
    }
    if explain:
        columns["reasons"] = pa.array(_reasons(scores.identity.parts), pa.string())
    return pa.table(columns)


def _reasons(parts: Mapping[str, Floats]) -> Iterator[str]:
    names = list(parts)
    for row in zip(*(column.round(2).tolist() for column in parts.values()), strict=True):
        yield orjson.dumps([[name, bits] for name, bits in zip(names, row, strict=True) if bits]).decode()


def _read_subjects(path: Path, as_of: date | None) -> pa.Table:
    table = _Source(path).whole()
    table = table.rename_columns(rename_columns(table.column_names, SUBJECT_COLUMNS, str(path.name)))
    if "as_of" not in table.column_names:
        if as_of is None:
            raise BadInput(path.name, "column as_of is missing; add it (a year or a date) or say as of which day")
        table = table.append_column("as_of", pa.repeat(str(as_of), len(table)))
    return table


def _parts(subjects: pa.Table, source: _Source, rows_at_once: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Subjects with all of their records, so many at once as fit into memory."""
    count = min(_MOST_PARTS, 1 + source.estimated_rows() // rows_at_once)
    if count == 1:
        yield subjects, _renamed(source.whole(), source)
        return
    with tempfile.TemporaryDirectory(prefix="skiptrace-match-") as folder:
        files = _split(subjects, source, count, Path(folder))
        width = -(-len(subjects) // count)
        for number, file in enumerate(files):
            with pa.ipc.open_file(str(file)) as part:
                yield subjects.slice(number * width, width), part.read_all()
            file.unlink()


def _split(subjects: pa.Table, source: _Source, count: int, folder: Path) -> list[Path]:
    """Write the records of each range of subjects to a file of its own."""
    width = -(-len(subjects) // count)
    files = [folder / f"{number:04}.arrow" for number in range(count)]
    ids = subjects["account_id"].combine_chunks()
    with ExitStack() as stack:
        writers: list[pa.RecordBatchFileWriter] = []
        for batch in source.batches():
            table = _renamed(pa.Table.from_batches([batch]), source)
            if not writers:
                writers = [stack.enter_context(pa.ipc.new_file(str(file), table.schema)) for file in files]
            part = subject_of(table, ids) // width
            order = np.argsort(part, kind="stable")
            table = table.take(pa.array(order))
            starts = np.searchsorted(part[order], np.arange(count + 1))
            for writer, (start, end) in zip(writers, itertools.pairwise(starts.tolist()), strict=True):
                writer.write_table(table.slice(start, end - start))
    return files


def _renamed(table: pa.Table, source: _Source) -> pa.Table:
    return table.rename_columns(rename_columns(table.column_names, RECORD_COLUMNS, source.path.name))


class _Source:
    """A CSV or Parquet file, read in batches, known columns only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise BadInput(path.name, "is not a file")
        self.is_parquet = path.suffix.lower() in (".parquet", ".pq")
        if not self.is_parquet and path.suffix.lower() not in (".csv", ".txt"):
            raise BadInput(path.name, "must end in .csv or .parquet")
        self.rows: int | None = None

    def estimated_rows(self) -> int:
        """Rows of the file: exact for Parquet, by its size for CSV."""
        if self.is_parquet:
            self.rows = pq.ParquetFile(self.path).metadata.num_rows
            return self.rows
        return self.path.stat().st_size // _BYTES_PER_ROW

    def whole(self) -> pa.Table:
        """All rows; each distinct text once, as Parquet holds them."""
        with self._refusing():
            if not self.is_parquet:
                return pa.Table.from_batches(self._csv(TEXTS))
            names = columns_to_read(pq.read_schema(self.path).names)
            return pq.ParquetFile(self.path, read_dictionary=[*TEXT_COLUMNS.intersection(names)]).read(names)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Some rows at a time, texts as they are: a part of the rows would hold the distinct ones of all."""
        with self._refusing():
            if not self.is_parquet:
                yield from self._csv(pa.string())
                return
            file = pq.ParquetFile(self.path)
            yield from file.iter_batches(_ROWS_PER_BATCH, columns=columns_to_read(file.schema_arrow.names))

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except pa.ArrowInvalid as problem:
            raise BadInput(
                self.path.name, f"cannot be read as {self.path.suffix[1:]}: {without_content(problem)}"
            ) from None

    def _csv(self, texts: pa.DataType) -> Iterator[pa.RecordBatch]:
        with self.path.open("rb") as file:
            header = file.readline(1 << 20).decode("utf-8-sig", "replace").strip()
        names = [name.strip().strip('"') for name in header.split(",")]
        options = pacsv.ConvertOptions(
            column_types={name: texts if name in TEXT_COLUMNS else pa.string() for name in names},
            include_columns=columns_to_read(names),
            strings_can_be_null=False,
        )
        with pacsv.open_csv(self.path, convert_options=options) as reader:
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from reader


class _Sink:
    """The results, written beside the target and moved there when all is done."""

    def __init__(self, target: Path) -> None:
        if target.suffix.lower() not in (".csv", ".parquet", ".pq"):
            raise BadInput(target.name, "must end in .csv or .parquet")
        self._target = target
        self._draft = target.with_name(f".{target.name}.{os.getpid()}")
        self._writer: pq.ParquetWriter | pacsv.CSVWriter | None = None

    def __enter__(self) -> _Sink:
        return self

    def write(self, table: pa.Table) -> None:
        if self._writer is None:
            is_csv = self._target.suffix.lower() == ".csv"
            self._writer = pacsv.CSVWriter(self._draft, table.schema) if is_csv else self._parquet(table.schema)
        self._writer.write_table(table)

    def _parquet(self, schema: pa.Schema) -> pq.ParquetWriter:
        # Probabilities do not repeat: to look for repetitions would take half of the time of writing.
        # Without the schema of Arrow the parties are read as texts again.
        return pq.ParquetWriter(self._draft, schema, use_dictionary=["account_id", "party"], store_schema=False)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self._writer is not None:
            self._writer.close()
        if kind is None:
            self._draft.replace(self._target)
        else:
            self._draft.unlink(missing_ok=True)
