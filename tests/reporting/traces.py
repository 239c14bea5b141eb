"""A finished trace to report on. Everybody in it is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

from skiptrace.model import (
    Address,
    Channel,
    Contact,
    ContactKind,
    ContactStatus,
    Effect,
    Grant,
    Ground,
    PartialDate,
    Party,
    RuleDecision,
    Step,
    StepResult,
    StopReason,
    Trace,
)
from tests.builders import NOW

MAIL = Grant(Channel.MAIL, "B-18", "15 USC 1692b(4)")
CALL = Grant(Channel.VOICE_MANUAL, "B-05", "15 USC 1692c", ("America/Chicago",), time(8, 1), time(20, 59))


def contact(number: int, value: str = "9 LARKSPUR WAY, AUSTIN, TX 78701", **changes: Any) -> Contact:
    base = Contact(
        kind=ContactKind.ADDRESS,
        value=value,
        probability=0.93,
        party=Party.SUBJECT,
        contact_id=f"t1.{number}",
        status=ContactStatus.VERIFIED,
        address=Address("9 Larkspur Way", "", "Austin", "TX", "78701"),
        first_seen=PartialDate(2021, 3),
        last_seen=PartialDate(2026),
        grounds=(Ground("reference_file", "r1", "A"), Ground("enformion", "r2")),
        grants=(MAIL,),
    )
    return replace(base, **changes)


def phone(number: int, **changes: Any) -> Contact:
    return contact(
        number,
        "+15125550142",
        **{"kind": ContactKind.PHONE, "address": None, "grants": (CALL,), "probability": 0.8, **changes},
    )


def trace(*contacts: Contact, **changes: Any) -> Trace:
    base = Trace(
        trace_id="t1",
        case_id="c1",
        account_id="P-1001",
        tenant="default",
        started_at=NOW,
        finished_at=NOW,
        stop=StopReason.ENOUGH,
        stop_detail="address 0.93 >= 0.90",
        cost=Decimal("0.25"),
        steps=(
            Step("reference_file", "lookup", StepResult.FOUND, "free", "call-1", Decimal(0), 3),
            Step("enformion", "contact_enrich", StepResult.FOUND, "worth it", "call-2", Decimal("0.25"), 1),
            Step("smarty", "us_street", StepResult.NOT_ASKED, "not needed"),
        ),
        contacts=contacts,
    )
    return replace(base, **changes)


def refused(**changes: Any) -> Trace:
    decision = RuleDecision("X-10", Effect.REFUSE, "case", "the account is closed", "15 USC 1692f")
    other = RuleDecision("X-01", Effect.PASS, "case", "not ceased", "15 USC 1692c(c)")
    return trace(
        stop=StopReason.REFUSED, steps=(), cost=Decimal(0), decisions=(other, decision), stop_detail="X-10", **changes
    )
