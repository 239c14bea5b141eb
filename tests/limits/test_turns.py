"""One process at its providers: bulkhead, breaker, kill switch, patience. Real sockets, real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from time import monotonic

import httpx
import pytest

from skiptrace.errors import InDoubt, StopProvider, TryLater, Withheld
from skiptrace.limits import Terms, Turns
from skiptrace.limits.desk import OwnDesk
from skiptrace.limits.turns import LOOK_AGAIN
from skiptrace.model import Limits, Reply
from skiptrace.ports import Went
from skiptrace.providers.http import MEANING, Exchange, Wire, meaning_of
from skiptrace.stores import SqlStore
from skiptrace.testing.server import Say, ScriptedServer
from tests.builders import FixedClock
from tests.limits.crowd import NoSwitches
from tests.limits.mixture import hanging

TERMS = Terms(window=600, calls=6, failed=0.5, rests=60, retries=0.1, burst=2)


class Switch(NoSwitches):
    def __init__(self) -> None:
        self.off: dict[str, str] = {}

    async def paused(self) -> Mapping[str, str]:
        return self.off


class ByHand:
    """Time that passes when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def turns(
    terms: Terms = TERMS,
    *,
    patience: float = 60.0,
    switch: NoSwitches | None = None,
    seconds: Callable[[], float] = monotonic,
    **limits: Limits,
) -> Turns:
    desk = OwnDesk(FixedClock(), terms, seconds)
    return Turns(limits, desk, switch or NoSwitches(), terms=terms, patience=patience)


@asynccontextmanager
async def wire(limiter: Turns) -> AsyncIterator[Wire]:
    made = Wire(FixedClock(), allow_loopback=True, limiter=limiter)
    try:
        yield made
    finally:
        await made.close()


def trouble(reply: Reply) -> TryLater | None:
    meaning = meaning_of(reply.status, MEANING, (429, 503))
    return TryLater("acme", f"HTTP status {reply.status}") if meaning is TryLater else None


async def ask(through: Wire, provider: str, url: str, deadline: float = 60.0) -> Reply:
    async def nothing() -> None: ...

    return await through.send(Exchange(provider, httpx.Request("GET", url), deadline, trouble), nothing)


class TestASickProvider:
    async def test_one_that_hangs_leaves_the_others_what_they_had(self) -> None:
        """Thirty slots want two vendors in turn, and the first never answers: it holds its six places and no slot more.

        `benchmarks/bulkhead.py` measures what that leaves of the throughput.
        """
        limiter = turns(patience=0.3, acme=Limits(concurrent=6), bond=Limits(concurrent=30))
        held, served, never = 0, 0, asyncio.Event()

        async def slot() -> None:
            nonlocal held, served
            with suppress(Withheld):
                async with limiter.turn("acme", lasts=60):
                    held += 1
                    await never.wait()
            async with limiter.turn("bond", lasts=1):
                served += 1

        slots = [asyncio.create_task(slot()) for _ in range(30)]
        async with asyncio.timeout(60):
            while served < 24:  # noqa: ASYNC110 - many tasks change it
                await asyncio.sleep(0.02)
        assert held == 6
        for each in slots:
            each.cancel()
        await asyncio.gather(*slots, return_exceptions=True)

    async def test_a_dark_one_refuses_and_says_until_when(self) -> None:
        limiter = turns(seconds=ByHand(), acme=Limits(concurrent=8))
        async with hanging() as url, wire(limiter) as through:
            outcomes = await asyncio.gather(*(ask(through, "acme", url, 2.0) for _ in range(8)), return_exceptions=True)
            with pytest.raises(Withheld, match="breaker is open") as raised:
                await ask(through, "acme", url, 2.0)

        assert all(isinstance(outcome, InDoubt) for outcome in outcomes)
        assert raised.value.retry_after == pytest.approx(TERMS.rests)

    async def test_it_is_noticed_though_few_fit_at_once(self) -> None:
        """Two places and attempts that hang for a third of the window: six of them are all that can be."""
        assert Terms().calls_needed(concurrent=8, lasts=15) == 16
        assert Terms().calls_needed(concurrent=8, lasts=0.1) == 20
        assert Terms().calls_needed(concurrent=1, lasts=300) == 1

    async def test_a_probe_that_is_answered_opens_the_way(self) -> None:
        time = ByHand()
        limiter = turns(seconds=time, acme=Limits(concurrent=8))
        async with ScriptedServer(*[Say(500)] * 6, Say()) as server, wire(limiter) as through:
            for _ in range(6):
                await ask(through, "acme", server.url)  # InDoubt for the reader, a reply for the wire
            (standing,) = await limiter.standing()
            assert standing.breaker == "open"
            time.now += TERMS.rests + 0.05
            await ask(through, "acme", server.url)
            (standing,) = await limiter.standing()
            assert standing.breaker == "closed"

    async def test_a_storm_gets_a_tenth_more_than_was_asked(self) -> None:
        patient = Terms(window=1e6, calls=10_000)
        async with ScriptedServer(Say(503)) as server, wire(turns(patient, acme=Limits(concurrent=50))) as through:
            asked = [ask(through, "acme", server.url) for _ in range(100)]
            outcomes = await asyncio.gather(*asked, return_exceptions=True)

            assert all(isinstance(outcome, TryLater) for outcome in outcomes)
            assert 100 < len(server.heard) <= 100 * 1.1 + patient.burst


