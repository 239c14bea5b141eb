"""Model values as bytes and back: JSON with the fields by name, in an envelope ``[format, value]``.

Written by orjson, which knows dataclasses and enums; read by pydantic, which checks every type on the way. A field that
was added to the model with a default reads as that default from older rows. Any other change needs a new format.
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Literal, TypeVar, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from skiptrace.errors import BadInput, StoreError

FORMAT = 1

MOST_BYTES = 64 * 1024 * 1024
"""No stored value inflates to more than this."""

# Enums are keys of some mappings; orjson would round the offsets of historical time zones to minutes.
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME

T = TypeVar("T")


def encode(value: object) -> bytes:
    """Raises BadInput for what JSON cannot hold: lone surrogates, numbers of more than 64 bits."""
    try:
        return orjson.dumps((FORMAT, value), default=_plain, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        if error.__cause__ is not None:
            raise error.__cause__ from None
        raise BadInput("value", "holds text that is not Unicode or a number of more than 64 bits") from None


def decode(kind: type[T], data: bytes | str) -> T:
    """Read back what ``encode`` wrote. Raises StoreError when this version cannot read it."""
    try:
        return cast("T", _reader(cast("Hashable", kind)).validate_json(data)[1])
    except ValidationError:
        # pydantic's message would repeat the value, which may be a person's
        raise StoreError(f"a stored {_title(kind)} cannot be read by this version: install the newer one") from None


def pack(value: object) -> bytes:
    """``encode``, compressed: a trace repeats the same rules and sentences over and over."""
    return zlib.compress(encode(value), level=1)


def unpack(kind: type[T], data: bytes) -> T:
    """Read back what ``pack`` wrote. Raises StoreError when this version cannot read it, or it is no such value."""
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(data, MOST_BYTES)
    except zlib.error:
        raise StoreError(f"a stored {_title(kind)} is damaged: restore it from a backup") from None
    if not inflate.eof:
        raise StoreError(f"a stored {_title(kind)} is damaged or too large: restore it from a backup")
    return decode(kind, plain)


@cache
def _reader(kind: Hashable) -> TypeAdapter[tuple[int, object]]:
    return TypeAdapter(tuple[Literal[1], kind])  # type: ignore[valid-type]


def _title(kind: object) -> str:
    return getattr(kind, "__name__", "value")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"no stored form for {type(value).__name__}")
