"""Reading traces back: rows to the very values that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from skiptrace.model import (
    Contact,
    ContactKind,
    ContactStatus,
    Effect,
    Ground,
    Party,
    SourceRecord,
    StopReason,
    Trace,
)
from skiptrace.privacy import Cipher
from skiptrace.stores import schema
from skiptrace.stores.codec import decode, unpack
from skiptrace.stores.shapes import ContactContent, Findings, History
from skiptrace.stores.vault import Vault

Contacts = Mapping[str, tuple[Contact, ...]]
"""Contacts by trace id, best first."""


def read_traces(conn: Connection, vault: Vault, trace_ids: Sequence[str]) -> Sequence[Trace]:
    """The traces of these ids that exist and were not erased, in the order of the ids. Few statements, however many."""
    found = conn.execute(select(schema.traces).where(schema.traces.c.trace_id.in_(trace_ids)))
    rows = {row.trace_id: row for row in found}
    keys = vault.find((row.tenant, row.case_id) for row in rows.values())
    ciphers = {row.trace_id: keys[of].file for row in rows.values() if (of := (row.tenant, row.case_id)) in keys}
    own = _contacts(conn, ciphers, schema.contacts, schema.evidence)
    others = _contacts(conn, ciphers, schema.third_party_contacts, schema.third_party_evidence)
    return [_trace(ciphers[i], rows[i], own.get(i, ()), others.get(i, ())) for i in trace_ids if i in ciphers]


def read_records(conn: Connection, vault: Vault, trace_id: str) -> Sequence[SourceRecord]:
    """Empty when there is no such trace, or it was erased."""
    table, traces = schema.source_records, schema.traces
    of_trace = select(traces.c.tenant, traces.c.case_id).where(traces.c.trace_id == trace_id)
    trace = conn.execute(of_trace).one_or_none()
    keys = vault.one(trace.tenant, trace.case_id) if trace else None
    if keys is None:
        return []
    cipher = keys.file
    rows = conn.execute(select(table).where(table.c.trace_id == trace_id).order_by(table.c.number))
    return [
        decode(SourceRecord, cipher.open("source_records", "content", f"{trace_id}/{row.number}", row.content))
        for row in rows
    ]


def _contacts(conn: Connection, ciphers: Mapping[str, Cipher], contacts: Table, evidence: Table) -> Contacts:
    trace_ids = list(ciphers)
    grounds: dict[tuple[str, str], list[Ground]] = {}
    of_these = select(evidence).where(evidence.c.trace_id.in_(trace_ids)).order_by(evidence.c.number)
    for row in conn.execute(of_these):
        grounds.setdefault((row.trace_id, row.contact_id), []).append(_ground(row))
    found: dict[str, tuple[Contact, ...]] = {}
    for row in conn.execute(select(contacts).where(contacts.c.trace_id.in_(trace_ids)).order_by(contacts.c.rank)):
        contact = _contact(ciphers[row.trace_id], contacts.name, row, tuple(grounds[row.trace_id, row.contact_id]))
        found[row.trace_id] = (*found.get(row.trace_id, ()), contact)
    return found


def _ground(row: Row[Any]) -> Ground:
    return Ground(row.provider, row.record_id, row.upstream, row.call_id, row.pointer, row.verifies)


def _contact(cipher: Cipher, table: str, row: Row[Any], grounds: tuple[Ground, ...]) -> Contact:
    sealed = cipher.open(table, "content", f"{row.trace_id}/{row.contact_id}", row.content)
    content = decode(ContactContent, sealed)
    return Contact(
        kind=ContactKind(row.kind),
        value=content.value,
        probability=row.probability,
        party=Party(row.party),
        contact_id=row.contact_id,
        status=ContactStatus(row.status),
        address=content.address,
        line_type=content.line_type,
        first_seen=content.first_seen,
        last_seen=content.last_seen,
        grounds=grounds,
        evidence=content.evidence,
        grants=content.grants,
        notes=content.notes,
    )


def _trace(cipher: Cipher, row: Row[Any], contacts: tuple[Contact, ...], third_party: tuple[Contact, ...]) -> Trace:
    history = unpack(History, row.history)
    findings = unpack(Findings, cipher.open("traces", "findings", row.trace_id, row.findings))
    return Trace(
        trace_id=row.trace_id,
        case_id=row.case_id,
        account_id=row.account_id,
        tenant=row.tenant,
        started_at=row.started_at,
        finished_at=row.finished_at,
        stop=StopReason(row.stop),
        stop_detail=row.stop_detail,
        cost=row.cost,
        steps=history.steps,
        decisions=history.decisions,
        matches=findings.matches,
        contacts=contacts,
        third_party_contacts=third_party,
        events=findings.events,
        versions=history.versions,
        replaces=history.replaces,
    )


def trace_ids_of_account(conn: Connection, tenant: str, account_id: str) -> Sequence[str]:
    """Newest first."""
    traces = schema.traces
    of_account = (traces.c.tenant == tenant, traces.c.account_id == account_id)
    newest_first = (traces.c.finished_at.desc(), traces.c.trace_id.desc())
    return list(conn.execute(select(traces.c.trace_id).where(*of_account).order_by(*newest_first)).scalars())


def trace_ids_of_case(conn: Connection, case_id: str) -> Sequence[str]:
    """Oldest first."""
    traces = schema.traces
    of_case = select(traces.c.trace_id).where(traces.c.case_id == case_id)
    return list(conn.execute(of_case.order_by(traces.c.finished_at, traces.c.trace_id)).scalars())


def newest_trace_ids(conn: Connection, tenant: str, at_most: int) -> Sequence[str]:
    """Newest first."""
    traces = schema.traces
    newest_first = (traces.c.finished_at.desc(), traces.c.trace_id.desc())
    found = select(traces.c.trace_id).where(traces.c.tenant == tenant).order_by(*newest_first).limit(at_most)
    return list(conn.execute(found).scalars())


def held_trace_ids(conn: Connection, tenant: str, rule_id: str, among: int) -> Sequence[str]:
    """Of the newest traces, one for each account, those in which a rule (any, when it is empty) held something."""
    traces = schema.traces
    newest: dict[str, tuple[str, bytes]] = {}
    newest_first = (traces.c.finished_at.desc(), traces.c.trace_id.desc())
    wanted = select(traces.c.account_id, traces.c.trace_id, traces.c.history).where(traces.c.tenant == tenant)
    for account_id, trace_id, history in conn.execute(wanted.order_by(*newest_first).limit(among)):
        newest.setdefault(account_id, (trace_id, history))
    return [trace_id for trace_id, history in newest.values() if _holds(unpack(History, history), rule_id)]


def _holds(history: History, rule_id: str) -> bool:
    return any(d.effect is Effect.HOLD and rule_id in ("", d.rule_id) for d in history.decisions)


def trace_ids_of_batch(conn: Connection, batch_id: str) -> Sequence[str]:
    """The newest trace of each case of a batch, in the order the cases were accepted."""
    cases, traces = schema.cases, schema.traces
    newest_last = (
        select(cases.c.case_id, traces.c.trace_id)
        .join(traces, cases.c.case_id == traces.c.case_id)
        .where(cases.c.batch_id == batch_id)
        .order_by(cases.c.number, traces.c.finished_at, traces.c.trace_id)
    )
    return list({row.case_id: row.trace_id for row in conn.execute(newest_last)}.values())
