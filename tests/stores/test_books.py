"""The ledger's rules, whatever is asked of it in whatever order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from skiptrace.errors import CapReached, LostLease
from skiptrace.model import Call, CallState, Reply
from skiptrace.ports import AlreadyBought, Caps, Intent, Reserved
from skiptrace.stores.books import Books, Move, counters

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CAPS = Caps(case=Decimal(2), run=Decimal(3), day=Decimal(4), provider_day=Decimal(3))
LIMITS = {"case": CAPS.case, "run": CAPS.run, "day": CAPS.day, "provider_day": CAPS.provider_day}


def weight(call: Call) -> Decimal:
    return {CallState.SETTLED: call.charged, CallState.NOT_CHARGED: Decimal(0)}.get(call.state, call.reserved)


class Purchases(RuleBasedStateMachine):
    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.now = NOW

    @rule(
        target=calls,
        question=st.sampled_from([b"a", b"b", b"c"]),
        price=st.sampled_from([Decimal("0.333333"), Decimal(1), Decimal("0.1")]),
        case=st.sampled_from(["1", "2"]),
        hours=st.integers(0, 30),
    )
    def reserve(self, question: bytes, price: Decimal, case: str, hours: int) -> Call | None:
        self.now += timedelta(hours=hours)
        call_id = str(len(self.books.entries))
        intent = Intent(call_id, "t", case, "run", "acme", "x", question, price, 36000, 3600, self.now)
        before = dict(self.books.committed)
        try:
            reservation = self.books.reserve(intent, CAPS)
        except CapReached:
            assert self.books.committed == before
            return None
        if isinstance(reservation, AlreadyBought):
            assert reservation.call.state is CallState.SETTLED
        return reservation.call if isinstance(reservation, Reserved) else None

    @rule(call=calls, to=st.sampled_from(list(CallState)), paid=st.sampled_from([Decimal(0), Decimal("0.1")]))
    def move(self, call: Call | None, to: CallState, paid: Decimal) -> None:
        if call is None or to is CallState.INTENDED:
            return
        current = self.books.entries[call.call_id].call
        charged = min(paid, call.reserved) if to is CallState.SETTLED else None
        try:
            moved = self.books.move(Move(current, to, self.now, charged=charged, hit=True))
        except ValueError:
            assert self.books.entries[call.call_id].call == current
            return
        assert moved.token == current.token + 1
        with pytest.raises(LostLease):
            self.books.move(Move(current, to, self.now))

    @invariant()
    def at_most_one_call_per_question_is_active(self) -> None:
        active = [entry.question for entry in self.books.entries.values() if entry.active]
        assert len(active) == len(set(active))
        assert set(active) == set(self.books.active)

    @invariant()
    def the_counters_are_the_sums_of_the_calls_and_below_their_caps(self) -> None:
        sums: Counter[tuple[str, str, str]] = Counter()
        for entry in self.books.entries.values():
            for counter in counters(entry.call):
                sums[counter] += weight(entry.call)  # type: ignore[assignment]
        for counter, committed in self.books.committed.items():
            limit = LIMITS[counter[1]]
            assert committed == sums[counter]
            assert limit is not None
            assert committed <= limit


Purchases.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestPurchases = Purchases.TestCase


def test_there_is_no_way_around_the_stored_reply() -> None:
    books = Books()
    intent = Intent("1", "t", "c", "", "acme", "x", b"q", Decimal(1), 1, 1, NOW)
    reserved = books.reserve(intent, Caps())
    assert isinstance(reserved, Reserved)
    with pytest.raises(ValueError, match="does not go from sent"):
        books.move(Move(reserved.call, CallState.SETTLED, NOW))
    answered = books.move(Move(reserved.call, CallState.ANSWERED, NOW, reply=Reply(200, b"", NOW)))
    settled = books.move(Move(answered, CallState.SETTLED, NOW, charged=Decimal(1)))
    assert (settled.state, settled.answered_at) == (CallState.SETTLED, NOW)


def test_a_call_with_a_made_up_token_is_not_ours_to_move() -> None:
    books = Books()
    intent = Intent("1", "t", "c", "", "acme", "x", b"q", Decimal(1), 1, 1, NOW)
    reserved = books.reserve(intent, Caps())
    assert isinstance(reserved, Reserved)
    for stranger in (replace(reserved.call, token=7), replace(reserved.call, state=CallState.ANSWERED)):
        with pytest.raises(LostLease):
            books.move(Move(stranger, CallState.IN_DOUBT, NOW))
