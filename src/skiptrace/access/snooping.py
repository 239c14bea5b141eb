"""Signs that somebody looks at people for reasons of their own. An alert never blocks; somebody reads it.

The patterns are those that hospitals watch for: oneself, one's household, colleagues, the well-known, the same person
again and again, and people who are not one's work (16 CFR 314.4(c)(8) asks for such monitoring).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SAME_SUBJECT_A_DAY = 3
"""More views of the same account in 24 hours than this are noticed."""


class Pattern(StrEnum):
    OWN_NAME = "own_name"
    OWN_PHONE = "own_phone"
    OWN_ADDRESS = "own_address"
    COLLEAGUE = "colleague"
    PROTECTED_PERSON = "protected_person"
    NOT_ASSIGNED = "not_assigned"
    AGAIN_AND_AGAIN = "again_and_again"


class MarkKind(StrEnum):
    """What is known of a principal as a person, kept as keyed hashes only."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"


Marks = frozenset[tuple[MarkKind, bytes]]

_OWN = {
    MarkKind.NAME: Pattern.OWN_NAME,
    MarkKind.PHONE: Pattern.OWN_PHONE,
    MarkKind.ADDRESS: Pattern.OWN_ADDRESS,
}


@dataclass(frozen=True, slots=True)
class View:
    """One look at one case: the subject's marks, and what is special about it."""

    principal_id: str
    subject: Marks
    views_in_a_day: int
    assigned: bool = True
    protected: bool = False


def suspicions(view: View, staff: Mapping[str, Marks]) -> frozenset[Pattern]:
    """The patterns that a view shows. ``staff`` holds the marks of the tenant's principals by id.

    A shared address without the name is the household; a colleague is found by name or phone.
    """
    found = {_OWN[kind] for kind, _ in view.subject & staff.get(view.principal_id, frozenset())}
    colleagues = frozenset[tuple[MarkKind, bytes]]().union(
        *(marks for name, marks in staff.items() if name != view.principal_id)
    )
    if any(kind is not MarkKind.ADDRESS for kind, _ in view.subject & colleagues):
        found.add(Pattern.COLLEAGUE)
    if view.protected:
        found.add(Pattern.PROTECTED_PERSON)
    if not view.assigned:
        found.add(Pattern.NOT_ASSIGNED)
    if view.views_in_a_day > SAME_SUBJECT_A_DAY:
        found.add(Pattern.AGAIN_AND_AGAIN)
    return frozenset(found)
