"""The rules of the purchase ledger as pure book-keeping: rows in, decisions and changed rows out.

A turn loads the rows that its operations touch, applies them here in the order they came, and writes back what
changed. Since writers take turns, what was loaded is what is true until the commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from skiptrace.errors import CapReached, LostLease
from skiptrace.model import Call, CallState, Reply
from skiptrace.ports import AlreadyBought, Caps, Intent, Needless, Reservation, Reserved, Unsettled

Question = tuple[bytes, str, str, str]
"""Fingerprint, tenant, provider, product: at most one call per question is active."""

Counter = tuple[str, str, str]
"""Tenant, cap ("case", "run", "day", "provider_day") and what it counts for."""

_FROM: dict[CallState, frozenset[CallState]] = {
    CallState.ANSWERED: frozenset({CallState.SENT, CallState.IN_DOUBT}),
    CallState.SETTLED: frozenset({CallState.ANSWERED, CallState.IN_DOUBT}),
    CallState.NOT_CHARGED: frozenset({CallState.INTENDED, CallState.SENT, CallState.ANSWERED, CallState.IN_DOUBT}),
    CallState.IN_DOUBT: frozenset({CallState.INTENDED, CallState.SENT, CallState.ANSWERED}),
}
"""By its end, from where a move may start. ``INTENDED`` is what an older version wrote before it sent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A call as the ledger holds it. ``active``: it stands for its question; ``hit`` is None until it is settled."""

    call: Call
    active: bool = True
    hit: bool | None = None

    @property
    def question(self) -> Question:
        return (self.call.fingerprint, self.call.tenant, self.call.provider, self.call.product)


@dataclass(frozen=True, slots=True)
class Reserve:
    """Ask for leave to buy."""

    intent: Intent
    caps: Caps


@dataclass(frozen=True, slots=True)
class Move:
    """Move a call on from the state and token that ``call`` shows."""

    call: Call
    to: CallState
    at: datetime
    reason: str = ""
    charged: Decimal | None = None
    hit: bool | None = None
    reply: Reply | None = None


@dataclass(slots=True)
class Books:
    """The loaded rows of one turn. ``changed`` and ``new`` name the calls to write back.

    ``committed`` knows the counters that have a limit; ``changes`` is what this turn adds to any counter.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    active: dict[Question, str] = field(default_factory=dict)
    committed: dict[Counter, Decimal] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    changes: dict[Counter, Decimal] = field(default_factory=dict)

    def load(self, entry: Entry) -> None:
        self.entries[entry.call.call_id] = entry
        if entry.active:
            self.active[entry.question] = entry.call.call_id

    def needless(self, intent: Intent, caps: Caps) -> Needless | None:
        """What makes it needless to buy, None when nothing does. Raises CapReached when the price does not fit."""
        standing = self._active(intent)
        if standing is not None:
            if standing.call.state is not CallState.SETTLED:
                return Unsettled(standing.call)
            if _fresh(standing, intent):
                return AlreadyBought(standing.call, None)
        self._refuse_over(intent, caps)
        return None

    def reserve(self, intent: Intent, caps: Caps) -> Reservation:
        """Reserve the price, or say why there is no need to buy. Raises CapReached and then changes nothing."""
        if found := self.needless(intent, caps):
            return found
        if (stale := self._active(intent)) is not None:
            self._put(replace(stale, active=False))
            del self.active[stale.question]
        entry = Entry(sent(intent))
        self.new.add(intent.call_id)
        self.load(entry)
        self._count(entry.call, intent.price)
        return Reserved(entry.call)

    def _active(self, intent: Intent) -> Entry | None:
        question = (intent.fingerprint, intent.tenant, intent.provider, intent.product)
        return self.entries.get(self.active.get(question, ""))

    def move(self, move: Move) -> Call:
        """One transition.

        Raises LostLease when the row is not as the caller last saw it, ValueError when there is no such transition.
        """
        entry = self.entries.get(move.call.call_id)
        if entry is None or (entry.call.state, entry.call.token) != (move.call.state, move.call.token):
            raise LostLease("another worker has moved this call on")
        if move.call.state not in _FROM.get(move.to, ()):
            raise ValueError(f"a call does not go from {move.call.state} to {move.to}")
        call = _moved(entry.call, move)
        still_active = entry.active and move.to is not CallState.NOT_CHARGED
        self._put(Entry(call, still_active, entry.hit if move.hit is None else move.hit))
        if entry.active and not still_active:
            del self.active[entry.question]
        self._count(call, _weight(call) - _weight(entry.call))
        return call

    def _put(self, entry: Entry) -> None:
        self.entries[entry.call.call_id] = entry
        self.changed.add(entry.call.call_id)

    def _refuse_over(self, intent: Intent, caps: Caps) -> None:
        for counter, limit in limits(intent, caps):
            if self.committed.get(counter, Decimal(0)) + intent.price > limit:
                raise CapReached(counter[1])

    def _count(self, call: Call, change: Decimal) -> None:
        if change:
            for counter in counters(call):
                self.committed[counter] = self.committed.get(counter, Decimal(0)) + change
                self.changes[counter] = self.changes.get(counter, Decimal(0)) + change


def counters(call: Call) -> Iterator[Counter]:
    """What a call counts towards. Its days are those of the intent, in UTC."""
    if call.intended_at is None:
        raise ValueError("a call in the ledger has the time of its intent")
    day = call.intended_at.date().isoformat()
    yield (call.tenant, "case", call.case_id)
    if call.batch_id:
        yield (call.tenant, "run", call.batch_id)
    yield (call.tenant, "day", day)
    yield (call.tenant, "provider_day", f"{day} {call.provider}")


def limits(intent: Intent, caps: Caps) -> Iterator[tuple[Counter, Decimal]]:
    """The counters of a purchase for which there is a cap, each with its cap."""
    of_cap = {"case": caps.case, "run": caps.run, "day": caps.day, "provider_day": caps.provider_day}
    if any(limit is not None for limit in of_cap.values()):
        for counter in counters(sent(intent)):
            if (limit := of_cap[counter[1]]) is not None:
                yield counter, limit


def _weight(call: Call) -> Decimal:
    """What a call holds under the caps: its charge once settled, nothing when not charged, its reservation before."""
    if call.state is CallState.SETTLED:
        return call.charged
    return Decimal(0) if call.state is CallState.NOT_CHARGED else call.reserved


def _fresh(standing: Entry, intent: Intent) -> bool:
    """Within one case an answer does not go stale: a case that is traced again after a crash pays for nothing twice."""
    if standing.call.case_id == intent.case_id:
        return True
    answered = standing.call.answered_at or standing.call.sent_at or standing.call.intended_at
    seconds = intent.fresh_for if standing.hit else intent.miss_fresh_for
    return answered is not None and (intent.at - answered).total_seconds() < seconds


def sent(intent: Intent) -> Call:
    """The call as it goes out."""
    return Call(
        call_id=intent.call_id,
        tenant=intent.tenant,
        case_id=intent.case_id,
        provider=intent.provider,
        product=intent.product,
        fingerprint=intent.fingerprint,
        state=CallState.SENT,
        reserved=intent.price,
        batch_id=intent.batch_id,
        intended_at=intent.at,
        sent_at=intent.at,
    )


def _moved(call: Call, move: Move) -> Call:
    return replace(
        call,
        state=move.to,
        token=call.token + 1,
        reason=move.reason or call.reason,
        charged=call.charged if move.charged is None else move.charged,
        answered_at=move.at if move.to is CallState.ANSWERED else call.answered_at,
    )
