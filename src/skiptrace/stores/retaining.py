"""Disposal of what has been kept long enough. Each page of cases is destroyed, then emptied and audited; a run that is
stopped goes on where it was. The audit rows are the disposal log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, exists, func, literal, select

from skiptrace.model import JobState
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent, Fingerprinter, Owner, Part
from skiptrace.privacy.retention import Kind, RetentionRule
from skiptrace.stores import purging, schema
from skiptrace.stores.databases import Database
from skiptrace.stores.erasing import NOTHING, empty, forget_questions, is_held
from skiptrace.stores.following import bury
from skiptrace.stores.history import OWNER, disposable_events, empty_owned
from skiptrace.stores.purging import Purge
from skiptrace.stores.schema import calls, cases, outcomes, replies, traces
from skiptrace.stores.schema.history import consumer_events
from skiptrace.stores.schema.jobs import jobs
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn, Writer

PAGE = 200
_LET_GO = -1

_ENDED = (JobState.DONE, JobState.CANCELLED, JobState.QUARANTINED)
_OPEN_JOB = exists().where(jobs.c.case_id == cases.c.case_id, jobs.c.state.not_in(_ENDED))


_Empties = Callable[[Connection, Sequence[Owner], datetime], None]


@dataclass(frozen=True, slots=True)
class Disposed:
    """What one rule did, or would do: the cases it touched, or the rows of which no case is the owner."""

    rule: RetentionRule
    count: int


@dataclass(frozen=True, slots=True)
class _Page:
    rule: RetentionRule
    owners: Sequence[Owner]
    cutoff: datetime


class Retaining:
    """The retention job."""

    def __init__(self, database: Database, writer: Writer, vault: Vault, clock: Clock, index: Fingerprinter) -> None:
        self._database = database
        self._writer = writer
        self._vault = vault
        self._clock = clock
        self._index = index

    async def run(self, rules: Sequence[RetentionRule], *, dry: bool) -> Sequence[Disposed]:
        """Apply every rule to everything that is due and not held. ``dry`` only counts."""
        return [Disposed(rule, await self._apply(rule, dry=dry)) for rule in rules]

    async def _apply(self, rule: RetentionRule, *, dry: bool) -> int:
        if rule.kind not in purging.KINDS:
            return await (self._count(rule) if dry else self._dispose(rule))
        cutoff = self._cutoff(rule)
        if dry:
            with plain_errors():
                return await self._database.read(partial(purging.count, kind=rule.kind, cutoff=cutoff))
        done = 0
        while page := cast("int", await self._writer.write(purging.purge, Purge(rule, cutoff, self._clock.now()))):
            done += page
        return done

    async def _count(self, rule: RetentionRule) -> int:
        due = select(func.count()).select_from(_due(rule.kind, self._cutoff(rule)).subquery())
        with plain_errors():
            return await self._database.read(lambda conn: conn.execute(due).scalar_one())

    async def _dispose(self, rule: RetentionRule) -> int:
        done, cutoff = 0, self._cutoff(rule)
        while owners := await self._page(rule.kind, cutoff):
            await self._writer.write(self._begin, _Page(rule, owners, cutoff))
            if destroys := _DESTROYS.get(rule.kind):
                with plain_errors():
                    await self._database.read(partial(self._destroy, owners, destroys[0]))
            done += cast("int", await self._writer.write(self._empty, _Page(rule, owners, cutoff)))
        return done

    def _destroy(self, owners: Sequence[Owner], part: Part | None, _: Connection) -> int:
        return self._vault.destroy(owners, self._clock.now(), part)

    async def _page(self, kind: Kind, cutoff: datetime) -> Sequence[Owner]:
        due = _due(kind, cutoff)
        page = due.order_by(due.selected_columns.number).limit(PAGE)
        with plain_errors():
            rows = await self._database.read(lambda conn: conn.execute(page).all())
        return [(row.tenant, row.owner) for row in rows]

    def _cutoff(self, rule: RetentionRule) -> datetime:
        return self._clock.now() - timedelta(days=rule.keep_days)

    def _begin(self, turn: Turn, pages: Sequence[_Page]) -> Sequence[object]:
        """Before anything is destroyed: questions that lose their answers may be bought again."""
        turn.take()
        for page in pages:
            if page.rule.kind in (Kind.RAW_REPLIES, Kind.CASE_FILES):
                forget_questions(turn.conn, [case_id for _, case_id in page.owners])
            if page.rule.kind is Kind.CASE_FILES:
                bury(turn.conn, _accounts_of(turn.conn, page.owners), self._vault, self._index)
            said = f"{len(page.owners)} {'events' if page.rule.kind is Kind.CONSUMER_EVENTS else 'cases'}"
            turn.events.append(AuditEvent(self._clock.now(), "disposal.begun", page.rule.kind, said))
        return [None] * len(pages)

    def _empty(self, turn: Turn, pages: Sequence[_Page]) -> Sequence[object]:
        for page in pages:
            _EMPTIES[page.rule.kind](turn.conn, page.owners, page.cutoff)
            turn.events += [
                AuditEvent(self._clock.now(), f"disposed.{page.rule.kind}", owner, page.rule.citation, tenant=tenant)
                for tenant, owner in page.owners
            ]
        return [len(page.owners) for page in pages]


def _accounts_of(conn: Connection, owners: Sequence[Owner]) -> list[tuple[str, str]]:
    of_these = cases.c.case_id.in_([case_id for _, case_id in owners])
    found = conn.execute(select(cases.c.tenant, cases.c.account_id).where(of_these).distinct())
    return [(row.tenant, row.account_id) for row in found]


def _due(kind: Kind, cutoff: datetime) -> Select[tuple[str, str, int]]:
    """The owners of the secrets, cases or events, to which a rule applies now; a held account's never."""
    if kind is Kind.CONSUMER_EVENTS:
        owner = (literal(OWNER) + consumer_events.c.event_id).label("owner")
        events = select(consumer_events.c.tenant, owner, consumer_events.c.number)
        return events.where(disposable_events(cutoff), ~is_held(consumer_events))
    of_case = select(cases.c.tenant, cases.c.case_id.label("owner"), cases.c.number)
    return of_case.where(_IS_DUE[kind](cutoff), ~is_held(cases))


