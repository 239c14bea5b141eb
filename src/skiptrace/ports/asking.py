"""Asking a provider: the provider itself, and what keeps us polite towards it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from skiptrace.model import Answer, Inquiry, Manifest, Reply, Request
from skiptrace.model.figures import Standing

BeforeFirstByte = Callable[[], Awaitable[None]]
"""Awaited when the connection stands and nothing has been written on it yet: the moment to commit ``sent``."""


class Provider(Protocol):
    """One vendor or file. The two mappings are pure; only ``send`` does I/O.

    ``to_request`` returns None when the inquiry lacks what the product needs.
    ``send`` raises TryLater only while nothing can have been charged, InDoubt when something may have been.
    ``to_answer`` maps and does nothing else: it raises the ProviderError that the reply means, BrokenReply when the
    reply is not what the vendor promises; nothing found is an Answer without records. ``call_id`` is written into
    the records so that each leads back to its reply.
    """

    @property
    def manifest(self) -> Manifest: ...

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None: ...

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply: ...

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer: ...

    async def close(self) -> None: ...


class Went(StrEnum):
    """How an attempt went, as far as the provider's health and our manners are concerned."""

    WELL = "well"
    """It answered, whatever it said."""
    BADLY = "badly"
    """It did not answer, too late, or with an error of its own."""
    TOO_FAST = "too_fast"
    """It asked us to slow down."""
    UNTOLD = "untold"
    """We broke off for reasons of our own."""


@dataclass(slots=True)
class Attempt:
    """Leave to make one attempt. Whoever makes it writes down how it went before the turn ends.

    ``hold`` is for how many seconds the provider wants to be left alone, ``left`` what it says remains of a quota.
    """

    went: Went = Went.UNTOLD
    hold: float = 0.0
    left: int | None = None


class Limiter(Protocol):
    """Politeness towards providers, shared by all workers that ask them with the same key."""

    def turn(
        self, provider: str, *, lasts: float, patience: float | None = None, again: bool = False
    ) -> AbstractAsyncContextManager[Attempt]:
        """Wait until one attempt that takes at most ``lasts`` seconds may be made; hold its place while it is made.

        ``patience`` shortens the seconds that it may wait; ``again`` marks a retry, which the retry budget must allow.
        Raises TryLater when waiting is of no use: paused, dark, or not in time.
        """
        ...

    async def standing(self) -> Sequence[Standing]:
        """How each known provider stands now."""
        ...

    async def close(self) -> None: ...


class Switches(Protocol):
    """The kill switch of each provider, in SQL: seen by every worker, outlives them all."""

    async def paused(self) -> Mapping[str, str]:
        """The providers that must not be asked now, with the reason that was given."""
        ...

    async def pause(self, provider: str, reason: str, by: str) -> None: ...

    async def resume(self, provider: str, by: str) -> bool:
        """False when it was not paused."""
        ...
