"""What the engine needs from outside, in the engine's words. Adapters implement these; wiring puts them together."""

from skiptrace.ports.asking import Attempt, BeforeFirstByte, Limiter, Provider, Switches, Went
from skiptrace.ports.delivery import Message, Outbox, Settled, Sink, SinkEntry
from skiptrace.ports.purchases import (
    AlreadyBought,
    Caps,
    Intent,
    Ledger,
    Needless,
    Reservation,
    Reserved,
    Unsettled,
)
from skiptrace.ports.queue import BatchState, Claimed, Dispatcher, Jobs, Swept
from skiptrace.ports.schedule import Planned, Reported, Schedule
from skiptrace.ports.store import Evidenced, LocalReply, Store
from skiptrace.ports.tracing import Clock, History, Judge, Observer

__all__ = [
    "AlreadyBought",
    "Attempt",
    "BatchState",
    "BeforeFirstByte",
    "Caps",
    "Claimed",
    "Clock",
    "Dispatcher",
    "Evidenced",
    "History",
    "Intent",
    "Jobs",
    "Judge",
    "Ledger",
    "Limiter",
    "LocalReply",
    "Message",
    "Needless",
    "Observer",
    "Outbox",
    "Planned",
    "Provider",
    "Reported",
    "Reservation",
    "Reserved",
    "Schedule",
    "Settled",
    "Sink",
    "SinkEntry",
    "Store",
    "Swept",
    "Switches",
    "Unsettled",
    "Went",
]
