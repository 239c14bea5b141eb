"""An account after placement over HTTP: events that count at once, erasure by two, and what an examiner is given."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from skiptrace.access import Role, Scope
from skiptrace.errors import SkiptraceError
from skiptrace.model import CallState
from skiptrace.privacy.bundles import check_bundle
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import a_result
from tests.builders import COLLECTION
from tests.web.serving import Served, case_of
from tests.web.world import settled

EVENTS = "/v1/accounts/A-1/events"


def event(kind: str, event_id: str = "e-1", **fields: Any) -> dict[str, Any]:
    return {"event_id": event_id, "kind": kind, "at": "2026-11-02T16:00:00Z", **fields}


async def test_a_cease_that_is_reported_refuses_the_very_next_use(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    done = await door.traced(case_of(purpose=COLLECTION))
    contact = done.trace.contacts[0]
    path = f"/v1/contacts/{done.trace.trace_id}/{contact.contact_id}:can-use"

    async def reasons() -> str:
        return " ".join((await door.call(key, "POST", path, json={"channel": "mail"})).json()["reasons"])

    assert "X-01" not in await reasons()
    told = await door.call(key, "POST", EVENTS, json=event("account", facts={"cease": "yes"}))
    assert (told.status_code, told.json()) == (201, {"event_id": "e-1", "new": True})
    assert "X-01" in await reasons()


async def test_an_event_counts_once_and_is_listed_without_its_number(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    await door.traced(case_of())
    refusal = event("refusal", channels=["sms"], value="512-555-0142")

    answers = [(await door.call(key, "POST", EVENTS, json=refusal)).json()["new"] for _ in range(2)]
    (listed,) = (await door.call(key, "GET", EVENTS)).json()

    assert answers == [True, False]
    assert (listed["kind"], listed["reported_by"]) == ("refusal", "service-1")
    assert "555" not in str(listed)


async def test_a_letter_that_came_back_is_reported_at_the_same_door(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    await door.traced(case_of())

    answers = [(await door.call(key, "POST", EVENTS, json=event("returned_mail"))).json()["new"] for _ in range(2)]

    assert answers == [True, False]
    assert [h.what for h in await door.store.schedule.happened("acme", "A-1")] == ["returned_mail"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (event("account") | {"at": "2027-01-01T00:00:00Z"}, "at"),
        (event("consent", channels=["sms"], given_by_consumer=True, evidence_id="c"), "value"),
        (event("residence", zone="CST"), "zone"),
        (event("rumour"), "body"),
    ],
)
async def test_a_wrong_event_is_named_by_its_field(door: Served, wrong: dict[str, Any], field: str) -> None:
    key = await door.key(Role.SERVICE)
    await door.traced(case_of())

    answer = await door.call(key, "POST", EVENTS, json=wrong)

    assert answer.status_code == 422
    assert field in answer.text


async def test_only_counsel_with_a_document_overrides_a_bankruptcy_and_it_counts_at_once(door: Served) -> None:
    service, cora = await door.key(Role.SERVICE), await door.key(Role.COMPLIANCE, "cora")
    sue = await door.key(Role.SUPERVISOR, "sue")
    done = await door.traced(case_of(batch_id="b-1"))
    await door.assign("A-1", "sue")
    await door.call(service, "POST", EVENTS, json=event("account", facts={"bankruptcy": "yes"}))
    ask = f"/v1/contacts/{done.trace.trace_id}/{done.trace.contacts[0].contact_id}:can-use"
    dismissed = {"rule_id": "X-03", "reason": "dismissed", "expires_on": "2026-12-01", "document": "order-26-0142"}

    async def give(key: str, **changes: object) -> int:
        body = dismissed | changes
        return (await door.call(key, "POST", "/v1/accounts/A-1:override", json=body)).status_code

    async def stands() -> bool:
        return "X-03" in str((await door.call(service, "POST", ask, json={"channel": "mail"})).json()["reasons"])

    assert await stands()
    assert (await give(service), await give(sue), await give(cora, document=None)) == (403, 409, 409)
    assert (await give(cora, expires_on="2027-01-01"), await give(cora, rule_id="X-99")) == (409, 422)
    assert await stands()
    assert await give(cora) == 201
    assert not await stands()
    (given,) = [e for e in await door.audit() if e.event == "override.given"]
    assert (given.about, given.actor) == ("A-1", "cora")
    assert given.detail == "X-03 legal dismissed until 2026-12-01 order-26-0142"


async def test_an_account_is_erased_by_two_and_then_nothing_of_it_is_there(either: Served) -> None:
    cora, ada = await either.key(Role.COMPLIANCE, "cora"), await either.key(Role.ADMIN, "ada")
    case = case_of()
    await either.traced(case)
    path, why = "/v1/accounts/A-1", {"reason": "R-17"}

    asked = (await either.call(cora, "POST", f"{path}:ask-erasure", json=why)).json()["approval_id"]
    erase = why | {"approval_id": asked}
    assert (await either.call(cora, "POST", f"{path}:erase", json=erase)).status_code == 403
    assert (await either.call(cora, "POST", f"/v1/approvals/{asked}:approve")).status_code == 404
    assert (await either.call(ada, "POST", f"/v1/approvals/{asked}:approve")).status_code == 200
    assert (await either.call(ada, "POST", f"{path}:erase", json=erase)).status_code == 403
    assert (await either.call(cora, "POST", f"{path}:erase", json=erase | {"reason": "R-18"})).status_code == 403
    done = await either.call(cora, "POST", f"{path}:erase", json=erase)

    assert (done.status_code, done.json()["cases"]) == (200, 1)
    assert (await either.call(cora, "GET", f"/v1/cases/{case.case_id}")).status_code == 404
    assert (await either.call(cora, "POST", f"{path}:erase", json=erase)).status_code == 403, "a signature is used up"


async def test_a_held_account_is_not_erased_and_says_so(door: Served) -> None:
    world = await settled(door)
    account_id, approval_id = await world.erasable(Scope.TENANT)
    await door.store.erasing.hold(Account("acme", account_id, "cora", "matter 12"))

    body = {"reason": "R-17", "approval_id": approval_id}
    answer = await door.call(world.keys[Role.COMPLIANCE], "POST", f"/v1/accounts/{account_id}:erase", json=body)

    assert (answer.status_code, "legal hold" in answer.text) == (409, True)


async def test_a_case_is_exported_as_a_bundle_that_anybody_can_check(door: Served, tmp_path: Path) -> None:
    cora = await door.key(Role.COMPLIANCE, "cora")
    case = case_of()
    await door.traced(case)

    answer = await door.call(cora, "POST", f"/v1/cases/{case.case_id}:export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        bundle.extractall(tmp_path / "bundle")
    checked = check_bundle(tmp_path / "bundle", door.store.audit.signer.public_key)

    assert answer.headers["content-type"] == "application/zip"
    assert checked.rows > 0
    assert "audit.exported" in (tmp_path / "bundle" / "case.json").read_text()
    assert case.subject.ssn not in (tmp_path / "bundle" / "case.json").read_text() or not case.subject.ssn
    (tmp_path / "bundle" / "case.json").write_text("{}")
    with pytest.raises(SkiptraceError):
        check_bundle(tmp_path / "bundle", None)


async def test_a_call_in_doubt_is_settled_once_as_the_invoice_has_it(either: Served) -> None:
    world = await settled(either)
    cora = world.keys[Role.COMPLIANCE]
    charged, free = await world.doubt(Scope.TENANT), await world.doubt(Scope.TENANT)

    async def resolve(call_id: str, amount: str) -> int:
        body = {"charged": amount, "reference": "line-7"}
        return (await either.call(cora, "POST", f"/v1/calls/{call_id}:resolve", json=body)).status_code

    listed = {doubt["call_id"] for doubt in (await either.call(cora, "GET", "/v1/doubts")).json()}
    assert listed == {charged, free}
    assert [await resolve(charged, "0.25"), await resolve(free, "0"), await resolve(charged, "0.25")] == [200, 200, 409]
    assert (await either.call(cora, "GET", "/v1/doubts")).json() == []
    calls = {call.call_id: call for call in await either.store.calls(world.cases[Scope.TENANT])}
    assert (calls[charged].state, calls[charged].charged) == (CallState.SETTLED, Decimal("0.25"))
    assert calls[free].state is CallState.NOT_CHARGED


async def test_an_explanation_tells_what_would_change_a_rejected_record(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    done = await door.traced(case_of())
    weak = replace(done.trace.matches[0], record_id="r-9", probability=0.2)
    case = case_of()
    await door.store.accept([case])
    again = a_result("t-rejected", case)
    await door.store.keep([replace(again, trace=replace(again.trace, matches=(*again.trace.matches, weak)))])

    (rejected,) = (await door.call(key, "GET", "/v1/traces/t-rejected/why")).json()["rejected"]

    assert (rejected["record_id"], rejected["probability"]) == ("r-9", 0.2)
    assert rejected["why_not"]
    assert rejected["would_change"][0].keys() == {"feature", "sentence", "probability"}
