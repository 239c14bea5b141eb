"""A cheap local vendor for benchmarks: two products each of two vendors, 50 ms an answer, 20 records a case.

    python -m benchmarks.bureau SOCKET_INFO_FILE [--delay-ms 50]

The server is a process of its own whose CPU no benchmark counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import uvloop
from tests.numbered_people import Person, enriched, number_of_phone, owned, searched, validated


@lru_cache(maxsize=50_000)
def reply_to(target: str, house: int) -> bytes:
    """The whole HTTP response to a path with its query, or to a house number in the body."""
    url = urlsplit(target)
    if url.path.startswith("/enformion"):
        payload: Mapping[str, object] = (enriched if "Enrich" in url.path else searched)(Person(house - 100))
    else:
        digits = parse_qs(url.query)["phone"][0]
        payload = (validated if "phone_intel" in url.path else owned)(Person(number_of_phone(digits)), digits)
    body = json.dumps(payload).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


class Vendor(asyncio.Protocol):
    """Keep-alive HTTP/1.1, one request after the other on a connection."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._read = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, rest = self._read.partition(b"\r\n\r\n")
        length = _content_length(head)
        if not end or len(rest) < length:
            return
        self._read = rest[length:]
        target = head.split(b" ", 2)[1].decode()
        house = _house(rest[:length]) if length else 0
        self._loop.call_later(self._delay, self._answer, target, house)

    def _answer(self, target: str, house: int) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply_to(target, house))


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _house(body: bytes) -> int:
    asked = json.loads(body)
    address = asked["Address"]["addressLine1"] if "Address" in asked else asked["Addresses"][0]["AddressLine1"]
    return int(str(address).split()[0])


async def main(ready: Path, delay: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Vendor(delay), "127.0.0.1", 0, backlog=1024)
    ready.write_text(  # noqa: ASYNC240 - nobody is served yet
        f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    )
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("ready", type=Path, help="file that the address is written to")
    options.add_argument("--delay-ms", type=float, default=50)
    given = options.parse_args()
    uvloop.run(main(given.ready, given.delay_ms / 1000))
