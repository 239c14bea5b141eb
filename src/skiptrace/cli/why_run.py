"""Behind ``skiptrace why``: read a trace with all that it rests on, and print it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.matching import why_not
from skiptrace.model import Contact, Effect, Trace
from skiptrace.ports import Store
from skiptrace.reporting.explaining import contact_explained, reviews_told, trace_explained
from skiptrace.reporting.results import JsonObject
from skiptrace.reporting.text import money
from skiptrace.settings import Settings
from skiptrace.wiring import connect

if TYPE_CHECKING:
    from rich.console import Console


async def explain(settings: Settings, name: str, contact: str, *, by_account: bool, as_json: bool) -> None:
    """Print the explanation. Raises BadInput when there is no such trace or contact."""
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
        chosen = trace.contacts if not contact else (choose(trace, contact),)
        reviews = await reviews_told(app.store, trace)
        explained = [await contact_explained(app.store, trace, found) for found in chosen]
    if as_json:
        print_json({**trace_explained(trace), "reviews": reviews, "contacts": explained})
        return
    if contact:
        _print_contact(console(), explained[0])
    else:
        _print_trace(console(), trace)
    _print_reviews(console(), [r for r in reviews if not contact or r["contact_id"] == chosen[0].contact_id])


async def find_trace(store: Store, tenant: str, name: str, *, by_account: bool = False) -> Trace:
    trace_id = name
    if by_account:
        found = await store.traces_of_account(tenant, name)
        if not found:
            raise BadInput("account", "has no trace yet; run lookup or batch first")
        trace_id = found[0]
    trace = await store.trace(trace_id)
    if trace is None or trace.tenant != tenant:
        raise BadInput(
            "trace", "is not known here; the results name it as trace_id, or use --account with an account id"
        )
    return trace


def choose(trace: Trace, name: str) -> Contact:
    for rank, contact in enumerate(trace.contacts, 1):
        if name in {str(rank), contact.contact_id}:
            return contact
    raise BadInput("contact", f"is not one of this trace; it has the ranks 1 to {len(trace.contacts)}")


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
    rejected = [m for m in trace.matches if m.probability < 0.5]
    if rejected:
        rows = [
            [f"{m.provider} {m.record_id}", f"{m.probability:.3f}", m.party.value.replace("_", " "), why_not(m)]
            for m in rejected
        ]
        out.print(table(["not the subject", "p", "party", "why not, and what would change it"], rows, right=["p"]))
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
        what = f"Record {link['record_id']} of" if link["record_id"] else "Check by"
        out.print(f"{what} {link['provider']}{upstream}{sure}", markup=False)
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


def _print_reviews(out: Console, reviews: Sequence[JsonObject]) -> None:
    for r in reviews:
        about = r["contact_id"] or "the account"
        until = f" until {r['until']}" if r["until"] else ""
        out.print(
            f"{r['rule_id']} on {about}: {r['verdict']} by {r['by']} as {r['role']} ({r['reason']}){until}",
            markup=False,
        )


def _evidence_table(title: str, evidence: Sequence[JsonObject]) -> Any:
    rows = []
    total = 0.0
    for item in evidence:
        total += item["bits"]
        rows.append([f"{item['bits']:+.2f}", f"{total:+.2f}", item["sentence"], item["asked"], item["found"]])
    return table(["bits", "sum", "reason", "asked for", "found"], rows, right=["bits", "sum"], title=title)
