"""The vendor of the torture: a process of its own that keeps its own bill, and shoots its customers when told to.

    python -m tests.torture.vendor READY_FILE BILL_FILE [--delay-ms 5]

Each charge is one line "case product question", on the disk before the reply goes out. The question is a digest of the
request without its headers, so that the bill tells by itself when the same thing was paid for twice.

A request may carry ``x-shoot: POINT PID``: the vendor then kills that process at a point which only it can see.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.numbered_people import Person, enriched, number_of_phone, owned
from tests.torture.points import Point

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


class Vendor:
    """Answers two products: Contact Enrich and Reverse Phone."""

    def __init__(self, bill: Path, delay: float) -> None:
        self._bill = os.open(bill, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._delay = delay

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the customer is gone
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        point, pid = _to_shoot(head)
        if point is Point.REQUEST_UNDER_WAY:  # its head is here, its body was not read: not a request yet
            os.kill(pid, signal.SIGKILL)
            raise ConnectionAbortedError
        body = await reader.readexactly(_content_length(head))
        if point is Point.BACKING_OFF:  # turned away, so it waits and will ask again
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)
            os.kill(pid, signal.SIGKILL)
            raise ConnectionAbortedError
        method, target, _ = head.split(" ", 2)
        product, number, payload = _work(target, body)
        self._charge(f"case-{number} {product} {sha256(method.encode() + target.encode() + body).hexdigest()[:16]}\n")
        if point is Point.REQUEST_SENT:
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(self._delay)
        reply = (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(payload) + payload
        )
        if point is Point.REPLY_UNDER_WAY:
            writer.write(reply[: len(reply) // 2])
            await writer.drain()
            os.kill(pid, signal.SIGKILL)
        else:
            writer.write(reply)
        await writer.drain()

    def _charge(self, line: str) -> None:
        os.write(self._bill, line.encode())
        os.fsync(self._bill)


def _work(target: str, body: bytes) -> tuple[str, int, bytes]:
    """Product, number of the person asked for, reply."""
    if body:
        number = int(orjson.loads(body)["Address"]["addressLine1"].split()[0]) - 100
        return "contact_enrich", number, orjson.dumps(enriched(Person(number)))
    digits = parse_qs(urlsplit(target).query)["phone"][0]
    number = number_of_phone(digits)
    return "reverse_phone", number, orjson.dumps(owned(Person(number), digits))


def _header(head: str, name: str) -> str:
    return next((line[len(name) :].strip() for line in head.split("\r\n") if line.lower().startswith(name)), "")


def _content_length(head: str) -> int:
    return int(_header(head, "content-length:") or 0)


def _to_shoot(head: str) -> tuple[Point | None, int]:
    point, _, pid = _header(head, "x-shoot:").partition(" ")
    return (Point(point), int(pid)) if point else (None, 0)


async def main(ready: Path, bill: Path, delay: float) -> None:
    server = await asyncio.start_server(Vendor(bill, delay).serve, "127.0.0.1", 0)
    ready.write_text(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")  # noqa: ASYNC240 - nobody waits yet
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("ready", type=Path)
    options.add_argument("bill", type=Path)
    options.add_argument("--delay-ms", type=float, default=5)
    given = options.parse_args()
    asyncio.run(main(given.ready, given.bill, given.delay_ms / 1000))
