"""The httpx transport under ``Wire``: aiohttp's connections behind httpx's own interface.

httpx keeps its pool in a list that it walks on every request, so that its cost grows with the square of the
concurrency; ``docs/decisions/http-transport.md`` has the figures. The transport resolves a name once, checks every
address, connects to one of those very addresses with the original name for TLS and ``Host``, follows nothing, reads
nothing from the environment and keeps no cookies.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from functools import cache

import aiohttp
import certifi
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from yarl import URL

from skiptrace.providers.addresses import may_connect

MAX_HEADERS = 100
MAX_HEADER_BYTES = 8_190
KEEP_ALIVE_SECONDS = 4.0
"""Shorter than the 5 s after which common servers hang up: a paid request on a dying connection would be in doubt."""
BEFORE_FIRST_BYTE = "before_first_byte"
"""Request extension: an async callable, awaited when the connection stands and before anything is written on it."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port in, numeric addresses out."""

_before_first_byte: ContextVar[Callable[[], Awaitable[None]] | None] = ContextVar("before_first_byte", default=None)


class AddressRefused(httpx.ConnectError):
    """The host does not resolve to public addresses only. Nothing was connected to."""


class CertificateRefused(httpx.ConnectError):
    """The peer could not prove who it is. Nothing was sent."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


@cache  # reading the bundle takes some 40 ms
def verified_tls(ca_file: str | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and name checked. A named file keeps ``SSL_CERT_FILE`` out of it."""
    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class AiohttpTransport(httpx.AsyncBaseTransport):
    """httpx requests over aiohttp's connection pool. Bodies come back raw: nothing is inflated here.

    Raises httpx.TransportError: ConnectError until the connection stands, ReadError or RemoteProtocolError after.
    """

    def __init__(
        self, *, allow_loopback: bool = False, ca_file: str | None = None, resolver: Resolver = system_resolver
    ) -> None:
        self._allow_loopback = allow_loopback
        self._ca_file = ca_file
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session = self._session or self._open()
        token = _before_first_byte.set(request.extensions.get(BEFORE_FIRST_BYTE))
        try:
            response = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                data=await request.aread() or None,
                headers=[(name, value) for name, value in request.headers.items() if name != "content-length"],
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _in_httpx_terms(error) from None
        finally:
            _before_first_byte.reset(token)
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response), request=request)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,  # each provider limits itself to what its manifest allows
            resolver=_CheckedResolver(self._resolver, self._allow_loopback),
            socket_factory=self._socket,
            ssl=verified_tls(self._ca_file),
            ttl_dns_cache=60,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            request_class=_HookedRequest,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            auto_decompress=False,
            trust_env=False,
            max_headers=MAX_HEADERS,
            max_field_size=MAX_HEADER_BYTES,
            max_line_size=MAX_HEADER_BYTES,
        )
        return self._session

    def _socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """The last look before connecting; it also sees hosts that are written as numbers and never resolved."""
        family, kind, protocol, _, sockaddr = address
        if not may_connect([str(sockaddr[0])], allow_loopback=self._allow_loopback):
            raise _NotPublic
        return socket.socket(family, kind, protocol)


class _NotPublic(OSError):
    """Carried through aiohttp, which only expects OSError from a resolver or a socket factory."""


class _CheckedResolver(AbstractResolver):
    """Resolves once and checks what came, so that aiohttp connects to checked numbers and nothing else."""

    def __init__(self, resolver: Resolver, allow_loopback: bool) -> None:
        self._resolver = resolver
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver(host, port)
        if not may_connect(found, allow_loopback=self._allow_loopback):
            raise _NotPublic
        return [_resolved(host, port, address) for address in found]

    async def close(self) -> None:
        """Nothing is kept open."""


def _resolved(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


class _SentBefore(aiohttp.ClientError):
    """aiohttp wants to repeat a GET whose connection broke. It may have been charged, so it is not repeated."""


class _HookedRequest(aiohttp.ClientRequest):
    """A request that waits for ``before_first_byte`` between connection and first byte, and goes out once only."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        hook = _before_first_byte.get()
        if hook is not None:
            _before_first_byte.set(_refuse_to_repeat)
            await hook()
        return await super().send(conn)


async def _refuse_to_repeat() -> None:
    raise _SentBefore


class _Body(httpx.AsyncByteStream):
    """The raw body. A body that was not read to its end closes the connection."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise _in_httpx_terms(error) from None

    async def aclose(self) -> None:
        self._response.close()


def _in_httpx_terms(error: Exception) -> httpx.TransportError:
    """httpx's error for aiohttp's. Messages name the kind only: the originals can repeat the URL."""
    cause = getattr(error, "os_error", None) or error
    if isinstance(cause, _NotPublic) or isinstance(cause.__cause__, _NotPublic):
        return AddressRefused("the host does not resolve to public addresses only")
    if isinstance(error, aiohttp.ClientSSLError):
        return CertificateRefused("the server's certificate or TLS version is not acceptable")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL | aiohttp.ConnectionTimeoutError):
        return httpx.ConnectError("no connection")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError | ValueError):
        return httpx.RemoteProtocolError("the reply is not proper HTTP or ends early")
    return httpx.ReadError("the connection broke")
