"""The whole judgement of one case: who each record is, and where the subject can be reached as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from skiptrace.matching.assembling import Judged, conflicts, contacts_of
from skiptrace.matching.cases import columns_of
from skiptrace.matching.evidence import matches_of
from skiptrace.matching.identity import identify
from skiptrace.matching.verifying import Verifications
from skiptrace.matching.weights import Parameters, shipped_parameters
from skiptrace.model import AddressCheck, Judgement, Outcome, PhoneCheck, SourceRecord, Subject


def judge(
    subject: Subject,
    records: Sequence[SourceRecord],
    *,
    checks: Sequence[PhoneCheck | AddressCheck] = (),
    as_of: date,
    outcomes: Sequence[Outcome] = (),
    parameters: Parameters | None = None,
) -> Judgement:
    """Match every record to the subject and rank the contacts they carry, best first.

    ``checks`` are what providers said of one number or address, ``outcomes`` what happened when a contact of this
    subject was used; they are told to a contact by its id. Pure: the same values give the same judgement, whatever the
    order of the records.
    """
    parameters = parameters or shipped_parameters()
    if not records:
        return Judgement(as_of)
    case = columns_of(subject, records, as_of)
    identity = identify(case.candidates, parameters)
    matches = matches_of(subject, records, identity)
    verifications = Verifications.of(checks, outcomes, parameters.stated)
    judged = Judged(subject, records, case, identity, matches, verifications, parameters)
    return Judgement(as_of, matches, contacts_of(judged), conflicts(judged))