class TestWaiting:
    async def test_a_place_is_waited_for(self) -> None:
        limiter = turns(acme=Limits(concurrent=1))

        async def stay() -> None:
            async with limiter.turn("acme", lasts=1) as attempt:
                await asyncio.sleep(0.05)
                attempt.went = Went.WELL

        began = monotonic()
        await asyncio.gather(*(stay() for _ in range(4)))
        assert monotonic() - began > 0.18

    async def test_who_cannot_expect_a_place_in_time_is_told_at_once(self) -> None:
        limiter = turns(patience=0.4, acme=Limits(concurrent=1))

        async def stay() -> None:
            async with limiter.turn("acme", lasts=60):
                await asyncio.sleep(60)

        holder = asyncio.create_task(stay())
        await asyncio.sleep(0.5)
        with pytest.raises(Withheld, match="every place is in use"):
            await stay()
        assert not holder.done()
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        async with limiter.turn("acme", lasts=1):
            pass  # a cancelled attempt leaves its place

    async def test_what_would_take_longer_than_the_patience_is_left_for_later(self) -> None:
        limiter = turns(patience=0.2, seconds=ByHand(), acme=Limits(per_second=2))
        async with limiter.turn("acme", lasts=1):
            pass
        with pytest.raises(Withheld, match="limits leave no room") as raised:
            async with limiter.turn("acme", lasts=1):
                pytest.fail("sent")
        assert raised.value.retry_after == pytest.approx(0.5, rel=0.02)

    async def test_the_wait_comes_before_anything_is_marked_as_sent(self) -> None:
        marks: list[float] = []
        limiter = turns(acme=Limits(per_second=4))

        async def mark() -> None:
            marks.append(monotonic())

        async with ScriptedServer(Say()) as server, wire(limiter) as through:
            began = monotonic()
            for _ in range(2):
                request = httpx.Request("GET", server.url)
                await through.send(Exchange("acme", request, 5.0, trouble), mark)
            assert marks[1] - began > 0.2
            assert len(server.heard) == 2

    async def test_an_exhausted_quota_keeps_everybody_away_until_its_reset(self) -> None:
        headers = (("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "0.4"))
        async with ScriptedServer(Say(headers=headers), Say()) as server, wire(turns(acme=Limits())) as through:
            began = monotonic()
            await ask(through, "acme", server.url)
            await ask(through, "acme", server.url)
            assert monotonic() - began > 0.39


class TestTheKillSwitch:
    async def test_it_is_seen_within_two_seconds(self) -> None:
        switch = Switch()
        limiter = turns(switch=switch, acme=Limits())
        async with limiter.turn("acme", lasts=1):
            pass
        switch.off = {"acme": "invoice in dispute"}
        await asyncio.sleep(LOOK_AGAIN)
        with pytest.raises(Withheld, match="paused: invoice in dispute"):
            async with limiter.turn("acme", lasts=1):
                pytest.fail("sent")

    async def test_who_waits_for_a_turn_sees_it_too(self) -> None:
        switch = Switch()
        limiter = turns(patience=9, switch=switch, acme=Limits(per_second=1))
        async with limiter.turn("acme", lasts=1):
            pass

        async def wait() -> None:
            async with limiter.turn("acme", lasts=1):
                pytest.fail("sent")

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.1)
        switch.off = {"acme": "invoice in dispute"}
        with pytest.raises(Withheld, match="paused"):
            await waiting

    async def test_it_is_a_row_that_outlives_the_process(self, store: SqlStore) -> None:
        await store.switches.pause("acme", "invoice in dispute", "jane")
        await store.switches.pause("acme", "still in dispute", "jane")
        assert await store.switches.paused() == {"acme": "still in dispute"}
        assert await store.switches.resume("acme", "jane")
        assert not await store.switches.resume("acme", "jane")
        assert await store.switches.paused() == {}


async def test_trouble_of_ours_is_not_held_against_the_provider() -> None:
    limiter = turns(acme=Limits(concurrent=99))

    async def refuse() -> None:
        raise StopProvider("acme", "not now")

    async with ScriptedServer(Say()) as server, wire(limiter) as through:
        for _ in range(10):
            with pytest.raises(StopProvider):
                await through.send(Exchange("acme", httpx.Request("GET", server.url), 1.0, trouble), refuse)
        await ask(through, "acme", server.url)
