"""Leave to ask somebody else, over HTTP: listed without numbers, given once, again only after a release."""

from __future__ import annotations

from datetime import timedelta

from skiptrace.access import Role
from tests.web.serving import Served, case_of


async def test_leave_is_given_once_and_again_after_a_supervisors_release(either: Served) -> None:
    carl, sue = (
        await either.key(Role.COLLECTOR, "carl", team="red"),
        await either.key(Role.SUPERVISOR, "sue", team="red"),
    )
    case = case_of(batch_id="b-1")
    trace = (await either.traced(case)).trace
    await either.assign("A-1", "carl")
    of_trace = f"/v1/traces/{trace.trace_id}"
    (person,) = (await either.call(carl, "GET", f"{of_trace}/third-parties")).json()
    release = {
        "rule_ids": ["B-03"],
        "contact_id": person["contact_id"],
        "verdict": "release",
        "reason": "first_answer_incomplete",
    }

    async def ask() -> int:
        either.clock.at += timedelta(minutes=1)
        return (await either.call(carl, "POST", f"{of_trace}/third-parties/{person['contact_id']}:ask")).status_code

    async def released() -> int:
        either.clock.at += timedelta(minutes=1)
        return (await either.call(sue, "POST", f"{of_trace}:review", json=release)).status_code

    assert set(person) == {"contact_id", "party", "kind"}
    assert await released() == 409, "nobody was asked yet"
    assert (await ask(), await ask()) == (201, 409)
    assert await released() == 201
    assert (await ask(), await ask()) == (201, 409)
    assert [e.detail for e in await either.audit() if e.event == "third_party.asked"] == [
        "once",
        "again: first_answer_incomplete",
    ]


async def test_t34_the_answer_says_what_to_say_and_nothing_of_the_debt(door: Served) -> None:
    carl = await door.key(Role.COLLECTOR, "carl")
    case = case_of()
    trace = (await door.traced(case)).trace
    await door.assign("A-1", "carl")
    path = f"/v1/traces/{trace.trace_id}/third-parties"
    answer = await door.call(carl, "POST", f"{path}/{trace.third_party_contacts[0].contact_id}:ask")

    assert set(answer.json()) == {"token_id", "party", "value", "say", "may_ask"}
    for secret in (case.account.account_id, f"{case.account.balance}", case.subject.ssn or "none", trace.trace_id):
        assert secret not in answer.text.replace(answer.json()["token_id"], "")


async def test_a_contact_of_the_consumers_own_is_no_third_party(door: Served) -> None:
    carl = await door.key(Role.COLLECTOR, "carl")
    trace = (await door.traced(case_of())).trace
    await door.assign("A-1", "carl")
    path = f"/v1/traces/{trace.trace_id}/third-parties/{trace.contacts[0].contact_id}:ask"

    assert (await door.call(carl, "POST", path)).status_code == 404
