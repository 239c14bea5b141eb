"""The result of one account as other programs read it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from skiptrace.model import Contact, ContactStatus, Grant, Ground, StepResult, Trace

JsonObject = dict[str, Any]


def account_object(trace: Trace, on_account: Collection[str] = ()) -> JsonObject:
    """One account: its contacts ranked best first, what it cost and why the search ended.

    ``on_account`` holds the contact ids that the account already had. Contacts of third parties and suppressed ones
    (known to be bad, or withheld by a rule) are only counted: a result is there to be written back.
    """
    shown = shown_contacts(trace)
    return {
        "account_id": trace.account_id,
        "contacts": [contact_object(c, rank, c.contact_id in on_account) for rank, c in shown],
        "cost": float(trace.cost),
        "stop_reason": trace.stop.value,
        "stop_detail": trace.stop_detail,
        "trace_id": trace.trace_id,
        "case_id": trace.case_id,
        "hit": is_hit(trace),
        "suppressed_contacts": len(trace.contacts) - len(shown),
        "third_party_contacts": len(trace.third_party_contacts),
        "events": list(trace.events),
        "steps": [
            {
                "provider": step.provider,
                "product": step.product,
                "result": step.result.value,
                "reason": step.reason,
                "cost": float(step.cost),
                "call_id": step.call_id,
            }
            for step in trace.steps
        ],
    }


def shown_contacts(trace: Trace) -> list[tuple[int, Contact]]:
    """The contacts that may be written back, with their rank in the trace (1 is best)."""
    ranked = enumerate(trace.contacts, 1)
    return [(rank, contact) for rank, contact in ranked if contact.status is not ContactStatus.SUPPRESSED]


def contact_object(contact: Contact, rank: int, on_account: bool) -> JsonObject:
    return {
        "rank": rank,
        "contact_id": contact.contact_id,
        "kind": contact.kind.value,
        "value": contact.value,
        "probability": round(contact.probability, 6),
        "status": contact.status.value,
        "party": contact.party.value,
        "on_account": on_account,
        "furnishable": False,  # rule D-13: what was found is no fact to furnish until the consumer confirmed it
        "line_type": contact.line_type.value,
        "first_seen": str(contact.first_seen or ""),
        "last_seen": str(contact.last_seen or ""),
        "grants": [grant_object(grant) for grant in contact.grants],
        "evidence": [ground_object(ground) for ground in contact.grounds],
        "notes": list(contact.notes),
    }


def grant_object(grant: Grant) -> JsonObject:
    return {
        "channel": grant.channel.value,
        "rule_id": grant.rule_id,
        "citation": grant.citation,
        "zones": list(grant.zones),
        "opens": grant.opens.isoformat("minutes") if grant.opens else "",
        "closes": grant.closes.isoformat("minutes") if grant.closes else "",
    }


def ground_object(ground: Ground) -> JsonObject:
    return {
        "provider": ground.provider,
        "record_id": ground.record_id,
        "upstream": ground.upstream,
        "call_id": ground.call_id,
        "pointer": ground.pointer,
        "verifies": ground.verifies,
    }


def is_hit(trace: Trace) -> bool:
    """Whether any provider returned something."""
    return any(step.result is StepResult.FOUND for step in trace.steps)


def write_back_object(trace: Trace, on_account: Collection[str]) -> JsonObject:
    """``account_object`` as a platform takes it over: what the account came with stands first and is marked."""
    found = account_object(trace, on_account)
    found["contacts"].sort(key=lambda contact: not contact["on_account"])
    return found
