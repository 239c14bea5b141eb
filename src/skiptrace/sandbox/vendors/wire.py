"""What every simulated vendor is: a price list, and a pure function from a request to a reply in its own format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from skiptrace.model import ChargedOn, Personal

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, repr=False)
class Asked(Personal):
    """A request as it arrived, path without the vendor's prefix. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=lambda: _NONE)
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    body: bytes = b""


@dataclass(frozen=True, slots=True, repr=False)
class Told(Personal):
    """A reply. ``product`` is empty for a request that no price list covers: a refused or malformed one."""

    status: int
    payload: object
    product: str = ""
    hit: bool = False
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a vendor charges for a product, in US dollars."""

    price: Decimal
    charged_on: ChargedOn

    def charge(self, told: Told) -> Decimal:
        due = told.status == 200 and (
            self.charged_on is ChargedOn.REQUEST or (self.charged_on is ChargedOn.HIT and told.hit)
        )
        return self.price if due else Decimal(0)


class Vendor(Protocol):
    """One vendor. The same request always gets the same answer."""

    @property
    def id(self) -> str: ...

    @property
    def terms(self) -> Mapping[str, Terms]: ...

    def answer(self, asked: Asked) -> Told: ...

    def too_many(self, retry_after: int | None) -> Told:
        """The vendor's reply to a caller that is too fast, with a ``Retry-After`` header when one is given."""
        ...

    def partial(self, told: Told) -> Told:
        """The same reply with part of the answer missing, said in the vendor's way; the reply itself if it has none."""
        ...


def retry_header(seconds: int | None) -> Mapping[str, str]:
    return {} if seconds is None else {"retry-after": str(seconds)}


def us_date(day: date) -> str:
    """M/D/YYYY without leading zeros."""
    return f"{day.month}/{day.day}/{day.year}"


def stable_id(*parts: object) -> str:
    """A UUID that depends on the parts alone."""
    return str(UUID(bytes=sha256("|".join(map(str, parts)).encode()).digest()[:16], version=4))
