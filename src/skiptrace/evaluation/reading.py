"""Tables of pairs, CSV or Parquet, with the types that they are meant to have."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from skiptrace.errors import BadInput
from skiptrace.matching.tables_in import TEXT_COLUMNS, without_content

KEYS = ("account_id", "rec_id")

_TYPES = (
    dict.fromkeys((*KEYS, *TEXT_COLUMNS), pa.string())
    | dict.fromkeys(("p_same", "p_address", "p_phone"), pa.float64())
    | dict.fromkeys(("y_same", "y_addr", "y_phone"), pa.bool_())
)
"""A CSV file does not say that an SSN, a ZIP code or an id is no number: 0920 is not 920."""


def read_named(folder: Path, name: str, needed: tuple[str, ...]) -> pa.Table:
    """The CSV or Parquet file of that name. Raises BadInput when it or a column is missing."""
    for ending in (".parquet", ".csv"):
        path = folder / f"{name}{ending}"
        if path.is_file():
            return read_file(path, needed)
    raise BadInput(str(folder.name), f"holds neither {name}.parquet nor {name}.csv")


def read_file(path: Path, needed: tuple[str, ...]) -> pa.Table:
    """A CSV or Parquet file; ids are texts. Raises BadInput when a column is missing or cannot be read."""
    if not path.is_file():
        raise BadInput(path.name, "is not a file")
    table = _read_csv(path) if path.suffix.lower() == ".csv" else pq.read_table(path)
    missing = [column for column in needed if column not in table.column_names]
    if missing:
        raise BadInput(path.name, f"column {', '.join(missing)} is missing")
    for key in KEYS:
        if key in table.column_names:
            table = table.set_column(table.column_names.index(key), key, table[key].cast(pa.string()))
    return table


def _read_csv(path: Path) -> pa.Table:
    options = pacsv.ConvertOptions(column_types=_TYPES, strings_can_be_null=False)
    try:
        return pacsv.read_csv(path, convert_options=options)
    except pa.ArrowInvalid as problem:
        raise BadInput(path.name, _said_without_value(problem)) from None


def _said_without_value(problem: pa.ArrowInvalid) -> str:
    """Arrow's complaint without the value, which may name a person."""
    found = re.match(r"In CSV column #(\d+): CSV conversion error to (\w+)", str(problem))
    if found:
        wanted = "true or false" if found[2] == "bool" else "a number"
        return f"column {int(found[1]) + 1} holds a value that is not {wanted}"
    return f"cannot be read as CSV: {without_content(problem)}"
