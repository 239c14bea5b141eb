"""Whose data is held: the cases of one consumer, and of all whom a data incident concerns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from skiptrace.stores import schema
from skiptrace.stores.databases import Database
from skiptrace.stores.schema import calls, cases, traces
from skiptrace.stores.trouble import plain_errors

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Incident:
    """What was exposed: everything that was held until ``until``, or only what a provider or an upstream source told
    in [``since``, ``until``).
    """

    since: datetime
    until: datetime
    provider: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """One case that an incident concerns. ``consumer`` is equal for cases of one person. ``held``: not erased since."""

    case_id: str
    account_id: str
    consumer: str
    held: bool


class Consumers:
    """Questions about people across cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cases_of(self, tenant: str, account_id: str) -> Sequence[str]:
        """All cases that hold data on the consumer of an account, on any of their accounts, oldest first."""
        return await self._read(partial(_cases_of, tenant=tenant, account_id=account_id))

    async def affected(self, tenant: str, incident: Incident) -> Sequence[Affected]:
        """The cases that an incident concerns, in the order in which they were accepted."""
        return await self._read(partial(_affected, tenant=tenant, incident=incident))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._database.read(work)


_HELD = func.length(cases.c.names) > 0


def _cases_of(conn: Connection, tenant: str, account_id: str) -> list[str]:
    own = select(cases.c.person).where(cases.c.tenant == tenant, cases.c.account_id == account_id)
    people = [person for person in conn.execute(own).scalars() if person is not None]
    theirs = or_(cases.c.account_id == account_id, cases.c.person.in_(people))
    found = select(cases.c.case_id).where(cases.c.tenant == tenant, theirs, _HELD)
    return list(conn.execute(found.order_by(cases.c.number)).scalars())


def _affected(conn: Connection, tenant: str, incident: Incident) -> list[Affected]:
    columns = (cases.c.case_id, cases.c.account_id, cases.c.person, _HELD.label("held"))
    found = select(*columns).where(cases.c.tenant == tenant, cases.c.accepted_at < incident.until)
    if incident.provider:
        records = schema.source_records
        found = found.where(
            or_(_asked(incident), _rests_on(records, records.c.provider == incident.provider, incident))
        )
    if incident.source:
        tables = (schema.evidence, schema.third_party_evidence)
        found = found.where(or_(*(_rests_on(table, table.c.upstream == incident.source, incident) for table in tables)))
    return [
        Affected(row.case_id, row.account_id, row.person.hex() if row.person else row.account_id, bool(row.held))
        for row in conn.execute(found.order_by(cases.c.number))
    ]


def _asked(incident: Incident) -> ColumnElement[bool]:
    moment = func.coalesce(calls.c.sent_at, calls.c.intended_at, type_=calls.c.sent_at.type)
    then = and_(moment >= incident.since, moment < incident.until)
    return exists().where(calls.c.case_id == cases.c.case_id, calls.c.provider == incident.provider, then)


def _rests_on(table: Table, which: ColumnElement[bool], incident: Incident) -> ColumnElement[bool]:
    """Also on an answer that was bought for another case."""
    then = and_(traces.c.finished_at >= incident.since, traces.c.finished_at < incident.until)
    of_case = (traces.c.case_id == cases.c.case_id, table.c.trace_id == traces.c.trace_id)
    return exists().where(*of_case, which, then)
