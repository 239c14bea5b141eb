"""What rules hold for a person to look at, over HTTP: who sees it, who releases it, and what it then opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from skiptrace.access import Role
from skiptrace.model import AccountFact, Case, Effect, Fact, RuleDecision
from tests.web.serving import Served, case_of

CEASED = {"rule_ids": ["X-01"], "verdict": "release", "reason": "letter_read"}


def unsure(account_id: str = "A-1") -> Case:
    """A case whose account cannot say whether communication has ceased."""
    case = case_of(account_id=account_id, batch_id="b-1")
    return replace(case, account=replace(case.account, facts={AccountFact.CEASE: Fact.UNKNOWN}))


async def waiting(door: Served, key: str, path: str = "/v1/reviews") -> list[tuple[str, str]]:
    answer = await door.call(key, "GET", path)
    assert answer.status_code == 200, answer.text
    return [(held["account_id"], held["rule_id"]) for held in answer.json()]


async def test_what_is_held_is_listed_released_and_told_by_why(either: Served) -> None:
    sue = await either.key(Role.SUPERVISOR, "sue")
    trace = (await either.traced(unsure())).trace
    await either.assign("A-1", "sue")
    of_trace, contact_id = f"/v1/traces/{trace.trace_id}", trace.contacts[0].contact_id

    async def denied() -> str:
        path = f"/v1/contacts/{trace.trace_id}/{contact_id}:can-use"
        return str((await either.call(sue, "POST", path, json={"channel": "mail"})).json()["reasons"])

    assert "X-01" in await denied()
    assert ("A-1", "X-01") in await waiting(either, sue, f"{of_trace}/reviews")
    assert (await either.call(sue, "POST", f"{of_trace}:review", json=CEASED)).status_code == 201
    assert ("A-1", "X-01") not in await waiting(either, sue, f"{of_trace}/reviews")
    assert "X-01" not in await denied()

    (told,) = (await either.call(sue, "GET", f"{of_trace}/why")).json()["reviews"]
    assert (told["rule_id"], told["verdict"], told["by"], told["reason"]) == ("X-01", "released", "sue", "letter_read")
    (row,) = [e for e in await either.audit() if e.event == "review.released"]
    assert (row.about, row.actor, row.detail.split()[:3]) == ("A-1", "sue", ["X-01", "supervisor", "letter_read"])


async def test_what_was_rejected_stays_closed_until_a_newer_word(door: Served) -> None:
    cora = await door.key(Role.COMPLIANCE, "cora")
    trace = (await door.traced(unsure())).trace
    path = f"/v1/contacts/{trace.trace_id}/{trace.contacts[0].contact_id}:can-use"

    async def say(verdict: str) -> str:
        done = await door.call(cora, "POST", f"/v1/traces/{trace.trace_id}:review", json=CEASED | {"verdict": verdict})
        assert done.status_code == 201
        return str((await door.call(cora, "POST", path, json={"channel": "mail"})).json()["reasons"])

    assert "rejected by legal (letter_read)" in await say("reject")
    door.clock.at = door.clock.at.replace(microsecond=7)
    assert "X-01" not in await say("release")


async def test_the_newest_traces_are_listed_within_reach_and_by_rule(door: Served) -> None:
    cora, sue = await door.key(Role.COMPLIANCE, "cora"), await door.key(Role.SUPERVISOR, "sue")
    for account_id in ("A-1", "A-2"):
        made = await door.traced(unsure(account_id))
        held = RuleDecision("X-01", Effect.HOLD, "case", "unknown is never clear")
        later = made.trace.finished_at + timedelta(seconds=1)
        again = replace(made.trace, trace_id=f"again-{account_id}", finished_at=later, decisions=(held,))
        bare = replace(again, contacts=(), third_party_contacts=())
        await door.store.keep([replace(made, trace=bare, records=(), local_replies=())])
    await door.assign("A-2", "sue")

    assert await waiting(door, cora) == [("A-2", "X-01"), ("A-1", "X-01")]
    assert await waiting(door, cora, "/v1/reviews?rule=Q-18") == []
    assert await waiting(door, sue, "/v1/reviews?rule=X-01") == [("A-2", "X-01")]


async def test_what_is_not_held_not_known_or_not_for_the_role_is_refused(door: Served) -> None:
    sue, cora = await door.key(Role.SUPERVISOR, "sue"), await door.key(Role.COMPLIANCE, "cora")
    trace = (await door.traced(unsure())).trace
    await door.assign("A-1", "sue")
    await door.call(
        sue,
        "POST",
        "/v1/accounts/A-1/events",
        json={"event_id": "e", "kind": "account", "at": "2026-01-05T12:00:00Z", "facts": {"bankruptcy": "unknown"}},
    )

    async def say(key: str, **changes: object) -> int:
        body = CEASED | changes
        return (await door.call(key, "POST", f"/v1/traces/{trace.trace_id}:review", json=body)).status_code

    assert await say(sue, rule_ids=["X-10"]) == 409
    assert await say(sue, contact_id="nobody") == 422
    assert await say(sue, expires_on="2027-06-01") == 409
    assert await say(sue, reason="4111 1111 1111 1111") == 422
    assert await say(sue, rule_ids=["X-03"], document="order-7") == 409, "counsel's to release"
    assert await say(cora, rule_ids=["X-03"]) == 409, "no document"
    assert await say(cora, rule_ids=["X-03"], document="order-7") == 201
    assert await say(cora, rule_ids=["X-01", "X-10"]) == 409
    assert [e for e in await door.audit() if e.event == "review.released" and e.detail.startswith("X-01")] == []
