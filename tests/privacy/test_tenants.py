"""Two tenants who look for the same person share nothing: no answer, no fingerprint, no key, no hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from skiptrace.model import Outcome, OutcomeKind, Reply
from skiptrace.ports import AlreadyBought, Caps, Reserved
from skiptrace.privacy import CannotOpen
from skiptrace.stores import SqlStore
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import NOW, a_case, a_result, an_intent
from tests.stores.databases import Place
from tests.stores.test_history import refusal

QUERY = b'{"ssn": "987654329"}'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path}/store.db", tmp_path / "keys.json")


async def test_the_same_question_of_two_tenants_is_bought_twice_and_sealed_apart(place: Place) -> None:
    async with place.store() as store:
        mine, theirs = replace(a_case(), tenant="mine"), replace(a_case("case-2"), tenant="theirs")
        await store.accept([mine, theirs])
        prints = {tenant: store.fingerprint(tenant, "acme", "search", QUERY) for tenant in ("mine", "theirs")}
        assert prints["mine"] != prints["theirs"]
        for case in (mine, theirs):
            intent = an_intent(f"call-{case.tenant}", prints[case.tenant])
            reserved = await store.reserve(replace(intent, tenant=case.tenant, case_id=case.case_id), Caps())
            assert isinstance(reserved, Reserved), "nobody else's answer is used"
            reply = Reply(200, b"the same bytes", NOW)
            answered = await store.keep_reply(reserved.call, reply)
            await store.settle(answered, reserved.call.reserved, hit=True, at=NOW)
        again = replace(an_intent("call-3", prints["mine"]), tenant="mine", case_id="case-1")
        assert isinstance(await store.reserve(again, Caps()), AlreadyBought), "one's own answer is"
        stolen = replace(again, call_id="call-4", tenant="theirs", case_id="case-2")
        assert isinstance(await store.reserve(stolen, Caps()), Reserved), "even with the other's fingerprint"
        await place.sql(
            "UPDATE replies SET body = (SELECT r.body FROM replies r WHERE r.call_id = 'call-mine')"
            " WHERE call_id = 'call-theirs'"
        )
        with pytest.raises(CannotOpen, match="another case or tenant"):
            await store.reply("call-theirs")


async def test_accounts_of_the_same_name_are_held_and_erased_apart(place: Place) -> None:
    async with place.store() as store:
        account = a_case().account
        mine = replace(a_case(), tenant="mine")
        theirs = replace(a_case("case-2"), tenant="theirs", account=account)
        await store.accept([mine, theirs])
        await store.erasing.hold(Account("mine", account.account_id, "jane"))
        await store.erasing.erase(Account("theirs", account.account_id, "omar"))
        assert await store.case("case-1") == mine
        assert await store.case("case-2") is None


async def seen_by(store: SqlStore, tenant: str, case_id: str) -> dict[str, int]:
    """How much a tenant finds of an account, a person, a provider, or of all that it has."""
    account = a_case().account.account_id
    case = replace(a_case(case_id), tenant=tenant, account=a_case().account)
    day = timedelta(days=1)
    found = {
        "traces of the account": await store.traces_of_account(tenant, account),
        "newest traces": await store.newest_traces(tenant, 9),
        "newest of its cases": await store.newest_of_cases(tenant, account),
        "traces on a source": await store.traces_resting_on(tenant, source="file"),
        "traces on a call": await store.traces_resting_on(tenant, call_id="trace-1-call"),
        "what happened with its values": await store.past_outcomes(tenant, account),
        "what was reported of the person": await store.history(case),
        "calls in doubt": await store.in_doubt(tenant),
        "calls of a provider": await store.audit.calls_of_provider(tenant, "acme", NOW - day, NOW + day),
        "holds": await store.erasing.holds(tenant),
        "erasures begun": [1] if await store.erasing.begun(Account(tenant, account, "jane")) else [],
    }
    return {question: len(answer) for question, answer in found.items()}


async def test_of_the_same_person_and_account_a_tenant_finds_nothing_that_is_anothers(place: Place) -> None:
    async with place.store() as store:
        mine, theirs = (
            replace(a_case(), tenant="mine"),
            replace(a_case("case-2"), tenant="theirs", account=a_case().account),
        )
        await store.accept([mine, theirs])
        result = a_result("trace-1", mine)
        await store.keep([result])
        contact = result.trace.contacts[0].contact_id
        await store.record_outcome(Outcome("o-1", "trace-1", contact, OutcomeKind.WRONG_PARTY, NOW, "jane"))
        await store.record_events([refusal(mine.account.account_id, tenant="mine")])
        await store.erasing.hold(Account("mine", mine.account.account_id, "jane"))
        reserved = await store.reserve(replace(an_intent(), tenant="mine"), Caps())
        assert isinstance(reserved, Reserved)
        doubt = await store.doubt(reserved.call, "no reply", NOW)
        own, others = await seen_by(store, "mine", "case-1"), await seen_by(store, "theirs", "case-2")

        assert {question for question, count in own.items() if not count} == {"erasures begun"}
        assert others == dict.fromkeys(own, 0)

        await store.settle(doubt, doubt.reserved, hit=False, at=NOW)
        await store.erasing.release(Account("mine", mine.account.account_id, "jane"))
        await store.erasing.erase(Account("mine", mine.account.account_id, "jane"))
        assert await store.past_outcomes("mine", mine.account.account_id), "the keyed hash of the wrong number stays"
        assert not await store.past_outcomes("theirs", mine.account.account_id)
