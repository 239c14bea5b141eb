"""Which column of a placement file means what: the usual names, and an explicit mapping that overrules them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from skiptrace.errors import BadInput
from skiptrace.intake.vocabulary import USUAL_COLUMNS
from skiptrace.model import AccountFact

_MANY = frozenset({"phone", "email", "alias"})
_NAMES = {fact.value: () for fact in AccountFact} | dict(USUAL_COLUMNS)
_FIELD_OF = {name: f for f, names in _NAMES.items() for name in (f, *names)}
_NEEDED = (
    ("account_id", "the number that the collection platform knows the account by"),
    ("balance", "the amount owed in US dollars"),
    ("account_state", "open, closed, ceased, ...; `--set account_state=open` states it for the whole file"),
)

FIELDS = tuple(sorted(_NAMES))
"""Every field that an account may have."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the user says of the columns: names of columns by field, and values that hold for every row."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, pairs: Iterable[str] = (), constants: Iterable[str] = (), file: Path | None = None) -> ColumnMapping:
        """From ``FIELD=COLUMN`` and ``FIELD=VALUE`` texts, which overrule a TOML file of the same two tables.

        A usual column name may stand for its field (``last_name`` for ``last``). Raises BadInput.
        """
        columns, fixed = _read_toml(file) if file else ({}, {})
        for name, column in _pairs("map", pairs):
            columns[name] = (column,)
        fixed.update(_pairs("set", constants))
        return cls(columns, fixed)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in a row (several places for phones and e-mails), and which columns mean nothing here."""

    places: Mapping[str, tuple[int, ...]]
    constants: Mapping[str, str] = field(repr=False)
    ignored: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        return name in self.places or name in self.constants


def resolve(header: Sequence[str], mapping: ColumnMapping | None = None) -> Columns:
    """The columns of a file. Raises BadInput when one that is needed is missing, or the mapping names one in vain."""
    mapping = mapping or ColumnMapping()
    columns = locate(header, mapping)
    if not columns.places:
        raise BadInput("header", "names no column that is known here; give the file a header line, or map columns")
    _require(columns.places, mapping.constants)
    return columns


def locate(header: Sequence[str], mapping: ColumnMapping | None = None) -> Columns:
    """Find each field's column, by the mapping first and by the usual names for the rest. Raises BadInput."""
    mapping = mapping or ColumnMapping()
    places = {name: _explicit(name, columns, header) for name, columns in mapping.columns.items()}
    taken = {place for found in places.values() for place in found} | _usual(header, mapping, places)
    return Columns(places, mapping.constants, tuple(name for i, name in enumerate(header) if i not in taken))


def _usual(header: Sequence[str], mapping: ColumnMapping, places: dict[str, tuple[int, ...]]) -> set[int]:
    """Add the columns that go by a usual name to ``places``; explicit fields and columns are left alone."""
    taken = {place for found in places.values() for place in found}
    added: set[int] = set()
    for place, column in enumerate(header):
        name = _FIELD_OF.get(_plain(column))
        if name is None or place in taken or name in mapping.columns or name in mapping.constants:
            continue
        if name in places and name not in _MANY:
            first = header[places[name][0]]
            raise BadInput(name, f'both "{first}" and "{column}" look like it; choose one with --map {name}=COLUMN')
        places[name] = (*places.get(name, ()), place)
        added.add(place)
    return added


def _explicit(name: str, columns: Sequence[str], header: Sequence[str]) -> tuple[int, ...]:
    if len(columns) > 1 and name not in _MANY:
        raise BadInput(name, "takes one column, not several")
    return tuple(_find(name, column, header) for column in columns)


def _find(name: str, column: str, header: Sequence[str]) -> int:
    if column in header:
        return header.index(column)
    close = [i for i, candidate in enumerate(header) if _plain(candidate) == _plain(column)]
    if len(close) == 1:
        return close[0]
    known = [candidate for candidate in header if _plain(candidate) in _FIELD_OF]
    # Names are repeated only when the line is plainly a header: a file without one begins with a person.
    names = f"; it has {', '.join(header)}" if len(known) >= 2 and len(header) <= 100 else ""
    raise BadInput(name, f'the file has no column "{column}" to map it to{names}')


def _require(places: Mapping[str, object], constants: Mapping[str, str]) -> None:
    for name, meaning in _NEEDED:
        if name not in places and name not in constants:
            raise BadInput(name, f"no column holds it ({meaning}); name one with --map {name}=COLUMN")
    if "last" not in places and "name" not in places:
        raise BadInput("last", "no column holds the surname; name one with --map last=COLUMN (or --map name=COLUMN)")


def _read_toml(path: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not TOML"
        raise BadInput(path.name, f'{reason}; write a [columns] table with lines like last = "Surname"') from None
    if unknown := sorted(data.keys() - {"columns", "constants"}):
        raise BadInput(path.name, f"unknown table {', '.join(unknown)}; only [columns] and [constants] are read")
    columns = {
        _field(name): tuple(value) if isinstance(value, list) else (str(value),)
        for name, value in data.get("columns", {}).items()
    }
    return columns, {_field(name): str(value) for name, value in data.get("constants", {}).items()}


def _pairs(option: str, texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not value.strip():
            raise BadInput(f"--{option}", "is written FIELD=" + ("COLUMN" if option == "map" else "VALUE"))
        yield _field(name), value.strip()


def _field(name: str) -> str:
    known = _FIELD_OF.get(_plain(name))
    if known is None:
        raise BadInput(_plain(name), f"is not a field; the fields are {', '.join(FIELDS)}")
    return known


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
