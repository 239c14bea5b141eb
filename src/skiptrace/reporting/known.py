"""Which of the contacts found are the ones that the account came with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from skiptrace.matching.addresses import compare_addresses, parse_address
from skiptrace.matching.addresses.values import ParsedAddress
from skiptrace.model import Address, Contact, ContactKind, Subject


def on_account(subject: Subject, contacts: Iterable[Contact]) -> frozenset[str]:
    """Ids of the contacts that the subject of the case had already."""
    phones = {_last_ten(seen.number) for seen in subject.phones}
    emails = {seen.email.casefold() for seen in subject.emails}
    addresses = [(_numbers(seen.address), _parsed(seen.address)) for seen in subject.addresses]

    def is_known(contact: Contact) -> bool:
        if contact.kind is ContactKind.PHONE:
            return _last_ten(contact.value) in phones
        if contact.kind is ContactKind.EMAIL:
            return contact.value.casefold() in emails
        found = contact.address or Address(line=contact.value)
        return any(_may_be(_numbers(found), numbers) and _is_same(found, known) for numbers, known in addresses)

    return frozenset(contact.contact_id for contact in contacts if is_known(contact))


def _is_same(address: Address, known: ParsedAddress) -> bool:
    return compare_addresses(_parsed(address), known).verdict == "same"


def _numbers(address: Address) -> frozenset[str]:
    return frozenset(re.findall(r"\d+", address.line))


def _may_be(found: frozenset[str], known: frozenset[str]) -> bool:
    """Whether it is worth parsing: lines that both have numbers and share none are never the same."""
    return not found or not known or not found.isdisjoint(known)


def _parsed(address: Address) -> ParsedAddress:
    line = f"{address.line} {address.unit}".strip()
    return parse_address(line, address.city, address.state, address.zip_code)


def _last_ten(number: str) -> str:
    return "".join(c for c in number if c.isdigit())[-10:]