def _ssn_is_due(cutoff: datetime) -> ColumnElement[bool]:
    finished = exists().where(traces.c.case_id == cases.c.case_id, traces.c.finished_at <= cutoff)
    return and_(func.length(cases.c.ssn) > 0, finished, ~_OPEN_JOB)


def _replies_are_due(cutoff: datetime) -> ColumnElement[bool]:
    of_case = and_(calls.c.case_id == cases.c.case_id, replies.c.call_id == calls.c.call_id)
    kept = exists().where(of_case, func.length(replies.c.body) > 0)
    return and_(kept, ~exists().where(of_case, replies.c.received_at > cutoff), ~_OPEN_JOB)


def _third_parties_are_due(cutoff: datetime) -> ColumnElement[bool]:
    table = schema.third_party_contacts
    return exists().where(_of_old_trace(table, cutoff), traces.c.case_id == cases.c.case_id, ~_asked(table))


def _unused_are_due(cutoff: datetime) -> ColumnElement[bool]:
    table = schema.contacts
    return exists().where(_of_old_trace(table, cutoff), traces.c.case_id == cases.c.case_id, ~_used(table))


def _files_are_due(cutoff: datetime) -> ColumnElement[bool]:
    later = (
        exists().where(traces.c.case_id == cases.c.case_id, traces.c.finished_at > cutoff),
        exists().where(calls.c.case_id == cases.c.case_id, calls.c.intended_at > cutoff),
        exists().where(
            traces.c.case_id == cases.c.case_id, outcomes.c.trace_id == traces.c.trace_id, outcomes.c.at > cutoff
        ),
        exists().where(
            consumer_events.c.tenant == cases.c.tenant,
            consumer_events.c.account_id == cases.c.account_id,
            consumer_events.c.recorded_at > cutoff,
        ),
    )
    return and_(func.length(cases.c.names) > 0, cases.c.accepted_at <= cutoff, *(~one for one in later), ~_OPEN_JOB)


_IS_DUE: Mapping[Kind, Callable[[datetime], ColumnElement[bool]]] = {
    Kind.FULL_SSN: _ssn_is_due,
    Kind.RAW_REPLIES: _replies_are_due,
    Kind.THIRD_PARTY_CONTACTS: _third_parties_are_due,
    Kind.UNUSED_CONTACTS: _unused_are_due,
    Kind.CASE_FILES: _files_are_due,
}

