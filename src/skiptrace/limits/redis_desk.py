"""Books that all workers share, in Redis. Each take is one script, so that it is exact whoever asks at once.

Scripts of one process travel together: what is asked while a round trip is under way goes with the next. While Redis
is away each worker takes its fair share from books of its own; nothing waits for Redis, and it is tried again soon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from skiptrace.limits.allowance import Allowance, Answer, Ask, Left, Terms, Verdict
from skiptrace.limits.book import day_of, month_of, standing_of
from skiptrace.limits.desk import Done, OwnDesk
from skiptrace.model.figures import Standing
from skiptrace.ports import Attempt

ANSWERS_WITHIN = 0.5
"""Seconds after which a silent Redis counts as away."""

AWAY_FOR = 0.5
"""Seconds until it is tried again."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script beside this module, and the name under which Redis keeps it."""

    text: str
    sha: str


@cache
def script(name: str) -> Script:
    text = files("skiptrace.limits").joinpath(f"{name}.lua").read_text(encoding="utf-8")
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


@cache
def keys(provider: str, *names: str) -> tuple[str, ...]:
    """Redis keys of one provider; the braces keep them on one node of a cluster."""
    return tuple(f"skiptrace:limits:{{{provider}}}:{name}" for name in names)


class Away(Exception):
    """Redis does not answer, or not with what it was asked for."""


@dataclass(slots=True)
class _Errand:
    script: Script
    keys: tuple[str, ...]
    arguments: list[str]
    result: asyncio.Future[Any]
    sent: float = 0.0


@dataclass(slots=True)
class _Offset:
    """How far Redis's clock is ahead of the loop's. Quick answers pin it down, slow ones say little.

    A moment that Redis reserved is thus met however long its answer was on the way.
    """

    seconds: float | None = None

    def learn(self, theirs: float, sent: float, received: float) -> None:
        """Their clock showed ``theirs`` at some moment between the two of ours."""
        guess = theirs - (sent + received) / 2 if self.seconds is None else self.seconds
        self.seconds = min(max(guess, theirs - received), theirs - sent)

    def ours(self, theirs: float) -> float:
        return theirs - (self.seconds or 0.0)


@dataclass(slots=True)
class _Seen:
    """What the shared books last said: how many workers there are, and what is left of the quotas."""

    workers: int = 1
    left: dict[str, Left] = field(default_factory=dict)


