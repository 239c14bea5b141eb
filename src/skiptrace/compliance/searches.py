"""What a search may keep: nothing of children, and of a special search only what it was for.

An attorney's or representative's contacts stand apart from the consumer's; a remedy notice needs a letterbox only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from skiptrace.compliance.admission import of_birth
from skiptrace.compliance.gate import NO
from skiptrace.compliance.rulebook import RuleBook
from skiptrace.model import Case, Contact, ContactKind, Party, SearchKind, SourceRecord

_SOUGHT = {SearchKind.ATTORNEY_CONTACT: Party.ATTORNEY, SearchKind.ESTATE_REPRESENTATIVE: Party.ESTATE}
"""Whose contacts a search is after when its subject is not the consumer (rules X-02 and X-04)."""


def kept(case: Case, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts that this kind of search may keep, under the party that they belong to."""
    if party := _SOUGHT.get(case.search):
        return tuple(replace(c, party=party) if c.party is Party.SUBJECT else c for c in contacts)
    if case.search is SearchKind.LEGAL_REMEDY_ADDRESS:
        return tuple(c for c in contacts if c.kind is ContactKind.ADDRESS)
    return tuple(contacts)


def without_minors(
    case: Case, contacts: Iterable[Contact], records: Sequence[SourceRecord], rules: RuleBook
) -> tuple[Contact, ...]:
    """Without the contacts of other people who are under age, or may be by a birth date in part (rule X-06).

    What a child shares with the subject or with an adult stays.
    """
    majority = int(rules.rule("X-06").number("majority"))
    born_since = case.as_of.year - majority
    young = {
        (r.provider, r.record_id)
        for r in records
        if r.birth_date
        and r.birth_date.year >= born_since
        and of_birth(r.birth_date, case.as_of, majority).outcome != NO
    }
    if not young:
        return tuple(contacts)

    def of_a_minor(contact: Contact) -> bool:
        behind = {(g.provider, g.record_id) for g in contact.grounds}
        return contact.party not in (Party.SUBJECT, Party.HOUSEHOLD) and bool(behind) and behind <= young

    return tuple(c for c in contacts if not of_a_minor(c))
