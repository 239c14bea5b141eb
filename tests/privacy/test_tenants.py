"""Two tenants who look for the same person share nothing: no answer, no fingerprint, no key, no hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skiptrace.model import Reply
from skiptrace.ports import AlreadyBought, Caps, Reserved
from skiptrace.privacy import CannotOpen
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import NOW, a_case, an_intent
from tests.stores.databases import Place

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
