"""A vendor on a loopback socket that says what it is told to say, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import unquote_plus

from skiptrace.model import Personal


@dataclass(frozen=True, slots=True)
class Say:
    """One scripted reply. ``hang_up`` closes the connection after the request instead of answering."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    hang_up: bool = False

    def to_bytes(self) -> bytes:
        head = [f"HTTP/1.1 {self.status} Scripted", f"content-length: {len(self.body)}"]
        head += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*head, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True, repr=False)
class Heard(Personal):
    """One request as it arrived on the socket."""

    head: str
    body: bytes

    @property
    def text(self) -> str:
        """Everything that was sent, with the query string decoded."""
        return unquote_plus(self.head) + "\n" + self.body.decode("utf-8", "replace")


class ScriptedServer:
    """``async with ScriptedServer(Say(429), Say(200, body)) as server``: replies in order, the last one for ever."""

    def __init__(self, *script: Say) -> None:
        self._script = script
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.heard: list[Heard] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*(w.wait_closed() for w in self._open), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while heard := await _read_request(reader):
                say = self._script[min(len(self.heard), len(self._script) - 1)]
                self.heard.append(heard)
                if say.hang_up:
                    break
                writer.write(say.to_bytes())
                await writer.drain()
        except ConnectionError:
            pass  # the client has seen enough
        finally:
            writer.close()
            self._open.discard(writer)


async def _read_request(reader: asyncio.StreamReader) -> Heard | None:
    """The next request on a connection, None when the client hangs up."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        return Heard(head, await reader.readexactly(_content_length(head.splitlines())))
    except asyncio.IncompleteReadError:
        return None


def _content_length(lines: Iterable[str]) -> int:
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0
