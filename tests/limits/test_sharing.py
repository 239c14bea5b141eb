"""What many processes on one Redis may do together, and what they do when it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import pytest

from skiptrace.errors import Withheld
from skiptrace.limits import Terms, Turns
from skiptrace.limits.desk import OwnDesk
from skiptrace.limits.redis_desk import AWAY_FOR, RedisDesk, _Offset
from skiptrace.model import Limits
from skiptrace.ports import Went
from tests.builders import FixedClock
from tests.limits.crowd import Crowd, NoSwitches, ask
from tests.servers.redis import Redis

TERMS = Terms(window=600, calls=4, failed=0.5, rests=60, retries=0.1, burst=1)
STATE, PLACES, QUOTAS = (f"skiptrace:limits:{{acme}}:{name}" for name in ("state", "places", "quotas"))


@asynccontextmanager
async def fleet(redis: Redis, limits: Limits, *, size: int = 2, patience: float = 20.0) -> AsyncIterator[list[Turns]]:
    """Limiters that share nothing but the server, as processes would; none takes a busy server for one that is away."""
    async with AsyncExitStack() as stack:
        made = []
        for number in range(size):
            desk = RedisDesk(redis.url, f"worker-{number}", TERMS, OwnDesk(FixedClock(), TERMS), answers_within=60)
            turns = Turns({"acme": limits}, desk, NoSwitches(), terms=TERMS, patience=patience)
            stack.push_async_callback(turns.close)
            made.append(turns)
        yield made


async def send(turns: Turns, went: Went = Went.WELL, *, again: bool = False) -> float:
    """One attempt; returns when it was made."""
    async with turns.turn("acme", lasts=1.0, again=again) as attempt:
        at = monotonic()
        attempt.went = went
    return at


async def heard(*workers: Turns) -> None:
    """Ends of attempts travel without anybody waiting for them."""
    for worker in workers:
        assert isinstance(worker._desk, RedisDesk)
        if (messenger := worker._desk._messenger) is not None:
            await messenger


def rested(redis: Redis) -> None:
    """As if the breaker's rest were over."""
    redis.client().hset(STATE, "open_until", "1")


async def refused(turns: Turns, why: str, *, again: bool = False) -> Withheld:
    with pytest.raises(Withheld, match=why) as raised:
        await send(turns, again=again)
    return raised.value


def test_eight_processes_with_differing_clocks_keep_one_limit(redis: Redis) -> None:
    """A busy machine hears requests late and so in bunches, but never more than the limit allows since the start.

    A limit that is crossed is crossed in each look. `benchmarks/limits.py` measures how much of the allowance is used,
    and what the busiest second holds.
    """
    looks = (ask(redis.url, Crowd(seconds=2.0)) for _ in range(3))

    assert any(len(seen.moments) <= 100 * (seen.moments[-1] - seen.began) + 8 for seen in looks)


async def test_sends_are_spaced_whoever_sends(redis: Redis) -> None:
    """A busy machine resumes senders late, but none is early by more than Redis's answer can be on the way."""
    async with fleet(redis, Limits(per_second=50, concurrent=99), size=4) as workers:
        began = monotonic()
        moments = sorted(await asyncio.gather(*(send(worker) for worker in workers * 10)))

    assert all(moment - began > n / 50 - 0.3 for n, moment in enumerate(moments))


def test_a_slow_answer_does_not_shift_what_it_reserves() -> None:
    offset = _Offset()
    offset.learn(theirs=1_000.001, sent=10.0, received=10.002)
    offset.learn(theirs=1_001.9, sent=11.0, received=12.0)

    assert offset.ours(1_002.5) == pytest.approx(12.5, abs=0.002)


def test_a_clock_of_theirs_that_is_set_is_followed() -> None:
    offset = _Offset()
    offset.learn(theirs=1_000.0, sent=10.0, received=10.0)
    offset.learn(theirs=4_600.0, sent=11.0, received=11.5)

    assert 11.0 <= offset.ours(4_600.0) <= 11.5


async def test_a_minute_is_shared_and_the_refusal_says_when(redis: Redis) -> None:
    async with fleet(redis, Limits(per_minute=6, concurrent=99)) as (one, other):
        for worker in (one, other) * 3:
            await send(worker)
        refusal = await refused(other, "no room")

    assert refusal.retry_after is not None
    assert 30 < refusal.retry_after < 62


async def test_places_are_shared_and_a_dead_workers_place_frees_itself(redis: Redis) -> None:
    async with fleet(redis, Limits(concurrent=1), patience=0.3) as (one, other), one.turn("acme", lasts=3600):
        await refused(other, "every place is in use")
        redis.client().zadd(PLACES, {"whoever": 1})  # a lease that ended in 1970
        redis.client().zremrangebyrank(PLACES, 1, -1)
        await send(other)


