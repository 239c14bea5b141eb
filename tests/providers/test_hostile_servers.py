"""Whatever the other side does, a call ends in time, in little memory, and with the right word for what was charged."""

from __future__ import annotations

import asyncio
import gzip
import random
import ssl
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from skiptrace.errors import BrokenReply, ConfigError, InDoubt, StopProvider, TryLater
from skiptrace.providers.http import CUT, INFLATE_STEP, MAX_BODY_BYTES, UNSUSPICIOUS_BYTES, Wire, _Bounded
from skiptrace.providers.reading import read_json
from skiptrace.providers.transport import MAX_HEADERS, AddressRefused, AiohttpTransport, verified_tls
from skiptrace.testing.server import Say, ScriptedServer
from tests.providers.wires import Handler, StandingClock, get, serving, wire

MIB = 1024 * 1024
DEADLINE = 1.0


def drips(start: bytes, drop: bytes) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return handler


def says(*parts: bytes, times: int = 1) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(parts[0])
        for _ in range(times):
            for part in parts[1:]:
                writer.write(part)
                await writer.drain()

    return handler


@pytest.mark.parametrize(
    "handler",
    [
        drips(b"HTTP/1.1 200 OK\r\nx-drip: ", b"a"),
        drips(b"HTTP/1.1 200 OK\r\n", b"x-drip: a\r\n"),
        drips(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b"a"),
        drips(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["header line", "headers", "body", "endless chunks", "endless 100 Continue"],
)
async def test_a_drip_ends_with_the_deadline_and_is_in_doubt(handler: Handler) -> None:
    async with serving(handler) as port, wire() as made:
        async with asyncio.timeout(100):
            with pytest.raises(InDoubt):
                await get(made, f"http://127.0.0.1:{port}/", deadline=DEADLINE)


async def test_a_tls_handshake_that_never_ends_was_not_charged() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with serving(silent) as port, wire() as made:
        with pytest.raises(TryLater):
            await get(made, f"https://127.0.0.1:{port}/", deadline=DEADLINE, before=_never)


async def test_a_name_that_never_resolves_was_not_charged() -> None:
    async def stuck(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with wire(resolver=stuck) as made:
        with pytest.raises(TryLater):
            await get(made, "https://vendor.example.com/", deadline=DEADLINE, before=_never)


async def test_stalled_calls_leave_the_others_alone() -> None:
    async with (
        serving(drips(b"HTTP/1.1 200 OK\r\n", b"x: a\r\n")) as slow,
        ScriptedServer(Say()) as quick,
        wire() as made,
    ):
        stalled = [asyncio.create_task(get(made, f"http://127.0.0.1:{slow}/", deadline=200)) for _ in range(20)]
        await asyncio.sleep(0.05)
        for _ in range(20):
            await get(made, quick.url)
        assert not any(call.done() for call in stalled)
        for call in stalled:
            call.cancel()
        await asyncio.gather(*stalled, return_exceptions=True)


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """64 MiB of zeros in some 64 kB."""
    press = zlib.compressobj(9, wbits=31)
    zeros = bytes(MIB)
    return b"".join([*(press.compress(zeros) for _ in range(64)), press.flush()])


@pytest.fixture
def memory() -> Iterator[None]:
    """Fails when the test holds more than 16 MiB at any time."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * MIB


@pytest.mark.usefixtures("memory")
async def test_a_gzip_bomb_is_cut_soon_after_it_shows_what_it_is(bomb: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb)
    async with serving(says(head, bomb)) as port, wire() as made:
        reply = await get(made, f"http://127.0.0.1:{port}/")

    assert UNSUSPICIOUS_BYTES < len(reply.body) <= UNSUSPICIOUS_BYTES + INFLATE_STEP
    assert "times its size" in reply.headers[CUT]


async def test_a_body_that_inflates_as_replies_do_is_cut_at_the_limit_only() -> None:
    person = b'{"first": "Sam", "line": "12 Oak St", "seen": "%s"}'
    dates = random.Random(5)
    long = b",".join(person % dates.randbytes(4).hex().encode() for _ in range(200_000))
    packed = gzip.compress(long)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with serving(says(head, packed)) as port, wire() as made:
        reply = await get(made, f"http://127.0.0.1:{port}/")

    assert reply.body == long[:MAX_BODY_BYTES]
    assert "longer" in reply.headers[CUT]


def test_inflating_stops_for_the_others_after_every_step() -> None:
    inflated = bytes(10 * INFLATE_STEP)
    body = _Bounded(MAX_BODY_BYTES, "gzip")

    stops = sum(1 for _ in body.feed(gzip.compress(inflated)))

    assert (stops, bytes(body.data), body.cut, body.finish()) == (10, inflated, "", "")


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("length", [b"content-length: 1000000000", b"connection: close"])
async def test_a_gigabyte_is_cut_at_the_limit(length: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n"
    async with serving(says(head, bytes(MIB), times=1000)) as port, wire() as made:
        reply = await get(made, f"http://127.0.0.1:{port}/")

    assert len(reply.body) == MAX_BODY_BYTES
    assert CUT in reply.headers


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    "headers", [[b"x-%d: a\r\n" % n for n in range(100_000)], [b"x: ", bytes(MIB).replace(b"\0", b"a"), b"\r\n"]]
)
async def test_endless_headers_are_in_doubt(headers: list[bytes]) -> None:
    async with serving(says(b"HTTP/1.1 200 OK\r\n", b"".join(headers), b"\r\n")) as port, wire() as made:
        with pytest.raises(InDoubt):
            await get(made, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("line", [b"x" * 80, b"x" * 8_000])
async def test_a_hundred_headers_are_read_and_one_more_is_in_doubt(line: bytes) -> None:
    """Whether what is left out mattered, nobody knows."""
    for count in (MAX_HEADERS, MAX_HEADERS + 1):
        headers = b"".join(b"x-%d: %s\r\n" % (n, line) for n in range(count - 1)) + b"content-length: 2\r\n"
        async with serving(says(b"HTTP/1.1 200 OK\r\n", headers, b"\r\n{}")) as port, wire() as made:
            asked = get(made, f"http://127.0.0.1:{port}/")
            if count == MAX_HEADERS:
                assert (await asked).body == b"{}"
            else:
                with pytest.raises(InDoubt):
                    await asked


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"gzip", gzip.compress(b'{"person": null}')[:-6]),
        (b"gzip", gzip.compress(b'{"person": null}') + b"more"),
        (b"gzip", b'{"person": null}'),
        (b"gzip, gzip", gzip.compress(gzip.compress(b"{}"))),
        (b"br", b'{"person": null}'),
    ],
    ids=["cut short", "trailing bytes", "not gzip", "twice", "not asked for"],
)
async def test_a_body_that_does_not_inflate_is_broken_and_kept(encoding: bytes, body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n" % (encoding, len(body))
    async with serving(says(head, body)) as port, wire() as made:
        reply = await get(made, f"http://127.0.0.1:{port}/")

    with pytest.raises(BrokenReply):
        read_json("acme", reply, dict[str, object])


async def test_a_compressed_body_is_read() -> None:
    body = gzip.compress(b'{"person": null}')
    async with ScriptedServer(Say(body=body, headers=(("content-encoding", "gzip"),))) as server, wire() as made:
        reply = await get(made, server.url)

    assert read_json("acme", reply, dict[str, object]) == {"person": None}


async def test_a_body_that_ends_early_is_in_doubt() -> None:
    async with serving(says(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}")) as port, wire() as made:
        with pytest.raises(InDoubt):
            await get(made, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with (
        ScriptedServer(Say()) as inside,
        ScriptedServer(Say(status, headers=(("location", inside.url),))) as vendor,
        wire() as made,
    ):
        reply = await get(made, vendor.url)

    assert reply.status == status
    assert inside.heard == []


async def test_proxies_and_certificates_in_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    verified_tls.cache_clear()  # an earlier test may have read the bundle before the variable was set
    async with (
        ScriptedServer(Say()) as proxy,
        ScriptedServer(Say()) as vendor,
        serving(says(b"HTTP/1.1 200 OK\r\n\r\n"), ssl=_tls(authority, "127.0.0.1")) as secure,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with wire() as made:
            await get(made, vendor.url)
            with pytest.raises(StopProvider):
                await get(made, f"https://127.0.0.1:{secure}/")

    assert (len(proxy.heard), len(vendor.heard)) == (0, 1)


async def test_cookies_are_neither_kept_nor_sent_back() -> None:
    async with ScriptedServer(Say(headers=(("set-cookie", "id=1"),))) as server, wire() as made:
        replies = [await get(made, server.url) for _ in range(2)]

    assert "set-cookie" not in replies[0].headers
    assert "cookie" not in server.heard[1].head.lower()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


class TestTheServerMustProveWhoItIs:
    async def test_a_good_certificate_is_accepted(self, authority: trustme.CA, ca_file: str) -> None:
        answer = says(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        async with serving(answer, ssl=_tls(authority, "127.0.0.1")) as port, wire(ca_file=ca_file) as made:
            assert (await get(made, f"https://127.0.0.1:{port}/")).body == b"{}"

    async def test_an_unknown_authority_is_refused(self, authority: trustme.CA) -> None:
        await self._refused(_tls(authority, "127.0.0.1"), None)

    async def test_another_name_is_refused(self, authority: trustme.CA, ca_file: str) -> None:
        await self._refused(_tls(authority, "elsewhere.example.com"), ca_file)

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    async def test_old_tls_is_refused(self, authority: trustme.CA, ca_file: str) -> None:
        old = _tls(authority, "127.0.0.1")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        await self._refused(old, ca_file)

    async def _refused(self, server: ssl.SSLContext, ca_file: str | None) -> None:
        async with serving(says(b"HTTP/1.1 200 OK\r\n\r\n"), ssl=server) as port, wire(ca_file=ca_file) as made:
            with pytest.raises((StopProvider, TryLater)):  # some servers hang up on old TLS instead of saying why
                await get(made, f"https://127.0.0.1:{port}/", before=_never)

    async def test_the_checked_address_is_connected_to_under_the_original_name(
        self, authority: trustme.CA, ca_file: str
    ) -> None:
        """The name is resolved once; certificate and Host are checked against the name, not the number."""
        asked: list[str] = []
        heard: list[bytes] = []

        async def resolver(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

        async with serving(answer, ssl=_tls(authority, "vendor.example.com")) as port:
            transport = AiohttpTransport(allow_loopback=True, ca_file=ca_file, resolver=resolver)
            response = await transport.handle_async_request(httpx.Request("GET", f"https://vendor.example.com:{port}/"))
            await response.aclose()
            await transport.aclose()

        assert asked == ["vendor.example.com"]
        assert b"vendor.example.com" in heard[0]


class TestWhereAConnectionMayGo:
    @pytest.mark.parametrize(
        "answers",
        [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["64:ff9b::7f00:1"], ["93.184.216.34", "127.0.0.1"], []],
        ids=["loopback", "private", "metadata", "NAT64", "public and loopback", "none"],
    )
    async def test_a_name_with_one_bad_address_is_refused(self, answers: list[str]) -> None:
        async def resolver(host: str, port: int) -> list[str]:
            return answers

        async with wire(allow_loopback=False, resolver=resolver) as made:
            with pytest.raises(StopProvider):
                await get(made, "https://vendor.example.com/", before=_never)

    async def test_a_name_that_turns_inward_later_is_refused_then(self) -> None:
        """DNS rebinding: each new resolution is checked again, and nothing but its result is connected to."""
        turns = iter([["127.0.0.1"], ["10.0.0.7"]])

        async def resolver(host: str, port: int) -> list[str]:
            return next(turns)

        async with ScriptedServer(Say()) as server:
            port = httpx.URL(server.url).port
            for expected in (None, AddressRefused):
                transport = AiohttpTransport(allow_loopback=True, resolver=resolver)
                request = httpx.Request("GET", f"http://vendor.example.com:{port}/")
                if expected is None:
                    await (await transport.handle_async_request(request)).aclose()
                else:
                    with pytest.raises(expected):
                        await transport.handle_async_request(request)
                await transport.aclose()

        assert len(server.heard) == 1

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
    )
    async def test_numbers_for_this_machine_are_refused_however_written(self, host: str) -> None:
        async with wire(allow_loopback=False) as made:
            with pytest.raises((StopProvider, TryLater)):
                await get(made, f"https://{host}/", before=_never)

    @pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "10.0.0.7", "[::ffff:127.0.0.1]"])
    async def test_sandbox_mode_opens_loopback_only(self, host: str) -> None:
        async with wire() as made:
            with pytest.raises(StopProvider):
                await get(made, f"http://{host}:9/", before=_never)


class TestBaseUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "http://vendor.example.com",
            "file:///etc/passwd",
            "gopher://vendor.example.com",
            "ftp://vendor.example.com",
            "https://key@vendor.example.com",
            "https://a#@b",
            "https://vendor.example.com:22",
            "https://vendor.example.com:6379",
            "https://vendor.example.com?x=1",
            "https://",
            "vendor.example.com",
            "https://0177.0.0.1",
            "https://" + "a" * 8192,
            "http://127.0.0.1:8080",
            "http://localhost:8080",
        ],
    )
    def test_anything_but_https_on_443_is_refused(self, url: str) -> None:
        with pytest.raises(ConfigError):
            Wire(StandingClock()).base_url(url)

    @pytest.mark.parametrize("url", ["https://vendor.example.com", "https://vendor.example.com:443/v2"])
    def test_https_is_accepted(self, url: str) -> None:
        assert Wire(StandingClock()).base_url(url).host == "vendor.example.com"

    @pytest.mark.parametrize(
        "url", ["http://10.0.0.7:8080", "http://127.0.0.1.example.com", "http://[::ffff:127.0.0.1]/"]
    )
    def test_sandbox_mode_accepts_plain_http_on_loopback_only(self, url: str) -> None:
        sandbox = Wire(StandingClock(), allow_loopback=True)

        assert sandbox.base_url("http://127.0.0.1:8080/acme").path == "/acme"
        with pytest.raises(ConfigError):
            sandbox.base_url(url)


async def _never() -> None:
    pytest.fail("no byte may be sent here")


def _tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
