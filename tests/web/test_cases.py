"""Submitting, looking at, cancelling and revealing cases over a real socket."""

from __future__ import annotations

import asyncio

from skiptrace.access import Role
from skiptrace.model import Lane
from tests.web.serving import Served, case_of, submission


async def test_a_submitted_case_is_committed_queued_and_there_to_be_read(either: Served) -> None:
    key = await either.key(Role.SERVICE)

    answer = await either.call(key, "POST", "/v1/cases", json=submission())

    assert answer.status_code == 202, answer.text
    case_id = answer.json()["case_id"]
    assert answer.headers["location"] == f"/v1/cases/{case_id}"
    seen = (await either.call(key, "GET", answer.headers["location"])).json()
    assert (seen["state"], seen["lane"], seen["account_id"]) == ("queued", "standard", "A-1")
    assert seen["requester"] == "service-1"
    assert either.bell.rung == [(Lane.STANDARD, 1)]


async def test_what_identifies_is_masked(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    made = (await door.call(key, "POST", "/v1/cases", json=submission())).json()

    seen = await door.call(key, "GET", f"/v1/cases/{made['case_id']}")

    subject = seen.json()["subject"]
    assert (subject["ssn"], subject["birth_date"]) == ("***-**-****", "****-**-**")
    shown = seen.text.replace(made["case_id"], "").replace("512-555-0142", "")
    assert "0142" not in shown
    assert "1971" not in shown


async def test_a_wrong_field_is_named_and_its_value_is_not_repeated(door: Served) -> None:
    key = await door.key(Role.SERVICE)

    answer = await door.call(key, "POST", "/v1/cases", json=submission(balance="nine hundred"))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["field"] for e in answer.json()["errors"]] == ["balance"]
    assert "nine" not in answer.text


async def test_the_tenant_comes_from_the_key_and_never_from_the_body(door: Served) -> None:
    key = await door.key(Role.SERVICE)

    answer = await door.call(key, "POST", "/v1/cases", json={**submission(), "tenant": "umbrella"})

    assert answer.status_code == 422
    assert "umbrella" not in answer.text


async def test_a_budget_can_only_be_lowered(door: Served) -> None:
    key = await door.key(Role.SERVICE)

    more = await door.call(key, "POST", "/v1/cases", json={**submission(), "budget": "5.01"})
    less = await door.call(key, "POST", "/v1/cases", json={**submission(), "budget": "0.50"})

    assert (more.status_code, less.status_code) == (422, 202)
    seen = (await door.call(key, "GET", less.headers["location"])).json()
    assert seen["budget"] == 0.5


async def test_a_cancelled_case_stays_cancelled(either: Served) -> None:
    key = await either.key(Role.SERVICE)
    case = case_of()
    await either.store.submit([case], Lane.STANDARD)

    first = await either.call(key, "POST", f"/v1/cases/{case.case_id}:cancel")
    again = await either.call(key, "DELETE", f"/v1/cases/{case.case_id}")

    assert (first.json()["cancelled"], again.json()["cancelled"]) == (True, False)
    seen = (await either.call(key, "GET", f"/v1/cases/{case.case_id}")).json()
    assert seen["state"] == "cancelled"


async def test_t65_a_reveal_needs_a_reason_and_is_audited_with_it(door: Served) -> None:
    key = await door.key(Role.COMPLIANCE, "cora")
    case = case_of()
    await door.store.submit([case], Lane.STANDARD)
    path = f"/v1/cases/{case.case_id}:reveal"

    without = await door.call(key, "POST", path, json={"fields": ["birth_date"]})
    seen = await door.call(key, "POST", path, json={"fields": ["birth_date"], "reason": "dispute", "reference": "T-9"})

    assert without.status_code == 422
    assert seen.json() == {"case_id": case.case_id, "birth_date": "1971-05-23"}
    events = [e for e in await door.audit() if e.event == "access.reveal"]
    assert [(e.actor, e.about, e.detail) for e in events] == [("cora", case.case_id, "allowed; dispute birth_date T-9")]


async def test_the_eleventh_reveal_of_an_hour_is_refused_also_in_parallel(either: Served) -> None:
    key = await either.key(Role.COLLECTOR, "carl")
    case = case_of()
    await either.store.submit([case], Lane.STANDARD)
    await either.assign("A-1", "carl")
    body = {"fields": ["ssn"], "reason": "right_party_verification"}

    async def reveal() -> int:
        return (await either.call(key, "POST", f"/v1/cases/{case.case_id}:reveal", json=body)).status_code

    statuses = await asyncio.gather(*(reveal() for _ in range(14)))

    assert sorted(statuses) == [200] * 10 + [429] * 4
    assert "too_often" in {alert.pattern for alert in await either.store.access.alerts("acme", 99)}
