"""The key-encryption key is rotated while others work: everything opens, and in the end nothing needs the old key."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from skiptrace.access import Principal, Role
from skiptrace.errors import ConfigError, RowRefused
from skiptrace.model import Lane
from skiptrace.privacy import KeyRing
from skiptrace.stores import SqlStore
from skiptrace.stores.erasing import Account
from skiptrace.stores.looking import Act
from skiptrace.stores.promises import Asked, Claim, StoredResponse
from skiptrace.testing.store import NOW, a_case, a_result
from tests.builders import FixedClock
from tests.stores.databases import Place
from tests.stores.rotating import killed_at_each_step
from tests.stores.test_erasing import readable

MINE = Account("default", "A case-1", "jane", "matter 12")
ASKED = Asked("default", "key-1", b"r" * 32, "token")
ANSWER = StoredResponse(202, (), "{}")


@pytest.fixture
async def store(place: Place) -> AsyncIterator[SqlStore]:
    """Something under every kind of seal."""
    async with place.store() as store:
        await fill(store)
        yield store


async def fill(store: SqlStore) -> None:
    await store.accept([a_case(), a_case("case-2")])
    await store.keep([a_result("trace-1"), a_result("trace-2", a_case("case-2"))])
    await store.erasing.hold(MINE)
    act = Act("default", "jane", NOW)
    await store.access.put_principal(act, Principal("jane", "default", Role.COLLECTOR))
    await store.access.open_glass(act, "A case-2", "glass-1", "a consumer is on the line")
    await store.access.claim(ASKED, NOW)
    await store.access.answer(ASKED, ANSWER)


async def everything_opens(store: SqlStore) -> None:
    assert await readable(store, "case-1", "trace-1") == await readable(store, "case-2", "trace-2") > 4
    assert [hold.reason for hold in await store.erasing.holds("default")] == ["matter 12"]
    assert [opening.reason for opening in await store.access.unreviewed("default", 9)] == ["a consumer is on the line"]
    claimed = await store.access.claim(ASKED, NOW)
    assert (claimed.claim, claimed.response) == (Claim.ANSWERED, ANSWER)


def settle(place: Place) -> None:
    """As if the ring had been changed a minute ago."""
    os.utime(place.key_file, (time.time() - 60, time.time() - 60))


async def old_values(place: Place, store: SqlStore) -> int:
    """How many values outside the vault begin with the first key's id."""
    columns = (("holds", "reason"), ("break_glass", "reason"), ("idempotency", "response"))
    values = [row[0] for table, column in columns for row in await place.sql(f"SELECT {column} FROM {table}")]
    assert len(values) == 3
    return sum(bytes(value).startswith(b"\x02k1") for value in values)


async def test_a_process_that_runs_reads_what_another_sealed_with_the_new_key(place: Place, store: SqlStore) -> None:
    KeyRing.rotate(place.key_file)
    async with place.store() as other:
        await other.erasing.hold(replace(MINE, account_id="A case-2", reason="matter 13"))
        await other.submit([a_case("case-3")], Lane.STANDARD)
    assert [hold.reason for hold in await store.erasing.holds("default")] == ["matter 12", "matter 13"]
    assert await store.case("case-3") is not None


async def test_after_the_rewrap_nothing_is_under_the_old_key(place: Place, store: SqlStore) -> None:
    assert await old_values(place, store) == 3
    KeyRing.rotate(place.key_file)
    assert await store.rotation.rewrap() == 2
    assert await old_values(place, store) == 0
    await everything_opens(store)


async def test_a_retired_key_opens_nothing_and_is_not_missed(place: Place, store: SqlStore) -> None:
    before = place.key_file.read_bytes()
    KeyRing.rotate(place.key_file)
    with pytest.raises(RowRefused, match="run again in 5 seconds"):
        await store.rotation.retire()
    settle(place)
    assert await store.rotation.retire() == 1
    assert KeyRing.read(place.key_file).keys.keys() == {"k2"}
    assert await store.rotation.retire() == 0
    async with place.store() as again:
        await everything_opens(again)
    place.key_file.write_bytes(before)
    with pytest.raises(ConfigError, match="belongs to another database"):
        await SqlStore.open(place.url, place.key_file, FixedClock())


async def test_secrets_under_the_old_key_are_counted_until_they_are_wrapped_anew(place: Place, store: SqlStore) -> None:
    KeyRing.rotate(place.key_file)
    store._cipher.look_again()
    vault, header = store._vault, store._cipher.header()
    assert vault.sealed_otherwise(header) == 2
    await store.rotation.rewrap()
    assert vault.sealed_otherwise(header) == 0


@pytest.mark.parametrize("what", ["rotate", "retire", "renew_signing"])
async def test_killed_before_any_step_and_run_again_it_is_done_once_and_nothing_is_lost(
    what: str, sqlite_place: Place
) -> None:
    async with sqlite_place.store() as store:
        await fill(store)
        if what == "retire":
            await store.rotation.rotate()
    before = KeyRing.read(sqlite_place.key_file)
    runs = await killed_at_each_step(what, sqlite_place)
    assert len(runs) > 6
    finished = []
    for run in runs:
        again = Place(f"sqlite:///{run['folder']}/store.db", Path(run["folder"]) / sqlite_place.key_file.name)
        ring = KeyRing.read(again.key_file)
        async with again.store() as opened:
            await everything_opens(opened)
            await opened.audit.verify()
            rows = [row.event for row in await opened.audit.about(["key ring"])]
        finished.append([row.detail for row in rows if " to " in row.detail and row.event in EVENTS[what]])
        check_keys(what, before, ring, finished[-1])
    made = [len(details) for details in finished]
    assert made == sorted(made), "until the last row stands, the second run makes no key of its own"


EVENTS = {"rotate": {"keys.rotated"}, "retire": {"keys.retired"}, "renew_signing": {"keys.signing_renewed"}}


def check_keys(what: str, before: KeyRing, ring: KeyRing, details: list[str]) -> None:
    """There is exactly one row for each key that was made, and it names the key."""
    match what:
        case "retire":
            assert ring.keys == {before.active: before.keys[before.active]}
        case "rotate":
            assert details == [f"k{n} to k{n + 1}" for n in range(1, len(ring.keys))]
        case _:
            made = [*(one.public_key.hex() for one in ring.retired), ring.public_key().hex()]
            assert details == [f"{old} to {new}" for old, new in pairwise(made)]
            assert len(ring.retired_seals) == len(details)
