"""Troubles that real vendors cause, switched on by rate or one by one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from types import MappingProxyType


class Fault(StrEnum):
    """What goes wrong with one request: the first four before the vendor has done its work, the others after."""

    RATE_LIMITED = "rate_limited"
    RATE_LIMITED_SILENTLY = "rate_limited_silently"
    UNAVAILABLE = "unavailable"
    SERVER_ERROR = "server_error"
    PARTIAL = "partial"
    GARBAGE = "garbage"
    TRUNCATED = "truncated"
    DRIP = "drip"

    @property
    def before_work(self) -> bool:
        return self in {
            Fault.RATE_LIMITED,
            Fault.RATE_LIMITED_SILENTLY,
            Fault.UNAVAILABLE,
            Fault.SERVER_ERROR,
        }


@dataclass(frozen=True, slots=True)
class Weather:
    """How often each fault happens by itself, and how long an answer takes (milliseconds, lowest and highest).

    ``drip_seconds`` is the pause between two bytes of a dripping body.
    """

    rates: Mapping[Fault, float] = field(default_factory=lambda: MappingProxyType({}))
    latency_ms: tuple[int, int] = (20, 80)
    retry_after: int = 1
    drip_seconds: float = 1.0


CALM = Weather(latency_ms=(0, 0))
USUAL = Weather(
    MappingProxyType(
        {
            Fault.RATE_LIMITED: 0.015,
            Fault.RATE_LIMITED_SILENTLY: 0.005,
            Fault.UNAVAILABLE: 0.004,
            Fault.PARTIAL: 0.01,
            Fault.GARBAGE: 0.003,
        }
    )
)


class Faults:
    """Decides which request fails. Drawn from the request itself, so the order of requests changes nothing.

    Only the first attempt of a request fails by rate: whoever repeats it politely gets its answer.
    """

    def __init__(self, seed: int, weather: Weather) -> None:
        self._seed = seed
        self.weather = weather
        self._attempts: Counter[str] = Counter()
        self._forced: dict[str, deque[Fault]] = {}

    def force(self, provider: str, fault: Fault, times: int = 1) -> None:
        """Make the next requests to a provider fail, whatever they ask."""
        self._forced.setdefault(provider, deque()).extend([fault] * times)

    def forced(self) -> dict[str, list[str]]:
        return {provider: [str(fault) for fault in faults] for provider, faults in self._forced.items() if faults}

    def clear(self) -> None:
        self._forced.clear()

    def strike(self, provider: str, digest: str) -> Fault | None:
        """The fault of this attempt of a request, if it has one."""
        self._attempts[digest] += 1
        if forced := self._forced.get(provider):
            return forced.popleft()
        if self._attempts[digest] > 1:
            return None
        draw = self._rng("fault", digest).random()
        for fault, rate in self.weather.rates.items():
            draw -= rate
            if draw < 0:
                return fault
        return None

    def latency(self, digest: str) -> float:
        """Seconds until the first byte of the reply."""
        return self._rng("latency", digest).uniform(*self.weather.latency_ms) / 1000

    def _rng(self, *about: str) -> Random:
        return Random(f"{self._seed}:{about}")  # noqa: S311 - repeatable on purpose
