"""Cases: what was asked for. The subject is sealed field by field, so that a reader opens no more than it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.dialects import postgresql, sqlite

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
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent, FieldCipher
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.schema import cases
from skiptrace.stores.writer import Turn

CHUNK = 500


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

    async def accept(self, turn: Turn, several: Sequence[Sequence[Case]]) -> Sequence[object]:
        return [await self._accept(turn, given) for given in several]

    async def _accept(self, turn: Turn, given: Sequence[Case]) -> int:
        now = self._clock.now()
        dialect = postgresql if turn.conn.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(cases).on_conflict_do_nothing(index_elements=["case_id"]).returning(cases.c.case_id)
        new = 0
        for start in range(0, len(given), CHUNK):
            rows = [case_row(self._cipher, case, now) for case in given[start : start + CHUNK]]
            new += len((await turn.conn.execute(statement, rows)).all())
        if new:
            batches = sorted({case.batch_id for case in given})
            turn.events.append(AuditEvent(now, "cases.accepted", " ".join(batches), f"{new} cases"))
        return new


def case_row(cipher: FieldCipher, case: Case, accepted_at: datetime) -> dict[str, object]:
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


def case_of(cipher: FieldCipher, row: Row[Any]) -> Case:
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
