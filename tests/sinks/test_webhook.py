"""What goes out on the wire: signed, thin, bounded, to public addresses only; what comes back is not believed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from skiptrace.errors import ConfigError, NotDelivered, SinkGone
from skiptrace.model import Event, EventKind
from skiptrace.ports import Message
from skiptrace.providers.transport import AiohttpTransport
from skiptrace.sinks.webhook import MOST_BYTES, Webhook
from skiptrace.testing.server import Heard, Say, ScriptedServer
from tests.builders import FixedClock
from tests.sinks.receiver import OLD_SECRET, SECRET
from tests.sinks.traces import setup

EVENT = Event(7, "evt_1", EventKind.TRACE_FINISHED, datetime.now(UTC), "default", "A-1", "case-1", "trace-1")
CONTENT = {"contacts": [{"kind": "phone", "value": "+15125550199"}]}


def headers_of(heard: Heard) -> dict[str, str]:
    lines = [line.partition(": ") for line in heard.head.splitlines()[1:] if line]
    return {name.lower(): value for name, _, value in lines}


def clock_now() -> FixedClock:
    return FixedClock(datetime.now(UTC))


async def said(transport: httpx.AsyncBaseTransport, say: Say) -> None:
    async with ScriptedServer(say) as server:
        await Webhook(setup("hook", clock_now(), transport, url=server.url, timeout=60)).deliver(Message(EVENT))


async def test_a_platform_verifies_it_with_the_published_library(transport: httpx.AsyncBaseTransport) -> None:
    async with ScriptedServer(Say(204)) as server:
        sink = Webhook(setup("hook", clock_now(), transport, url=server.url, links="https://skiptrace.example.com"))
        await sink.deliver(Message(EVENT, CONTENT))
        await sink.deliver(Message(EVENT, CONTENT))
    for heard in server.heard:
        body = Verifier(SECRET).verify(heard.body, headers_of(heard))
        assert headers_of(heard)["webhook-id"] == body["data"]["event_id"] == "evt_1"
        assert body["type"] == "trace.finished"
        assert body["data"]["links"]["trace"] == "https://skiptrace.example.com/v1/traces/trace-1"
        assert "5550199" not in heard.text


async def test_a_changed_body_does_not_verify(transport: httpx.AsyncBaseTransport) -> None:
    async with ScriptedServer(Say(204)) as server:
        await Webhook(setup("hook", clock_now(), transport, url=server.url)).deliver(Message(EVENT))
    [heard] = server.heard
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(heard.body.replace(b"A-1", b"A-2"), headers_of(heard))


@pytest.mark.parametrize(("age", "signs"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
async def test_both_secrets_sign_for_a_day_after_a_rotation(
    transport: httpx.AsyncBaseTransport, age: timedelta, signs: bool
) -> None:
    clock = clock_now()
    rotated = {"old_secret": OLD_SECRET, "rotated_at": clock.at - age}
    async with ScriptedServer(Say(204)) as server:
        await Webhook(setup("hook", clock, transport, url=server.url, **rotated)).deliver(Message(EVENT))
    [heard] = server.heard
    assert Verifier(SECRET).verify(heard.body, headers_of(heard))
    if signs:
        assert Verifier(OLD_SECRET).verify(heard.body, headers_of(heard))
    else:
        with pytest.raises(WebhookVerificationError):
            Verifier(OLD_SECRET).verify(heard.body, headers_of(heard))


async def test_the_full_payload_carries_the_content_until_it_is_too_large(transport: httpx.AsyncBaseTransport) -> None:
    async with ScriptedServer(Say(204)) as server:
        sink = Webhook(setup("hook", clock_now(), transport, url=server.url, full=True))
        await sink.deliver(Message(EVENT, CONTENT))
        await sink.deliver(Message(EVENT, {"contacts": ["x" * MOST_BYTES]}))
    whole, cut = (orjson.loads(heard.body)["data"] for heard in server.heard)
    assert whole["content"] == CONTENT
    assert "content" not in cut
    assert all(len(heard.body) <= MOST_BYTES for heard in server.heard)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
async def test_anything_but_success_is_told_again_and_no_redirect_is_followed(
    transport: httpx.AsyncBaseTransport, status: int
) -> None:
    async with ScriptedServer(Say(204)) as elsewhere:
        with pytest.raises(NotDelivered, match=f"status {status}"):
            await said(transport, Say(status, b"secret text of theirs", (("location", elsewhere.url),)))
    assert elsewhere.heard == []


async def test_gone_ends_it(transport: httpx.AsyncBaseTransport) -> None:
    with pytest.raises(SinkGone, match="410"):
        await said(transport, Say(410))


async def test_a_large_reply_is_not_read_to_its_end_and_its_status_counts(transport: httpx.AsyncBaseTransport) -> None:
    await said(transport, Say(200, b"x" * 4_000_000))


async def test_a_receiver_that_hangs_up_or_is_away_is_told_again(transport: httpx.AsyncBaseTransport) -> None:
    with pytest.raises(NotDelivered, match="the connection broke"):
        await said(transport, Say(hang_up=True))
    with pytest.raises(NotDelivered, match="no connection"):
        await Webhook(setup("hook", clock_now(), transport, url="http://127.0.0.1:9")).deliver(Message(EVENT))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:10.0.0.8"])
async def test_an_address_inside_is_never_connected_to(address: str) -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", address]

    outside = AiohttpTransport(resolver=resolver)
    try:
        with pytest.raises(NotDelivered, match="public addresses only"):
            await Webhook(setup("hook", clock_now(), outside, url="https://hooks.example.com/x")).deliver(
                Message(EVENT)
            )
    finally:
        await outside.aclose()


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_###", "plain"])
def test_a_weak_secret_is_refused(transport: httpx.AsyncBaseTransport, secret: str) -> None:
    with pytest.raises(ConfigError, match=r"sinks\.hook\.secret"):
        Webhook(setup("hook", clock_now(), transport, url="https://hooks.example.com", secret=secret))


def test_nothing_secret_is_printed(transport: httpx.AsyncBaseTransport) -> None:
    given = setup("hook", clock_now(), transport, url="https://hooks.example.com/token")
    assert repr(given) == "SinkSetup('hook')"
    assert repr(Message(EVENT, CONTENT)) == "Message(***)"
