"""Events on their way to sinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from skiptrace.model import Delivery, DeliveryState, Event, EventKind, Personal, SinkHealth


@dataclass(frozen=True, slots=True, repr=False)
class Message(Personal):
    """An event as a sink gets it.

    ``content`` is what the event is about, as a JSON object, when the sink asked for it: the account's contacts with
    their provenance for a trace, the one contact for a retraction; None for an alert.
    """

    event: Event
    content: Mapping[str, Any] | None = None


class Sink(Protocol):
    """Where results are written back. Told at least once; the effect must happen once by ``event_id``.

    Events of one case come in their order. An event with a lower ``seq`` must not overwrite what a higher one wrote.
    """

    @property
    def wants_content(self) -> bool: ...

    async def deliver(self, message: Message) -> None:
        """Return when the effect is durable. Raises NotDelivered to be told again, SinkGone to be told no more."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SinkEntry:
    """A sink to serve: events of one tenant, or of all when it is empty; all that are kept, or those to come.

    ``events`` names the kinds it hears; when it is empty, all but those that the platform told us itself.
    """

    name: str
    kind: str
    tenant: str = ""
    from_start: bool = False
    events: tuple[EventKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended: delivered, failed for good, or waiting until ``due_at``. ``gone`` disables the sink."""

    delivery: Delivery
    state: DeliveryState
    due_at: datetime
    error: str = ""
    gone: bool = False


class Outbox(Protocol):
    """Events that were committed with their effects, and how far each sink has heard them. Times are the caller's."""

    async def register(self, sinks: Sequence[SinkEntry]) -> None:
        """Make the sinks known. A known sink goes on where it was."""
        ...

    async def claim(self, sink: str, count: int, at: datetime, seconds: float) -> Sequence[Delivery]:
        """Lease up to ``count`` due deliveries, never two of one case; none while the sink is disabled."""
        ...

    async def settle(self, done: Sequence[Settled], at: datetime) -> None:
        """Note how attempts ended; those whose lease was lost meanwhile are left alone.

        A sink that is gone, or has failed for days without one success, is disabled, and an alert is raised.
        """
        ...

    async def alert(self, tenant: str, about: str, detail: str, at: datetime) -> None:
        """Raise an alert once for what it is about."""
        ...

    async def health(self) -> Sequence[SinkHealth]: ...

    async def deliveries(self, sink: str, states: Sequence[DeliveryState], at_most: int) -> Sequence[Delivery]:
        """Deliveries in these states, oldest event first; of all sinks when ``sink`` is empty."""
        ...

    async def redrive(self, sink: str, event_ids: Sequence[str], at: datetime) -> int:
        """Tell again, now: these events, or all that failed or wait when none is named. Returns how many."""
        ...

    async def drop(self, sink: str, event_ids: Sequence[str], at: datetime) -> int:
        """Give these up, so that the later events of their cases go on. Returns how many."""
        ...

    async def enable(self, sink: str, at: datetime) -> bool:
        """Serve a disabled sink again, at once. False when there is no such sink."""
        ...
