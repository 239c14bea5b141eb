"""One record by itself, as the answer to one kind of search.

What a search asked for, every record it returns agrees with: that proves nothing any more, and is in the prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from skiptrace.matching.cases import Question
from skiptrace.matching.evidence import matches_of
from skiptrace.matching.identifying import Identified, measures_of, own_parts
from skiptrace.matching.pairing import compared
from skiptrace.matching.persons import ReadPerson, read_person
from skiptrace.matching.weights import Parameters, shipped_parameters
from skiptrace.model import Match, SourceRecord, Subject


class Search(StrEnum):
    """What a record was searched by. ``any``: all of these together, as the engine's searches do."""

    SSN_AND_SURNAME = "ssn_and_surname"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"
    SURNAME_AND_ZIP = "surname_and_zip"
    ADDRESS = "address"
    PHONE = "phone"
    ANY = "any"


_NAME = frozenset(("given", "surname", "full_name", "given_rarity", "surname_rarity"))
_SURNAME = frozenset(("surname", "surname_rarity"))
ASKED_FOR: Mapping[Search, frozenset[str]] = {
    Search.SSN_AND_SURNAME: _SURNAME | {"ssn4"},
    Search.NAME_AND_BIRTH_DATE: _NAME | {"birth_date"},
    Search.SURNAME_AND_ZIP: _SURNAME,
    Search.ADDRESS: frozenset(("address",)),
    Search.PHONE: frozenset(("phone",)),
    Search.ANY: frozenset(),
}
"""The comparisons that each kind of search has settled."""


def score_alone(
    subject: Subject,
    record: SourceRecord,
    *,
    search: Search = Search.ANY,
    as_of: date,
    parameters: Parameters | None = None,
) -> Match:
    """The probability that one record is the subject when nothing else is known, with its reasons.

    With the other records of the case at hand, ``judge`` knows more. Pure.
    """
    parameters = parameters or shipped_parameters()
    found = identify_alone(read_person(subject, as_of), read_person(record, as_of), search, parameters)
    return matches_of(Question(subject, [record], as_of), found)[0]


def identify_alone(subject: ReadPerson, record: ReadPerson, search: Search, parameters: Parameters) -> Identified:
    """One record by itself; no group step."""
    found = compared(subject, record, closely=True)
    prior = parameters.searches.get(search, parameters.identity.prior)
    told = own_parts(replace(parameters.identity, prior=prior), [found], [measures_of(subject, record, found)])
    parts = {name: bits for name, bits in told.items() if name not in ASKED_FOR[search]}
    return Identified([found], [], [sum(bits for (bits,) in parts.values())], lambda: parts)
