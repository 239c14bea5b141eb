"""The Python client against the real API on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from skiptrace.access import Role
from skiptrace.client import Client, InvalidRequest, NotAllowed, NotFound, SameKeyOtherRequest, Unreachable
from skiptrace.model import AccountFact, Fact
from tests.stores.conftest import migrated_file, sqlite_place
from tests.web.conftest import door
from tests.web.serving import ACCOUNT, Served, case_of

__all__ = ["door", "migrated_file", "sqlite_place"]

WHY = {"purpose": "collection", "certified_by": "Jane Sample"}


@pytest.fixture
async def client(door: Served) -> AsyncIterator[Client]:
    with Client(door.url, await door.key(Role.SERVICE), attempts=2) as made:
        yield made


async def test_from_submission_to_outcome(door: Served, client: Client) -> None:
    def work() -> None:
        made = client.submit(ACCOUNT, **WHY, idempotency_key="k1")
        assert client.submit(ACCOUNT, **WHY, idempotency_key="k1") == made
        assert client.case(made["case_id"])["state"] == "queued"
        assert (client.cancel(made["case_id"]), client.cancel(made["case_id"])) == (True, False)

    await asyncio.to_thread(work)
    trace_id = (await door.traced(case_of(account_id="A-2"))).trace.trace_id

    def use() -> None:
        assert client.traces_of("A-2") == [trace_id]
        contact = client.trace(trace_id)["contacts"][0]
        assert client.why(trace_id)["contacts"][0]["chain"]
        assert client.can_use(trace_id, contact["contact_id"], "mail")["channel"] == "mail"
        assert [case["account_id"] for case in client.find(name=("Marion", "Okafor"))] == ["A-2", "A-1"]
        assert [case["account_id"] for case in client.find(account_id="A-2")] == ["A-2"]
        (other,) = client.third_parties(trace_id)
        assert "home address" in client.ask_third_party(trace_id, other["contact_id"])["may_ask"]
        assert client.outcome(trace_id, contact["contact_id"], "returned_mail")["reported_by"] == "service-1"
        assert [case["account_id"] for case in client.find(phone="(512) 555-0142")] == ["A-2", "A-1"]
        called = {"event_id": "e-1", "at": "2026-11-02T16:00:00Z", "channel": "voice_manual"}
        assert [client.report("A-2", "attempt", **called) for _ in range(2)] == [True, False]

    await asyncio.to_thread(use)


async def test_a_batch_streamed_and_watched_to_its_end(door: Served, client: Client) -> None:
    accounts = ({**ACCOUNT, "account_id": f"A-{n}"} for n in range(700))

    def send() -> list[dict[str, object]]:
        return list(client.bulk(accounts, batch_id="b-7", **WHY))

    *lines, total = await asyncio.to_thread(send)
    assert (len(lines), total["accepted"]) == (700, 700)

    watching = asyncio.create_task(asyncio.to_thread(lambda: list(client.progress("b-7"))))
    for line in lines:
        await door.store.cancel("acme", str(line["case_id"]))
    seen = await watching
    assert seen[-1]["ended"] == 700


async def test_compliance_releases_what_a_rule_holds(door: Served) -> None:
    case = case_of()
    unsure = replace(case.account, facts={AccountFact.CEASE: Fact.UNKNOWN})
    trace_id = (await door.traced(replace(case, account=unsure))).trace.trace_id
    key = await door.key(Role.COMPLIANCE)

    def work() -> None:
        with Client(door.url, key) as client:
            assert [held["rule_id"] for held in client.reviews(trace_id)] == ["X-01"]
            client.review(trace_id, ["X-01"], "release", reason="letter_read")
            assert client.reviews(trace_id) == client.reviews(rule="X-01") == []

    await asyncio.to_thread(work)


async def test_refusals_are_named_by_what_to_do(door: Served, client: Client) -> None:
    def try_all() -> Iterator[None]:
        with pytest.raises(InvalidRequest) as wrong:
            client.submit({**ACCOUNT, "balance": "much"}, **WHY)
        assert [field for field, _ in wrong.value.errors] == ["balance"]
        with pytest.raises(NotFound):
            client.case("nothing")
        with pytest.raises(NotAllowed), Client(door.url, "sktr_wrong") as stranger:
            stranger.batch("b")
        client.submit(ACCOUNT, **WHY, idempotency_key="same")
        with pytest.raises(SameKeyOtherRequest):
            client.submit({**ACCOUNT, "balance": "1"}, **WHY, idempotency_key="same")
        with pytest.raises(Unreachable), Client("http://127.0.0.1:9", "k", attempts=1) as nowhere:
            nowhere.case("x")
        yield

    await asyncio.to_thread(lambda: list(try_all()))


def test_the_key_is_not_printed() -> None:
    with Client("http://127.0.0.1:9", "sktr_secret") as client:
        assert "sktr" not in repr(client)
