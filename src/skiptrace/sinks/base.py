"""What a sink is built from, and the message as other programs read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx
from sqlalchemy import Connection

from skiptrace.model import Event
from skiptrace.ports import Clock, Message

JsonObject = dict[str, Any]

T = TypeVar("T")


class Table(Protocol):
    """A database of somebody else's: runs a function of a connection in one transaction."""

    async def write(self, work: Callable[[Connection], T]) -> T: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class SinkSetup:
    """One sink as the settings name it, with what it may use. Holds secrets, so it prints as nothing.

    ``url`` was checked when it was read, and ``transport`` checks the resolved address again at each connection.
    ``links`` is the address before ``/v1/…`` in links, ``timeout`` the seconds for one whole exchange. ``options`` are
    for kinds that others bring.
    """

    name: str
    clock: Clock
    transport: httpx.AsyncBaseTransport
    open_table: Callable[[str], Table]
    url: str = ""
    secret: str = ""
    old_secret: str = ""
    rotated_at: datetime | None = None
    full: bool = False
    folder: Path | None = None
    links: str = ""
    timeout: float = 20.0
    options: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"SinkSetup({self.name!r})"


def event_object(event: Event, links: str = "") -> JsonObject:
    """An event with ids and links, and no person. Whoever wants the people asks for them, and that is audited."""
    found = {
        "event_id": event.event_id,
        "seq": event.seq,
        "tenant": event.tenant,
        "account_id": event.account_id,
        "case_id": event.case_id,
        "trace_id": event.trace_id,
        "contact_id": event.contact_id,
        "detail": event.detail,
        "links": _links(event, links),
    }
    return {name: value for name, value in found.items() if value not in ("", {})}


def envelope(message: Message, links: str = "", *, full: bool) -> JsonObject:
    """The body of a webhook, and a line of a file: type, time, and data as Standard Webhooks has them."""
    event = message.event
    data = event_object(event, links)
    if full and message.content is not None:
        data["content"] = message.content
    return {"type": event.kind.value, "timestamp": event.at.isoformat(), "data": data}


def _links(event: Event, before: str) -> dict[str, str]:
    links = {}
    if event.trace_id:
        links["trace"] = f"{before}/v1/traces/{event.trace_id}"
    if event.case_id:
        links["case"] = f"{before}/v1/cases/{event.case_id}"
    return links
