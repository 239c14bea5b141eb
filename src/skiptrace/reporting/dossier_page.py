"""The dossier of one case as a page to read and to print."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from skiptrace.model import Contact, Effect, Trace
from skiptrace.reporting.dossier import Dossier
from skiptrace.reporting.html import masthead, page, section, table
from skiptrace.reporting.text import money


def dossier_page(dossier: Dossier, made_at: datetime) -> str:
    """Queries, replies, scores, rules, grants, writes and uses of one case, and who did what when."""
    case = dossier.case
    codes = ", ".join(sorted(case.purpose.codes)) or "none"
    facts = (
        f"account {case.account.account_id}",
        f"tenant {case.tenant}",
        f"requested by {case.requester}",
        f"purpose {codes}, certified by {case.purpose.certified_by or 'nobody'}",
        f"written {moment(made_at)}",
    )
    parts = [masthead(f"Case {case.case_id}", facts), section("What was asked and paid", _calls(dossier))]
    for trace in dossier.traces:
        parts += [
            section(f"Trace {trace.trace_id}", _steps(trace)),
            section("What was found, and why", _contacts(trace)),
            section("Rules", _rules(trace)),
        ]
    parts += [
        section("What left the house", _told(dossier)),
        section("What happened when a contact was used", _outcomes(dossier)),
        section("Audit trail", _audit(dossier)),
    ]
    return page(f"Case {case.case_id}", parts)


def _calls(dossier: Dossier) -> str:
    rows = []
    for call in dossier.calls:
        reply = dossier.replies.get(call.call_id)
        digest = hashlib.sha256(reply.body).hexdigest() if reply else "not kept"
        at = moment(call.sent_at or call.intended_at)
        what = f"{call.provider}.{call.product}"
        rows.append([at, what, call.state.value.replace("_", " "), money(call.charged), call.call_id, digest])
    return _or_nothing(["sent", "provider", "state", "charged", "call", "SHA-256 of the reply"], rows)


def _steps(trace: Trace) -> str:
    rows = [
        [f"{s.provider}.{s.product}", s.result.value.replace("_", " "), money(s.cost), s.reason] for s in trace.steps
    ]
    ended = f"<p>{moment(trace.started_at)} to {moment(trace.finished_at)}: {trace.stop.value}.</p>"
    return ended + _or_nothing(["asked", "result", "cost", "why"], rows)


def _contacts(trace: Trace) -> str:
    """Contacts of other people are counted only: the page is about the subject."""
    rows = [_contact(contact) for contact in trace.contacts]
    others = len(trace.third_party_contacts)
    note = f"<p>{others} contacts of other people are in case.json.</p>" if others else ""
    return _or_nothing(["contact", "p", "status", "channels", "reasons (bits)", "grounds"], rows) + note


def _contact(contact: Contact) -> list[str]:
    reasons = "; ".join(f"{e.sentence} ({e.bits:+.1f})" for e in contact.evidence)
    grants = "; ".join(f"{g.channel.value} by {g.rule_id}" for g in contact.grants)
    grounds = "; ".join(f"{g.provider} {g.record_id}, call {g.call_id}" for g in contact.grounds)
    return [contact.value, f"{contact.probability:.3f}", contact.status.value, grants or "none", reasons, grounds]


def _rules(trace: Trace) -> str:
    """Every rule that did something; those that were evaluated and passed are counted."""
    fired = [d for d in trace.decisions if d.effect is not Effect.PASS]
    rows = [[d.rule_id, d.effect.value, d.about, d.reason, d.citation] for d in fired]
    passed = len(trace.decisions) - len(fired)
    return f"<p>{passed} more were evaluated and passed; case.json lists them.</p>" + _or_nothing(
        ["rule", "effect", "on", "reason", "citation"], rows
    )


def _told(dossier: Dossier) -> str:
    rows = [
        [moment(t.at), t.kind, ", ".join(f"{sink}: {state}" for sink, state in t.deliveries.items()) or "no sink"]
        for t in dossier.told
    ]
    return _or_nothing(["at", "event", "sinks"], rows)


def _outcomes(dossier: Dossier) -> str:
    rows = [[moment(o.at), o.kind.value.replace("_", " "), o.contact_id, o.reported_by] for o in dossier.outcomes]
    return _or_nothing(["at", "what", "contact", "reported by"], rows)


def _audit(dossier: Dossier) -> str:
    rows = [
        [
            f"{row.number}",
            moment(e.at),
            e.event,
            e.actor,
            "not written down" if e.auth_method is None else f"{e.auth_method or 'unknown'}; {e.mfa or 'unknown'}",
            e.purpose,
            e.detail,
        ]
        for row in dossier.audit
        for e in (row.event,)
    ]
    note = "<p>proof.json shows that these rows stand in the signed trail; <code>skiptrace audit verify</code>.</p>"
    return note + _or_nothing(["row", "at", "event", "who", "signed in by; second factor", "purpose", "detail"], rows)


def _or_nothing(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = list(rows)
    return table(head, body) if body else "<p>None.</p>"


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "not sent"
