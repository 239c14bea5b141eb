"""Finding a case by number or account: nobody finds more than they reach, and no number is left behind."""

from __future__ import annotations

import re
from typing import Any

import pytest

from skiptrace.access import Role
from skiptrace.model import PhoneSighting
from skiptrace.stores.erasing import Account
from tests import builders as build
from tests.web.serving import OTHER, Served, case_of

MARION = {"first": "Marion", "last": "Okafor"}
NUMBER = "(512) 555-0142"


async def find(door: Served, key: str, **body: Any) -> list[str]:
    answer = await door.call(key, "POST", "/v1/search", json=body)
    assert answer.status_code == 200, answer.text
    return [found["account_id"] for found in answer.json()]


async def cases(door: Served) -> None:
    """Two accounts with the number, one with another, and one of another tenant with the number."""
    other = build.subject(phones=(PhoneSighting("5125550199"),))
    for case in (
        case_of(),
        case_of(account_id="A-2", requester="service-2"),
        case_of(account_id="A-3", subject=other),
        case_of(OTHER, account_id="A-9"),
    ):
        await door.traced(case)


async def test_each_role_finds_what_it_reaches_and_nothing_else(either: Served) -> None:
    await cases(either)
    carl = await either.key(Role.COLLECTOR, "carl", team="red")
    sue, cora = await either.key(Role.SUPERVISOR, "sue", team="red"), await either.key(Role.COMPLIANCE, "cora")
    stranger = await either.key(Role.COMPLIANCE, "cleo", tenant=OTHER)
    await either.assign("A-2", "carl")

    assert await find(either, carl, phone=NUMBER) == ["A-2"]
    assert await find(either, sue, phone=NUMBER) == ["A-2"]
    assert await find(either, cora, phone="+1 512 555 0142") == ["A-2", "A-1"]
    assert await find(either, await either.key(Role.SERVICE), phone=NUMBER) == ["A-1"]
    assert await find(either, stranger, phone=NUMBER) == ["A-9"]
    assert await find(either, carl, account_id="A-1") == []
    assert await find(either, cora, account_id="A-3") == ["A-3"]


async def test_a_search_is_audited_without_what_was_searched_for_and_is_limited(door: Served) -> None:
    carl = await door.key(Role.COLLECTOR, "carl")

    answers = [(await door.call(carl, "POST", "/v1/search", json={"phone": NUMBER})).status_code for _ in range(121)]

    assert (set(answers[:120]), answers[120]) == ({200}, 429)
    looks = [e for e in await door.audit() if e.event == "access.search"]
    assert len(looks) == 121
    assert "555" not in str([(e.about, e.detail) for e in looks])


async def test_an_erased_person_is_not_found_and_no_number_is_stored(door: Served) -> None:
    await cases(door)
    cora = await door.key(Role.COMPLIANCE, "cora")
    rows = await door.store._database.read(lambda conn: conn.exec_driver_sql("SELECT * FROM case_phones").all())

    assert len(rows) == 8, "a number and a name of each"
    assert not re.search("5550142|okafor|marion", str(rows), re.IGNORECASE)
    await door.store.erasing.erase(Account("acme", "A-1", "cora", "R-17"))
    assert await find(door, cora, phone=NUMBER) == ["A-2"]
    assert await find(door, cora, name=MARION) == ["A-3", "A-2"]


async def test_by_name_each_finds_what_they_reach_and_no_other_tenants(either: Served) -> None:
    await cases(either)
    cora, carl = await either.key(Role.COMPLIANCE, "cora"), await either.key(Role.COLLECTOR, "carl")
    stranger = await either.key(Role.COMPLIANCE, "cleo", tenant=OTHER)
    await either.assign("A-3", "carl")

    assert await find(either, cora, name=MARION) == ["A-3", "A-2", "A-1"]
    assert await find(either, carl, name=MARION) == ["A-3"]
    assert await find(either, stranger, name=MARION) == ["A-9"]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("MARION", "okafor", True),
        ("Márion", "O'Kafor", True),
        ("Marion T", "Okafor", False),
        ("Mary", "Okafor", False),
        ("Okafor", "Marion", False),
        ("Mario", "Nokafor", False),
    ],
)
async def test_a_name_is_the_same_letters_and_nothing_near_them(
    door: Served, first: str, last: str, *, found: bool
) -> None:
    await door.traced(case_of())

    assert await find(door, await door.key(Role.SERVICE), name={"first": first, "last": last}) == ["A-1"] * found


async def test_another_name_of_the_account_finds_it_too_and_a_search_by_name_leaves_no_name(door: Served) -> None:
    maiden = build.subject(names=(build.Name("Marion", "T", "Okafor"), build.Name("Marion", "", "Adeyemi")))
    await door.traced(case_of(subject=maiden))

    assert await find(door, await door.key(Role.SERVICE), name={"first": "Marion", "last": "Adeyemi"}) == ["A-1"]
    looks = [e for e in await door.audit() if e.event == "access.search"]
    assert (len(looks), "deyemi" in str(looks)) == (1, False)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phone": NUMBER, "account_id": "A-1"},
        {"phone": "555-0142"},
        {"name": "Marion"},
        {"name": {"last": "Okafor"}},
        {"name": {"first": "7", "last": "Okafor"}},
        {"name": MARION, "phone": NUMBER},
    ],
)
async def test_a_search_names_one_thing(door: Served, body: dict[str, object]) -> None:
    answer = await door.call(await door.key(Role.COMPLIANCE, "cora"), "POST", "/v1/search", json=body)

    assert answer.status_code == 422
    assert "555" not in answer.text
