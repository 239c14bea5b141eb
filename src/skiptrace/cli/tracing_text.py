"""One trace as people and programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skiptrace.cli.output import table
from skiptrace.contacting import may_use
from skiptrace.model import Case, Channel, Contact, ContactKind, Effect, LineType, Trace
from skiptrace.reporting.known import on_account
from skiptrace.reporting.results import account_object, shown_contacts
from skiptrace.reporting.text import money
from skiptrace.tracing import App

if TYPE_CHECKING:
    from rich.console import Console

_MOST, _LEAST = 10, 0.05


async def trace_object(trace: Trace, case: Case, app: App) -> dict[str, Any]:
    """The account's result, the decisions that were not passes and, per phone, whether it may be called now."""
    found = account_object(trace, on_account(case.subject, trace.contacts))
    for shown, (_, contact) in zip(found["contacts"], shown_contacts(trace), strict=True):
        shown["evidence_bits"] = [
            {"feature": e.feature, "bits": round(e.bits, 3), "sentence": e.sentence, "asked": e.asked, "found": e.found}
            for e in contact.evidence
        ]
        if contact.kind is ContactKind.PHONE:
            allowed, why = await may_call(trace, contact, app)
            shown["may_call_now"] = {"allowed": allowed, "why": why}
    found["decisions"] = [
        {"rule_id": d.rule_id, "effect": d.effect.value, "about": d.about, "reason": d.reason, "citation": d.citation}
        for d in trace.decisions
        if d.effect is not Effect.PASS
    ]
    return found


async def may_call(trace: Trace, contact: Contact, app: App) -> tuple[bool, str]:
    """Whether a person may dial this number now, and the first reason."""
    now = app.clock.now()
    answer = await may_use(trace, contact, Channel.VOICE_MANUAL, now, store=app.store, rules=app.rules)
    return answer.allowed, "; ".join(answer.reasons[:1])


async def print_trace(out: Console, trace: Trace, app: App, *, whole: bool) -> None:
    """Contacts best first with reasons and what is allowed; then who was asked, the cost and the ending."""
    shown = shown_contacts(trace)
    likeliest = [(rank, c) for rank, c in shown if whole or (rank <= _MOST and c.probability >= _LEAST)]
    for rank, contact in likeliest:
        _print_contact(out, rank, contact)
        if contact.kind is ContactKind.PHONE:
            allowed, why = await may_call(trace, contact, app)
            _print_line(out, "call now: yes" if allowed else f"call now: no, {why}")
    if not shown:
        out.print("No contact was found.")
    elif len(likeliest) < len(shown):
        out.print(f"\n{len(shown) - len(likeliest)} less likely contacts; --all shows them.")
    steps = [
        [f"{s.provider}.{s.product}", s.result.value.replace("_", " "), money(s.cost), s.reason] for s in trace.steps
    ]
    if steps:
        out.print()
        out.print(table(["asked", "result", "cost", "why"], steps, right=["cost"]))
    if trace.third_party_contacts:
        out.print(f"{len(trace.third_party_contacts)} contacts of other people were found and are kept apart.")
    out.print(f"Ended: {trace.stop.value}, {trace.stop_detail}. Cost {money(trace.cost)}.", markup=False)
    out.print(f"Every value can be explained: skiptrace why {trace.trace_id}", markup=False)


def _print_contact(out: Console, rank: int, contact: Contact) -> None:
    from rich.text import Text

    seen = " to ".join(dict.fromkeys(str(day) for day in (contact.first_seen, contact.last_seen) if day))
    about = [contact.party.value.replace("_", " ")]
    if contact.line_type is not LineType.UNKNOWN:
        about.append(contact.line_type.value.replace("_", " "))
    about += [f"seen {seen}"] if seen else []
    out.print()
    out.print(
        Text.assemble(
            f"{rank:>2}  ",
            (contact.value, "bold"),
            f"  {contact.probability:.2f} {contact.status.value}",
            (f"  {', '.join(about)}", "dim"),
        )
    )
    channels = ", ".join(grant.channel.value.replace("_", " ") for grant in contact.grants)
    _print_line(out, f"channels: {channels or 'none'}")
    for evidence in sorted(contact.evidence, key=lambda e: -abs(e.bits))[:2]:
        _print_line(out, f"{evidence.bits:+.1f} bits  {evidence.sentence}")


def _print_line(out: Console, text: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    out.print(Padding(Text(text), (0, 0, 0, 4)))
