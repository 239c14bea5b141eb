"""Everything that was done for one case, for an examiner: as JSON, and as W3C PROV-JSON.

The full SSN is never written: the last four digits stand for it. Raw replies are named by their digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from skiptrace.model import Call, Case, Contact, Outcome, Personal, Reply, SourceRecord, Trace
from skiptrace.privacy import AuditRow
from skiptrace.privacy.audit import canonical

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One event that left the house, and what became of it at each sink."""

    event_id: str
    kind: str
    at: datetime
    deliveries: Mapping[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Dossier(Personal):
    """One case with all that was asked, found, judged, decided, written back and used. Replies are by call id."""

    case: Case
    calls: tuple[Call, ...]
    replies: Mapping[str, Reply]
    traces: tuple[Trace, ...]
    records: tuple[SourceRecord, ...]
    outcomes: tuple[Outcome, ...]
    told: tuple[Told, ...]
    audit: tuple[AuditRow, ...]


def to_json(dossier: Dossier) -> bytes:
    """The whole dossier as one indented document."""
    case = dossier.case
    masked = replace(case, subject=replace(case.subject, ssn=_masked(case.subject.ssn)))
    document = {
        "case": masked,
        "calls": [_call(call, dossier.replies.get(call.call_id)) for call in dossier.calls],
        "traces": dossier.traces,
        "records": [replace(record, ssn=_masked(record.ssn)) for record in dossier.records],
        "outcomes": dossier.outcomes,
        "told": dossier.told,
        "audit": [orjson.loads(canonical(row.number, row.event)) for row in dossier.audit],
    }
    return orjson.dumps(document, default=plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def to_prov(dossier: Dossier) -> bytes:
    """PROV-JSON (W3C member submission of 2013): entities, activities, agents, and how they relate."""
    prov = _Prov()
    case = dossier.case
    prov.add("agent", "skiptrace", {"prov:type": "prov:SoftwareAgent"})
    prov.add("agent", f"person.{case.requester}", {"prov:type": "prov:Person"})
    prov.relate("actedOnBehalfOf", delegate="skiptrace", responsible=f"person.{case.requester}")
    prov.add("entity", f"case.{case.case_id}", {"st:purpose": " ".join(sorted(case.purpose.codes))})
    prov.relate("wasAttributedTo", entity=f"case.{case.case_id}", agent=f"person.{case.requester}")
    for call in dossier.calls:
        _add_call(prov, call, dossier.replies.get(call.call_id))
    for record in dossier.records:
        prov.add("entity", name := _record_name(record), {"st:pointer": record.pointer, "st:upstream": record.upstream})
        if record.call_id in dossier.replies:
            prov.relate("wasDerivedFrom", generatedEntity=name, usedEntity=f"reply.{record.call_id}")
    for trace in dossier.traces:
        _add_trace(prov, trace, dossier)
    for outcome in dossier.outcomes:
        prov.add("activity", f"outcome.{outcome.outcome_id}", {"st:kind": outcome.kind.value}, outcome.at, outcome.at)
        contact = f"contact.{outcome.trace_id}.{outcome.contact_id}"
        prov.relate("used", activity=f"outcome.{outcome.outcome_id}", entity=contact)
    return orjson.dumps(prov.document, option=orjson.OPT_INDENT_2)


class _Prov:
    """A PROV-JSON document that grows."""

    def __init__(self) -> None:
        self.document: Json = {"prefix": {"st": "urn:skiptrace:"}}
        self._relations = 0

    def add(
        self, kind: str, name: str, facts: Mapping[str, str], start: datetime | None = None, end: datetime | None = None
    ) -> None:
        known = {key: value for key, value in facts.items() if value}
        if start and end:
            known |= {"prov:startTime": start.isoformat(), "prov:endTime": end.isoformat()}
        self.document.setdefault(kind, {})[f"st:{name}"] = known

    def relate(self, kind: str, **ends: str) -> None:
        self._relations += 1
        relation = {f"prov:{role}": f"st:{name}" for role, name in ends.items()}
        self.document.setdefault(kind, {})[f"_:r{self._relations}"] = relation


def _add_call(prov: _Prov, call: Call, reply: Reply | None) -> None:
    facts = {"st:product": call.product, "st:state": call.state.value, "st:charged_usd": f"{call.charged:f}"}
    start = call.sent_at or call.intended_at
    prov.add("activity", f"call.{call.call_id}", facts, start, call.answered_at or start)
    prov.add("agent", f"provider.{call.provider}", {"prov:type": "prov:Organization"})
    prov.relate("used", activity=f"call.{call.call_id}", entity=f"case.{call.case_id}")
    prov.relate("wasAssociatedWith", activity=f"call.{call.call_id}", agent="skiptrace")
    prov.relate("wasAssociatedWith", activity=f"call.{call.call_id}", agent=f"provider.{call.provider}")
    if reply is not None:
        digest = hashlib.sha256(reply.body).hexdigest()
        prov.add("entity", f"reply.{call.call_id}", {"st:sha256": digest, "st:status": str(reply.status)})
        prov.relate("wasGeneratedBy", entity=f"reply.{call.call_id}", activity=f"call.{call.call_id}")


def _add_trace(prov: _Prov, trace: Trace, dossier: Dossier) -> None:
    name = f"trace.{trace.trace_id}"
    versions = {f"st:version_{part}": version for part, version in trace.versions.items()}
    prov.add("activity", name, {"st:stop": trace.stop.value, **versions}, trace.started_at, trace.finished_at)
    prov.relate("wasAssociatedWith", activity=name, agent="skiptrace")
    prov.relate("used", activity=name, entity=f"case.{trace.case_id}")
    records = {(r.provider, r.record_id): _record_name(r) for r in dossier.records}
    for contact in (*trace.contacts, *trace.third_party_contacts):
        _add_contact(prov, trace, contact, records)


def _add_contact(prov: _Prov, trace: Trace, contact: Contact, records: Mapping[tuple[str, str], str]) -> None:
    name = f"contact.{trace.trace_id}.{contact.contact_id}"
    grants = " ".join(f"{grant.channel.value}:{grant.rule_id}" for grant in contact.grants)
    facts = {"st:probability": f"{contact.probability:.6f}", "st:status": contact.status.value, "st:grants": grants}
    prov.add("entity", name, {**facts, "st:party": contact.party.value})
    prov.relate("wasGeneratedBy", entity=name, activity=f"trace.{trace.trace_id}")
    for ground in contact.grounds:
        if record := records.get((ground.provider, ground.record_id)):
            prov.relate("wasDerivedFrom", generatedEntity=name, usedEntity=record)


def _record_name(record: SourceRecord) -> str:
    return f"record.{record.provider}.{record.record_id}"


def _call(call: Call, reply: Reply | None) -> Json:
    facts: Json = {
        "call_id": call.call_id,
        "provider": call.provider,
        "product": call.product,
        "query_fingerprint": call.fingerprint.hex(),
        "state": call.state.value,
        "reserved": call.reserved,
        "charged": call.charged,
        "intended_at": call.intended_at,
        "sent_at": call.sent_at,
        "answered_at": call.answered_at,
        "reason": call.reason,
        "reply": None,
    }
    if reply is not None:
        digest = hashlib.sha256(reply.body).hexdigest()
        facts["reply"] = {"sha256": digest, "bytes": len(reply.body), "status": reply.status}
    return facts


def _masked(ssn: str) -> str:
    return f"***-**-{ssn[-4:]}" if ssn else ""


def plain(value: object) -> object:
    """What orjson does not know by itself."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | Sequence):
        return list(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