async def test_a_lease_lasts_as_long_as_the_attempt_may(redis: Redis) -> None:
    async with fleet(redis, Limits(concurrent=1)) as (one, _):
        async with one.turn("acme", lasts=700):
            ((_, until),) = redis.client().zrange(PLACES, 0, -1, withscores=True)
        await heard(one)
        seconds, micros = redis.client().time()  # type: ignore[misc]
        assert 500 < until - (seconds + micros / 1e6) < 702.1
        assert redis.client().zcard(PLACES) == 0


async def test_one_probe_in_the_whole_fleet_decides_whether_the_breaker_closes(redis: Redis) -> None:
    async with fleet(redis, Limits(concurrent=99), size=3) as workers:
        for worker in (*workers, workers[0]):
            await send(worker, Went.BADLY)
        await heard(*workers)
        dark = await refused(workers[1], "breaker is open")
        assert dark.retry_after is not None
        assert 0 < dark.retry_after <= TERMS.rests
        rested(redis)

        tries = await asyncio.gather(*(send(worker, Went.BADLY) for worker in workers * 5), return_exceptions=True)
        assert sum(isinstance(outcome, float) for outcome in tries) == 1
        await heard(*workers)
        await refused(workers[1], "breaker is open")
        rested(redis)
        await send(workers[2], Went.WELL)
        await heard(*workers)
        await asyncio.gather(*(send(worker) for worker in workers * 5))


async def test_retries_are_a_tenth_of_what_all_workers_ask(redis: Redis) -> None:
    async with fleet(redis, Limits(concurrent=99)) as (one, other):
        await send(one, again=True)  # the one that may be saved up
        await refused(other, "retry budget", again=True)
        for _ in range(5):
            await send(one)
            await send(other)
        await send(other, again=True)
        await refused(one, "retry budget", again=True)


async def test_a_vendor_that_asks_for_quiet_gets_it_from_everybody(redis: Redis) -> None:
    async with fleet(redis, Limits(concurrent=99)) as (one, other):
        began = monotonic()
        async with one.turn("acme", lasts=1.0) as attempt:
            attempt.went, attempt.hold = Went.TOO_FAST, 1.0
        await heard(one)
        assert await send(other) - began > 0.5


async def test_without_redis_each_worker_keeps_to_its_share(own_redis: Redis) -> None:
    """Four workers at 40 a second: 10 a second each, and nobody waits for Redis."""
    async with fleet(own_redis, Limits(per_second=40, concurrent=99), size=4) as workers:
        for _ in range(2):  # the second time each has heard of all
            await asyncio.gather(*(send(worker) for worker in workers))
        own_redis.kill()
        began = monotonic()
        moments = [await send(workers[0]) for _ in range(6)]
        assert all(moment - began >= n / 10 for n, moment in enumerate(moments))


async def test_a_redis_that_comes_back_empty_is_used_again_at_once(own_redis: Redis) -> None:
    async with fleet(own_redis, Limits(per_second=500, per_day=1_000, concurrent=99)) as (one, other):
        await send(one)
        own_redis.kill()
        await send(one)
        await send(other)
        own_redis.start()
        await asyncio.sleep(AWAY_FOR)
        for worker in (one, other):
            await send(worker)
        await heard(one, other)
        assert sum(map(int, own_redis.client().hvals(QUOTAS))) == 2  # type: ignore[arg-type]


async def test_nothing_in_redis_stays_for_ever_or_names_a_person(redis: Redis) -> None:
    async with fleet(redis, Limits(9, 9, 9, 9, 9, 9)) as (one, _):
        async with one.turn("acme", lasts=1.0) as attempt:
            attempt.went, attempt.hold, attempt.left = Went.BADLY, 0.1, 12
        await heard(one)
        client = redis.client()
        assert len(client.keys()) == 6
        assert all(client.ttl(key) > 0 for key in client.scan_iter())


async def test_a_quota_outlives_a_wiped_redis_because_the_ledger_knows(redis: Redis) -> None:
    async def sent() -> Mapping[str, tuple[int, int]]:
        return {"acme": (2, 6)}

    desk = RedisDesk(redis.url, "worker-1", TERMS, OwnDesk(FixedClock(), TERMS), answers_within=60)
    limits = {"acme": Limits(per_day=4, per_month=9)}
    turns = Turns(limits, desk, NoSwitches(), sent=sent, terms=TERMS, patience=0.1)  # midnight is not waited for
    await send(turns)
    await send(turns)
    await refused(turns, "no room")  # the fifth of the day
    await turns.close()
