"""What the tests of the wire share: a clock that stands still, servers that misbehave, one way to send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from skiptrace.errors import ProviderError, TryLater
from skiptrace.model import Reply
from skiptrace.ports import Provider
from skiptrace.providers import catalog
from skiptrace.providers.base import Setup
from skiptrace.providers.http import Exchange, Wire

FIXTURES = Path(__file__).parents[2] / "fixtures" / "providers"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class StandingClock:
    def now(self) -> datetime:
        return NOW


@dataclass
class Naps:
    """A sleep that takes no time and remembers how long it should have been."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@asynccontextmanager
async def wire(**options: object) -> AsyncIterator[Wire]:
    made = Wire(StandingClock(), **{"allow_loopback": True, "sleep": Naps(), **options})  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def serving(handler: Handler, **options: object) -> AsyncIterator[int]:
    """A server on a loopback port that does what the handler does, once per connection."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)  # type: ignore[arg-type]
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def nothing() -> None:
    """A first byte that nobody waits for."""


def busy_at_429(reply: Reply) -> ProviderError | None:
    return TryLater("acme", "busy") if reply.status == 429 else None


async def get(
    through: Wire, url: str, *, deadline: float = 60.0, before: Callable[[], Awaitable[None]] = nothing
) -> Reply:
    request = httpx.Request("GET", url, headers={"accept-encoding": "gzip"})
    return await through.send(Exchange("acme", request, deadline, busy_at_429), before)


def built(provider_id: str, **options: str) -> Provider:
    """A provider for its pure mappings; nothing is sent."""
    manifest = catalog.manifest(provider_id)
    clock = StandingClock()
    setup = Setup(
        wire=Wire(clock),
        clock=clock,
        home=Path(),
        credentials=dict.fromkeys(manifest.credentials, "key"),
        options=options,
    )
    return catalog.build(manifest, setup)


def told(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A vendor's reply with this JSON in it."""
    return Reply(status, json.dumps(value).encode(), NOW, headers or {})


def fixture(name: str) -> Any:
    """The JSON of ``<vendor>/<product>/<kind>``."""
    return json.loads((FIXTURES / f"{name}.json").read_text())
