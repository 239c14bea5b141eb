"""One row of a reference file as a source record. A cell that cannot be read is left out and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from skiptrace.model import (
    Address,
    AddressSighting,
    EmailSighting,
    LineType,
    Name,
    PartialDate,
    PhoneSighting,
    SourceRecord,
)
from skiptrace.providers import reference_values as values

T = TypeVar("T")

LINE_TYPES: Mapping[str, LineType] = MappingProxyType(
    {kind.value: kind for kind in LineType}
    | dict.fromkeys(("cell", "cellular", "wireless", "cellphone"), LineType.MOBILE)
    | dict.fromkeys(("land", "land line", "fixed", "fixed line", "residential", "home"), LineType.LANDLINE)
    | dict.fromkeys(("fixed voip", "fixedvoip"), LineType.FIXED_VOIP)
    | dict.fromkeys(("non-fixed voip", "nonfixed voip", "nonfixedvoip"), LineType.NONFIXED_VOIP)
    | dict.fromkeys(("tollfree", "toll free", "toll-free"), LineType.TOLL_FREE)
    | dict.fromkeys(("voip",), LineType.OTHER)
)
"""Line types as files write them. Plain VoIP does not say whether it is bound to a place."""

_NO_VALUE = frozenset(("", "0", "0.0"))
"""What files write for "no date"."""


class RowReader:
    """Reads rows of one reply; ``unread`` counts the cells left out, by field."""

    def __init__(self, provider: str, call_id: str, fields: tuple[str, ...]) -> None:
        self._provider = provider
        self._call_id = call_id
        self._fields = fields
        self.unread: Counter[str] = Counter()

    def record(self, at: int, row: tuple[str, ...]) -> SourceRecord:
        """The record in row ``at`` of the reply, counted from 0."""
        cells = dict(zip(self._fields, row, strict=True))
        ssn = values.digits(cells.get("ssn", ""))
        return SourceRecord(
            record_id=cells["record_id"].strip(),
            provider=self._provider,
            upstream=cells.get("upstream", "").strip(),
            call_id=self._call_id,
            pointer=f"/rows/{at}",
            names=_names(cells),
            birth_date=self._date(cells, "birth_date"),
            ssn=ssn if len(ssn) == 9 else "",
            ssn4=self._value(cells, "ssn4", values.ssn4) or self._value(cells, "ssn", values.ssn4) or "",
            addresses=self._addresses(cells),
            phones=self._phones(cells),
            emails=self._emails(cells),
        )

    def _value(self, cells: Mapping[str, str], field: str, read: Callable[[str], T]) -> T | None:
        """A cell as ``read`` reads it; None when it is empty, or cannot be read and is counted."""
        text = cells.get(field, "").strip()
        if not text:
            return None
        found = read(text)
        if not found:
            self.unread[field] += 1
            return None
        return found

    def _date(self, cells: Mapping[str, str], field: str) -> PartialDate | None:
        if cells.get(field, "").strip() in _NO_VALUE:
            return None
        return self._value(cells, field, values.partial_date)

    def _addresses(self, cells: Mapping[str, str]) -> tuple[AddressSighting, ...]:
        address = Address(
            line=_delivery_line(cells),
            unit=cells.get("unit", "").strip(),
            city=cells.get("city", "").strip(),
            state=cells.get("state", "").strip(),
            zip_code=self._value(cells, "zip", values.zip_code) or "",
        )
        if not (address.line or address.city or address.zip_code):
            return ()
        return (AddressSighting(address, self._date(cells, "first_seen"), self._date(cells, "last_seen")),)

    def _phones(self, cells: Mapping[str, str]) -> tuple[PhoneSighting, ...]:
        if self._value(cells, "phone", values.phone) is None:
            return ()
        line_type = LINE_TYPES.get(cells.get("phone_type", "").strip().lower(), LineType.UNKNOWN)
        return (PhoneSighting(cells["phone"].strip(), line_type, last_seen=self._date(cells, "phone_last_seen")),)

    def _emails(self, cells: Mapping[str, str]) -> tuple[EmailSighting, ...]:
        email = self._value(cells, "email", lambda text: text if "@" in text else "")
        return (EmailSighting(email),) if email else ()


def _names(cells: Mapping[str, str]) -> tuple[Name, ...]:
    name = Name(*(cells.get(field, "").strip() for field in ("first", "middle", "last", "suffix")))
    if not name.first and not name.last:
        name = values.full_name(cells.get("name", ""))
    return (name,) if name.text else ()


def _delivery_line(cells: Mapping[str, str]) -> str:
    """House number and street, the P.O. box or the address line, whichever the row has."""
    street, box = cells.get("street", "").strip(), cells.get("po_box", "").strip()
    if street:
        return f"{cells.get('house', '').strip()} {street}".strip()
    return f"PO BOX {box}" if box else cells.get("address", "").strip()
