"""Outcomes that were recorded for traces, as what is refitted to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from skiptrace.errors import BadInput
from skiptrace.evaluation.labelled import RIGHT, WRONG
from skiptrace.evaluation.refitting import Used, carrying
from skiptrace.matching.cases import Question, columns_of
from skiptrace.matching.identity import Candidates
from skiptrace.matching.persons import phone_number
from skiptrace.matching.verifying import address_key
from skiptrace.model import Contact, ContactKind, OutcomeKind, Personal


@dataclass(frozen=True, slots=True, repr=False)
class UsedCase(Personal):
    """A question as it was judged, and what happened when its contacts were used afterwards."""

    question: Question
    used: Sequence[tuple[Contact, OutcomeKind]]


def used_in(cases: Sequence[UsedCase]) -> Used:
    """The decisive outcomes of addresses and phones; those of contacts that no record carries any more are left out.

    Raises BadInput when there is no case.
    """
    if not cases:
        raise BadInput("outcomes", "nothing has been recorded yet")
    candidates = columns_of([case.question for case in cases])
    found = [row for number, case in enumerate(cases) for row in _rows(candidates, number, case)]
    table = np.array(found, np.int64).reshape(-1, 3)
    return carrying(Used(candidates, table[:, 0], table[:, 1].astype(bool), table[:, 2].astype(bool)))


def _rows(candidates: Candidates, number: int, case: UsedCase) -> Iterator[tuple[int, bool, bool]]:
    """(row of the table, whether it is a phone, whether it was right) of each outcome of one case."""
    people = candidates.rows[candidates.starts[number] : candidates.starts[number + 1]]
    homes, _ = candidates.people.addresses.spans.children(people)
    lines, _ = candidates.people.phones.spans.children(people)
    addresses = list(zip(homes, chain.from_iterable(r.addresses for r in case.question.records), strict=True))
    phones = list(zip(lines, chain.from_iterable(r.phones for r in case.question.records), strict=True))
    for contact, kind in case.used:
        if kind not in RIGHT and kind not in WRONG:
            continue
        child: int | None = None
        if contact.kind is ContactKind.PHONE:
            asked = phone_number(contact.value)
            child = next((int(at) for at, shown in phones if phone_number(shown.number) == asked), None)
        elif contact.kind is ContactKind.ADDRESS and contact.address is not None:
            key = address_key(contact.address)
            child = next((int(at) for at, shown in addresses if address_key(shown.address) == key), None)
        if child is not None:
            yield child, contact.kind is ContactKind.PHONE, kind in RIGHT
