"""The whole judgement of cases: who each record is, and where the subject can be reached as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from skiptrace.matching.assembling import Judged, conflicts_of, contacts_of
from skiptrace.matching.cases import Question, persons_of
from skiptrace.matching.evidence import matches_of
from skiptrace.matching.identifying import Identified, identified_in_columns, identify_case
from skiptrace.matching.persons import ReadPerson
from skiptrace.matching.reaching import carriers_of
from skiptrace.matching.verifying import Verifications
from skiptrace.matching.weights import Parameters, shipped_parameters
from skiptrace.model import AddressCheck, Judgement, PastOutcome, PhoneCheck, SourceRecord, Subject


class _Known(NamedTuple):
    """Who is who in a case, for as long as no record comes and the parameters stay."""

    records: list[ReadPerson]
    parameters: Parameters
    identified: Identified


_FEW_RECORDS = 64
"""Up to so many are judged one by one, more of them column by column; both find the same."""


def judge(
    subject: Subject,
    records: Sequence[SourceRecord],
    *,
    checks: Sequence[PhoneCheck | AddressCheck] = (),
    as_of: date,
    outcomes: Sequence[PastOutcome] = (),
    parameters: Parameters | None = None,
) -> Judgement:
    """Match every record to the subject and rank the contacts they carry, best first.

    ``checks`` are what providers said of one number or address, ``outcomes`` what happened when one was used. Contacts
    of strangers are not listed. Pure: the same values give the same judgement, whatever the order of the records.
    """
    return judge_together([Question(subject, records, as_of, checks, outcomes)], parameters)[0]


def judge_together(questions: Sequence[Question], parameters: Parameters | None = None) -> list[Judgement]:
    """Judge many cases at once: each as it would be judged by itself, in less time."""
    parameters = parameters or shipped_parameters()
    asked = [question for question in questions if question.records]
    if sum(len(question.records) for question in asked) > _FEW_RECORDS:
        identified = iter(identified_in_columns(asked, parameters))
    else:
        identified = (_identified(question, parameters) for question in asked)
    return [
        _judged(question, next(identified), parameters) if question.records else Judgement(question.as_of)
        for question in questions
    ]


def _identified(question: Question, parameters: Parameters) -> Identified:
    """Found once for the same records: most answers after the first bring checks of contacts, or nothing."""
    subject, records = persons_of(question)
    known = subject.identified
    if not isinstance(known, _Known) or known.records != records or known.parameters is not parameters:
        known = subject.identified = _Known(records, parameters, identify_case(subject, records, parameters))
    return known.identified


def _judged(question: Question, identified: Identified, parameters: Parameters) -> Judgement:
    matches = matches_of(question, identified)
    verifications = Verifications.of(question, parameters.stated)
    case = Judged(question, carriers_of(*persons_of(question), identified), matches, verifications, parameters)
    return Judgement(question.as_of, tuple(matches), contacts_of(case), conflicts_of(case))
