"""Cases: what was asked for. The subject is sealed field by field, so that a reader opens no more than it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from skiptrace.model import (
    Account,
    AddressSighting,
    Case,
    EmailSighting,
    Name,
    PartialDate,
    PhoneSighting,
    Purpose,
    Subject,
)
from skiptrace.ports import BatchState, Clock
from skiptrace.privacy import AuditEvent, FieldCipher
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.databases import insert_into
from skiptrace.stores.schema import calls, cases, traces
from skiptrace.stores.writer import Turn

CHUNK = 500
"""So many cases are written or read at a time."""

_FINISHED = exists().where(traces.c.case_id == cases.c.case_id)


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of a case that holds no person."""

    account: Account
    purpose: Purpose
    requester: str
    budget: Decimal


class Intake:
    """Handler for the writer: commits cases that are new."""

    def __init__(self, cipher: FieldCipher, clock: Clock) -> None:
        self._cipher = cipher
        self._clock = clock

    def accept(self, turn: Turn, several: Sequence[Sequence[Case]]) -> Sequence[object]:
        turn.take()  # two writers that insert the same cases in different order would wait for each other
        return [self._accept(turn, given) for given in several]

    def _accept(self, turn: Turn, given: Sequence[Case]) -> int:
        now = self._clock.now()
        insert = insert_into(turn.conn, cases)
        statement = insert.on_conflict_do_nothing(index_elements=["case_id"]).returning(cases.c.case_id)
        new = 0
        for start in range(0, len(given), CHUNK):
            rows = [_row(self._cipher, case, now) for case in given[start : start + CHUNK]]
            new += len((turn.conn.execute(statement, rows)).all())
        if new:
            batches = sorted({case.batch_id for case in given})
            turn.events.append(AuditEvent(now, "cases.accepted", " ".join(batches), f"{new} cases"))
        return new


def _row(cipher: FieldCipher, case: Case, accepted_at: datetime) -> dict[str, object]:
    subject, row = case.subject, case.case_id
    terms = Terms(case.account, case.purpose, case.requester, case.budget)
    sealed = {
        "names": subject.names,
        "birth_date": subject.birth_date,
        "ssn": (subject.ssn, subject.ssn4),
        "addresses": subject.addresses,
        "phones": subject.phones,
        "emails": subject.emails,
    }
    return {
        "case_id": case.case_id,
        "tenant": case.tenant,
        "batch_id": case.batch_id,
        "account_id": case.account.account_id,
        "as_of": case.as_of,
        "accepted_at": accepted_at,
        "terms": encode(terms).decode(),
    } | {column: cipher.seal("cases", column, row, encode(value)) for column, value in sealed.items()}


def _case(cipher: FieldCipher, row: Row[Any]) -> Case:
    terms = decode(Terms, row.terms)

    def opened(column: str) -> bytes:
        return cipher.open("cases", column, row.case_id, getattr(row, column))

    ssn, ssn4 = decode(tuple[str, str], opened("ssn"))
    subject = Subject(
        names=decode(tuple[Name, ...], opened("names")),
        birth_date=decode(PartialDate | None, opened("birth_date")),  # type: ignore[arg-type]
        ssn=ssn,
        ssn4=ssn4,
        addresses=decode(tuple[AddressSighting, ...], opened("addresses")),
        phones=decode(tuple[PhoneSighting, ...], opened("phones")),
        emails=decode(tuple[EmailSighting, ...], opened("emails")),
    )
    return Case(
        case_id=row.case_id,
        account=terms.account,
        subject=subject,
        purpose=terms.purpose,
        requester=terms.requester,
        budget=terms.budget,
        as_of=row.as_of,
        tenant=row.tenant,
        batch_id=row.batch_id,
    )


def read_case(conn: Connection, cipher: FieldCipher, case_id: str) -> Case | None:
    row = conn.execute(select(cases).where(cases.c.case_id == case_id)).one_or_none()
    return None if row is None else _case(cipher, row)


def read_cases(conn: Connection, cipher: FieldCipher, case_ids: Sequence[str]) -> dict[str, Case]:
    """The cases of these ids that exist, by id. One statement."""
    return {row.case_id: _case(cipher, row) for row in conn.execute(select(cases).where(cases.c.case_id.in_(case_ids)))}


def unfinished_page(conn: Connection, cipher: FieldCipher, batch_id: str, after: int) -> Sequence[tuple[int, Case]]:
    """The next cases without a finished trace behind row number ``after``, each with its own number."""
    page = (
        select(cases)
        .where(cases.c.batch_id == batch_id, cases.c.number > after, ~_FINISHED)
        .order_by(cases.c.number)
        .limit(CHUNK)
    )
    return [(row.number, _case(cipher, row)) for row in conn.execute(page)]


def batch_state(conn: Connection, batch_id: str) -> BatchState:
    accepted = select(func.count()).select_from(cases).where(cases.c.batch_id == batch_id)
    spent = select(func.sum(calls.c.charged)).where(calls.c.batch_id == batch_id)
    return BatchState(
        batch_id=batch_id,
        accepted=conn.execute(accepted).scalar_one(),
        done=conn.execute(accepted.where(_FINISHED)).scalar_one(),
        spent=conn.execute(spent).scalar_one() or Decimal(0),
    )
