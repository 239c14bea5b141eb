"""The end of a doubt: a call that was sent and never answered is settled as the vendor's bill shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from skiptrace.errors import LostLease
from skiptrace.model import Call
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent
from skiptrace.purchase import resolve
from skiptrace.stores import SqlStore


@dataclass(frozen=True, slots=True)
class Bill:
    """What the vendor's bill says of a call: ``charged`` in US dollars, 0 for nothing, None for the call's own price.

    ``reference`` is its line on the bill, ``by`` who has read it.
    """

    charged: Decimal | None
    reference: str
    by: str


async def end_doubt(call_id: str, tenant: str, bill: Bill, store: SqlStore, clock: Clock) -> Call:
    """Book what was charged, or release the call, with a row of the audit trail that says by which line of the bill.

    Raises LostLease when the call is not in doubt, or somebody was quicker.
    """
    found = next((call for call in await store.in_doubt(tenant) if call.call_id == call_id), None)
    if found is None:
        raise LostLease("the call is not in doubt, or somebody has settled it meanwhile: look again")
    charged = found.reserved if bill.charged is None else bill.charged

    async def note(event: str, detail: str) -> None:
        await store.audit.note(AuditEvent(clock.now(), event, call_id, detail, bill.by, tenant))

    await note("call.resolved", f"charged {charged:f} USD by {bill.reference}")
    try:
        return await resolve(found, charged or None, f"not on the bill: {bill.reference}", store, clock.now())
    except LostLease:
        await note("call.not_resolved", "somebody was quicker")
        raise LostLease("somebody was quicker: look again") from None
