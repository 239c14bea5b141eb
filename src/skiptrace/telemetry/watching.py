"""Ports with a watch on them: the same behaviour, seen by metrics and, where it is installed, by OpenTelemetry."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from skiptrace.errors import InDoubt, ProviderError, StopProvider, TryLater, Withheld
from skiptrace.model import Answer, Inquiry, Manifest, Reply, Request
from skiptrace.model.figures import Standing
from skiptrace.ports import Attempt, BeforeFirstByte, Limiter, Provider
from skiptrace.telemetry.meters import ASKED, PROVIDER_SECONDS, WAITED
from skiptrace.telemetry.spans import span

_OUTCOMES: dict[type[ProviderError], str] = {
    Withheld: "withheld",
    TryLater: "try_later",
    InDoubt: "in_doubt",
    StopProvider: "stopped",
}


class WatchedProvider:
    """A provider whose questions are counted and timed."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @property
    def manifest(self) -> Manifest:
        return self._provider.manifest

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        return self._provider.to_request(product, inquiry)

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        name = self.manifest.id
        outcome, began = "broke_off", time.perf_counter()
        try:
            with span("provider.send", provider=name, product=product):
                reply = await self._provider.send(product, request, before_first_byte)
            outcome = "answered" if reply.status < 400 else "error_status"
        except ProviderError as error:
            outcome = _OUTCOMES.get(type(error), "other")
            raise
        else:
            return reply
        finally:
            ASKED.labels(name, outcome).inc()
            PROVIDER_SECONDS.labels(name).observe(time.perf_counter() - began)

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        return self._provider.to_answer(product, reply, call_id)

    async def close(self) -> None:
        await self._provider.close()


class WatchedLimiter:
    """A limiter whose waits are timed."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    @asynccontextmanager
    async def turn(
        self, provider: str, *, lasts: float, patience: float | None = None, again: bool = False
    ) -> AsyncIterator[Attempt]:
        began = time.perf_counter()
        async with self._limiter.turn(provider, lasts=lasts, patience=patience, again=again) as attempt:
            WAITED.labels(provider).observe(time.perf_counter() - began)
            yield attempt

    async def standing(self) -> Sequence[Standing]:
        return await self._limiter.standing()

    async def close(self) -> None:
        await self._limiter.close()
