"""A parsed US address, and the result of comparing two."""

from __future__ import annotations

from typing import Literal, NamedTuple

from skiptrace.model import Personal

Kind = Literal[
    "street", "intersection", "po_box", "rural_route", "highway_contract", "military", "general_delivery", "unknown"
]
AddressVerdict = Literal["same", "different_unit", "possible", "different"]
Agreement = Literal["same", "possible", "different"]
# How one part of two addresses compares, and the sentence for it: {0.city} stands for the first city, {1.city} for the
# second. Sentences are filled in when somebody reads them.
Finding = tuple[Agreement, str]


class _Parts(NamedTuple):
    """The fields of a parsed address: a tuple, because a frozen dataclass of so many takes four times as long."""

    kind: Kind = "unknown"
    number: str = ""
    fraction: str = ""
    predirectional: str = ""
    name: str = ""
    suffix: str = ""
    postdirectional: str = ""
    units: tuple[tuple[str, str], ...] = ()
    po_box: str = ""
    pmb: str = ""
    route: str = ""
    box: str = ""
    military: str = ""
    urbanization: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    zip4: str = ""
    notes: tuple[str, ...] = ()
    confidence: float = 0.2
    number_key: str = ""
    name_key: str = ""
    street_key: str = ""
    unit_key: str = ""
    city_key: str = ""
    point_key: str = ""


class ParsedAddress(Personal, _Parts):
    """A US address in the terms of USPS Publication 28. Every text is in capital ASCII; what is absent is "".

    ``number`` keeps a hyphen, a letter or grid letters (``112-10``, ``123A``, ``W157N11490``); ``fraction`` is ``1/2``.
    ``units`` are (designator, identifier) pairs in the order written, either of which may be "". ``route`` is the
    number of a rural route or highway contract, ``box`` the box on it or of a military unit; ``military`` the unit
    line. The name of an ``intersection`` is its two streets in alphabetical order. ``confidence`` (0-1) says how the
    parts were found: every token known (0.95), by the statistical parser (0.6), not at all (0.2). ``notes`` hold what
    belongs to no part (after ``remark`` what stood behind the ZIP code), and which repairs were made.

    ``street_key``, ``number_key``, ``unit_key``, ``city_key`` and ``point_key`` are for comparison only;
    ``delivery_key`` identifies the delivery point within its city.
    """

    __slots__ = ()

    @property
    def street(self) -> str:
        """Directionals, name and suffix."""
        return " ".join(filter(None, (self.predirectional, self.name, self.suffix, self.postdirectional)))

    @property
    def area(self) -> str:
        """City, state and ZIP code."""
        return " ".join(filter(None, (self.city, self.state, self.zip5)))

    @property
    def first_note(self) -> str:
        """The first of the notes, or ""."""
        return self.notes[0] if self.notes else ""

    @property
    def delivery_key(self) -> str:
        """Equal for equal delivery points of one city."""
        special = (self.route, self.box, self.military, self.po_box, self.pmb, self.urbanization)
        return "|".join((self.kind, self.number_key, self.street_key, self.unit_key, *special))

    @property
    def delivery_line(self) -> str:
        """Everything but city, state and ZIP code, as Publication 28 writes it."""
        box = f"BOX {self.box}" if self.box else ""
        units = [f"{designator} {number}".strip() for designator, number in self.units]
        street = (self.number, self.fraction, self.predirectional, self.name, self.suffix, self.postdirectional)
        route = {"rural_route": f"RR {self.route}", "highway_contract": f"HC {self.route}"}.get(self.kind, "")
        general = {"general_delivery": "GENERAL DELIVERY", "intersection": "CORNER OF"}.get(self.kind, "")
        po_box, pmb = f"PO BOX {self.po_box}" if self.po_box else "", f"PMB {self.pmb}" if self.pmb else ""
        parts = (self.urbanization, general, route, self.military, *street, box, *units, po_box, pmb)
        return " ".join(part for part in parts if part)

    @property
    def standard(self) -> str:
        """The address on one line in standard spelling; parsing it again gives the same address."""
        zip_code = f"{self.zip5}-{self.zip4}" if self.zip4 else self.zip5
        region = " ".join(part for part in (self.state, zip_code) if part)
        return ", ".join(part for part in (self.delivery_line, self.city, region) if part)


class _Compared(NamedTuple):
    verdict: AddressVerdict
    compared: tuple[ParsedAddress, ParsedAddress, tuple[str, ...]]


class AddressComparison(Personal, _Compared):
    """How two addresses relate, and why; each reason quotes both sides.

    ``same``: one delivery point. ``different_unit``: one building, two units. ``possible``: nothing contradicts, but
    a part is missing on one side or differs in spelling only. ``different``: a part contradicts.
    """

    __slots__ = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Plain sentences that quote both sides."""
        first, second, sentences = self.compared
        quoted = _Quoted(first), _Quoted(second)
        return tuple(sentence.format(*quoted) for sentence in sentences if sentence)


class _Quoted:
    """The parts of an address as sentences name them."""

    def __init__(self, address: ParsedAddress) -> None:
        self._address = address

    def __getattr__(self, part: str) -> str:
        text: str = getattr(self._address, part)
        return text.replace("_", " ") or "missing"
