"""Connections that strangers open: each has to send a request's head in time, and when there are too many the idle go.

A proxy in front does the same; this holds without one. uvicorn alone waits for ever for a first head, and for the
rest of a body that it has answered already.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""From the connection, or from the answer before, to the end of a request's head."""


class Waiting(dict["PatientProtocol", asyncio.TimerHandle]):
    """The connections of one server on which no request is under way, those that have waited longest first."""

    def __init__(self, most: int, head_seconds: float) -> None:
        self.most = most
        self.head_seconds = head_seconds

    def protocol(self, **given: Any) -> PatientProtocol:
        """What uvicorn calls for each connection."""
        return PatientProtocol(self, **given)


class PatientProtocol(H11Protocol):
    """Waits so long for a head, whatever drips in, and gives way to newer connections when there are ``most``."""

    def __init__(self, waiting: Waiting, **given: Any) -> None:
        super().__init__(**given)
        self._waiting = waiting

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) >= self._waiting.most and self._waiting:
            next(iter(self._waiting)).give_way()
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_working:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_working:  # unless it went on with a request that was sent ahead
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Close a connection on which no request is under way."""
        self._wait_no_more()
        self.connections.discard(self)
        self.transport.abort()

    @property
    def _is_working(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._wait_no_more()
        if not self.transport.is_closing():
            self._waiting[self] = self.loop.call_later(self._waiting.head_seconds, self.give_way)

    def _wait_no_more(self) -> None:
        if timer := self._waiting.pop(self, None):
            timer.cancel()