_DESTROYS: Mapping[Kind, tuple[Part | None]] = {
    Kind.FULL_SSN: (Part.SSN,),
    Kind.RAW_REPLIES: (Part.REPLIES,),
    Kind.CASE_FILES: (None,),
    Kind.CONSUMER_EVENTS: (None,),
}


def _of_old_trace(table: Table, cutoff: datetime) -> ColumnElement[bool]:
    return and_(table.c.trace_id == traces.c.trace_id, traces.c.finished_at <= cutoff)


def _used(table: Table) -> ColumnElement[bool]:
    return exists().where(outcomes.c.trace_id == table.c.trace_id, outcomes.c.contact_id == table.c.contact_id)


def _asked(table: Table) -> ColumnElement[bool]:
    """A third party who was asked once: the row is the proof of whom, and stays as long as the file does."""
    events = consumer_events
    of_account = (events.c.tenant == traces.c.tenant, events.c.account_id == traces.c.account_id)
    return exists().where(*of_account, traces.c.trace_id == table.c.trace_id, events.c.contact_id == table.c.contact_id)


def _empty_ssn(conn: Connection, case_ids: Sequence[str], _: datetime) -> None:
    conn.execute(cases.update().where(cases.c.case_id.in_(case_ids)).values(ssn=NOTHING))


def _empty_replies(conn: Connection, case_ids: Sequence[str], _: datetime) -> None:
    of_calls = select(calls.c.call_id).where(calls.c.case_id.in_(case_ids))
    conn.execute(replies.update().where(replies.c.call_id.in_(of_calls)).values(headers=NOTHING, body=NOTHING))


_Kept = Callable[[Table], ColumnElement[bool]]


def _delete_contacts(
    tables: tuple[Table, Table], kept: _Kept, conn: Connection, case_ids: Sequence[str], cutoff: datetime
) -> None:
    """Contacts that are not ``kept``, of old traces. Contact and evidence hold each other: one has to let go first."""
    contacts, evidence = tables
    old = select(traces.c.trace_id).where(traces.c.case_id.in_(case_ids), traces.c.finished_at <= cutoff)
    let_go = contacts.c.first_ground == _LET_GO
    conn.execute(contacts.update().where(contacts.c.trace_id.in_(old), ~kept(contacts)).values(first_ground=_LET_GO))
    of_these = (contacts.c.trace_id == evidence.c.trace_id, contacts.c.contact_id == evidence.c.contact_id)
    conn.execute(delete(evidence).where(evidence.c.trace_id.in_(old), exists().where(*of_these, let_go)))
    conn.execute(delete(contacts).where(contacts.c.trace_id.in_(old), let_go))
    _delete_records(conn, old)


def _delete_records(conn: Connection, old: Select[tuple[str]]) -> None:
    """Records of old traces on which no contact rests any more."""
    records = schema.source_records
    needed = [
        exists().where(table.c.trace_id == records.c.trace_id, table.c.record_number == records.c.number)
        for table in (schema.evidence, schema.third_party_evidence)
    ]
    conn.execute(delete(records).where(records.c.trace_id.in_(old), *(~one for one in needed)))


def _of_cases(empty_them: Callable[[Connection, Sequence[str], datetime], None]) -> _Empties:
    return lambda conn, owners, cutoff: empty_them(conn, [case_id for _, case_id in owners], cutoff)


_THIRD_PARTIES = partial(_delete_contacts, (schema.third_party_contacts, schema.third_party_evidence), _asked)
_UNUSED = partial(_delete_contacts, (schema.contacts, schema.evidence), _used)

_EMPTIES: Mapping[Kind, _Empties] = {
    Kind.FULL_SSN: _of_cases(_empty_ssn),
    Kind.RAW_REPLIES: _of_cases(_empty_replies),
    Kind.THIRD_PARTY_CONTACTS: _of_cases(_THIRD_PARTIES),
    Kind.UNUSED_CONTACTS: _of_cases(_UNUSED),
    Kind.CASE_FILES: _of_cases(lambda conn, case_ids, _: empty(conn, case_ids)),
    Kind.CONSUMER_EVENTS: lambda conn, owners, _: empty_owned(conn, owners),
}
