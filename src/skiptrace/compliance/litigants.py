"""A vendor lists a number as a litigious consumer's (rule Q-19). That is the vendor's opinion: it drops nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skiptrace.model import AddressCheck, Contact, ContactKind, Evidence, Fact, Judgement, PhoneCheck, mark_text

LITIGANT = "litigant"
"""The feature under which the listing stands in the evidence of a contact; it weighs nothing."""

_SENTENCE = "A vendor lists the number as a litigious consumer's."


def listed(judgement: Judgement, checks: Sequence[PhoneCheck | AddressCheck]) -> Judgement:
    """The judgement with each telephone number marked that a check lists."""
    numbers = {_key(c.number) for c in checks if isinstance(c, PhoneCheck) and c.litigator is Fact.YES}
    if not numbers:
        return judgement
    return replace(judgement, contacts=tuple(_marked(contact, numbers) for contact in judgement.contacts))


def is_listed(contact: Contact) -> bool:
    return any(e.feature == LITIGANT for e in contact.evidence)


def _marked(contact: Contact, numbers: set[bytes]) -> Contact:
    if contact.kind is not ContactKind.PHONE or _key(contact.value) not in numbers:
        return contact
    return replace(contact, evidence=(*contact.evidence, Evidence(LITIGANT, 0.0, _SENTENCE)))


def _key(number: str) -> bytes:
    return mark_text(ContactKind.PHONE, number)
