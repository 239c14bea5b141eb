"""People and what is known of them: names, dates, addresses, phones, e-mails, and the records that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Personal:
    """A value that holds a person. It prints as ``***``, so that no log, error or traceback repeats it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__


class Remembering(Personal):
    """A value with room for what was worked out from it, which lives as long as the value itself.

    ``memory`` is no part of the value: it is not compared, copied or stored, and anybody may find it not set.
    """

    __slots__ = ("memory",)
    memory: object


class Fact(StrEnum):
    """What is known of a yes/no question. ``unknown`` is never read as ``no``.

    ``not_stated`` means that the source has no such field at all; ``unknown`` that it has the field and cannot say.
    """

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_STATED = "not_stated"


class LineType(StrEnum):
    """Kind of telephone line, as the vendors' several vocabularies are normalised."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    FIXED_VOIP = "fixed_voip"
    NONFIXED_VOIP = "nonfixed_voip"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    PAGER = "pager"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which month and day may be missing (0). Orders by year, month, day."""

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if not 1800 <= self.year <= 2200:
            raise ValueError("year outside 1800-2200")
        if self.day and not self.month:
            raise ValueError("a day without a month")
        date(self.year, self.month or 1, self.day or 1)

    @property
    def is_full(self) -> bool:
        return self.day > 0

    def earliest(self) -> date:
        """First calendar day that this date may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        if self.day:
            return f"{self.year:04}-{self.month:02}-{self.day:02}"
        return f"{self.year:04}-{self.month:02}" if self.month else f"{self.year:04}"

    @classmethod
    def of(cls, day: date) -> PartialDate:
        return cls(day.year, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate | None:
        """Read ``2019``, ``2019-03``, ``2019-03-07`` or ``20190307``; None when empty.

        Raises ValueError for anything else. Vendors' own spellings are read by their adapters.
        """
        text = text.strip()
        if not text:
            return None
        parts = [text[:4], text[4:6], text[6:]] if len(text) == 8 and text.isdigit() else text.split("-")
        if len(parts) > 3 or not all(p.isascii() and p.isdigit() for p in parts) or len(parts[0]) != 4:
            raise ValueError("not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
        return cls(*(int(p) for p in parts))


@dataclass(frozen=True, slots=True, repr=False)
class Name(Personal):
    """A person's name as given by its source; nothing is normalised here."""

    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.first, self.middle, self.last, self.suffix) if part)


@dataclass(frozen=True, slots=True, repr=False)
class Address(Personal):
    """A US postal address as given by its source.

    ``line`` is the delivery line (house number and street, or the P.O. box); ``unit`` the apartment or suite when the
    source gives it apart; ``zip_code`` five digits, nine, or empty.
    """

    line: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""

    @property
    def text(self) -> str:
        street = " ".join(part for part in (self.line, self.unit) if part)
        region = " ".join(part for part in (self.state, self.zip_code) if part)
        return ", ".join(part for part in (street, self.city, region) if part)


@dataclass(frozen=True, slots=True, repr=False)
class AddressSighting(Personal):
    """An address, and when its source saw it."""

    address: Address
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    deliverable: Fact = Fact.UNKNOWN


@dataclass(frozen=True, slots=True, repr=False)
class PhoneSighting(Personal):
    """A telephone number as its source writes it, and when it was seen."""

    number: str
    line_type: LineType = LineType.UNKNOWN
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    connected: Fact = Fact.UNKNOWN


@dataclass(frozen=True, slots=True, repr=False)
class EmailSighting(Personal):
    """An e-mail address, and when it was seen."""

    email: str
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Relative(Personal):
    """A person whom a source ties to the record. Never a contact of the subject; used as evidence of identity only."""

    name: Name
    relation: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Subject(Remembering):
    """The person sought. The first name is the primary one; others are aliases. ``ssn`` has nine digits or is empty.

    ``relatives`` are named on the account (a spouse, a reference): evidence of identity, never contacts.
    """

    names: tuple[Name, ...]
    birth_date: PartialDate | None = None
    ssn: str = ""
    ssn4: str = ""
    addresses: tuple[AddressSighting, ...] = ()
    phones: tuple[PhoneSighting, ...] = ()
    emails: tuple[EmailSighting, ...] = ()
    relatives: tuple[Relative, ...] = ()

    @property
    def name(self) -> Name:
        return self.names[0]


@dataclass(frozen=True, slots=True, repr=False)
class SourceRecord(Remembering):
    """One person as one provider sees them. Immutable; the texts are the source's own.

    ``record_id`` is unique within the provider. ``upstream`` names the file or bureau the provider resells, when it
    says so: records that share an upstream are one source, not two. ``pointer`` is where in the raw reply the record
    stands (RFC 6901), so that every value leads back to the bytes.
    """

    record_id: str
    provider: str
    upstream: str = ""
    call_id: str = ""
    pointer: str = ""
    names: tuple[Name, ...] = ()
    birth_date: PartialDate | None = None
    ssn: str = ""
    ssn4: str = ""
    addresses: tuple[AddressSighting, ...] = ()
    phones: tuple[PhoneSighting, ...] = ()
    emails: tuple[EmailSighting, ...] = ()
    relatives: tuple[Relative, ...] = ()
    deceased: Fact = Fact.UNKNOWN
    bankrupt: Fact = Fact.UNKNOWN
    address_discrepancy: Fact = Fact.NOT_STATED
    """A bureau's notice that the address asked about differs much from those it has (15 USC 1681c(h))."""
    opted_out: bool = False
    vendor_score: str = ""
    relation: str = ""
    """The provider's own label when it says that the person is not the one asked for ("relative", "household")."""
