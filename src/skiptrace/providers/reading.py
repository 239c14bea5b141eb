"""Reading vendors' JSON: one careful parser and the field types that their replies are described with.

A reply is described by pydantic models whose fields are all optional unless the vendor confirms them. A value of the
wrong kind is BrokenReply, never a miss. Messages name fields, never values.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar, cast

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from skiptrace.errors import BrokenReply
from skiptrace.model import Address, Fact, PartialDate, Reply
from skiptrace.providers.http import CUT

MAX_ITEMS = 500
"""No vendor reports more addresses, phones or people for one question; a longer list is not an answer."""

T = TypeVar("T")

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_CHARSETS = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig", "us-ascii": "ascii", "ascii": "ascii"} | {
    "utf-16": "utf-16",
    "iso-8859-1": "cp1252",  # as WHATWG reads the label
    "latin-1": "cp1252",
    "windows-1252": "cp1252",
}
_YES_NO = {"y": Fact.YES, "yes": Fact.YES, "true": Fact.YES, "n": Fact.NO, "no": Fact.NO, "false": Fact.NO}
_NUMERIC_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?")
_US_DATE = re.compile(r"(?:(\d{1,2}|[Xx*]{1,2})/)?(?:(\d{1,2}|[Xx*]{1,2})/)?(\d{4})(?: .*)?")


class WireModel(BaseModel):
    """One object of a vendor's reply. Unknown keys are ignored: vendors add them without notice."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class CamelModel(WireModel):
    """For vendors who write ``firstName`` where Python writes ``first_name``."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)


def _text(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _items(value: object) -> object:
    return () if value is None else value


def _yes_no(value: object) -> object:
    if isinstance(value, str):
        return _YES_NO.get(value.strip().lower(), Fact.UNKNOWN)
    if isinstance(value, bool | int):
        return Fact.YES if value else Fact.NO
    return Fact.UNKNOWN if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
"""A string; numbers become text, null becomes empty."""
Items = Annotated[tuple[T, ...], BeforeValidator(_items), Field(max_length=MAX_ITEMS)]
"""A list; null becomes empty."""
FullList = Annotated[tuple[T, ...], Field(max_length=MAX_ITEMS)]
"""A list that must be one: where an empty list means "nothing found", null means nothing."""
YesNo = Annotated[Fact, BeforeValidator(_yes_no)]
"""true/false, 1/0, Y/N; null, empty and other words are unknown."""


def read_json(provider: str, reply: Reply, model: type[T]) -> T:
    """The reply's body as ``model``, a pydantic model or a type such as ``list[Candidate]``. Raises BrokenReply."""
    if CUT in reply.headers:
        raise BrokenReply(provider, reply.headers[CUT])
    value = _parsed(provider, reply)
    try:
        read: T = _adapter(cast(Hashable, model)).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole body"
        raise BrokenReply(provider, f"the reply is not what the vendor promises: {where} ({first['type']})") from None
    return read


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _parsed(provider: str, reply: Reply) -> object:
    """orjson refuses what would fail later on: NaN, lone surrogates, endless nesting."""
    try:
        value: object = orjson.loads(_utf8(reply))
    except (ValueError, RecursionError):  # LookupError of an unknown charset is a ValueError by then
        raise BrokenReply(provider, "the reply is not JSON") from None
    return _without_nul(value) if b"\\u0000" in reply.body else value


def _utf8(reply: Reply) -> bytes | str:
    named = _CHARSET.search(reply.headers.get("content-type", ""))
    charset = named.group(1).lower() if named else "utf-8"
    if charset not in _CHARSETS:
        raise ValueError(charset)
    return reply.body.decode(_CHARSETS[charset])


def _without_nul(value: object) -> object:
    """PostgreSQL stores no U+0000. Recursion is bounded by orjson's own limit on nesting."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key.replace("\0", ""): _without_nul(item) for key, item in value.items()}
    return value


@lru_cache(maxsize=8192)  # a reply of twenty people has two hundred dates, and the vendor knows few
def vendor_date(text: str) -> PartialDate | None:
    """A vendor's date: ``M/D/YYYY``, ISO with or without a time, ``YYYYMM``, ``YYYYMMDD``, masked ``9/XX/1955``.

    None for what cannot be read: an unknown date, not a wrong one.
    """
    text = text.strip()
    if match := _NUMERIC_DATE.fullmatch(text) or _ISO_DATE.fullmatch(text):
        year, month, day = match.groups()
    elif match := _US_DATE.fullmatch(text):
        month, day, year = match.groups()
    elif re.fullmatch(r"\d{4}", text):
        year, month, day = text, None, None
    else:
        return None
    known_month = int(month) if month and month.isdigit() else 0
    known_day = int(day) if day and day.isdigit() and known_month else 0
    try:
        return PartialDate(int(year), known_month, known_day)
    except ValueError:
        return None


def us_phone_digits(text: str) -> str:
    """The ten digits of a US number however it is written; empty when there are not exactly ten."""
    digits = "".join(c for c in text if c in "0123456789")
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits if len(digits) == 10 else ""


@lru_cache(maxsize=8192)
def zip_code(*parts: str) -> str:
    """Five or nine digits from a ZIP and its +4, which vendors write together, apart or both; empty if neither."""
    digits = ["".join(c for c in part if c.isdigit()) for part in parts]
    first = digits[0] if digits else ""
    if len(first) == 9:
        return first
    rest = digits[1] if len(digits) > 1 else ""
    four = rest[-4:] if len(rest) in {4, 9} else ""
    return first + four if len(first) == 5 else ""


def spaced(parts: Iterable[str]) -> str:
    """The non-empty parts with one space between them."""
    return " ".join(part for part in parts if part)


def has_place(address: Address) -> bool:
    """Whether an address says enough to be more than a line of text."""
    return bool(address.line or address.city or address.zip_code)
