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
    ContactKind,
    EmailSighting,
    JobState,
    Name,
    PartialDate,
    PhoneSighting,
    Purpose,
    SearchKind,
    Subject,
)
from skiptrace.ports import BatchState, Clock
from skiptrace.privacy import AuditEvent, Fingerprinter, SubjectKeys
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.databases import OneOf, insert_into
from skiptrace.stores.schema import calls, cases, traces
from skiptrace.stores.schema.jobs import jobs
from skiptrace.stores.schema.privacy import case_phones
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn

CHUNK = 500
"""So many cases are written or read at a time."""

_SOME = select(cases).where(OneOf(cases.c.case_id, "ids"))
_KNOWN = select(cases.c.case_id).where(OneOf(cases.c.case_id, "ids"))
_FINISHED = exists().where(traces.c.case_id == cases.c.case_id)
_HELD = exists().where(jobs.c.case_id == cases.c.case_id, jobs.c.state == JobState.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of a case that holds no person."""

    account: Account
    purpose: Purpose
    requester: str
    budget: Decimal
    search: SearchKind = SearchKind.LOCATE


class Intake:
    """Handler for the writer: commits cases that are new."""

    def __init__(self, vault: Vault, index: Fingerprinter, clock: Clock) -> None:
        self._vault = vault
        self._index = index
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
            chunk = given[start : start + CHUNK]
            keys = self._vault.make((case.tenant, case.case_id) for case in chunk)  # also refuses one that was erased
            if not (chunk := _unknown(turn.conn, chunk)):
                continue
            rows = [_row(keys[case.tenant, case.case_id], self._index, case, now) for case in chunk]
            added = set(turn.conn.execute(statement, rows).scalars())
            if marks := _marks(self._index, [case for case in chunk if case.case_id in added]):
                turn.conn.execute(case_phones.insert(), marks)
            new += len(added)
        if new:
            batches = sorted({case.batch_id for case in given})
            turn.events.append(AuditEvent(now, "cases.accepted", " ".join(batches), f"{new} cases"))
        return new


def _unknown(conn: Connection, several: Sequence[Case]) -> list[Case]:
    """Those that were not accepted before: a batch that is run again need not be sealed again."""
    known = set(conn.execute(_KNOWN, {"ids": [case.case_id for case in several]}).scalars())
    return [case for case in several if case.case_id not in known]


def _marks(index: Fingerprinter, added: Sequence[Case]) -> list[dict[str, object]]:
    """The rows of the blind index: numbers and names that the accounts came with."""
    marks = {
        (case.tenant, mark, case.case_id)
        for case in added
        for mark in (
            *(index.contact(case.tenant, ContactKind.PHONE, phone.number) for phone in case.subject.phones),
            *(index.name(case.tenant, name.first, name.last) for name in case.subject.names),
        )
        if mark is not None
    }
    return [{"tenant": tenant, "mark": mark, "case_id": case_id} for tenant, mark, case_id in sorted(marks)]


def _row(keys: SubjectKeys, index: Fingerprinter, case: Case, accepted_at: datetime) -> dict[str, object]:
    subject, row = case.subject, case.case_id
    terms = Terms(case.account, case.purpose, case.requester, case.budget, case.search)
    sealed = {
        "names": subject.names,
        "birth_date": subject.birth_date,
        "ssn4": subject.ssn4,
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
        "ssn": _full_ssn(keys, case),
        "person": index.person(case.tenant, subject.ssn),
    } | {column: keys.file.seal("cases", column, row, encode(value)) for column, value in sealed.items()}


def _full_ssn(keys: SubjectKeys, case: Case) -> bytes:
    """Sealed with a secret of its own, which ends before the others do. Empty once it has."""
    return keys.ssn.seal("cases", "ssn", case.case_id, case.subject.ssn.encode()) if keys.ssn else b""


def _case(keys: SubjectKeys, row: Row[Any]) -> Case:
    terms = decode(Terms, row.terms)

    def opened(column: str) -> bytes:
        return keys.file.open("cases", column, row.case_id, getattr(row, column))

    ssn = keys.ssn.open("cases", "ssn", row.case_id, row.ssn).decode() if keys.ssn and row.ssn else ""
    subject = Subject(
        names=decode(tuple[Name, ...], opened("names")),
        birth_date=decode(PartialDate | None, opened("birth_date")),  # type: ignore[arg-type]
        ssn=ssn,
        ssn4=decode(str, opened("ssn4")),
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
        search=terms.search,
    )


def read_cases(conn: Connection, case_ids: Sequence[str], vault: Vault) -> list[Case | None]:
    """The cases of these ids, None for one that does not exist or was erased. One statement."""
    rows = conn.execute(_SOME, {"ids": list(case_ids)}).all()
    keys = vault.find((row.tenant, row.case_id) for row in rows)
    found = {row.case_id: _case(keys[of], row) for row in rows if (of := (row.tenant, row.case_id)) in keys}
    return [found.get(case_id) for case_id in case_ids]


def unfinished_page(conn: Connection, vault: Vault, batch_id: str, after: int) -> tuple[Sequence[Case], int | None]:
    """The next cases without a finished trace behind row number ``after``, and where they end: None at the very end.

    A case in quarantine is not among them.
    """
    page = (
        select(cases)
        .where(cases.c.batch_id == batch_id, cases.c.number > after, ~_FINISHED, ~_HELD)
        .order_by(cases.c.number)
        .limit(CHUNK)
    )
    rows = conn.execute(page).all()
    keys = vault.find((row.tenant, row.case_id) for row in rows)
    found = [_case(keys[of], row) for row in rows if (of := (row.tenant, row.case_id)) in keys]
    return found, rows[-1].number if rows else None


def batch_state(conn: Connection, batch_id: str) -> BatchState:
    accepted = select(func.count()).select_from(cases).where(cases.c.batch_id == batch_id)
    spent = select(func.sum(calls.c.charged)).where(calls.c.batch_id == batch_id)
    return BatchState(
        batch_id=batch_id,
        accepted=conn.execute(accepted).scalar_one(),
        done=conn.execute(accepted.where(_FINISHED)).scalar_one(),
        spent=conn.execute(spent).scalar_one() or Decimal(0),
    )
