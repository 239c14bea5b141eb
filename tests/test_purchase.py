"""One purchase from intent to settlement: never pay twice, book every charge, list every doubt."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from skiptrace import purchase
from skiptrace.errors import BrokenReply, InDoubt, SkipProvider, StopProvider, StoreError, TryLater
from skiptrace.model import (
    Answer,
    Call,
    CallState,
    ChargedOn,
    Inquiry,
    Lane,
    Lease,
    Name,
    Reply,
    Request,
    SourceRecord,
    StepResult,
)
from skiptrace.ports import BeforeFirstByte, Caps
from skiptrace.purchase import UNLIMITED, Bought, Buyer, Permit, canonical
from skiptrace.stores import SqlStore
from skiptrace.waterfall import Ask, StrategyStep
from tests import builders as build
from tests.builders import FixedClock
from tests.scripted import BeforeTheFirstByte, InTheReply, Line, OnTheWire, Scripted

HIT = Answer(records=(SourceRecord("r1", "acme", names=(Name("Marion", "", "Okafor"),)),))
MISS = Answer()
PRICE = Decimal("0.25")


class Shop:
    """A buyer, a scripted provider and a real ledger."""

    def __init__(self, store: SqlStore, clock: FixedClock, *script: Line, caps: Caps | None = None) -> None:
        numbers = itertools.count()
        self.store, self.provider = store, Scripted(build.manifest(), script)
        self.buyer = Buyer(store, clock, caps or Caps(), lambda: f"call-{next(numbers)}")

    async def buy(self, permit: Permit = UNLIMITED, **changes: object) -> Bought:
        case = build.case(**changes)
        await self.store.accept([case])
        manifest = self.provider.manifest
        row = StrategyStep(manifest.id, "search")
        ask = Ask(row, manifest, manifest.product("search"), Inquiry(case.subject), Decimal(1), "test")
        request = self.provider.to_request("search", ask.inquiry)
        assert request is not None
        return await self.buyer.buy(case, ask, self.provider, request, permit)

    async def calls(self) -> list[Call]:
        return list(await self.store.calls("case-1"))

    async def state(self) -> tuple[CallState, Decimal]:
        (call,) = await self.calls()
        return call.state, call.charged


async def test_a_hit_is_charged_at_its_price_and_its_bytes_are_kept(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT)
    bought = await shop.buy()
    assert (bought.result, bought.cost) == (StepResult.FOUND, PRICE)
    assert await shop.state() == (CallState.SETTLED, PRICE)
    reply = await store.reply(bought.call_id)
    assert reply is not None
    assert reply.body == b"0"


async def test_nothing_found_is_an_answer_and_costs_nothing_where_only_hits_are_charged(
    store: SqlStore, clock: FixedClock
) -> None:
    shop = Shop(store, clock, MISS)
    bought = await shop.buy()
    assert (bought.result, bought.cost) == (StepResult.NOTHING_FOUND, Decimal(0))
    assert await shop.state() == (CallState.SETTLED, Decimal(0))


async def test_nothing_found_is_charged_where_every_request_is(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, MISS)
    shop.provider.manifest = build.manifest(build.product(charged_on=ChargedOn.REQUEST))
    assert (await shop.buy()).cost == PRICE


async def test_the_same_question_is_bought_once_also_for_another_case(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT)
    await shop.buy()
    again = await shop.buy()
    other = await shop.buy(case_id="case-2")
    assert [b.result for b in (again, other)] == [StepResult.FOUND] * 2
    assert [b.cost for b in (again, other)] == [Decimal(0)] * 2
    assert shop.provider.sent == 1


async def test_a_miss_is_remembered_for_as_long_as_the_terms_say(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, MISS, HIT)
    await shop.buy()
    clock.at += timedelta(days=7) - timedelta(milliseconds=1)
    assert (await shop.buy()).result is StepResult.NOTHING_FOUND
    assert shop.provider.sent == 1
    clock.at += timedelta(milliseconds=2)
    assert (await shop.buy()).result is StepResult.NOTHING_FOUND, "within a case an answer does not go stale"
    assert (await shop.buy(case_id="case-2")).result is StepResult.FOUND


async def test_t62_another_tenant_buys_for_itself(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT, HIT)
    await shop.buy()
    assert (await shop.buy(case_id="case-2", tenant="other")).cost == PRICE


async def test_trouble_before_the_first_byte_is_on_no_books_and_may_be_asked_again(
    store: SqlStore, clock: FixedClock
) -> None:
    shop = Shop(store, clock, BeforeTheFirstByte(TryLater("acme", "no connection")))
    bought = await shop.buy()
    assert (bought.result, bought.reason, bought.call_id) == (StepResult.FAILED, "no connection", "")
    assert await shop.calls() == []
    shop.provider.script = (HIT,)
    assert (await shop.buy()).result is StepResult.FOUND


async def test_silence_after_the_first_byte_is_a_doubt_and_is_never_repeated(
    store: SqlStore, clock: FixedClock
) -> None:
    shop = Shop(store, clock, OnTheWire(InDoubt("acme", "the deadline passed")), HIT)
    assert (await shop.buy()).result is StepResult.IN_DOUBT
    clock.at += timedelta(days=400)
    assert (await shop.buy()).result is StepResult.IN_DOUBT
    assert shop.provider.sent == 1
    assert [call.state for call in await store.in_doubt("default")] == [CallState.IN_DOUBT]


async def test_trouble_with_the_key_stops_the_provider_for_a_while(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, InTheReply(403, StopProvider("acme", "HTTP status 403")), HIT)
    assert (await shop.buy()).result is StepResult.FAILED
    other = build.subject(names=(Name("Abel", "", "Nyberg"),))
    bought = await shop.buy(case_id="case-2", subject=other)
    expected = "left alone since its last trouble: HTTP status 403"
    assert (bought.result, bought.reason) == (StepResult.NOT_ASKED, expected)
    clock.at += timedelta(minutes=15)
    assert (await shop.buy(case_id="case-2", subject=other)).result is StepResult.FOUND


@pytest.mark.parametrize(
    ("line", "charged_on", "charged"),
    [
        (InTheReply(400, SkipProvider("acme", "x")), ChargedOn.HIT, Decimal(0)),
        (InTheReply(400, SkipProvider("acme", "x")), ChargedOn.REQUEST, PRICE),
        (InTheReply(503, BrokenReply("acme", "x")), ChargedOn.REQUEST, Decimal(0)),
        (InTheReply(200, BrokenReply("acme", "x")), ChargedOn.HIT, PRICE),
    ],
)
async def test_an_unusable_reply_is_booked_as_charged_unless_the_terms_say_that_it_is_free(
    store: SqlStore, clock: FixedClock, line: InTheReply, charged_on: ChargedOn, charged: Decimal
) -> None:
    shop = Shop(store, clock, line)
    shop.provider.manifest = build.manifest(build.product(charged_on=charged_on))
    bought = await shop.buy()
    assert (bought.result, bought.cost) == (StepResult.FAILED, charged)
    assert await shop.state() == (CallState.SETTLED if charged else CallState.NOT_CHARGED, charged)


async def test_a_cap_refuses_before_anything_is_sent(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT, caps=Caps(day=Decimal("0.24")))
    bought = await shop.buy()
    assert bought.result is StepResult.REFUSED
    assert "day" in bought.reason
    assert shop.provider.sent == 0


async def test_a_lookup_in_our_own_file_travels_with_the_case_and_is_not_booked_before(
    store: SqlStore, clock: FixedClock
) -> None:
    shop = Shop(store, clock, HIT)
    free = build.product(price=Decimal(0), charged_on=ChargedOn.NEVER)
    shop.provider.manifest = build.manifest(free, method="batch_file", resends_safely=True)
    bought = await shop.buy()
    assert bought.local_reply is not None
    assert bought.local_reply.call.call_id == bought.call_id
    assert await shop.calls() == []


def test_the_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    request = Scripted(build.manifest(), ()).to_request("search", Inquiry(build.subject()))
    assert request is not None
    assert canonical(request) == canonical(replace(request, body={"about": "", "name": "Marion T Okafor"}))
    assert canonical(request) != canonical(replace(request, path="/other"))


async def test_a_question_that_a_late_worker_left_under_way_is_not_waited_for(
    store: SqlStore, clock: FixedClock
) -> None:
    """Its worker lost the job to us and died after the first byte."""
    shop = Shop(store, clock, OnTheWire(RuntimeError("killed")), HIT)
    await store.submit([build.case()], Lane.STANDARD)
    (claimed,) = await store.claim("me", 1, 60)
    with pytest.raises(RuntimeError, match="killed"):
        await shop.buy()
    async with asyncio.timeout(100):
        bought = await shop.buy(Withdrawn(99, lease=claimed.lease))
    assert bought.result is StepResult.IN_DOUBT
    assert [call.state for call in await shop.calls()] == [CallState.IN_DOUBT]


async def test_who_is_overtaken_on_the_way_to_the_first_byte_takes_the_others_answer(
    store: SqlStore, clock: FixedClock
) -> None:
    shop = Shop(store, clock, HIT)
    quick, held = shop.provider, Held(shop.provider)
    shop.provider = held
    slow = asyncio.create_task(shop.buy())
    await held.waiting.wait()
    shop.provider = quick
    assert (await shop.buy(case_id="case-2")).cost == PRICE
    held.go_on.set()
    bought = await slow
    assert (bought.result, bought.cost, quick.sent) == (StepResult.FOUND, Decimal(0), 1)


async def test_a_cap_that_others_reach_on_the_way_to_the_first_byte_refuses(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT, HIT, caps=Caps(day=PRICE))
    quick, held = shop.provider, Held(shop.provider)
    shop.provider = held
    slow = asyncio.create_task(shop.buy())
    await held.waiting.wait()
    shop.provider = quick
    other = build.subject(names=(Name("Abel", "", "Nyberg"),))
    assert (await shop.buy(case_id="case-2", subject=other)).cost == PRICE
    held.go_on.set()
    assert ((await slow).result, quick.sent) == (StepResult.REFUSED, 1)


async def test_a_reply_that_breaks_its_reader_is_kept(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, InTheReply(200, ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        await shop.buy()
    (call,) = await shop.calls()
    assert call.state is CallState.ANSWERED
    assert await store.reply(call.call_id) is not None


async def test_a_provider_that_does_not_say_that_it_sends_is_booked_all_the_same(
    store: SqlStore, clock: FixedClock
) -> None:
    class Silent(Scripted):
        async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
            async def nothing() -> None:
                """It forgets to say so."""

            return await super().send(product, request, nothing)

    shop = Shop(store, clock)
    shop.provider = Silent(build.manifest(), (HIT,))
    assert (await shop.buy()).cost == PRICE
    assert await shop.state() == (CallState.SETTLED, PRICE)


class Held(Scripted):
    """Is connected, and waits before its first byte until ``go_on`` is set."""

    def __init__(self, other: Scripted) -> None:
        super().__init__(other.manifest, other.script)
        self.waiting, self.go_on = asyncio.Event(), asyncio.Event()

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        async def first_byte() -> None:
            self.waiting.set()
            await self.go_on.wait()
            await before_first_byte()

        return await super().send(product, request, first_byte)


@dataclass
class Withdrawn:
    """A permit that is withdrawn after it was asked so many times."""

    asked_at_most: int
    asked: int = 0
    lease: Lease | None = None

    def withdrawn(self) -> str:
        self.asked += 1
        return "cancelled" if self.asked > self.asked_at_most else ""


@pytest.mark.parametrize("asked_at_most", [0, 1])
async def test_a_permit_that_is_withdrawn_before_the_first_byte_costs_nothing(
    store: SqlStore, clock: FixedClock, asked_at_most: int
) -> None:
    """Also when the process was stopped between the commit of ``sent`` and the byte."""
    shop = Shop(store, clock, HIT)
    bought = await shop.buy(permit=Withdrawn(asked_at_most))
    assert (bought.result, bought.reason) == (StepResult.NOT_ASKED, "cancelled")
    assert shop.provider.sent == 0
    assert [call.state for call in await shop.calls()] == [CallState.NOT_CHARGED] * asked_at_most
    assert (await shop.buy()).result is StepResult.FOUND


async def test_the_same_question_in_two_cases_at_once_is_bought_once(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT)
    shop.provider.pause = 0.1
    both = await asyncio.gather(shop.buy(), shop.buy(case_id="case-2"))
    assert [bought.result for bought in both] == [StepResult.FOUND, StepResult.FOUND]
    assert sorted(bought.cost for bought in both) == [Decimal(0), PRICE]
    assert shop.provider.sent == 1


async def test_who_waits_for_an_answer_that_comes_to_nothing_asks_itself(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, OnTheWire(TryLater("acme", "busy")), HIT)
    shop.provider.pause = 0.1
    first, second = await asyncio.gather(shop.buy(), shop.buy(case_id="case-2"))
    assert {first.result, second.result} == {StepResult.FAILED, StepResult.FOUND}
    assert shop.provider.sent == 2


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(store: SqlStore, clock: FixedClock) -> None:
    shop = Shop(store, clock, HIT)
    shop.provider.manifest = build.manifest(build.product(deadline_seconds=-purchase.SETTLING_SECONDS))
    shop.provider.pause = 0.5
    first, second = await asyncio.gather(shop.buy(), shop.buy(case_id="case-2"))
    assert (first.result, second.result, second.later) == (StepResult.FOUND, StepResult.IN_DOUBT, True)
    assert shop.provider.sent == 1


async def test_a_reply_that_was_paid_for_outlasts_a_restart_of_the_database(store: SqlStore, clock: FixedClock) -> None:
    class Restarting:
        """The store, of which the first two tries to keep a reply fail."""

        failures = 2

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        async def keep_reply(self, call: Call, reply: Reply) -> Call:
            if self.failures:
                self.failures -= 1
                raise StoreError("the database cannot be reached")
            return await store.keep_reply(call, reply)

    shop = Shop(store, clock, HIT)
    shop.buyer = replace(shop.buyer, ledger=Restarting())
    assert (await shop.buy()).result is StepResult.FOUND
    assert await shop.state() == (CallState.SETTLED, PRICE)
    assert shop.provider.sent == 1
