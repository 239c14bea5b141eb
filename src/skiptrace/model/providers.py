"""What a provider states of itself, what is asked of it and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from skiptrace.model.people import Address, Fact, LineType, Personal, SourceRecord, Subject


class Asks(StrEnum):
    """What one call of a product is about."""

    PERSON = "person"
    PHONE = "phone"
    ADDRESS = "address"


class ChargedOn(StrEnum):
    """When the vendor's invoice counts a call."""

    HIT = "hit"
    REQUEST = "request"
    NEVER = "never"


class DataClass(StrEnum):
    """Which law governs the data, taken from the contract and never guessed."""

    FCRA = "fcra"
    GLBA = "glba"
    DPPA = "dppa"
    DMF = "dmf"
    PUBLIC = "public"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Product:
    """One priced service of a provider. ``price`` is in US dollars per charged call."""

    id: str
    title: str
    asks: Asks
    needs: tuple[tuple[str, ...], ...]
    """Alternatives; each lists inputs that must all be present: name, birth_date, ssn, ssn4, address, phone, email."""
    sends: tuple[str, ...]
    gives: tuple[str, ...]
    price: Decimal
    charged_on: ChargedOn
    cache_days: int
    miss_days: int
    deadline_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the vendor allows one key; 0 means that no such limit is stated. Days and months are calendar ones, UTC."""

    per_second: int = 0
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    per_month: int = 0
    concurrent: int = 8


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of a provider, read from the ``.toml`` beside its module."""

    id: str
    title: str
    method: str
    data_class: DataClass
    purposes: tuple[str, ...]
    terms_read: date
    products: tuple[Product, ...]
    base_url: str = ""
    credentials: tuple[str, ...] = ()
    limits: Limits = Limits()
    resends_safely: bool = False
    """True when a repeated request cannot be charged again (a local file, a free service)."""
    never_charged: tuple[int, ...] = ()
    """HTTP statuses that by the vendor's terms never appear on the invoice."""
    drops: tuple[str, ...] = ()
    """Members of a reply that must not be kept, by name: photographs, SSNs, medical data in motor-vehicle records."""
    purpose_map: Mapping[str, str] = field(default_factory=dict)
    """Our purpose codes to the vendor's, as the customer's contract has them. None are shipped."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """How far each promise is tested ("contract", "live"): ``done``, or why not."""

    def product(self, product_id: str) -> Product:
        """Raises KeyError for a product that the provider does not offer."""
        for product in self.products:
            if product.id == product_id:
                return product
        raise KeyError(product_id)


@dataclass(frozen=True, slots=True, repr=False)
class Inquiry(Personal):
    """One question to one product: about the subject, or about one phone or address that may be the subject's."""

    subject: Subject
    phone: str = ""
    address: Address | None = None

    @property
    def about(self) -> str:
        """The phone or address asked about; empty when the question is about the person."""
        return self.phone or (self.address.text if self.address else "")


@dataclass(frozen=True, slots=True, repr=False)
class Request(Personal):
    """A vendor request without credentials, which are added on the wire only. ``fields`` names what is sent."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Reply(Personal):
    """A vendor's reply as it came: the bytes that every later value leads back to. Header names are in lower case."""

    status: int
    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class PhoneCheck(Personal):
    """A provider's word on one telephone number, as opposed to on a person. ``call_id`` and ``pointer`` lead back."""

    number: str
    valid: Fact = Fact.UNKNOWN
    connected: Fact = Fact.UNKNOWN
    line_type: LineType = LineType.UNKNOWN
    litigator: Fact = Fact.UNKNOWN
    pointer: str = ""
    provider: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class AddressCheck(Personal):
    """A provider's word on one postal address: USPS delivery-point validation and what comes with it."""

    asked: Address
    standard: Address | None = None
    deliverable: Fact = Fact.UNKNOWN
    unit_confirmed: Fact = Fact.UNKNOWN
    vacant: Fact = Fact.UNKNOWN
    mail_drop: Fact = Fact.UNKNOWN
    residential: Fact = Fact.UNKNOWN
    time_zone: str = ""
    pointer: str = ""
    provider: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Personal):
    """What a provider said. No records and no checks means "asked and found nothing", which is not an error.

    ``complete`` is False when the vendor says itself that part of the answer is missing.
    """

    records: tuple[SourceRecord, ...] = ()
    checks: tuple[PhoneCheck | AddressCheck, ...] = ()
    complete: bool = True
    warnings: tuple[str, ...] = ()
    reference: str = ""

    @property
    def found(self) -> bool:
        return bool(self.records or self.checks)
