"""Which of the contacts found are the ones that the account came with."""

from __future__ import annotations

from collections.abc import Iterable

from skiptrace.matching.addresses import compare_addresses, parse_address
from skiptrace.matching.addresses.values import ParsedAddress
from skiptrace.model import Address, Contact, ContactKind, Subject


def on_account(subject: Subject, contacts: Iterable[Contact]) -> frozenset[str]:
    """Ids of the contacts that the subject of the case had already."""
    phones = {_last_ten(seen.number) for seen in subject.phones}
    emails = {seen.email.casefold() for seen in subject.emails}
    addresses = [_parsed(seen.address) for seen in subject.addresses]

    def is_known(contact: Contact) -> bool:
        if contact.kind is ContactKind.PHONE:
            return _last_ten(contact.value) in phones
        if contact.kind is ContactKind.EMAIL:
            return contact.value.casefold() in emails
        found = _parsed(contact.address or Address(line=contact.value))
        return any(compare_addresses(found, known).verdict == "same" for known in addresses)

    return frozenset(contact.contact_id for contact in contacts if is_known(contact))


def _parsed(address: Address) -> ParsedAddress:
    line = f"{address.line} {address.unit}".strip()
    return parse_address(line, address.city, address.state, address.zip_code)


def _last_ten(number: str) -> str:
    return "".join(c for c in number if c.isdigit())[-10:]
