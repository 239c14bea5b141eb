"""Two processes never wait for each other: whoever takes the writers' turn takes it before it locks a row."""

from __future__ import annotations

import asyncio

from skiptrace.ports import SinkEntry
from skiptrace.privacy import AuditEvent
from skiptrace.stores import SqlStore
from skiptrace.testing.store import NOW, a_case
from tests.stores.databases import Place

ROUNDS = 30


async def claim_and_note(store: SqlStore) -> None:
    """Both writes of a round share a transaction: a sink is locked, then an audit row is written."""
    for turn in range(ROUNDS):
        noting = store.audit.note(AuditEvent(NOW, "looked", f"{turn}"))
        await asyncio.gather(store.outbox.claim("hook", 1, NOW, 60), noting)


async def accept_and_claim(store: SqlStore) -> None:
    """The other way round: cases are accepted in turn, then the sink is locked."""
    for turn in range(ROUNDS):
        await asyncio.gather(store.accept([a_case(f"case-{turn}")]), store.outbox.claim("hook", 1, NOW, 60))


async def test_a_relay_and_a_writer_in_two_processes_do_not_deadlock(postgres_place: Place) -> None:
    async with postgres_place.store() as one, postgres_place.store() as other:
        await one.outbox.register([SinkEntry("hook", "webhook")])
        await asyncio.gather(claim_and_note(one), accept_and_claim(other))
        assert (await one.audit.verify()).rows == 2 * ROUNDS
