"""What happened: rule decisions, waterfall steps, calls, the trace, outcomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from skiptrace.model.judgement import Contact, ContactKind, Match
from skiptrace.model.people import Personal


class Effect(StrEnum):
    """What a rule does when it fires. ``pass`` means that it was evaluated and did not."""

    PASS = "pass"  # noqa: S105 - not a password
    NOTE = "note"
    LIMIT = "limit"
    HOLD = "hold"
    REFUSE = "refuse"
    STOP = "stop"
    GRANT = "grant"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """One rule as evaluated: its id, what it did, on what (a case, a provider, a contact id) and why."""

    rule_id: str
    effect: Effect
    about: str
    reason: str
    citation: str = ""


class StepResult(StrEnum):
    """Nothing found, not asked, failed and refused are four different things."""

    FOUND = "found"
    NOTHING_FOUND = "nothing_found"
    NOT_ASKED = "not_asked"
    FAILED = "failed"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall, taken or not taken, with its reason. ``carried``: taken in the trace before."""

    provider: str
    product: str
    result: StepResult
    reason: str
    call_id: str = ""
    cost: Decimal = Decimal(0)
    records: int = 0
    carried: bool = False


class CallState(StrEnum):
    """Life of a purchase in the ledger."""

    INTENDED = "intended"
    SENT = "sent"
    ANSWERED = "answered"
    SETTLED = "settled"
    NOT_CHARGED = "not_charged"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Call:
    """One purchase from one provider. ``fingerprint`` is an HMAC of the canonical query, so it tells nothing of it.

    ``reserved`` and ``charged`` are US dollars. ``token`` fences: each transition must quote the token it read.
    """

    call_id: str
    tenant: str
    case_id: str
    provider: str
    product: str
    fingerprint: bytes
    state: CallState
    reserved: Decimal
    charged: Decimal = Decimal(0)
    token: int = 0
    batch_id: str = ""
    intended_at: datetime | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    reason: str = ""


class StopReason(StrEnum):
    """Why a trace ended."""

    ENOUGH = "enough"
    EXHAUSTED = "exhausted"
    BUDGET = "budget"
    NOT_WORTH_IT = "not_worth_it"
    REFUSED = "refused"
    HELD = "held"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, repr=False)
class Trace(Personal):
    """One run of the engine on one case. ``replaces`` is the trace of which this one is a new version, if it is one."""

    trace_id: str
    case_id: str
    account_id: str
    tenant: str
    started_at: datetime
    finished_at: datetime
    stop: StopReason
    stop_detail: str
    cost: Decimal
    steps: tuple[Step, ...] = ()
    decisions: tuple[RuleDecision, ...] = ()
    matches: tuple[Match, ...] = ()
    contacts: tuple[Contact, ...] = ()
    third_party_contacts: tuple[Contact, ...] = ()
    events: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    replaces: str = ""


class OutcomeKind(StrEnum):
    """What happened when a contact was used."""

    RIGHT_PARTY = "right_party"
    WRONG_PARTY = "wrong_party"
    DISCONNECTED = "disconnected"
    NO_ANSWER = "no_answer"
    RETURNED_MAIL = "returned_mail"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One observed use of one contact."""

    outcome_id: str
    trace_id: str
    contact_id: str
    kind: OutcomeKind
    at: datetime
    reported_by: str


BAD_OUTCOMES = frozenset({OutcomeKind.WRONG_PARTY, OutcomeKind.DISCONNECTED, OutcomeKind.RETURNED_MAIL})
"""Outcomes after which a value is not to be used again."""


@dataclass(frozen=True, slots=True, repr=False)
class PastOutcome(Personal):
    """What happened when a value was used for this account before; told by value, not by one trace's contact id.

    Of a bad value that was erased or disposed of, only a keyed hash is left: ``value`` is empty then and ``mark`` is
    the fingerprint of its ``mark_text`` (rule X-11).
    """

    contact: ContactKind
    value: str
    kind: OutcomeKind
    at: datetime
    mark: bytes = b""


def mark_text(kind: ContactKind, value: str) -> bytes:
    """A contact's value in the form that is hashed: ten digits, the address without its unit, the e-mail address."""
    if kind is ContactKind.PHONE:
        return "".join(c for c in value if c.isdigit())[-10:].encode()
    if kind is ContactKind.EMAIL:
        return value.strip().casefold().encode()
    line, _, region = value.casefold().partition(",")
    street = _UNIT.sub("", line)
    return " ".join((*re.findall(r"\w+", street), *re.findall(r"\d{5}", region)[-1:])).encode()


_UNIT = re.compile(r"(\b(apt|unit|ste|suite|lot|fl|rm|bldg|trlr)\b|#).*")
