"""Settings in, a relay out: opens the sinks that the settings name and makes them known to the outbox."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from skiptrace.delivering import Relay
from skiptrace.errors import ConfigError
from skiptrace.following import FollowUp
from skiptrace.model.delivery import FOLLOW_UP
from skiptrace.ports import Clock, Sink, SinkEntry
from skiptrace.providers.addresses import may_connect
from skiptrace.providers.http import Wire
from skiptrace.providers.transport import AiohttpTransport, Resolver, system_resolver
from skiptrace.scheduling import Policy, load_policy
from skiptrace.settings import Settings, SinkSettings
from skiptrace.sinks import SinkSetup, open_sink
from skiptrace.stores.databases import database_at
from skiptrace.tracing import App

WEBHOOK = "webhook"
SHIPPED = "default"


@asynccontextmanager
async def open_relay(settings: Settings, app: App, resolver: Resolver = system_resolver) -> AsyncIterator[Relay]:
    """Open every sink, and ours that follows up; close all at the end. Raises ConfigError, with what to change."""
    is_sandbox = bool(settings.sandbox_url)
    async with AsyncExitStack() as stack:
        transport = AiohttpTransport(allow_loopback=is_sandbox, resolver=resolver)
        stack.push_async_callback(transport.aclose)
        sinks: dict[str, Sink] = {}
        for name, mine in settings.sinks.items():
            if mine.kind == WEBHOOK:
                await _vet(name, mine.url.get_secret_value(), app.clock, resolver, allow_loopback=is_sandbox)
            if name == FOLLOW_UP:
                raise ConfigError(f"sinks.{name}: this name is taken; choose another")
            sinks[name] = open_sink(mine.kind, _setup(name, mine, app.clock, transport))
            stack.push_async_callback(sinks[name].close)
        follow_up = FollowUp(app, policy_of(settings))
        await app.store.outbox.register([*_entries(settings.sinks), follow_up.entry])
        told: dict[str, Sink] = {**sinks, FOLLOW_UP: follow_up}
        # jitter needs no secrecy
        yield Relay(app.store, told, app.clock, random.random, chores=(follow_up.submit_due,))


def policy_of(settings: Settings) -> Policy | None:
    """The schedule that the settings name; None when nothing is to be traced by itself. Raises ConfigError."""
    if not settings.schedule:
        return None
    return load_policy(None if settings.schedule == SHIPPED else Path(settings.schedule))


def _entries(sinks: Mapping[str, SinkSettings]) -> list[SinkEntry]:
    return [SinkEntry(name, mine.kind, mine.tenant, mine.from_start) for name, mine in sinks.items()]


def _setup(name: str, mine: SinkSettings, clock: Clock, transport: httpx.AsyncBaseTransport) -> SinkSetup:
    return SinkSetup(
        name=name,
        clock=clock,
        transport=transport,
        open_table=database_at,
        url=mine.url.get_secret_value(),
        secret=mine.secret.get_secret_value(),
        old_secret=mine.old_secret.get_secret_value(),
        rotated_at=mine.rotated_at,
        full=mine.payload == "full",
        folder=mine.folder,
        links=mine.links.rstrip("/"),
        options=mine.options,
    )


async def _vet(name: str, text: str, clock: Clock, resolver: Resolver, *, allow_loopback: bool) -> None:
    """The form of the address, and where it leads today. Each connection is checked again when it is made."""
    try:
        url = Wire(clock, allow_loopback=allow_loopback).base_url(text)
    except ConfigError as error:
        raise ConfigError(f"sinks.{name}.url: {error}") from None
    try:
        found = await resolver(url.host, url.port or 443)
    except OSError:
        return  # nobody can say today; the events wait until somebody can
    if not may_connect(found, allow_loopback=allow_loopback):
        raise ConfigError(f"sinks.{name}.url: the host does not resolve to public addresses only")
