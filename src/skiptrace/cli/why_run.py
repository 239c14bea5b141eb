"""Behind ``skiptrace why``: read a trace with all that it rests on, and print it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.model import Call, Contact, Effect, Evidence, Match, Trace
from skiptrace.ports import Store
from skiptrace.reporting.results import account_object, ground_object
from skiptrace.reporting.text import money
from skiptrace.settings import Settings
from skiptrace.wiring import connect

if TYPE_CHECKING:
    from rich.console import Console

JsonObject = dict[str, Any]


async def explain(settings: Settings, name: str, contact: str, *, by_account: bool, as_json: bool) -> None:
    """Print the explanation. Raises BadInput when there is no such trace or contact."""
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
        chosen = trace.contacts if not contact else (choose(trace, contact),)
        explained = [await _explained(app.store, trace, found) for found in chosen]
    if as_json:
        print_json({**_trace_object(trace), "contacts": explained})
    elif contact:
        _print_contact(console(), explained[0])
    else:
        _print_trace(console(), trace)


async def find_trace(store: Store, tenant: str, name: str, *, by_account: bool = False) -> Trace:
    trace_id = name
    if by_account:
        found = await store.traces_of_account(tenant, name)
        if not found:
            raise BadInput("account", "has no trace yet; run lookup or batch first")
        trace_id = found[0]
    trace = await store.trace(trace_id)
    if trace is None:
        raise BadInput(
            "trace", "is not known here; the results name it as trace_id, or use --account with an account id"
        )
    return trace


def choose(trace: Trace, name: str) -> Contact:
    for rank, contact in enumerate(trace.contacts, 1):
        if name in {str(rank), contact.contact_id}:
            return contact
    raise BadInput("contact", f"is not one of this trace; it has the ranks 1 to {len(trace.contacts)}")


async def _explained(store: Store, trace: Trace, contact: Contact) -> JsonObject:
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


def _trace_object(trace: Trace) -> JsonObject:
    found = account_object(trace)
    found["decisions"] = [
        {"rule_id": d.rule_id, "effect": d.effect.value, "about": d.about, "reason": d.reason, "citation": d.citation}
        for d in trace.decisions
    ]
    found["versions"] = dict(trace.versions)
    return found


def _print_trace(out: Console, trace: Trace) -> None:
    out.print(
        f"Account {trace.account_id}, trace {trace.trace_id}, {trace.started_at:%Y-%m-%d %H:%M} UTC.", markup=False
    )
    steps = [
        [f"{s.provider}.{s.product}", s.result.value.replace("_", " "), money(s.cost), s.reason] for s in trace.steps
    ]
    out.print(table(["asked", "result", "cost", "why"], steps, right=["cost"]))
    contacts = [
        [str(rank), c.value, f"{c.probability:.3f}", c.status.value, str(len(c.grounds))]
        for rank, c in enumerate(trace.contacts, 1)
    ]
    out.print(table(["", "contact", "p", "status", "grounds"], contacts, right=["", "p", "grounds"]))
    fired = [d for d in trace.decisions if d.effect is not Effect.PASS and d.about == "case"]
    if fired:
        rows = [[d.rule_id, d.effect.value, f"{d.reason} ({d.citation})"] for d in fired]
        out.print(table(["rule", "effect", "reason"], rows))
    out.print(f"Ended: {trace.stop.value}, {trace.stop_detail}. Cost {money(trace.cost)}.", markup=False)
    out.print(f"One contact with its chain: skiptrace why {trace.trace_id} RANK", markup=False)


def _print_contact(out: Console, contact: JsonObject) -> None:
    out.print(f"{contact['value']}: probability {contact['probability']:.3f}, {contact['status']}", markup=False)
    out.print(_evidence_table("Why this contact", contact["evidence"]))
    for link in contact["chain"]:
        match = link["match"]
        upstream = f" from {link['upstream']}" if link["upstream"] else ""
        sure = f", the subject with {match['probability']:.3f}" if match else ""
        out.print(f"Record {link['record_id']} of {link['provider']}{upstream}{sure}", markup=False)
        if match:
            out.print(_evidence_table("Why this record", match["evidence"]))
        call, reply = link["call"], link["reply"]
        if call:
            out.print(f"  call {call['call_id']}: {call['state']}, charged ${call['charged']:.4f}", markup=False)
        if reply:
            where = f" at {link['pointer']}" if link["pointer"] else ""
            out.print(
                f"  raw reply sha256 {reply['sha256']}, {reply['bytes']:,} bytes{where}", markup=False, soft_wrap=True
            )


def _evidence_table(title: str, evidence: Sequence[JsonObject]) -> Any:
    rows = []
    total = 0.0
    for item in evidence:
        total += item["bits"]
        rows.append([f"{item['bits']:+.2f}", f"{total:+.2f}", item["sentence"], item["asked"], item["found"]])
    return table(["bits", "sum", "reason", "asked for", "found"], rows, right=["bits", "sum"], title=title)