class RedisDesk:
    """The desk on Redis. ``worker`` names this process; ``own`` is used while Redis is away."""

    def __init__(
        self, url: str, worker: str, terms: Terms, own: OwnDesk, *, answers_within: float = ANSWERS_WITHIN
    ) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=answers_within, socket_connect_timeout=answers_within, decode_responses=True
        )
        self._worker = worker
        self._terms = terms
        self._own = own
        self._seen = _Seen()
        self._offset = _Offset()
        self._from_own: set[str] = set()
        self._waiting: list[_Errand] = []
        self._messenger: asyncio.Task[None] | None = None
        self._away_until = 0.0

    async def take(self, provider: str, allowance: Allowance, ask: Ask) -> Answer:
        on = keys(provider, "state", "places", "minute", "hour", "quotas", "workers")
        try:
            errand = self._errand("take", on, _take_arguments(allowance, ask, self._worker, self._terms))
            said = await errand.result
        except Away:
            share = allowance.share(self._seen.workers, self._seen.left.get(provider, Left()))
            self._from_own.add(ask.place)
            return await self._own.take(provider, share, ask)
        except asyncio.CancelledError:
            self.done(provider, Done(ask.place, Attempt(), probe=False, calls_needed=1, took=0))
            raise
        self._seen.workers = int(said[3])
        self._seen.left[provider] = Left(*(None if left < 0 else left for left in said[4:6]))
        verdict, seconds, now = Verdict(said[0]), float(said[1]), asyncio.get_running_loop().time()
        self._offset.learn(float(said[6]), errand.sent, now)
        if verdict is Verdict.GO and seconds:
            seconds = self._offset.ours(float(said[6]) + seconds) - now
        return Answer(verdict, seconds, bool(said[2]))

    def done(self, provider: str, done: Done) -> None:
        if done.place in self._from_own:
            self._from_own.discard(done.place)
            self._own.done(provider, done)
            return
        errand = self._errand("done", keys(provider, "state", "places", "health"), _done_arguments(done, self._terms))
        errand.result.add_done_callback(lambda result: result.cancelled() or result.exception())  # nobody else looks

    async def recall(self, provider: str, day: int, month: int) -> None:
        try:
            seconds, _ = await self._redis.time()
            counts = [day_of(seconds), str(day), month_of(seconds), str(month)]
            await self._errand("recall", keys(provider, "quotas"), counts).result
        except (Away, RedisError, OSError):
            await self._own.recall(provider, day, month)

    async def standing(self, provider: str) -> Standing:
        """As all workers see it; as this one does while Redis is away."""
        state, places = keys(provider, "state", "places")
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hmget(state, "open_until", "hold_until", "left")
                pipe.zcard(places)
                pipe.time()
                (opened, held, left), inside, (seconds, micros) = await pipe.execute()
        except (RedisError, OSError):
            return await self._own.standing(provider)
        return standing_of(
            provider,
            seconds + micros / 1e6,
            open_until=float(opened or 0),
            hold_until=float(held or 0),
            places=inside,
            left=None if left is None else int(left),
        )

    async def close(self) -> None:
        if self._messenger is not None:
            await self._messenger
        await self._redis.aclose()

    def _errand(self, name: str, on: tuple[str, ...], arguments: list[str]) -> _Errand:
        loop = asyncio.get_running_loop()
        errand = _Errand(script(name), on, arguments, loop.create_future())
        if loop.time() < self._away_until:
            errand.result.set_exception(Away())
            return errand
        self._waiting.append(errand)
        if self._messenger is None:
            self._messenger = loop.create_task(self._carry())
        return errand

    async def _carry(self) -> None:
        """Take everything that waits to Redis, again and again until nothing waits."""
        try:
            while self._waiting:
                errands, self._waiting = self._waiting, []
                try:
                    replies = await self._replies(errands)
                except (RedisError, OSError):
                    self._away_until = asyncio.get_running_loop().time() + AWAY_FOR
                    replies = [Away()] * len(errands)
                for errand, reply in zip(errands, replies, strict=True):
                    _deliver(errand, reply)
        finally:
            self._messenger = None

    async def _replies(self, errands: Sequence[_Errand]) -> list[Any]:
        replies = await self._run(errands)
        unknown = [n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:  # a new or emptied Redis
            for text in {errands[n].script.text for n in unknown}:
                await self._redis.script_load(text)
            again = await self._run([errands[n] for n in unknown])
            for n, reply in zip(unknown, again, strict=True):
                replies[n] = reply
        return replies

    async def _run(self, errands: Sequence[_Errand]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            sent = asyncio.get_running_loop().time()
            for errand in errands:
                errand.sent = sent
                pipe.evalsha(errand.script.sha, len(errand.keys), *errand.keys, *errand.arguments)
            replies: list[Any] = await pipe.execute(raise_on_error=False)
        return replies


def _deliver(errand: _Errand, reply: Any) -> None:
    if errand.result.done():
        return  # nobody waits for it any more
    if isinstance(reply, Exception):
        errand.result.set_exception(Away())
    else:
        errand.result.set_result(reply)


def _take_arguments(allowance: Allowance, ask: Ask, worker: str, terms: Terms) -> list[str]:
    numbers = (allowance.interval, allowance.per_minute, allowance.per_hour, allowance.per_day, allowance.per_month)
    return [
        *_written(*numbers, allowance.concurrent),
        ask.place,
        f"{ask.patience:.6f}",
        f"{ask.lasts:.6f}",
        "1" if ask.again else "0",
        worker,
        *_written(terms.burst, terms.retries, terms.rests),
    ]


@lru_cache(maxsize=256)  # limits and terms do not change, a provider's share of them seldom
def _written(*numbers: float) -> tuple[str, ...]:
    return tuple(f"{number:.9g}" for number in numbers)


def _done_arguments(done: Done, terms: Terms) -> list[str]:
    attempt = done.attempt
    return [
        done.place,
        attempt.went.value,
        f"{attempt.hold:.6f}",
        "" if attempt.left is None else str(attempt.left),
        "1" if done.probe else "0",
        str(done.calls_needed),
        *_written(terms.window, terms.failed, terms.rests),
        f"{done.took * 1000:.0f}",
    ]
