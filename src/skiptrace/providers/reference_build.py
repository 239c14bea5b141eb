"""Building the index of a reference file: one pass over the file, then one sort per kind of key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skiptrace.errors import ConfigError
from skiptrace.providers import reference_keys as keys
from skiptrace.providers.reference_keys import KINDS, Facet, Signatures
from skiptrace.providers.reference_reader import ReferenceSource, text_bytes
from skiptrace.providers.reference_sealed import SealedWriter, Secret
from skiptrace.providers.reference_values import full_name

SIGNATURES, ROW_TEXTS, ROW_ENDS = "signatures.u32", "rows.sealed", "row_ends.u64"
KEYS, KEY_ENDS, KEY_ROWS = "keys.u64", "key_ends.u32", "key_rows.u32"

_ESCAPED = bytes(range(0x20)) + b'"\\'
"""What JSON does not allow in a string as it is (RFC 8259, section 7)."""

Progress = Callable[[int, int | None], None]
"""Told the rows read so far and, when it is known, how many there are."""


@dataclass(slots=True)
class Built:
    """What went into an index."""

    rows: int = 0
    without_id: int = 0
    broken_lines: int = 0
    ids: list[NDArray[np.uint64]] = field(default_factory=list)


def write_index(
    source: ReferenceSource,
    columns: Mapping[str, str],
    folder: Path,
    secret: Secret,
    progress: Progress | None = None,
) -> Built:
    """Write the index files of ``source`` into ``folder``, sealed with ``secret``, which has sealed nothing before.

    Raises ConfigError when record ids are not unique.
    """
    built = Built()
    with (
        (folder / SIGNATURES).open("wb") as signatures,
        (folder / ROW_TEXTS).open("wb") as sealed,
        SealedWriter(sealed, secret) as texts,
        (folder / ROW_ENDS).open("wb") as ends,
    ):
        written = 0
        for batch in source.batches(list(columns.values())):
            kept = _with_id(batch.rename_columns(list(columns)), built)
            secret.masked(signatures_of(kept)).tofile(signatures)
            written = _write_texts(kept, texts, ends, written)
            built.rows += kept.num_rows
            if progress is not None:
                progress(built.rows, source.rows)
    built.broken_lines = source.tally.broken_lines
    _check_unique(built, columns["record_id"])
    if not built.rows:
        raise ConfigError(f"{source.path.name} has no rows with a record id below its header")
    _write_keys(np.memmap(folder / SIGNATURES, np.uint32, "r").reshape(-1, len(Facet)), folder)
    return built


def signatures_of(batch: pa.RecordBatch) -> Signatures:
    """One signature per row; columns are named by field."""
    signatures = np.zeros((batch.num_rows, len(Facet)), dtype=np.uint32)
    has = set(batch.schema.names)

    def put(first: Facet, column: pa.Array, read: Callable[[str], Sequence[int]]) -> None:
        found = _per_value(column, read)
        part = signatures[:, first : first + found.shape[1]]
        np.copyto(part, found, where=found != 0)

    if "last" in has:
        put(Facet.LAST, batch.column("last"), keys.name_facets)
    if "first" in has:
        put(Facet.FIRST, batch.column("first"), keys.name_facets)
    if "name" in has:
        _fill_from_full_name(signatures, batch.column("name"))
    if "birth_date" in has:
        put(Facet.BIRTH, batch.column("birth_date"), keys.birth_facets)
    for column in ("ssn", "ssn4"):
        if column in has:
            put(Facet.SSN4, batch.column(column), keys.ssn4_facets)
    if "zip" in has:
        put(Facet.ZIP, batch.column("zip"), keys.zip_facets)
    if "phone" in has:
        put(Facet.PHONE, batch.column("phone"), keys.phone_facets)
    put(Facet.HOUSE, delivery_lines(batch), keys.place_facets)
    return signatures


def delivery_lines(batch: pa.RecordBatch) -> pa.Array:
    """House number and street, the P.O. box or the address line, whichever a row has."""
    empty = pa.array([""] * batch.num_rows)
    house, street, box, address = (
        batch.column(name) if name in batch.schema.names else empty for name in ("house", "street", "po_box", "address")
    )
    parts = pc.binary_join_element_wise(house, street, " ")
    boxes = pc.binary_join_element_wise(pa.scalar("PO BOX"), box, " ")
    return pc.if_else(pc.not_equal(street, ""), parts, pc.if_else(pc.not_equal(box, ""), boxes, address))


def _per_value(column: pa.Array, read: Callable[[str], Sequence[int]]) -> NDArray[np.uint32]:
    """``read`` of every cell, called once for each different value. Shape (rows, facets)."""
    coded = pc.dictionary_encode(column)
    found = np.array([read(value) for value in coded.dictionary.to_pylist()], dtype=np.uint32)
    return found[coded.indices.to_numpy(zero_copy_only=False)] if len(found) else np.zeros((0, 1), np.uint32)


def _fill_from_full_name(signatures: Signatures, column: pa.Array) -> None:
    def read(value: str) -> Sequence[int]:
        name = full_name(value)
        return (*keys.name_facets(name.last), *keys.name_facets(name.first))

    found = _per_value(column, read)
    part = signatures[:, Facet.LAST : Facet.FIRST_SOUND + 1]
    np.copyto(part, found, where=part == 0)


def _with_id(batch: pa.RecordBatch, built: Built) -> pa.RecordBatch:
    """The rows that have a record id; the hashes of the ids are kept to see whether they repeat."""
    ids = pc.utf8_trim_whitespace(batch.column("record_id"))
    named = pc.not_equal(ids, "")
    kept = batch.filter(named)
    built.without_id += batch.num_rows - kept.num_rows
    hashes = (hash(value) for value in ids.filter(named).to_pylist())
    built.ids.append(np.fromiter(hashes, np.int64, kept.num_rows).view(np.uint64))
    return kept


def _check_unique(built: Built, column: str) -> None:
    ids = np.concatenate(built.ids) if built.ids else np.zeros(0, np.uint64)
    built.ids.clear()
    ids.sort()
    if repeated := int(np.count_nonzero(ids[1:] == ids[:-1])):
        raise ConfigError(
            f"reference file: the column {column} repeats a record id in {repeated} rows; every row needs its own. "
            "Name another column with the option column_record_id"
        )


def _write_texts(batch: pa.RecordBatch, texts: SealedWriter, ends: BinaryIO, written: int) -> int:
    """Append each row as a JSON array of its texts; returns the bytes written so far."""
    if not batch.num_rows:
        return written
    cells = pc.binary_join_element_wise(*(_escaped(column) for column in batch.columns), '","')
    rows = pc.binary_join_element_wise('["', cells, '"]', "")
    texts.write(text_bytes(rows))
    sizes = pc.binary_length(rows).to_numpy(zero_copy_only=False)
    row_ends = np.cumsum(sizes, dtype=np.uint64) + np.uint64(written)
    row_ends.tofile(ends)
    return int(row_ends[-1])


def _escaped(column: pa.Array) -> pa.Array:
    """The cells as they stand between the quotes of JSON; nearly always the very same."""
    text = text_bytes(column)
    plain = len(text.translate(None, _ESCAPED)) == len(text)
    return (
        column if plain else pa.array([orjson.dumps(cell)[1:-1].decode() for cell in column.to_pylist()], pa.string())
    )


def _write_keys(signatures: Signatures, folder: Path) -> None:
    """Each different key once, in rising order, with where its rows end."""
    with (
        (folder / KEYS).open("wb") as different,
        (folder / KEY_ENDS).open("wb") as ends,
        (folder / KEY_ROWS).open("wb") as rows,
    ):
        written = 0
        for kind in range(len(KINDS)):
            found = keys.keys_of(signatures, np.array([kind]))[:, 0]
            order = np.argsort(found).astype(np.uint32)
            found = found[order]
            known = int(np.searchsorted(found, 1))
            found, order = found[known:], order[known:]
            last_of_key = np.flatnonzero(np.append(found[1:] != found[:-1], True)[: len(found)])
            found[last_of_key].tofile(different)
            (last_of_key + (written + 1)).astype(np.uint32).tofile(ends)
            order.tofile(rows)
            written += len(order)
