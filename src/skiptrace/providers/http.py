"""``Wire``, the only HTTP client: one total deadline, one table of what a status means, one retry.

The other side is taken to be hostile. Nothing is followed, the body and its inflated form are bounded, and the
deadline covers connecting, a dripping header and a dripping body alike.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from skiptrace.errors import (
    BrokenReply,
    ConfigError,
    InDoubt,
    ProviderError,
    SkipProvider,
    StopProvider,
    TryLater,
    Withheld,
)
from skiptrace.model import Reply
from skiptrace.model.figures import Standing
from skiptrace.ports import Attempt, BeforeFirstByte, Clock, Limiter, Went
from skiptrace.providers.addresses import is_loopback
from skiptrace.providers.retry_after import quota_left, wait_asked_for
from skiptrace.providers.transport import (
    BEFORE_FIRST_BYTE,
    AddressRefused,
    AiohttpTransport,
    CertificateRefused,
    Resolver,
    system_resolver,
)

Meaning = type[ProviderError] | None
"""What a status asks of the caller; None: a reply to read."""

MEANING: Mapping[int, Meaning] = MappingProxyType(
    {
        200: None,
        400: SkipProvider,
        401: StopProvider,
        402: StopProvider,
        403: StopProvider,
        404: BrokenReply,  # we ask for fixed paths; a vendor that says "no record" with 404 overrides the row
        406: SkipProvider,
        408: TryLater,
        413: SkipProvider,
        422: SkipProvider,
        425: TryLater,
        429: TryLater,
        500: TryLater,
        502: TryLater,
        503: TryLater,
        504: TryLater,
    }
)
"""One row per status. TryLater holds only where the vendor's terms never charge that status; else it is InDoubt."""

CUT = "skiptrace-cut"
"""Header that the wire adds to a reply whose body it had to cut or could not inflate; the value says why."""
MAX_BODY_BYTES = 5 * 1024 * 1024
INFLATE_STEP = 64 * 1024
"""So many bytes are inflated before the others have their turn: a fifth of a millisecond."""
UNSUSPICIOUS_BYTES = 1024 * 1024
MOST_INFLATION = 100
"""A longer body that grew by more than this is a bomb: replies of vendors grow tenfold, zeros a thousandfold."""
MAX_HOST = 254
ATTEMPTS = 3
LONGEST_HOLD = 3_600.0
"""Seconds for which a vendor's word can keep us away; a header with a year in it is a mistake or malice."""
HOLD_WHEN_BUSY = 1.0
"""Seconds that a vendor is left alone after a 429 that does not say for how long."""
_SECRET_HEADERS = frozenset({"set-cookie", "set-cookie2"})


def meaning_of(status: int, table: Mapping[int, Meaning], never_charged: tuple[int, ...]) -> Meaning:
    """What a status means under one provider's table and terms.

    A status without a row is BrokenReply below 500 and as 500 from there on.
    """
    meaning = table.get(status, BrokenReply if status < 500 else table[500])
    return InDoubt if meaning is TryLater and status not in never_charged else meaning


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """One request as it goes out, credentials included, so it prints as nothing. ``deadline`` is in seconds."""

    provider: str
    request: httpx.Request
    deadline: float
    trouble: Callable[[Reply], ProviderError | None]
    """What a reply's status and body mean; a TryLater is what gets retried."""


