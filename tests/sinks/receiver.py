"""A platform's webhook receiver on a real socket: verifies, keeps each case in order, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

SECRET = "whsec_" + "c2tpcHRyYWNlLXRlc3Qtc2VjcmV0LTAwMDE="
OLD_SECRET = "whsec_" + "c2tpcHRyYWNlLXRlc3Qtc2VjcmV0LTAwMDA="

Verify = Callable[[bytes, Mapping[str, str]], Any]


def verify(body: bytes, headers: Mapping[str, str]) -> Any:
    """As a platform does it, time window included."""
    return Webhook(SECRET).verify(body, dict(headers))


def verify_signature(body: bytes, headers: Mapping[str, str]) -> Any:
    """Without the time window, for clocks that jump."""
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    if Webhook(SECRET).sign(headers["webhook-id"], at, body.decode()) not in headers["webhook-signature"].split():
        raise WebhookVerificationError
    return orjson.loads(body)


@dataclass
class Faults:
    """Shares of requests that go wrong. ``seed`` makes a run repeat itself."""

    status_500: float = 0.0
    silence: float = 0.0
    reset: float = 0.0
    redirect: float = 0.0
    gone: float = 0.0
    after_taking: float = 0.5
    """Of those that go wrong, so many took the event before."""
    seed: int = 7
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def pick(self) -> str:
        dice = self._random.random()
        for name in ("status_500", "silence", "reset", "redirect", "gone"):
            dice -= getattr(self, name)
            if dice < 0:
                return name
        return ""

    def takes_it(self) -> bool:
        return self._random.random() < self.after_taking


class Receiver:
    """``taken`` maps event id to its body; ``duplicates`` counts repeats, ``out_of_order`` what comes too late."""

    def __init__(self, faults: Faults | None = None, check: Verify = verify) -> None:
        self.faults = faults or Faults()
        self.check = check
        self.taken: dict[str, Any] = {}
        self.bodies: dict[str, bytes] = {}
        self.duplicates: Counter[str] = Counter()
        self.last_seq: dict[str, int] = {}
        self.out_of_order: list[str] = []
        self.altered: list[str] = []
        self.unverified = 0
        self.requests = 0
        self.is_down = False
        self.url = ""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/hooks"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._closing.set()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._open), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(_headers(head))
                body = await reader.readexactly(int(headers["content-length"]))
                if not await self._answer(writer, body, headers):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._open.discard(writer)

    async def _answer(self, writer: asyncio.StreamWriter, body: bytes, headers: Mapping[str, str]) -> bool:
        self.requests += 1
        fault = "reset" if self.is_down else self.faults.pick()
        if not fault or (not self.is_down and self.faults.takes_it()):
            try:
                self._take(body, headers)
            except WebhookVerificationError:
                self.unverified += 1
                fault = "401"
        if fault == "silence":
            await self._closing.wait()
        if fault in {"silence", "reset"}:
            writer.transport.abort()
            return False
        status = {"status_500": 500, "redirect": 302, "gone": 410, "401": 401}.get(fault, 204)
        extra = "location: http://127.0.0.1:1/elsewhere\r\n" if status == 302 else ""
        length = "" if status == 204 else "content-length: 0\r\n"
        writer.write(f"HTTP/1.1 {status} Said\r\n{extra}{length}\r\n".encode())
        await writer.drain()
        return True

    def _take(self, body: bytes, headers: Mapping[str, str]) -> None:
        """The reference rules: verify; an id seen before has no second effect; ``seq`` may only grow in a case."""
        event = self.check(body, headers)
        event_id, data = headers["webhook-id"], event["data"]
        if event_id in self.taken:
            self.duplicates[event_id] += 1
            if self.bodies[event_id] != body:
                self.altered.append(event_id)
            return
        line = data.get("case_id", event_id)
        if data["seq"] <= self.last_seq.get(line, 0):
            self.out_of_order.append(event_id)
        self.last_seq[line] = data["seq"]
        self.taken[event_id] = event
        self.bodies[event_id] = body


def _headers(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        if name:
            yield name.lower(), value
