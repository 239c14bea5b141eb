"""Strangers who open connections and say little (S63): others are served, and each connection has its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from skiptrace.access import Role
from tests.stores.databases import Place
from tests.web.serving import Served, served, submission

MOST = 20
HANG = 60.0


@pytest.fixture
async def small(sqlite_place: Place, tmp_path: Path) -> AsyncIterator[Served]:
    """A server that holds few connections, and waits on each as long as a test may take."""
    async with served(tmp_path, sqlite_place.url, read_seconds=1000.0, connections=MOST, head_seconds=1000.0) as door:
        yield door


@pytest.fixture
async def brisk(sqlite_place: Place, tmp_path: Path) -> AsyncIterator[Served]:
    """A server that soon tires of waiting."""
    async with served(tmp_path, sqlite_place.url, head_seconds=0.3) as door:
        yield door


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(door: Served, first: bytes = b"") -> Line:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rpartition(":")[2]))
    writer.write(first)
    return reader, writer


async def posting(door: Served, key: str) -> Line:
    """A connection with a request under way: its body is awaited."""
    head = f"POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: 1\r\n"
    rest = "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    line = await opened(door, (head + rest).encode())
    async with asyncio.timeout(HANG):
        assert (await line[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    return line


async def hung_up(line: Line, drop: bytes) -> bytes:
    """Drip until the other side hangs up; everything that it said before."""
    reader, writer = line
    said = asyncio.create_task(_all_of(reader))
    async with asyncio.timeout(HANG):
        while not said.done():
            if not writer.is_closing():
                writer.write(drop)
            await asyncio.sleep(0.05)
    writer.close()
    return await said


async def answered(door: Served, first: bytes, drop: bytes) -> bytes:
    """What is said before the hang-up; asked again while a machine that stalls cuts it off before it is heard."""
    said = b""
    for _ in range(100):
        said = said or await hung_up(await opened(door, first), drop)
    return said


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    found = b""
    try:
        while piece := await reader.read(4096):
            found += piece
    except ConnectionError:
        pass
    return found


@pytest.mark.parametrize("first", [b"", b"GET /v1/cases/x HTTP/1.1\r\nx-drip: "], ids=["silent", "half a head"])
async def test_others_are_served_while_strangers_hold_every_connection_there_is(small: Served, first: bytes) -> None:
    key = await small.key(Role.SERVICE)
    strangers = [await opened(small, first) for _ in range(5 * MOST)]
    await asyncio.sleep(0)

    answers = [await small.call(key, "POST", "/v1/cases", json=submission(account_id=f"A-{n}")) for n in range(5)]

    assert [answer.status_code for answer in answers] == [202] * 5
    for _, writer in strangers:
        writer.close()


async def test_a_request_under_way_does_not_give_way(small: Served) -> None:
    key = await small.key(Role.SERVICE)
    busy = await posting(small, key)
    strangers = [await opened(small) for _ in range(3 * MOST)]
    await small.call(key, "GET", "/healthz")

    busy[1].write(b"{}")

    async with asyncio.timeout(HANG):
        assert (await busy[0].readline()).startswith(b"HTTP/1.1 422")
    for _, writer in (busy, *strangers):
        writer.close()


async def test_with_a_request_on_every_connection_the_next_is_told_to_come_again(small: Served) -> None:
    key = await small.key(Role.SERVICE)
    busy = [await posting(small, key) for _ in range(MOST - 1)]

    answer = await opened(small, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")

    async with asyncio.timeout(HANG):
        assert (await answer[0].readline()).startswith(b"HTTP/1.1 503")
    for _, writer in (answer, *busy):
        writer.close()


@pytest.mark.parametrize("first", [b"", b"GET /healthz HTTP/1.1\r\nx-drip: "], ids=["silent", "half a head"])
async def test_a_head_that_does_not_come_ends_the_connection(brisk: Served, first: bytes) -> None:
    assert await hung_up(await opened(brisk, first), b"a" if first else b"") == b""


async def test_a_body_that_drips_is_cut_off(sqlite_place: Place, tmp_path: Path) -> None:
    async with served(tmp_path, sqlite_place.url, read_seconds=0.3) as door:
        key = await door.key(Role.SERVICE)
        head = f"POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: 1\r\n"
        begun = head.encode() + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        assert (await answered(door, begun, b" ")).startswith(b"HTTP/1.1 408")


async def test_what_drips_after_the_answer_ends_the_connection(brisk: Served) -> None:
    refused = b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    twice = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nx-drip: "

    for first, drop, status in ((refused, b" ", b"401"), (twice, b"a", b"200")):
        assert (await answered(brisk, first, drop)).startswith(b"HTTP/1.1 " + status)