class Wire:
    """The HTTP client that all providers share. One per process; close it at the end.

    ``allow_loopback`` is sandbox mode: http and any port, on 127.0.0.0/8 and ::1 only.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allow_loopback: bool = False,
        ca_file: str | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        resolver: Resolver = system_resolver,
        limiter: Limiter | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._allow_loopback = allow_loopback
        self._max_body_bytes = max_body_bytes
        self._limiter = limiter or _Unlimited()
        self._sleep = sleep
        self._transport = AiohttpTransport(allow_loopback=allow_loopback, ca_file=ca_file, resolver=resolver)

    def base_url(self, text: str) -> httpx.URL:
        """A base URL that may be asked: https on port 443, or in sandbox mode anything on loopback.

        Raises ConfigError for any other scheme, port or form.
        """
        try:
            url = httpx.URL(text)
        except (httpx.InvalidURL, ValueError):
            raise ConfigError("a base URL is not a URL; write https://host/path") from None
        if url.userinfo or url.query or url.fragment or not 0 < len(url.host) < MAX_HOST:
            raise ConfigError("a base URL is a scheme, a host and perhaps a path; nothing else belongs into it")
        if self._allow_loopback and url.scheme in {"http", "https"} and _is_local_name(url.host):
            return url
        if url.scheme != "https" or url.port is not None:
            raise ConfigError("a base URL must be https on port 443; plain http is for the sandbox on 127.0.0.1 only")
        return url

    async def send(self, exchange: Exchange, before_first_byte: BeforeFirstByte) -> Reply:
        """Send one request and return the reply, whatever its status says, unless it means TryLater.

        Each attempt waits for its turn. The deadline starts with the first turn and covers everything from there.
        Tries again only after a TryLater and only while the wait fits into the deadline.
        ``before_first_byte`` is awaited once, before the first attempt's first byte; what it raises is raised.
        Raises TryLater or StopProvider when nothing can have been charged, InDoubt when something may have been.
        """
        line = _Line(exchange.provider, before_first_byte, exchange.deadline)
        try:
            return await self._attempt(exchange, line)
        except TryLater as trouble:
            if not _is_worth_repeating(trouble):
                raise
            return await self._repeat(exchange, line, trouble)

    async def _repeat(self, exchange: Exchange, line: _Line, trouble: TryLater) -> Reply:
        """Go on after the first attempt. A retry is set up when there is one: it costs as much as what it repeats."""
        first = [trouble]

        async def attempt() -> Reply:
            if first:
                raise first.pop()
            return await self._attempt(exchange, line)

        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_worth_repeating),
            wait=_wait,
            stop=lambda state: state.attempt_number >= ATTEMPTS or state.upcoming_sleep >= line.time_left,
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(attempt)

    async def close(self) -> None:
        await self._transport.aclose()

    async def _attempt(self, exchange: Exchange, line: _Line) -> Reply:
        line.open = False
        again = line.ends is not None
        patience = line.time_left if again else None
        try:
            async with self._limiter.turn(line.provider, lasts=line.time_left, patience=patience, again=again) as turn:
                return await self._exchange(exchange, line, turn)
        except Withheld as refusal:
            raise line.withheld(refusal) from None

    async def _exchange(self, exchange: Exchange, line: _Line, attempt: Attempt) -> Reply:
        line.start()
        exchange.request.extensions[BEFORE_FIRST_BYTE] = line.before_first_byte
        try:
            async with asyncio.timeout_at(line.ends):
                reply = await self._round_trip(exchange.request)
        except TimeoutError:
            attempt.went = Went.BADLY
            raise line.trouble(f"no full reply within {exchange.deadline:g} s") from None
        except httpx.TransportError as error:
            if line.hook_error is None:
                attempt.went = Went.BADLY
            raise line.failed(error) from None
        _tell(attempt, reply)
        trouble = exchange.trouble(reply)
        if isinstance(trouble, TryLater):
            line.open = False  # by its terms the vendor does not charge this
            trouble.retry_after = wait_asked_for(reply.headers, reply.received_at)
            line.last = trouble
            raise trouble
        return reply

    async def _round_trip(self, request: httpx.Request) -> Reply:
        response = await self._transport.handle_async_request(request)
        try:
            return await self._read(response)
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response) -> Reply:
        """Read at most ``max_body_bytes``, counted after inflating; a longer body is cut and marked as such."""
        body = _Bounded(self._max_body_bytes, response.headers.get("content-encoding", ""))
        async for chunk in response.stream:  # type: ignore[union-attr]
            for _ in body.feed(chunk):
                await asyncio.sleep(0)
            if body.cut:
                break
        headers = {name.lower(): value for name, value in response.headers.items() if name not in _SECRET_HEADERS}
        if cut := body.cut or body.finish():
            headers[CUT] = cut
        return Reply(response.status_code, bytes(body.data), self._clock.now(), MappingProxyType(headers))


@dataclass(slots=True)
class _Line:
    """How far one exchange is: whether the current attempt has begun to write, and whether ``sent`` is committed."""

    provider: str
    hook: BeforeFirstByte
    deadline: float
    ends: float | None = None
    """When the deadline strikes, on the loop's clock; None until the first turn."""
    open: bool = False
    committed: bool = False
    hook_error: BaseException | None = None
    last: TryLater | None = None

    @property
    def time_left(self) -> float:
        return self.deadline if self.ends is None else max(0.0, self.ends - asyncio.get_running_loop().time())

    def start(self) -> None:
        if self.ends is None:
            self.ends = asyncio.get_running_loop().time() + self.deadline

    async def before_first_byte(self) -> None:
        if not self.committed:
            try:
                await _to_its_end(self.hook)
            except Exception as error:
                self.hook_error = error
                raise
            self.committed = True
        self.open = True

    def trouble(self, reason: str) -> ProviderError:
        """An attempt broke off: nothing was charged while nothing was written, else nobody knows."""
        return InDoubt(self.provider, reason) if self.open else TryLater(self.provider, f"{reason}; nothing was sent")

    def withheld(self, refusal: Withheld) -> Withheld:
        """Our own refusal; when it refuses a retry, what went before is the better part of the reason."""
        if self.last is None:
            return refusal
        return Withheld(self.provider, f"{self.last.reason}; not repeated: {refusal.reason}", refusal.retry_after)

    def failed(self, error: httpx.TransportError) -> BaseException:
        if self.hook_error is not None:
            return self.hook_error
        if isinstance(error, AddressRefused | CertificateRefused):
            return StopProvider(self.provider, str(error))
        return self.trouble(str(error))


