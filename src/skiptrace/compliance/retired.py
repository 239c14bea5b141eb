"""Signs of where the consumer is that somebody retired as misleading: what is judged without them (rule B-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from skiptrace.compliance.known import Recorded
from skiptrace.model import AddressSighting, ContactKind, SourceRecord, Subject


def without_retired(
    subject: Subject, records: Sequence[SourceRecord], known: Recorded, on: date
) -> tuple[Subject, Sequence[SourceRecord]]:
    """The subject and the records without the addresses that are retired on that day.

    A number stays what it is: only its area code is no sign of a place.
    """
    if not any(retired.contact is ContactKind.ADDRESS for retired in known.retired):
        return subject, records

    def standing(seen: Sequence[AddressSighting]) -> tuple[AddressSighting, ...]:
        return tuple(s for s in seen if not known.misleads(ContactKind.ADDRESS, s.address.text, on))

    kept = tuple(replace(record, addresses=standing(record.addresses)) for record in records)
    return replace(subject, addresses=standing(subject.addresses)), kept
