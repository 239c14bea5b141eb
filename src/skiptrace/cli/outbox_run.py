"""Behind ``skiptrace outbox``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import asdict

from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.model import Delivery, DeliveryState, SinkHealth
from skiptrace.settings import Settings
from skiptrace.wiring import connect
from skiptrace.wiring_sinks import open_relay

OPEN = (DeliveryState.WAITING, DeliveryState.FAILED)
ENDED = (DeliveryState.DELIVERED, DeliveryState.DROPPED)


async def deliver(settings: Settings, *, once: bool, as_json: bool) -> None:
    """Run the relay."""
    async with connect(settings) as app, open_relay(settings, app) as relay:
        if not once:
            await relay.run(_stop_signal())
            return
        ended = await relay.run_once()
        health = await app.store.outbox.health()
    if as_json:
        print_json({"attempts": ended, "sinks": [asdict(sink) for sink in health]})
    else:
        console().print(f"{ended} attempts ended.")
        _print_sinks(health)


async def show(settings: Settings, sink: str, at_most: int, *, delivered: bool, as_json: bool) -> None:
    async with connect(settings) as app:
        health = await app.store.outbox.health()
        found = await app.store.outbox.deliveries(sink, ENDED if delivered else OPEN, at_most)
    if as_json:
        print_json(
            {"sinks": [asdict(one) for one in health], "deliveries": [delivery_object(delivery) for delivery in found]}
        )
        return
    _print_sinks(health)
    _print_deliveries(found)


async def redrive(settings: Settings, sink: str, event_ids: Sequence[str]) -> int:
    async with connect(settings) as app:
        await _check(settings, sink)
        return await app.store.outbox.redrive(sink, event_ids, app.clock.now())


async def drop(settings: Settings, sink: str, event_ids: Sequence[str]) -> int:
    async with connect(settings) as app:
        await _check(settings, sink)
        return await app.store.outbox.drop(sink, event_ids, app.clock.now())


async def enable(settings: Settings, sink: str) -> None:
    async with connect(settings) as app:
        if not await app.store.outbox.enable(sink, app.clock.now()):
            raise BadInput("sink", "is not known here; skiptrace outbox list names those that are")


def delivery_object(delivery: Delivery) -> dict[str, object]:
    event = delivery.event
    return {
        "sink": delivery.sink,
        "event_id": event.event_id,
        "seq": event.seq,
        "kind": event.kind.value,
        "case_id": event.case_id,
        "trace_id": event.trace_id,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at,
        "error": delivery.error,
    }


async def _check(settings: Settings, sink: str) -> None:
    if sink not in settings.sinks:
        raise BadInput("sink", f"is not set; the settings name {', '.join(settings.sinks) or 'none'}")


def _stop_signal() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM: what is under way ends first."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _print_sinks(health: Sequence[SinkHealth]) -> None:
    rows = [[s.name, s.kind, f"{s.waiting:,}", f"{s.failed:,}", _state_of(s)] for s in health]
    console().print(table(["sink", "kind", "waiting", "failed", "state"], rows, right=["waiting", "failed"]))


def _state_of(sink: SinkHealth) -> str:
    if sink.disabled_at is not None:
        return f"disabled since {sink.disabled_at:%Y-%m-%d %H:%M} UTC: {sink.reason}"
    if sink.failing_since is not None:
        return f"failing since {sink.failing_since:%Y-%m-%d %H:%M} UTC"
    return "well"


def _print_deliveries(found: Sequence[Delivery]) -> None:
    if not found:
        return
    head = ["sink", "event", "what", "state", "attempts", "next try (UTC)", "last error"]
    rows = [
        [
            d.sink,
            d.event.event_id,
            d.event.kind.value,
            d.state.value,
            str(d.attempts),
            f"{d.due_at:%Y-%m-%d %H:%M:%S}" if d.state is DeliveryState.WAITING else "",
            d.error,
        ]
        for d in found
    ]
    console().print(table(head, rows, right=["attempts"]))
