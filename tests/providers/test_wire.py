"""When the first byte leaves, what is repeated and how long it waits."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from email.utils import format_datetime

import pytest
from tenacity import AsyncRetrying, RetryCallState

from skiptrace.errors import BrokenReply, InDoubt, LostLease, SkipProvider, StopProvider, TryLater
from skiptrace.providers.http import ATTEMPTS, MEANING, Meaning, _backoff, meaning_of
from skiptrace.providers.retry_after import wait_asked_for
from skiptrace.testing.server import Say, ScriptedServer
from tests.providers.wires import NOW, Naps, get, serving, wire

NOBODY = "http://127.0.0.1:1"


class TestBeforeTheFirstByte:
    async def test_the_connection_stands_and_nothing_is_written_yet(self) -> None:
        """On a fresh connection and on one that is used again."""
        connections, received = 0, bytearray()
        seen: list[tuple[int, int]] = []

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            while chunk := await reader.read(1000):
                received.extend(chunk)
                if chunk.endswith(b"\r\n\r\n"):
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

        async def before() -> None:
            await asyncio.sleep(0.05)
            seen.append((connections, len(received)))

        async with serving(handler) as port, wire() as made:
            await get(made, f"http://127.0.0.1:{port}/", before=before)
            length = len(received)
            await get(made, f"http://127.0.0.1:{port}/", before=before)

        assert seen == [(1, 0), (1, length)]

    @pytest.mark.parametrize("error", [LostLease("taken over"), ConnectionResetError("database gone"), ValueError("x")])
    async def test_what_it_raises_is_raised_and_nothing_is_sent(self, error: Exception) -> None:
        async def refuse() -> None:
            raise error

        async with ScriptedServer(Say()) as server, wire() as made:
            with pytest.raises(type(error)) as raised:
                await get(made, server.url, before=refuse)
            await asyncio.sleep(0.02)

        assert raised.value is error
        assert server.heard == []

    async def test_it_is_awaited_once_however_often_the_call_is_tried(self) -> None:
        times = 0

        async def count() -> None:
            nonlocal times
            times += 1

        async with ScriptedServer(Say(429), Say(429), Say()) as server, wire() as made:
            await get(made, server.url, before=count)

        assert (times, len(server.heard)) == (1, 3)

    async def test_a_deadline_that_strikes_in_the_middle_lets_it_finish_and_sends_nothing(self) -> None:
        """Whether the call was marked as sent must not depend on the moment of the deadline."""
        finished = False

        async def commit() -> None:
            nonlocal finished
            await asyncio.sleep(1.2)
            finished = True

        async with ScriptedServer(Say()) as server, wire() as made:
            with pytest.raises(TryLater):
                await get(made, server.url, deadline=1.0, before=commit)

        assert finished
        assert server.heard == []

    async def test_an_error_after_the_deadline_is_still_raised(self) -> None:
        async def commit() -> None:
            await asyncio.sleep(1.2)
            raise LostLease("taken over")

        async with ScriptedServer(Say()) as server, wire() as made:
            with pytest.raises(LostLease):
                await get(made, server.url, deadline=1.0, before=commit)

        assert server.heard == []


class TestRepeating:
    async def test_a_connection_that_breaks_after_the_request_is_never_tried_again(self) -> None:
        """Not even a GET on a connection that was kept alive, which HTTP clients like to repeat."""
        async with ScriptedServer(Say(), Say(hang_up=True), Say()) as server, wire() as made:
            await get(made, server.url)
            with pytest.raises(InDoubt):
                await get(made, server.url)

        assert len(server.heard) == 2

    async def test_a_refused_connection_is_tried_again_and_then_left_for_later(self) -> None:
        naps = Naps()
        async with wire(sleep=naps) as made:
            with pytest.raises(TryLater):
                await get(made, NOBODY)

        assert len(naps.taken) == ATTEMPTS - 1

    async def test_a_break_on_the_second_attempt_is_in_doubt(self) -> None:
        async with ScriptedServer(Say(429), Say(hang_up=True)) as server, wire() as made:
            with pytest.raises(InDoubt):
                await get(made, server.url)

        assert len(server.heard) == 2

    async def test_a_wait_beyond_the_deadline_is_left_to_the_caller(self) -> None:
        naps = Naps()
        headers = (("retry-after", "60"),)
        async with ScriptedServer(Say(429, headers=headers)) as server, wire(sleep=naps) as made:
            with pytest.raises(TryLater) as raised:
                await get(made, server.url, deadline=15)

        assert raised.value.retry_after == 60
        assert (naps.taken, len(server.heard)) == ([], 1)

    async def test_the_vendor_sets_the_pace(self) -> None:
        naps = Naps()
        say = (Say(429, headers=(("retry-after", "2"),)), Say(429, headers=(("retry-after", "0.5"),)), Say())
        async with ScriptedServer(*say) as server, wire(sleep=naps) as made:
            assert (await get(made, server.url)).status == 200

        assert naps.taken == [2.0, 0.5]

    async def test_connections_are_used_again(self) -> None:
        peers = set()

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peers.add(writer.get_extra_info("peername"))
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

        async with serving(handler) as port, wire() as made:
            for _ in range(5):
                await get(made, f"http://127.0.0.1:{port}/")

        assert len(peers) == 1

    def test_waits_are_spread_over_their_whole_range(self) -> None:
        """Full jitter: a Kolmogorov-Smirnov test of 1,000 waits against the even spread, at 1 %."""
        state, before = RetryCallState(AsyncRetrying(), None, (), {}), random.getstate()
        random.seed(11)
        try:
            waits = sorted(_backoff(state) / 0.5 for _ in range(1000))
        finally:
            random.setstate(before)
        farthest = max(max((n + 1) / 1000 - wait, wait - n / 1000) for n, wait in enumerate(waits))
        assert farthest < 1.63 / 1000**0.5


class TestWhatAStatusMeans:
    @pytest.mark.parametrize(
        ("status", "never_charged", "meaning"),
        [
            (200, (), None),
            (400, (), SkipProvider),
            (401, (), StopProvider),
            (404, (), BrokenReply),
            (429, (429,), TryLater),
            (429, (), InDoubt),
            (503, (503,), TryLater),
            (503, (429,), InDoubt),
            (500, (), InDoubt),
            (302, (), BrokenReply),
            (418, (), BrokenReply),
            (599, (), InDoubt),
        ],
    )
    def test_only_what_the_terms_never_charge_may_be_tried_again(
        self, status: int, never_charged: tuple[int, ...], meaning: Meaning
    ) -> None:
        assert meaning_of(status, MEANING, never_charged) is meaning

    def test_a_provider_overrides_single_rows(self) -> None:
        assert meaning_of(404, {**MEANING, 404: None}, ()) is None


class TestHowLongToWait:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry-after": "7"}, 7.0),
            ({"retry-after": "1.5"}, 1.5),
            ({"retry-after": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, 9.0),
            ({"retry-after": format_datetime(NOW - timedelta(hours=1), usegmt=True)}, 0.0),
            ({"retry-after": "-3"}, 0.0),
            ({"x-ratelimit-reset": (NOW + timedelta(seconds=20)).isoformat()}, 20.0),
            ({"x-ratelimit-reset": (NOW + timedelta(seconds=20)).replace(tzinfo=None).isoformat()}, 20.0),
            ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 5)}, 5.0),
            ({"retry-after": "soon", "x-rate-limit-reset": "4"}, 4.0),
            ({"retry-after": "inf"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "9" * 400}, None),
            ({"retry-after": "Someday, 99 Foo 2026 99:99:99 GMT"}, None),
            ({"retry-after": ""}, None),
            ({}, None),
        ],
    )
    def test_headers_are_read_as_their_vendors_write_them(self, headers: dict[str, str], seconds: float | None) -> None:
        assert wait_asked_for(headers, NOW) == seconds
