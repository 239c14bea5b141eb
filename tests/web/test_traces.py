"""Results, explanations, use of contacts, progress; and what happens when the database is away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg

from skiptrace.access import Role
from skiptrace.model import AddressSighting, Evidence, Lane
from skiptrace.reporting.explaining import contact_explained, trace_explained
from skiptrace.reporting.results import account_object
from skiptrace.stores.looking import Act
from skiptrace.testing.store import a_result
from skiptrace.web.shapes import ContactView, TraceView
from tests.servers.postgres import Postgres
from tests.stores.databases import Place
from tests.web.serving import Served, case_of, served, submission


async def test_a_trace_is_the_result_that_files_hold(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    done = await door.traced(case_of())

    seen = (await door.call(key, "GET", f"/v1/traces/{done.trace.trace_id}")).json()

    assert seen == account_object(done.trace)


async def test_what_the_account_came_with_is_marked(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    home = a_result().trace.contacts[0]
    assert home.address is not None
    case = case_of()
    case = replace(case, subject=replace(case.subject, addresses=(AddressSighting(home.address),)))
    done = await door.traced(case)

    seen = (await door.call(key, "GET", f"/v1/traces/{done.trace.trace_id}")).json()

    assert [c["value"] for c in seen["contacts"] if c["on_account"]] == [home.value]


def test_the_schema_of_a_result_knows_every_field_of_it() -> None:
    result = account_object(a_result().trace)
    assert result.keys() == TraceView.model_fields.keys()
    assert result["contacts"][0].keys() == ContactView.model_fields.keys()


async def test_an_explanation_masks_ssns_and_birth_dates_and_nothing_else(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    case = case_of()
    await door.store.accept([case])
    done = a_result("t-why", case)
    reasons = (
        Evidence("ssn4.same", 9.0, "the last four digits agree", "4329", "4329"),
        Evidence("birth_date.same", 8.0, "the birth dates agree", "1981-07-23", "1981-07-23"),
        Evidence("surname.same", 7.0, "the surname is rare", "OXENFELD", "Oxenfeld"),
    )
    matches = tuple(replace(match, evidence=reasons) for match in done.trace.matches)
    done = replace(done, trace=replace(done.trace, matches=matches))
    await door.store.keep([done])

    seen = (await door.call(key, "GET", "/v1/traces/t-why/why")).json()

    quoted = {e["feature"]: (e["asked"], e["found"]) for e in seen["contacts"][0]["chain"][0]["match"]["evidence"]}
    assert quoted == {
        "ssn4.same": ("***-**-****", "***-**-****"),
        "birth_date.same": ("****-**-**", "****-**-**"),
        "surname.same": ("OXENFELD", "Oxenfeld"),
    }
    plain = await contact_explained(door.store, done.trace, done.trace.contacts[0])
    assert [link["reply"]["sha256"] for link in seen["contacts"][0]["chain"] if link["reply"]] == [
        link["reply"]["sha256"] for link in plain["chain"] if link["reply"]
    ]
    assert seen["versions"] == trace_explained(done.trace)["versions"]


async def test_whether_a_contact_may_be_used_is_answered_with_reasons(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    trace = (await door.traced(case_of())).trace
    path = f"/v1/contacts/{trace.trace_id}/{trace.contacts[0].contact_id}:can-use"

    by_text = (await door.call(key, "POST", path, json={"channel": "sms"})).json()
    asked = {"channel": "mail", "known": {"stated": {"zone": "Mars/Olympus", "at": "2026-11-02T00:00:00Z"}}}
    on_mars = await door.call(key, "POST", path, json=asked)
    stranger = f"/v1/contacts/{trace.trace_id}/{trace.third_party_contacts[0].contact_id}:can-use"

    assert (by_text["allowed"], bool(by_text["reasons"])) == (False, True)
    assert by_text["rules_version"] == door.house.rules.version
    assert on_mars.status_code == 422
    assert (await door.call(key, "POST", stranger, json={"channel": "mail"})).status_code == 404


async def test_progress_is_told_until_the_batch_has_ended(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    cases = [case_of(account_id=f"A-{n}", batch_id="b-1") for n in range(3)]
    await door.store.submit(cases, Lane.BATCH)
    told: list[str] = []
    begun = asyncio.Event()

    async def listen() -> None:
        headers = {"Authorization": f"Bearer {key}"}
        async with door.http.stream("GET", "/v1/batches/b-1/events", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                if line.startswith("event"):
                    told.append(line)
                    begun.set()

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(begun.wait(), 100)
    for case in cases:
        await door.store.cancel("acme", case.case_id)
    await asyncio.wait_for(listening, 100)

    *progress, last = told
    assert len(progress) >= 2
    assert set(progress) == {"event: progress"}
    assert last == "event: done"


async def test_a_revoked_key_ends_its_stream(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    await door.store.submit([case_of(batch_id="b-1")], Lane.BATCH)

    async def listen() -> str:
        headers = {"Authorization": f"Bearer {key}"}
        async with door.http.stream("GET", "/v1/batches/b-1/events", headers=headers) as answer:
            return (await answer.aread()).decode()

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.2)
    await door.store.access.revoke_key(Act("acme", "tests", door.clock.now()), key.split("_")[1])

    assert "event: done" not in await asyncio.wait_for(listening, 100)


async def test_views_are_limited_by_the_hour_across_servers_and_restarts(place: Place, tmp_path: Path) -> None:

    folder = tmp_path
    async with served(folder, place.url) as one, served(folder, place.url) as two:
        key = await one.key(Role.COLLECTOR, "carl")
        case = case_of()
        await one.store.submit([case], Lane.STANDARD)
        await one.assign("A-1", "carl")
        path = f"/v1/cases/{case.case_id}"
        statuses = await asyncio.gather(*(door.call(key, "GET", path) for _ in range(32) for door in (one, two)))
        assert sorted(s.status_code for s in statuses) == [200] * 60 + [429] * 4
    async with served(folder, place.url) as after:
        refused = await after.call(key, "GET", path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")


async def test_while_the_database_is_away_nothing_is_accepted_and_then_it_goes_on(
    postgres: Postgres, postgres_place: Place, tmp_path: Path
) -> None:

    async with served(tmp_path, postgres_place.url) as door:
        key = await door.key(Role.SERVICE)
        await switch(postgres, on=False)
        try:
            away = await door.call(key, "POST", "/v1/cases", json=submission())
            not_ready = await door.call("", "GET", "/readyz")
            alive = await door.call("", "GET", "/healthz")
        finally:
            await switch(postgres, on=True)
        back = await door.call(key, "POST", "/v1/cases", json=submission())

    assert (away.status_code, not_ready.status_code, alive.status_code) == (503, 503, 200)
    assert away.headers["retry-after"] == "5"
    assert back.status_code == 202


async def switch(postgres: Postgres, *, on: bool) -> None:
    """Let nobody connect to the database, or everybody again; those inside are thrown out."""
    connection = await asyncpg.connect(host=str(postgres.folder), user="postgres", database="template1")
    try:
        await connection.execute(f"ALTER DATABASE postgres ALLOW_CONNECTIONS {on}")
        if not on:
            await connection.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = 'postgres'"
            )
    finally:
        await connection.close()
