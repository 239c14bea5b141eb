"""Two persons for what one alone may not do, broken glass, and alerts on who looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from skiptrace.access import Principal, Role
from skiptrace.model import AccountFact, Fact, Lane
from skiptrace.stores import schema
from skiptrace.stores.looking import Act
from tests import builders as build
from tests.web.serving import Served, case_of

GLASS = {"account_id": "A-1", "reason": "the debtor is on the line and asks for help"}


async def patterns(door: Served) -> list[tuple[str, str]]:
    return [(alert.principal_id, alert.pattern) for alert in await door.store.access.alerts("acme", 99)]


async def test_to_assign_to_oneself_takes_somebody_elses_signature_once_for_this_very_account(either: Served) -> None:
    sue, cora = await either.key(Role.SUPERVISOR, "sue", team="red"), await either.key(Role.COMPLIANCE, "cora")
    await either.key(Role.COLLECTOR, "carl", team="red")
    for account_id in ("A-1", "A-2"):
        await either.store.submit([case_of(account_id=account_id)], Lane.STANDARD)
        await either.assign(account_id, "carl")

    async def take(account_id: str, approval_id: str = "none") -> int:
        body = {"principal_id": "sue", "approval_id": approval_id}
        return (await either.call(sue, "POST", f"/v1/accounts/{account_id}:assign", json=body)).status_code

    alone = await either.call(sue, "POST", "/v1/accounts/A-1:assign", json={"principal_id": "sue"})
    wanted = {"action": "assign", "account_id": "A-1", "principal_id": "sue"}
    approval_id = (await either.call(sue, "POST", "/v1/approvals", json=wanted)).json()["approval_id"]
    path = f"/v1/approvals/{approval_id}:approve"

    assert (alone.status_code, await take("A-1")) == (403, 403)
    assert await take("A-1", approval_id) == 403, "nobody has signed yet"
    assert (await either.call(sue, "POST", path)).status_code == 404, "her own signature does not count"
    assert (await either.call(cora, "POST", path)).status_code == 200
    assert await take("A-2", approval_id) == 403, "it was signed for another account"
    assert await take("A-1", approval_id) == 200
    assert await take("A-1", approval_id) == 403, "a signature is used up"


async def test_who_signs_is_shown_what_is_asked_by_whom_and_why_and_no_person(either: Served) -> None:
    cora, ada = await either.key(Role.COMPLIANCE, "cora"), await either.key(Role.ADMIN, "ada")
    case = case_of()
    await either.store.submit([case], Lane.STANDARD)
    await either.call(cora, "POST", "/v1/accounts/A-1:ask-erasure", json={"reason": "R-17"})

    answer = await either.call(ada, "GET", "/v1/approvals")
    (shown,) = answer.json()
    assert (shown["action"], shown["requested_by"]) == ("erase", "cora")
    assert shown["request"] == {"account_id": "A-1", "reason": "R-17"}
    assert shown["asked_at"] < shown["expires_at"]
    assert case.subject.names[0].last not in answer.text
    assert (await either.call(cora, "GET", "/v1/approvals")).json() == [], "one's own is not for oneself to sign"
    await either.call(ada, "POST", f"/v1/approvals/{shown['approval_id']}:approve")
    assert (await either.call(ada, "GET", "/v1/approvals")).json() == []
    (asked,) = [e.detail for e in await either.audit() if e.event == "approval.asked"]
    assert asked == "erase account_id=A-1 reason=R-17"


async def test_a_request_that_was_changed_after_it_was_asked_is_neither_shown_nor_signed(door: Served) -> None:
    cora, ada = await door.key(Role.COMPLIANCE, "cora"), await door.key(Role.ADMIN, "ada")
    await door.store.submit([case_of()], Lane.STANDARD)
    asked = await door.call(cora, "POST", "/v1/accounts/A-1:ask-erasure", json={"reason": "R-17"})
    harmless = '{"account_id":"A-9","reason":"R-17"}'
    await door.store._database.write(
        lambda conn: conn.execute(schema.access.approvals.update().values(request=harmless)).rowcount
    )

    assert (await door.call(ada, "GET", "/v1/approvals")).json() == []
    path = f"/v1/approvals/{asked.json()['approval_id']}:approve"
    assert (await door.call(ada, "POST", path)).status_code == 404


async def test_an_approval_expires(door: Served) -> None:
    sue, cora = await door.key(Role.SUPERVISOR, "sue", team="red"), await door.key(Role.COMPLIANCE, "cora")
    await door.store.submit([case_of()], Lane.STANDARD)
    await door.assign("A-1", "sue")
    wanted = {"action": "assign", "account_id": "A-1", "principal_id": "sue"}
    approval_id = (await door.call(sue, "POST", "/v1/approvals", json=wanted)).json()["approval_id"]

    door.clock.at += timedelta(hours=24)

    assert (await door.call(cora, "POST", f"/v1/approvals/{approval_id}:approve")).status_code == 404


async def test_broken_glass_lets_in_for_an_hour_and_compliance_is_told_and_reviews(either: Served) -> None:
    carl, cora = await either.key(Role.COLLECTOR, "carl"), await either.key(Role.COMPLIANCE, "cora")
    case = case_of()
    await either.store.submit([case], Lane.STANDARD)
    path, again = f"/v1/cases/{case.case_id}", {"X-Reauthenticate": carl}

    async def look() -> int:
        return (await either.call(carl, "GET", path)).status_code

    assert await look() == 404
    assert (await either.call(carl, "POST", "/v1/break-glass", json=GLASS)).status_code == 403
    short = {**GLASS, "reason": ""}
    assert (await either.call(carl, "POST", "/v1/break-glass", json=short, headers=again)).status_code == 422
    others = {"X-Reauthenticate": cora}
    assert (await either.call(carl, "POST", "/v1/break-glass", json=GLASS, headers=others)).status_code == 403
    assert (await either.call(carl, "POST", "/v1/break-glass", json=GLASS, headers=again)).status_code == 201
    assert await look() == 200
    assert ("carl", "break_glass") in await patterns(either)

    (opening,) = (await either.call(cora, "GET", "/v1/break-glass")).json()
    assert (opening["principal_id"], opening["reason"]) == ("carl", GLASS["reason"])
    review = f"/v1/break-glass/{opening['opening_id']}:review"
    assert (await either.call(cora, "POST", review)).json() == {"done": True}
    assert (await either.call(cora, "GET", "/v1/break-glass")).json() == []
    either.clock.at += timedelta(minutes=60)
    assert await look() == 404


async def test_the_reason_for_breaking_glass_is_sealed_at_rest(door: Served) -> None:
    carl = await door.key(Role.COLLECTOR, "carl")
    await door.store.submit([case_of()], Lane.STANDARD)
    await door.call(carl, "POST", "/v1/break-glass", json=GLASS, headers={"X-Reauthenticate": carl})

    rows = await door.store._database.read(lambda conn: conn.exec_driver_sql("SELECT * FROM break_glass").all())

    assert "on the line" not in str(rows)


async def test_looks_at_oneself_and_at_colleagues_and_at_the_protected_are_noticed(door: Served) -> None:
    carl = await door.key(Role.COLLECTOR, "carl")
    act = Act("acme", "tests", door.clock.now())
    me = build.subject(phones=(), addresses=())
    await door.store.access.put_principal(act, Principal("carl", "acme", Role.COLLECTOR), me)
    protected = build.account(account_id="A-2", facts={AccountFact.PROTECTED_PERSON: Fact.YES})
    somebody = build.subject(names=(build.Name("Ann", "", "Sample"),))
    mine, vip = case_of(), replace(case_of(account_id="A-2", subject=somebody), account=protected)
    ordinary = case_of(account_id="A-3", subject=somebody)
    await door.store.submit([mine, vip, ordinary], Lane.STANDARD)
    for account_id in ("A-1", "A-2", "A-3"):
        await door.assign(account_id, "carl")

    await door.call(carl, "GET", f"/v1/cases/{ordinary.case_id}")
    assert await patterns(door) == []
    await door.call(carl, "GET", f"/v1/cases/{mine.case_id}")
    await door.call(carl, "GET", f"/v1/cases/{vip.case_id}")
    for _ in range(3):
        await door.call(carl, "GET", f"/v1/cases/{ordinary.case_id}")

    assert sorted(await patterns(door)) == [
        ("carl", "again_and_again"),
        ("carl", "own_name"),
        ("carl", "protected_person"),
    ]


async def test_a_try_at_what_is_not_ones_own_is_noticed(door: Served) -> None:
    carl = await door.key(Role.COLLECTOR, "carl")
    case = case_of()
    await door.store.submit([case], Lane.STANDARD)

    await door.call(carl, "GET", f"/v1/cases/{case.case_id}")

    assert await patterns(door) == [("carl", "not_assigned")]
    events = [(e.event, e.actor, e.detail) for e in await door.audit() if e.event.startswith("access.")]
    assert events == [("access.view_case", "carl", "denied 404"), ("access.alert", "carl", "not_assigned")]
