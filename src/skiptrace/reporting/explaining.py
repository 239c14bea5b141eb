"""The explanation of a trace: for each contact the evidence, and the chain from it to the bytes that a vendor sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from skiptrace.matching import what_would_change, why_not
from skiptrace.model import Call, Contact, Evidence, Match, Reviewed, Trace
from skiptrace.ports import Store
from skiptrace.reporting.results import JsonObject, account_object, ground_object


def trace_explained(trace: Trace) -> JsonObject:
    """The trace with every rule that was evaluated, the records that are not the subject, and the versions."""
    found = account_object(trace)
    found["decisions"] = [
        {"rule_id": d.rule_id, "effect": d.effect.value, "about": d.about, "reason": d.reason, "citation": d.citation}
        for d in trace.decisions
    ]
    found["rejected"] = [_rejected_object(match) for match in trace.matches if match.probability < 0.5]
    found["versions"] = dict(trace.versions)
    return found


def _rejected_object(match: Match) -> JsonObject:
    """What speaks against a record and what would change it; nothing of the person that it is about."""
    lifts = [
        {"feature": item.feature, "sentence": item.sentence, "probability": round(item.probability, 4)}
        for item in what_would_change(match)
    ]
    return {
        "provider": match.provider,
        "record_id": match.record_id,
        "probability": match.probability,
        "party": match.party.value,
        "ambiguous": match.ambiguous,
        "why_not": why_not(match),
        "would_change": lifts,
    }


async def reviews_told(store: Store, trace: Trace) -> list[JsonObject]:
    """Who released or rejected what rules held, of the account (``contact_id`` is empty) and of this trace's contacts.

    A contact that was looked at in another trace is named by its id in this one.
    """
    case = await store.case(trace.case_id)
    history = await store.history(case) if case else ()
    names = {"": ""} | {c.value: c.contact_id for c in (*trace.contacts, *trace.third_party_contacts)}
    return [
        {
            "rule_id": seen.rule_id,
            "contact_id": names[seen.value],
            "verdict": "released" if seen.released else "rejected",
            "by": event.reported_by,
            "role": seen.role,
            "at": event.at.isoformat(),
            "reason": seen.reason,
            "until": seen.expires_on.isoformat() if seen.released else None,
            "document": seen.document,
        }
        for event in history
        if event.account_id == trace.account_id and isinstance(seen := event.what, Reviewed) and seen.value in names
    ]


async def contact_explained(store: Store, trace: Trace, contact: Contact) -> JsonObject:
    """The contact's evidence, and for each ground the record's evidence, its call and the digest of the raw reply."""
    calls = {call.call_id: call for call in await store.calls(trace.case_id)}
    matches = {(match.provider, match.record_id): match for match in trace.matches}
    chain = []
    for ground in contact.grounds:
        match = matches.get((ground.provider, ground.record_id))
        chain.append(
            {
                **ground_object(ground),
                "match": _match_object(match) if match else None,
                "call": _call_object(calls.get(ground.call_id)),
                "reply": await _reply_object(store, ground.call_id),
            }
        )
    return {
        "contact_id": contact.contact_id,
        "kind": contact.kind.value,
        "value": contact.value,
        "probability": contact.probability,
        "status": contact.status.value,
        "party": contact.party.value,
        "evidence": _evidence_objects(contact.evidence),
        "notes": list(contact.notes),
        "chain": chain,
    }


def _match_object(match: Match) -> JsonObject:
    return {
        "probability": match.probability,
        "party": match.party.value,
        "ambiguous": match.ambiguous,
        "evidence": _evidence_objects(match.evidence),
    }


def _evidence_objects(evidence: Sequence[Evidence]) -> list[JsonObject]:
    return [
        {"feature": e.feature, "bits": round(e.bits, 4), "sentence": e.sentence, "asked": e.asked, "found": e.found}
        for e in evidence
    ]


def _call_object(call: Call | None) -> JsonObject | None:
    if call is None:
        return None
    return {
        "call_id": call.call_id,
        "provider": call.provider,
        "product": call.product,
        "state": call.state.value,
        "charged": float(call.charged),
        "sent_at": call.sent_at.isoformat() if call.sent_at else None,
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
    }


async def _reply_object(store: Store, call_id: str) -> JsonObject | None:
    reply = await store.reply(call_id) if call_id else None
    if reply is None:
        return None
    digest = hashlib.sha256(reply.body).hexdigest()
    return {
        "sha256": digest,
        "bytes": len(reply.body),
        "status": reply.status,
        "received_at": reply.received_at.isoformat(),
    }