class _Bounded:
    """Collects a body and inflates it as it comes, never holding more than ``limit`` bytes of result."""

    def __init__(self, limit: int, encoding: str) -> None:
        self.data = bytearray()
        self.cut = ""
        self._limit = limit
        self._taken = 0
        self._encoding = encoding.strip().lower()
        gzip_or_zlib = zlib.MAX_WBITS | 32
        self._inflate = zlib.decompressobj(gzip_or_zlib) if self._encoding in {"gzip", "x-gzip", "deflate"} else None

    def feed(self, chunk: bytes) -> Iterator[None]:
        """Take a chunk in. Yields after each step of inflating: there the others have their turn."""
        self._taken += len(chunk)
        if self._inflate is None:
            self._keep(chunk)
            return
        more = True
        while more and not self.cut:
            try:
                step = self._inflate.decompress(chunk, INFLATE_STEP)
            except zlib.error:
                self.cut = "the body does not inflate"
                return
            chunk = self._inflate.unconsumed_tail
            self._keep(step, left=len(chunk))
            if self._inflate.unused_data:
                self.cut = self.cut or "the compressed body goes on after its end"
            if more := len(step) == INFLATE_STEP:
                yield

    def _keep(self, step: bytes, left: int = 0) -> None:
        """Add what fits. ``left`` bytes of what was taken are not inflated yet."""
        self.data += step[: self._limit - len(self.data) + 1]
        if max(len(self.data), self._taken) > self._limit:
            del self.data[self._limit :]
            self.cut = f"the body is longer than {self._limit} bytes"
        elif len(self.data) > max(UNSUSPICIOUS_BYTES, MOST_INFLATION * (self._taken - left)):
            self.cut = f"the body inflates to more than {MOST_INFLATION} times its size"

    def finish(self) -> str:
        """Why the whole body is still not to be trusted, empty when it is."""
        if self._inflate is not None:
            return "" if self._inflate.eof or not self.data else "the compressed body ends early"
        return "" if self._encoding in {"", "identity"} else "the body has an encoding that was not asked for"


async def _to_its_end(hook: BeforeFirstByte) -> None:
    """A deadline must not cut a commit in two: let it finish, then be cancelled. A second cancellation does cut it."""
    task = asyncio.ensure_future(hook())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


class _Unlimited:
    """For a wire of one's own: nobody else asks with its keys, and whoever holds it sees to its manners."""

    @asynccontextmanager
    async def turn(
        self, provider: str, *, lasts: float, patience: float | None = None, again: bool = False
    ) -> AsyncIterator[Attempt]:
        yield Attempt()

    async def standing(self) -> Sequence[Standing]:
        return ()

    async def close(self) -> None:
        """Nothing is kept open."""


def _tell(attempt: Attempt, reply: Reply) -> None:
    """Read a reply for what it says of the vendor's health and of our manners."""
    if reply.status == 429:
        attempt.went = Went.TOO_FAST
    else:
        attempt.went = Went.BADLY if reply.status >= 500 or reply.status == 408 else Went.WELL
    attempt.left = quota_left(reply.headers)
    if reply.status in {429, 503} or attempt.left == 0:
        asked = wait_asked_for(reply.headers, reply.received_at)
        default = HOLD_WHEN_BUSY if reply.status == 429 else 0.0
        attempt.hold = min(default if asked is None else asked, LONGEST_HOLD)


def _is_worth_repeating(error: BaseException) -> bool:
    return isinstance(error, TryLater) and not isinstance(error, Withheld)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, TryLater) else None
    return asked if asked is not None else _backoff(state)


_backoff = wait_random_exponential(multiplier=0.5, max=4.0)
"""Full jitter: anything between nothing and half a second, then a second."""


def _is_local_name(host: str) -> bool:
    return host == "localhost" or is_loopback(host)
