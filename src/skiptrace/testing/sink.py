"""The promises that every sink keeps, as a test class that its author inherits::

    class TestAcmeKeepsTheContract(SinkContract):
        @asynccontextmanager
        async def opened(self, setup: SinkSetup) -> AsyncIterator[Sink]:
            sink = AcmeSink(replace(setup, url=...))
            yield sink
            await sink.close()

        async def values(self, setup: SinkSetup) -> dict[str, float | None]:
            ...what the platform holds now: probability by value, None for what was retracted

Opening twice with the same setup reaches the same place, as after a restart. Needs pytest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from skiptrace.errors import NotDelivered
from skiptrace.model import Event, EventKind
from skiptrace.ports import Message, Sink
from skiptrace.providers.transport import AiohttpTransport
from skiptrace.sinks import SinkSetup
from skiptrace.stores.databases import database_at

PHONE, OTHER = "+12145550117", "+14695550133"
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


class _Clock:
    def now(self) -> datetime:
        return AT


def a_contact(value: str = PHONE, probability: float = 0.9, **changes: Any) -> dict[str, Any]:
    """One contact as ``Message.content`` has it."""
    base = {
        "rank": 1,
        "contact_id": "trace-1.1",
        "kind": "phone",
        "value": value,
        "probability": probability,
        "status": "likely",
        "party": "subject",
        "on_account": False,
        "furnishable": False,
        "line_type": "mobile",
        "first_seen": "2024",
        "last_seen": "2026-02",
        "grants": [
            {"channel": "voice_manual", "rule_id": "C-09", "citation": "", "zones": [], "opens": "", "closes": ""}
        ],
        "evidence": [
            {"provider": "acme", "record_id": "r1", "upstream": "", "call_id": "c1", "pointer": "/0", "verifies": False}
        ],
        "notes": [],
    }
    return base | changes


def told(seq: int, *contacts: Mapping[str, Any], trace_id: str = "trace-1", **changes: Any) -> Message:
    """A finished trace with these contacts."""
    base = Event(seq, f"evt_{seq}", EventKind.TRACE_FINISHED, AT, "default", "A-1", "case-1", trace_id, "", "enough")
    return Message(replace(base, **changes), {"account_id": "A-1", "contacts": list(contacts)})


def retracted(seq: int, contact: Mapping[str, Any], trace_id: str = "trace-1") -> Message:
    kind, contact_id = EventKind.CONTACT_RETRACTED, contact["contact_id"]
    event = Event(seq, f"evt_{seq}", kind, AT, "default", "A-1", "case-1", trace_id, contact_id, "wrong_party")
    return Message(event, contact)


class SinkContract:
    """Inherit, say how to open the sink and how to look at what it wrote, and pytest runs every promise."""

    pytestmark = pytest.mark.asyncio

    def opened(self, setup: SinkSetup) -> AbstractAsyncContextManager[Sink]:
        raise NotImplementedError

    async def values(self, setup: SinkSetup) -> Mapping[str, float | None]:
        """What the platform holds now: probability by value; None, or no entry, for what was retracted."""
        raise NotImplementedError

    async def test_an_event_told_twice_has_one_effect(self, tmp_path: Path) -> None:
        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            await sink.deliver(told(1, a_contact(probability=0.9)))
            await sink.deliver(told(2, a_contact(probability=0.5)))
            await sink.deliver(told(1, a_contact(probability=0.9)))
            assert await self.values(setup) == {PHONE: 0.5}

    async def test_an_event_told_again_after_a_restart_has_one_effect(self, tmp_path: Path) -> None:
        async with _setup(tmp_path) as setup:
            for _ in range(2):
                async with self.opened(setup) as sink:
                    await sink.deliver(told(1, a_contact()))
            assert await self.values(setup) == {PHONE: 0.9}

    async def test_an_older_event_does_not_overwrite_a_newer_one(self, tmp_path: Path) -> None:
        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            await sink.deliver(told(7, a_contact(probability=0.4)))
            await sink.deliver(told(3, a_contact(probability=0.9), a_contact(OTHER, 0.8, contact_id="trace-1.2")))
            assert (await self.values(setup))[PHONE] == 0.4

    async def test_a_retracted_value_is_gone_and_the_others_stay(self, tmp_path: Path) -> None:
        other = a_contact(OTHER, 0.8, contact_id="trace-1.2")
        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            await sink.deliver(told(1, a_contact(), other))
            await sink.deliver(retracted(2, a_contact()))
            found = await self.values(setup)
            assert found.get(PHONE) is None
            assert found[OTHER] == 0.8

    async def test_a_value_retracted_first_is_not_brought_in_by_an_older_event(self, tmp_path: Path) -> None:
        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            await sink.deliver(retracted(5, a_contact()))
            await sink.deliver(told(2, a_contact()))
            assert (await self.values(setup)).get(PHONE) is None

    async def test_an_erased_trace_and_an_alert_are_taken(self, tmp_path: Path) -> None:
        alert = Event(2, "evt_2", EventKind.ALERT_RAISED, AT, "default", detail="look")
        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            await sink.deliver(replace(told(1), content=None))
            await sink.deliver(Message(alert))
            assert await self.values(setup) == {}

    async def test_trouble_repeats_no_person(self, tmp_path: Path) -> None:
        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            broken = told(1, a_contact(grants=object()))
            with pytest.raises(Exception) as raised:
                await sink.deliver(broken)
            if isinstance(raised.value, NotDelivered):
                assert PHONE not in str(raised.value)
            assert PHONE not in repr(broken)


@asynccontextmanager
async def _setup(folder: Path) -> AsyncIterator[SinkSetup]:
    transport = AiohttpTransport(allow_loopback=True)
    try:
        yield SinkSetup("platform", _Clock(), transport, database_at, folder=folder / "out", full=True)
    finally:
        await transport.aclose()
