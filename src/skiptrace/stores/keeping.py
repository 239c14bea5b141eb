"""Finished traces as rows: each trace with all it rests on, in few statements and one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, select

from skiptrace.errors import BadInput, LostLease
from skiptrace.model import Contact, Event, Ground, SourceRecord, Trace
from skiptrace.ports import Evidenced
from skiptrace.privacy import AuditEvent, Cipher, Owner, SubjectKeys
from skiptrace.stores import schema
from skiptrace.stores.books import Entry
from skiptrace.stores.codec import encode, pack
from skiptrace.stores.databases import OneOf
from skiptrace.stores.jobs import Ending
from skiptrace.stores.outbox import add_events, events_of
from skiptrace.stores.purchases import row_of
from skiptrace.stores.replies import reply_row
from skiptrace.stores.rows import insert_rows
from skiptrace.stores.shapes import ContactContent, Findings, History
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn

_TABLES = (
    schema.calls,
    schema.replies,
    schema.traces,
    schema.source_records,
    schema.contacts,
    schema.evidence,
    schema.third_party_contacts,
    schema.third_party_evidence,
)

_OWN = (schema.contacts, schema.evidence)
_OTHERS = (schema.third_party_contacts, schema.third_party_evidence)

RecordKeys = Mapping[tuple[str, str], tuple[int, str]]
"""(provider, record id) to the record's number in the trace and its call."""


@dataclass(slots=True)
class _Rows:
    """Rows by table name, in the order of the foreign keys."""

    of: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {t.name: [] for t in _TABLES})


