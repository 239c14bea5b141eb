"""Signed webhooks after Standard Webhooks (standardwebhooks.com): id, time and body are signed with HMAC-SHA-256.

Only 2xx means that the event arrived: a redirect is a failure, and so is a reply that is late. What the receiver says
is read to its end, up to 64 kB, so that the connection can serve again, and thrown away.
"""

from __future__ import annotations

import asyncio
import binascii
from datetime import datetime, timedelta

import httpx
import orjson
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from skiptrace.errors import ConfigError, NotDelivered, SinkGone
from skiptrace.ports import Message
from skiptrace.sinks.base import SinkSetup, envelope

MOST_BYTES = 20_000
"""A longer body is sent thin: ids and links instead of the content."""
MOST_READ = 64 * 1024
ROTATION = timedelta(hours=24)
"""So long after a rotation the old secret signs too."""
SHORTEST_SECRET = 24
"""Bytes; the specification asks for 24 to 64."""


class Webhook:
    """One endpoint. Thin by default: the body names ids and links, and whoever follows them is audited."""

    def __init__(self, setup: SinkSetup) -> None:
        """Raises ConfigError when the address or the secret is missing or unfit."""
        if not setup.url:
            raise ConfigError(f"sinks.{setup.name}.url is missing: write the address that receives the events")
        if setup.old_secret and setup.rotated_at is None:
            raise ConfigError(f"sinks.{setup.name}.rotated_at is missing: write when the secret was changed")
        self.wants_content = setup.full
        self._setup = setup
        self._signer = _signer(setup.name, "secret", setup.secret)
        self._old = _signer(setup.name, "old_secret", setup.old_secret) if setup.old_secret else None

    async def deliver(self, message: Message) -> None:
        body = _body(message, self._setup)
        headers = self._headers(message.event.event_id, body)
        request = httpx.Request("POST", self._setup.url, content=body, headers=headers)
        try:
            async with asyncio.timeout(self._setup.timeout):
                status = await self._send(request)
        except TimeoutError:
            raise NotDelivered(f"no reply within {self._setup.timeout:g} s") from None
        except httpx.TransportError as error:
            raise NotDelivered(str(error)) from None
        if status == httpx.codes.GONE:
            raise SinkGone("it answered 410 Gone")
        if not 200 <= status < 300:
            raise NotDelivered(f"status {status}" + (", a redirect" if 300 <= status < 400 else ""))

    async def close(self) -> None:
        """The transport belongs to whoever made it."""

    async def _send(self, request: httpx.Request) -> int:
        response = await self._setup.transport.handle_async_request(request)
        try:
            read = 0
            async for chunk in response.stream:  # type: ignore[union-attr]
                read += len(chunk)
                if read > MOST_READ:
                    break
        finally:
            await response.aclose()
        return response.status_code

    def _headers(self, event_id: str, body: bytes) -> dict[str, str]:
        now = self._setup.clock.now()
        text = body.decode()
        signatures = [self._signer.sign(event_id, now, text)]
        if self._old is not None and self._is_rotating(now):
            signatures.append(self._old.sign(event_id, now, text))
        return {
            "content-type": "application/json",
            "user-agent": "skiptrace",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _is_rotating(self, now: datetime) -> bool:
        rotated_at = self._setup.rotated_at
        return rotated_at is not None and now < rotated_at + ROTATION


def _body(message: Message, setup: SinkSetup) -> bytes:
    body = orjson.dumps(envelope(message, setup.links, full=setup.full))
    return body if len(body) <= MOST_BYTES else orjson.dumps(envelope(message, setup.links, full=False))


def _signer(name: str, which: str, secret: str) -> Signer:
    try:
        signer = Signer(secret)
        size = len(binascii.a2b_base64(secret.removeprefix("whsec_") + "=="))
    except (EmptyWebhookSecretError, ValueError):
        size = 0
    if size < SHORTEST_SECRET:
        raise ConfigError(f"sinks.{name}.{which} must be whsec_ and at least {SHORTEST_SECRET} random bytes in base64")
    return signer
