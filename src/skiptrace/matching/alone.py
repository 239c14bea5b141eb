"""One record by itself, as the answer to one kind of search.

What a search asked for, every record it returns agrees with: that proves nothing any more, and is in the prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import numpy as np

from skiptrace.matching.cases import Question, columns_of
from skiptrace.matching.columns import Floats
from skiptrace.matching.comparisons import compare
from skiptrace.matching.evidence import matches_of
from skiptrace.matching.identity import Candidates, Identity, tie, times
from skiptrace.matching.weights import Parameters, shipped_parameters, summed
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
    question = Question(subject, [record], as_of)
    columns = columns_of([question])
    return matches_of([question], columns, identify_alone(columns.candidates, search, parameters))[0]


def identify_alone(candidates: Candidates, search: Search, parameters: Parameters) -> Identity:
    """Each record by itself; no group step."""
    compared = compare(candidates.people, candidates.subjects, candidates.rows)
    measures = compared.rarities | times(candidates, compared)
    weights = parameters.identity
    prior = parameters.searches.get(search, weights.prior)
    parts: dict[str, Floats] = {"prior": np.full(len(candidates.rows), prior)}
    told = weights.parts(compared.levels, measures)
    parts |= {name: bits for name, bits in told.items() if name not in ASKED_FOR[search]}
    bits = summed(parts.values())
    return Identity(compared, bits, tie(candidates, compared, bits, parameters), bits, lambda: parts)
