"""What a special search may keep.

An attorney's or representative's contacts stand apart from the consumer's; a remedy notice needs a letterbox only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from skiptrace.model import Case, Contact, ContactKind, Party, SearchKind

_SOUGHT = {SearchKind.ATTORNEY_CONTACT: Party.ATTORNEY, SearchKind.ESTATE_REPRESENTATIVE: Party.ESTATE}
"""Whose contacts a search is after when its subject is not the consumer (rules X-02 and X-04)."""


def kept(case: Case, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts that this kind of search may keep, under the party that they belong to."""
    if party := _SOUGHT.get(case.search):
        return tuple(replace(c, party=party) if c.party is Party.SUBJECT else c for c in contacts)
    if case.search is SearchKind.LEGAL_REMEDY_ADDRESS:
        return tuple(c for c in contacts if c.kind is ContactKind.ADDRESS)
    return tuple(contacts)
