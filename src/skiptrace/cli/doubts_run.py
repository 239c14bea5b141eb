"""Behind ``skiptrace doubts``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput, LostLease
from skiptrace.intake import free_text
from skiptrace.model import Call
from skiptrace.reporting.text import money
from skiptrace.resolving import Bill, end_doubt
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, open_store


async def show(settings: Settings, *, as_json: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        found = await store.in_doubt(settings.tenant)
    if as_json:
        print_json([_object(call) for call in found])
        return
    if not found:
        console().print("No call is in doubt.")
        return
    head = ["call", "case", "product", "price", "since (UTC)", "reason"]
    rows = [
        [c.call_id, c.case_id, f"{c.provider}.{c.product}", money(c.reserved), f"{_since(c):%Y-%m-%d %H:%M}", c.reason]
        for c in found
    ]
    console().print(table(head, rows, right=["price"]))


async def settle(settings: Settings, call_ids: Sequence[str], *, charged: bool, reference: str) -> Sequence[str]:
    """Returns those that somebody else was quicker with.

    Raises BadInput, before anything is settled, for a call that is not in doubt.
    """
    clock, late = SystemClock(), list[str]()
    bill = Bill(None if charged else Decimal(0), free_text(reference, "reference") or "the bill", settings.requester)
    async with open_store(settings, clock) as store:
        found = {call.call_id for call in await store.in_doubt(settings.tenant)}
        if unknown := [call_id for call_id in call_ids if call_id not in found]:
            raise BadInput("call", f"{unknown[0]} is not in doubt; skiptrace doubts list names those that are")
        for call_id in call_ids:
            try:
                await end_doubt(call_id, settings.tenant, bill, store, clock)
            except LostLease:
                late.append(call_id)
    return late


async def take_over(settings: Settings, *, as_json: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        held = await store.take_over(settings.requester)
    if as_json:
        print_json(asdict(held))
        return
    out = console()
    out.print(f"{held.in_doubt:,} calls that were under way are in doubt: see skiptrace doubts list.")
    out.print(f"{held.held:,} cases that had not ended are held: see skiptrace quarantine list.")
    if held.since is not None:
        out.print(f"The vendors' bills know more than these books from {held.since:%Y-%m-%d %H:%M} UTC on.")


def _since(call: Call) -> object:
    return call.sent_at or call.intended_at


def _object(call: Call) -> dict[str, object]:
    return {
        "call_id": call.call_id,
        "case_id": call.case_id,
        "provider": call.provider,
        "product": call.product,
        "price": f"{call.reserved:f}",
        "since": _since(call),
        "reason": call.reason,
    }
