"""The same Idempotency-Key gives the same answer, whatever happens between two tries."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

from skiptrace.access import Role
from skiptrace.stores.promises import Asked
from tests.stores.databases import Place
from tests.web.serving import ACCOUNT, OTHER, TENANT, Served, case_of, served, submission


async def test_a_hundred_at_once_are_one_case(either: Served) -> None:
    key = await either.key(Role.SERVICE)

    async def post() -> tuple[int, bytes]:
        answer = await either.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")
        return answer.status_code, answer.content if answer.status_code == 202 else b""

    answers = Counter(await asyncio.gather(*(post() for _ in range(100))))
    later = await either.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")

    assert {status for status, _ in answers} <= {202, 409}
    assert {body for status, body in answers if status == 202} == {later.content}
    traced = await either.call(key, "GET", later.headers["location"])
    assert traced.json()["state"] == "queued"
    assert sum(jobs for _, jobs in either.bell.rung) == 1


async def test_another_payload_under_the_same_key_is_refused(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")

    other = await door.call(key, "POST", "/v1/cases", json=submission(balance="7.00"), idempotent="same")

    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-mismatch")


async def test_where_a_key_is_required_its_lack_is_400(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    for path, body in (("/v1/cases", submission()), ("/v1/outcomes", {})):
        assert (await door.call(key, "POST", path, json=body, idempotent="")).status_code == 400


async def test_another_tenants_key_is_independent(door: Served) -> None:
    ours, theirs = await door.key(Role.SERVICE), await door.key(Role.SERVICE, tenant=OTHER)

    first = await door.call(ours, "POST", "/v1/cases", json=submission(), idempotent="same")
    second = await door.call(theirs, "POST", "/v1/cases", json=submission(balance="7.00"), idempotent="same")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["case_id"] != second.json()["case_id"]


async def test_another_principal_does_not_get_the_answer(door: Served) -> None:
    one, other = await door.key(Role.SERVICE, "one"), await door.key(Role.SERVICE, "other")

    await door.call(one, "POST", "/v1/cases", json=submission(), idempotent="same")
    answer = await door.call(other, "POST", "/v1/cases", json=submission(), idempotent="same")

    assert answer.status_code == 422


async def test_what_was_refused_may_be_mended_and_sent_again(door: Served) -> None:
    key = await door.key(Role.SERVICE)

    wrong = await door.call(key, "POST", "/v1/cases", json=submission(balance="much"), idempotent="same")
    mended = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")

    assert (wrong.status_code, mended.status_code) == (422, 202)


async def test_a_claim_whose_process_died_is_taken_over_and_comes_to_the_same_case(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    first = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="other")
    body = first.request.content
    head = "\0".join(("POST", "/v1/cases", "service-1")).encode()
    died = Asked("acme", "same", hashlib.sha256(head + b"\0" + body).digest(), "token of the dead")
    await door.store.access.claim(died, door.clock.now())

    waiting = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")
    door.clock.at += timedelta(seconds=61)
    taken_over = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")

    assert (waiting.status_code, taken_over.status_code) == (409, 202)
    assert waiting.headers["retry-after"] == "1"


async def test_an_answer_is_remembered_for_a_day(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    first = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")

    door.clock.at += timedelta(hours=25)
    again = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]


async def test_an_outcome_is_recorded_once(either: Served) -> None:
    key = await either.key(Role.SERVICE)
    trace = (await either.traced(case_of())).trace
    body = {"trace_id": trace.trace_id, "contact_id": trace.contacts[0].contact_id, "kind": "right_party"}

    answers = [await either.call(key, "POST", "/v1/outcomes", json=body, idempotent="call-77") for _ in range(3)]

    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert len(await either.store.outcomes(trace.trace_id)) == 1


async def test_what_is_kept_of_a_request_names_nobody(sqlite_place: Place, tmp_path: Path) -> None:
    """So an answer that outlives an erasure tells nothing, and no SSN is found by trying all of them on a hash."""
    async with served(tmp_path, sqlite_place.url) as door:
        key = await door.key(Role.SERVICE)
        answer = await door.call(key, "POST", "/v1/cases", json=submission(), idempotent="same")
        asked, hashed = answer.request, b"\0".join((b"POST", b"/v1/cases", b"service-1"))
        [(request_hash, response)] = await sqlite_place.sql("SELECT request_hash, response FROM idempotency")
        digest = hashlib.sha256(b"same").hexdigest()
        opened = door.store._cipher.open("idempotency", "response", f"{TENANT}/{digest}", response)

    assert bytes(request_hash) != hashlib.sha256(hashed + b"\0" + asked.content).digest()
    assert answer.json()["case_id"].encode() in opened
    values = [value for value in ACCOUNT.values() if isinstance(value, str)]
    assert [value for value in values if value.encode() in opened and value != ACCOUNT["account_id"]] == []
