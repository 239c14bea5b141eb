"""The whole judgement of cases: who each record is, and where the subject can be reached as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from skiptrace.matching.assembling import Judged, conflicts_of, contacts_of
from skiptrace.matching.cases import Question, columns_of
from skiptrace.matching.evidence import matches_of
from skiptrace.matching.identity import identify
from skiptrace.matching.reaching import carriers_of
from skiptrace.matching.verifying import Verifications
from skiptrace.matching.weights import Parameters, shipped_parameters
from skiptrace.model import AddressCheck, Judgement, PastOutcome, PhoneCheck, SourceRecord, Subject


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
    """Judge many cases in one pass: each as it would be judged by itself, in a fraction of the time.

    Most of the time of a single case goes into the many short steps and not into its few records.
    """
    parameters = parameters or shipped_parameters()
    asked = [question for question in questions if question.records]
    judged = iter(_judged(asked, parameters) if asked else ())
    return [next(judged) if question.records else Judgement(question.as_of) for question in questions]


def _judged(questions: Sequence[Question], parameters: Parameters) -> list[Judgement]:
    columns = columns_of(questions)
    identity = identify(columns.candidates, parameters)
    matches = matches_of(questions, columns, identity)
    cases = zip(
        questions, carriers_of(columns.candidates, identity), pairwise(columns.candidates.starts.tolist()), strict=True
    )
    judged = [
        Judged(question, carriers, matches[start:end], Verifications.of(question, parameters.stated), parameters)
        for question, carriers, (start, end) in cases
    ]
    return [
        Judgement(case.question.as_of, tuple(case.matches), contacts_of(case), conflicts_of(case)) for case in judged
    ]
