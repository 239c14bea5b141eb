"""Finished traces about invented people, and sinks to tell them to."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from skiptrace.model import (
    Call,
    CallState,
    Case,
    Contact,
    ContactKind,
    ContactStatus,
    Ground,
    Party,
    PhoneSighting,
    Reply,
    Retracted,
    SourceRecord,
    StopReason,
    Trace,
)
from skiptrace.ports import Clock, Evidenced, LocalReply
from skiptrace.sinks import SinkSetup
from skiptrace.stores.databases import database_at
from tests import builders as build
from tests.sinks.receiver import SECRET

KNOWN, FOUND = "+15125550142", "+15125550199"


def case_of(number: int, **changes: Any) -> Case:
    return build.case(case_id=f"case-{number}", account=build.account(account_id=f"A-{number}"), **changes)


def finished(case: Case, name: str, at: datetime = build.NOW, *contacts: Contact, **changes: Any) -> Evidenced:
    """A trace of this case. Its contacts rest on one record of a local lookup."""
    trace_id = f"{case.case_id}-{name}"
    stop = changes.pop("stop", StopReason.EXHAUSTED)
    retracted: tuple[Retracted, ...] = changes.pop("retracted", ())
    call_id = f"call-{trace_id}"
    grounded = tuple(_grounded(contact, f"{trace_id}.{rank}", call_id) for rank, contact in enumerate(contacts, 1))
    trace = Trace(
        trace_id,
        case.case_id,
        case.account.account_id,
        case.tenant,
        at,
        at,
        stop,
        "",
        Decimal(0),
        contacts=grounded,
        **changes,
    )
    if not contacts:
        return Evidenced(trace, (), retracted=retracted)
    call = Call(
        call_id,
        case.tenant,
        case.case_id,
        "file",
        "lookup",
        call_id.encode(),
        CallState.SETTLED,
        Decimal(0),
        intended_at=at,
    )
    record = SourceRecord("r1", "file", call_id=call_id, phones=(PhoneSighting(FOUND),))
    return Evidenced(trace, (record,), (LocalReply(call, Reply(200, b"{}", at)),), retracted=retracted)


def phone(value: str = FOUND, probability: float = 0.9, **changes: Any) -> Contact:
    return build.phone(value, probability, **{"status": ContactStatus.LIKELY} | changes)


def _grounded(contact: Contact, contact_id: str, call_id: str) -> Contact:
    from dataclasses import replace

    return replace(contact, contact_id=contact_id, grounds=(Ground("file", "r1", call_id=call_id),))


def setup(name: str, clock: Clock, transport: httpx.AsyncBaseTransport, **changes: Any) -> SinkSetup:
    given: dict[str, Any] = {"secret": SECRET} | changes
    return SinkSetup(name, clock, transport, database_at, **given)


def later(seconds: float) -> datetime:
    return build.NOW + timedelta(seconds=seconds)


__all__ = ["FOUND", "KNOWN", "ContactKind", "Party", "case_of", "finished", "later", "phone", "setup"]
