"""Rows that belong to no case's file go by their age; what a sink still waits for, and what is held, stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from skiptrace.model import Delivery, DeliveryState
from skiptrace.ports import Settled, SinkEntry
from skiptrace.privacy.retention import Kind, load_retention
from skiptrace.stores import SqlStore, purging
from skiptrace.stores.erasing import Account
from skiptrace.stores.promises import Asked, Claim, StoredResponse
from skiptrace.stores.purging import KINDS
from skiptrace.stores.schema.access import accesses
from skiptrace.testing.store import NOW, a_case, a_result
from tests.builders import FixedClock
from tests.stores.databases import Place

RULES = [rule for rule in load_retention() if rule.kind in KINDS]


async def store_at(place: Place, days: float) -> SqlStore:
    return await SqlStore.open(place.url, place.key_file, FixedClock(NOW + timedelta(days=days)))


async def run(place: Place, days: float, *, dry: bool = False) -> dict[str, int]:
    store = await store_at(place, days)
    done = await store.retaining.run(RULES, dry=dry)
    await store.close()
    return {d.rule.kind.value: d.count for d in done if d.count}


async def keep(place: Place, *case_ids: str) -> None:
    store = await store_at(place, 0)
    await store.accept([a_case(case_id) for case_id in case_ids])
    await store.keep([a_result(f"trace of {case_id}", a_case(case_id)) for case_id in case_ids])
    await store.close()


async def tell(place: Place, at: datetime, state: DeliveryState = DeliveryState.DELIVERED) -> list[Delivery]:
    """Tell the sink everything that it has not heard."""
    store = await store_at(place, 0)
    await store.outbox.register([SinkEntry("hook", "webhook", from_start=True)])
    due = await store.outbox.claim("hook", 100, at, 60)
    await store.outbox.settle([Settled(delivery, state, at) for delivery in due], at)
    await store.close()
    return list(due)


async def look(place: Place, days: float, *account_ids: str) -> None:
    await (await store_at(place, 0)).close()  # there may be no tables yet
    row = {"tenant": "default", "principal_id": "jane", "action": "view_case", "at": NOW + timedelta(days=days)}
    await place.run(lambda conn: conn.execute(accesses.insert(), [row | {"account_id": i} for i in account_ids]))


async def test_an_event_goes_when_every_sink_has_had_it_for_long_enough(place: Place) -> None:
    await keep(place, "case-1", "case-2", "case-3")
    assert len(await tell(place, NOW + timedelta(days=10))) == 3
    assert await run(place, 1105) == {}
    assert await run(place, 1107) == {"deliveries": 2}, "the newest event stays"
    assert await place.sql("SELECT count(*) FROM deliveries") == [(1,)]
    assert await run(place, 9000) == {}


async def test_numbers_of_events_go_on_after_a_purge(place: Place) -> None:
    """A sink is served behind the last number it has seen: a number given out twice would be passed over."""
    await keep(place, "case-1", "case-2")
    await tell(place, NOW)
    await run(place, 2000)
    await keep(place, "case-3")
    assert [delivery.event.case_id for delivery in await tell(place, NOW)] == ["case-3"]


async def test_what_a_sink_has_not_been_told_stays(place: Place) -> None:
    await keep(place, "case-1", "case-2")
    store = await store_at(place, 0)
    await store.outbox.register([SinkEntry("slow", "webhook", from_start=True)])
    await store.close()
    assert await run(place, 5000) == {}


async def test_a_delivery_that_failed_stays_until_somebody_drops_it(place: Place) -> None:
    await keep(place, "case-1", "case-2")
    await tell(place, NOW, DeliveryState.FAILED)
    assert await run(place, 5000) == {}
    store = await store_at(place, 0)
    assert await store.outbox.drop("hook", [], NOW) == 2
    await store.close()
    assert await run(place, 5000) == {"deliveries": 1}


async def test_a_disabled_sink_holds_nothing_back(place: Place) -> None:
    await keep(place, "case-1", "case-2")
    await tell(place, NOW)
    await keep(place, "case-3", "case-4")
    await place.sql("UPDATE sinks SET disabled_at = " + ("now()" if "postgres" in place.url else "'2026-03-02'"))
    assert await run(place, 5000) == {"deliveries": 3}


async def test_looks_are_counted_for_thirty_days_and_by_pages(place: Place) -> None:
    await look(place, 0, *(f"A {n}" for n in range(purging.PAGE + 1)))
    await look(place, 20, "A 1")
    assert await run(place, 29.9) == {}
    assert await run(place, 31, dry=True) == {"accesses": purging.PAGE + 1}
    assert await run(place, 31) == {"accesses": purging.PAGE + 1}
    assert await place.sql("SELECT count(*) FROM accesses") == [(1,)]


async def test_a_held_account_keeps_its_events_and_looks(place: Place) -> None:
    await keep(place, "case-1", "case-2", "case-3")
    await look(place, 0, "A case-1", "A case-2")
    store = await store_at(place, 0)
    await store.erasing.hold(Account("default", "A case-1", "jane", "matter 12"))
    await store.close()
    assert await run(place, 5000) == {"deliveries": 1, "accesses": 1}
    assert await place.sql("SELECT account_id FROM accesses") == [("A case-1",)]


async def test_an_answer_is_given_again_for_two_days(place: Place) -> None:
    asked = Asked("default", "key-1", b"request", "try-1")
    store = await store_at(place, 0)
    assert (await store.access.claim(asked, NOW)).claim is Claim.OURS
    await store.access.answer(asked, StoredResponse(201, (), "{}"))
    await store.close()
    assert await run(place, 1.9) == {}
    assert await run(place, 2.1) == {"idempotency_answers": 1}


async def test_the_audit_trail_says_what_went(place: Place) -> None:
    await look(place, 0, "A 1")
    await run(place, 31)
    rows = await place.sql("SELECT event, about, detail FROM audit WHERE event LIKE 'disposed%'")
    assert [tuple(row) for row in rows] == [("disposed.accesses", "accesses", "1 rows; data minimisation")]


def test_all_kinds_of_rows_are_in_the_matrix() -> None:
    assert {rule.kind for rule in RULES} == {Kind.DELIVERIES, Kind.ACCESSES, Kind.IDEMPOTENCY_ANSWERS}