class Keeping:
    """Handler for the writer: keeps traces whole."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def keep(self, turn: Turn, several: Sequence[Sequence[Evidenced]]) -> Sequence[object]:
        """A trace that is kept already stays as it is, so that keeping may be repeated after a lost connection."""
        known = _known(turn, [e.trace.trace_id for done in several for e in done])
        ending = Ending(turn, [e.lease for done in several for e in done if e.lease and e.trace.trace_id not in known])
        keys = self._vault.make((e.trace.tenant, e.trace.case_id) for done in several for e in done)
        local = {(e.trace.tenant, e.trace.case_id) for done in several for e in done if e.local_replies}
        replies = self._vault.for_replies(local)
        rows = _Rows()
        results: list[object] = []
        to_tell: list[Event] = []
        for done in several:
            try:
                fresh = [e for e in done if e.trace.trace_id not in known]
                ending.check(fresh)
                for_this = [_sealed(keys, replies, e) for e in fresh]
            except (BadInput, LostLease) as error:
                results.append(error)
                continue
            known.update(e.trace.trace_id for e in fresh)
            ending.note(fresh)
            _merge(rows, for_this)
            turn.events += [event for evidenced in fresh for event in _events(evidenced)]
            to_tell += [event for evidenced in fresh for event in events_of(evidenced)]
            results.append(None)
        for table in _TABLES:
            insert_rows(turn.conn, table, rows.of[table.name])
        add_events(turn, to_tell)
        ending.write()
        return results


def _sealed(keys: Mapping[Owner, SubjectKeys], replies: Mapping[Owner, Cipher], evidenced: Evidenced) -> _Rows:
    owner = (evidenced.trace.tenant, evidenced.trace.case_id)
    cipher = keys[owner].file
    return _Sealed(cipher, replies.get(owner, cipher)).rows(evidenced)


class _Sealed:
    """The rows of one trace, under the secrets of its case."""

    def __init__(self, cipher: Cipher, replies: Cipher) -> None:
        self._cipher = cipher
        self._replies = replies

    def rows(self, evidenced: Evidenced) -> _Rows:
        trace, rows = evidenced.trace, _Rows()
        for local in evidenced.local_replies:
            rows.of["calls"].append(row_of(Entry(local.call, active=False, hit=None)))
            rows.of["replies"].append(reply_row(self._replies, local.call.call_id, local.reply))
        rows.of["traces"].append(self._trace(trace))
        rows.of["source_records"] = [self._record(trace, n, r) for n, r in enumerate(evidenced.records)]
        keys = {(r.provider, r.record_id): (n, r.call_id) for n, r in enumerate(evidenced.records)}
        self._contacts(rows, trace.trace_id, trace.contacts, keys, _OWN)
        self._contacts(rows, trace.trace_id, trace.third_party_contacts, keys, _OTHERS)
        return rows

    def _trace(self, trace: Trace) -> dict[str, object]:
        history = History(trace.steps, trace.decisions, trace.versions, trace.replaces)
        findings = pack(Findings(trace.matches, trace.events))
        return {
            "trace_id": trace.trace_id,
            "case_id": trace.case_id,
            "tenant": trace.tenant,
            "account_id": trace.account_id,
            "started_at": trace.started_at,
            "finished_at": trace.finished_at,
            "stop": trace.stop.value,
            "stop_detail": trace.stop_detail,
            "cost": trace.cost,
            "history": pack(history),
            "findings": self._cipher.seal("traces", "findings", trace.trace_id, findings),
        }

    def _record(self, trace: Trace, number: int, record: SourceRecord) -> dict[str, object]:
        row = f"{trace.trace_id}/{number}"
        return {
            "trace_id": trace.trace_id,
            "number": number,
            "call_id": record.call_id,
            "provider": record.provider,
            "record_id": record.record_id,
            "content": self._cipher.seal("source_records", "content", row, encode(record)),
        }

    def _contacts(
        self, rows: _Rows, trace_id: str, contacts: Iterable[Contact], keys: RecordKeys, tables: tuple[Table, Table]
    ) -> None:
        table, evidence = tables[0].name, tables[1].name
        for rank, contact in enumerate(contacts):
            if not contact.grounds:
                raise BadInput("contact", "rests on no evidence, so it is not kept")
            rows.of[table].append(self._contact(trace_id, rank, contact, table))
            rows.of[evidence] += [
                _ground(trace_id, contact.contact_id, number, ground, keys)
                for number, ground in enumerate(contact.grounds)
            ]

    def _contact(self, trace_id: str, rank: int, contact: Contact, table: str) -> dict[str, object]:
        content = ContactContent(
            contact.value,
            contact.address,
            contact.line_type,
            contact.first_seen,
            contact.last_seen,
            contact.evidence,
            contact.grants,
            contact.notes,
        )
        return {
            "trace_id": trace_id,
            "contact_id": contact.contact_id,
            "rank": rank,
            "kind": contact.kind.value,
            "party": contact.party.value,
            "status": contact.status.value,
            "probability": contact.probability,
            "first_ground": 0,
            "content": self._cipher.seal(table, "content", f"{trace_id}/{contact.contact_id}", encode(content)),
        }


def _ground(trace_id: str, contact_id: str, number: int, ground: Ground, keys: RecordKeys) -> dict[str, object]:
    record_number, call_id = keys.get((ground.provider, ground.record_id), (None, ""))
    if ground.record_id and record_number is None:
        raise BadInput("contact", "rests on a record that is not part of its trace")
    return {
        "trace_id": trace_id,
        "contact_id": contact_id,
        "number": number,
        "record_number": record_number,
        "call_id": ground.call_id or call_id,
        "provider": ground.provider,
        "record_id": ground.record_id,
        "upstream": ground.upstream,
        "pointer": ground.pointer,
        "verifies": ground.verifies,
    }


def _known(turn: Turn, trace_ids: Sequence[str]) -> set[str]:
    return set(turn.conn.execute(_KNOWN, {"ids": list(trace_ids)}).scalars())


_KNOWN = select(schema.traces.c.trace_id).where(OneOf(schema.traces.c.trace_id, "ids"))


def _merge(into: _Rows, several: Iterable[_Rows]) -> None:
    for rows in several:
        for name, of_table in rows.of.items():
            into.of[name] += of_table


def _events(evidenced: Evidenced) -> Iterable[AuditEvent]:
    trace = evidenced.trace
    for local in evidenced.local_replies:
        at = local.call.intended_at or trace.started_at
        yield AuditEvent(at, "call.local", local.call.call_id, f"{local.call.provider}.{local.call.product}")
    yield AuditEvent(
        trace.finished_at,
        "trace.kept",
        trace.trace_id,
        f"{trace.stop} {trace.cost:f} USD {len(trace.contacts)} contacts",
    )
