"""An erased account can be read by nobody, also from yesterday's backup; a legal hold forbids it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from skiptrace.errors import BadInput, PolicyRefused, RowRefused
from skiptrace.model import Lane
from skiptrace.ports import AlreadyBought, Caps, Reserved
from skiptrace.privacy import CannotOpen, Erased, Part
from skiptrace.stores import SqlStore
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import NOW, REPLY, a_case, a_result, an_intent
from tests.stores.databases import Place
from tests.stores.test_at_rest import shown_in
from tests.stores.test_history import refusal

MINE = Account("default", "A case-1", "jane", "R-17")
OTHERS = Account("default", "A case-2", "jane", "R-17")


@pytest.fixture
async def store(place: Place) -> AsyncIterator[SqlStore]:
    async with place.store() as store:
        await store.accept([a_case(), a_case("case-2")])
        await store.keep([a_result("trace-1"), a_result("trace-2", a_case("case-2"))])
        await bought(store, "call-1", "case-1")
        yield store


async def bought(store: SqlStore, call_id: str, case_id: str) -> None:
    reservation = await store.reserve(replace(an_intent(call_id, b"question"), case_id=case_id), Caps())
    assert isinstance(reservation, Reserved)
    sent = reservation.call
    answered = await store.keep_reply(sent, REPLY)
    await store.settle(answered, reservation.call.reserved, hit=True, at=NOW)


async def readable(store: SqlStore, case_id: str, trace_id: str) -> int:
    """How many of the case's parts open."""
    found = [await store.case(case_id), await store.trace(trace_id), *await store.records(trace_id)]
    found += [await store.reply(call.call_id) for call in await store.calls(case_id)]
    return len([one for one in found if one is not None])


async def test_nothing_of_an_erased_account_opens_and_the_next_account_is_as_it_was(store: SqlStore) -> None:
    before = await readable(store, "case-2", "trace-2")
    assert await readable(store, "case-1", "trace-1") > 4
    assert (await store.erasing.erase(MINE)).cases == 1
    assert await readable(store, "case-1", "trace-1") == 0
    assert [trace.trace_id async for trace in store.batch_traces("batch-1")] == ["trace-2"]
    assert await readable(store, "case-2", "trace-2") == before
    assert (await store.audit.verify()).unwitnessed >= 0


@pytest.mark.parametrize("place", ["sqlite_place"], indirect=True)
async def test_yesterdays_backup_with_todays_keys_opens_nothing_of_it(place: Place, tmp_path: Path) -> None:
    async with place.store() as store:
        await store.accept([a_case(), a_case("case-2")])
        await store.keep([a_result("trace-1"), a_result("trace-2", a_case("case-2"))])
        await store.record_events([refusal("A case-1", "e-1"), refusal("A case-2", "e-2")])
    file = Path(place.url.removeprefix("sqlite:///"))
    shutil.copy(file, tmp_path / "yesterday.db")
    async with place.store() as store:
        await store.erasing.erase(MINE)
    shutil.copy(tmp_path / "yesterday.db", file)
    for log in (file.with_name("store.db-wal"), file.with_name("store.db-shm")):
        log.unlink(missing_ok=True)
    place.key_file.with_name("audit-checkpoints.jsonl").unlink()
    async with place.store() as store:
        assert await readable(store, "case-1", "trace-1") == 0
        assert await readable(store, "case-2", "trace-2") > 4
        assert [event.event_id for event in await store.history(a_case("case-2"))] == ["e-2"]
    with_old = (tmp_path / "yesterday.db").read_bytes()
    assert shown_in(with_old) == []


async def test_an_erased_cases_row_is_empty_and_its_question_forgotten(place: Place, store: SqlStore) -> None:
    await store.erasing.erase(MINE)
    rows = await place.sql("SELECT names, ssn, phones FROM cases WHERE case_id = 'case-1'")
    assert [bytes(value) for value in rows[0]] == [b"", b"", b""]
    rows = await place.sql("SELECT fingerprint, active FROM calls WHERE case_id = 'case-1'")
    assert {(bytes(row[0]), bool(row[1])) for row in rows} == {(b"", False)}


async def test_nothing_tells_any_more_whom_the_row_is_about(place: Place, store: SqlStore) -> None:
    await store.erasing.erase(MINE)
    rows = await place.sql("SELECT case_id, person FROM cases ORDER BY case_id")
    assert [(row[0], row[1] is None) for row in rows] == [("case-1", True), ("case-2", False)]


async def test_what_was_reported_of_the_consumer_is_erased_and_later_reports_are_kept(
    place: Place, store: SqlStore
) -> None:
    await store.record_events([refusal("A case-1", "e-1"), refusal("A case-2", "e-2")])
    await store.erasing.erase(MINE)
    rows = await place.sql("SELECT event_id, kind, length(content), person FROM consumer_events ORDER BY event_id")
    assert [(row[0], row[1], row[2] > 0, row[3] is None) for row in rows] == [
        ("e-1", "refusal", False, True),
        ("e-2", "refusal", True, False),
    ]
    assert await store.record_events([refusal("A case-1", "e-1")]) == 0, "a file that is sent again changes nothing"
    assert await store.record_events([refusal("A case-1", "e-3")]) == 1
    placed_again = replace(a_case("case-9"), account=a_case().account)
    assert {event.event_id for event in await store.history(placed_again)} == {"e-2", "e-3"}


async def test_an_answer_bought_for_an_erased_account_is_not_used_for_another(store: SqlStore) -> None:
    again = replace(an_intent("call-2", b"question"), case_id="case-2")
    assert isinstance(await store.reserve(again, Caps()), AlreadyBought)
    await store.erasing.erase(MINE)
    assert isinstance(await store.reserve(again, Caps()), Reserved)


async def test_nothing_is_added_to_an_erased_case(store: SqlStore) -> None:
    await store.erasing.erase(MINE)
    with pytest.raises(Erased):
        await store.accept([a_case()])
    with pytest.raises(Erased):
        await store.keep([a_result("trace-9")])


async def test_a_job_that_waits_is_cancelled(store: SqlStore) -> None:
    await store.submit([a_case("case-3")], Lane.STANDARD)
    await store.erasing.erase(replace(MINE, account_id="A case-3"))
    job = await store.job("default", "case-3")
    assert job is not None
    assert job.state == "cancelled"
    assert len(await store.claim("w", 5, 30)) == 0


async def test_a_call_under_way_is_waited_for(store: SqlStore) -> None:
    await store.reserve(an_intent("call-5", b"another"), Caps())
    with pytest.raises(RowRefused, match="run again when it has ended"):
        await store.erasing.erase(MINE)
    assert await readable(store, "case-1", "trace-1") > 4


async def test_a_legal_hold_forbids_erasure_until_it_is_released(store: SqlStore) -> None:
    await store.erasing.hold(replace(MINE, reason="matter 12"))
    with pytest.raises(PolicyRefused, match="legal hold"):
        await store.erasing.erase(MINE)
    with pytest.raises(BadInput, match="held already"):
        await store.erasing.hold(MINE)
    assert [(h.account_id, h.reason) for h in await store.erasing.holds("default")] == [("A case-1", "matter 12")]
    assert await store.erasing.holds("another") == []
    await store.erasing.erase(OTHERS)
    await store.erasing.release(MINE)
    with pytest.raises(BadInput, match="not held"):
        await store.erasing.release(MINE)
    await store.erasing.erase(MINE)
    assert await readable(store, "case-1", "trace-1") == 0


async def test_another_tenant_erases_nothing(store: SqlStore) -> None:
    with pytest.raises(BadInput, match="has no case here"):
        await store.erasing.erase(replace(MINE, tenant="another"))
    assert await readable(store, "case-1", "trace-1") > 4


async def test_an_erasure_that_was_cut_short_is_finished_by_the_same_command(place: Place, store: SqlStore) -> None:
    begun, _ = await store._writer.write(store.erasing._begin, MINE)
    again = await store.erasing.erase(MINE)
    assert again.erasure_id == begun.erasure_id
    tombstones = await place.sql("SELECT finished_at, reason, asked_by FROM erasures")
    assert len(tombstones) == 1
    assert tombstones[0][0] is not None
    assert tuple(tombstones[0][1:]) == ("R-17", "jane")


async def test_who_erased_what_and_why_stands_in_the_audit_trail(place: Place, store: SqlStore) -> None:
    await store.erasing.hold(OTHERS)
    await store.erasing.erase(MINE)
    rows = await place.sql(
        "SELECT event, actor, tenant, about FROM audit WHERE event LIKE 'eras%' OR event LIKE 'hold%' ORDER BY number"
    )
    assert [tuple(row) for row in rows] == [
        ("hold.placed", "jane", "default", "A case-2"),
        ("erasure.begun", "jane", "default", "A case-1"),
        ("erasure.finished", "jane", "default", "A case-1"),
    ]


async def test_a_lost_vault_is_said_so_and_not_made_anew(place: Place, store: SqlStore) -> None:
    del store
    from skiptrace.errors import ConfigError

    for file in place.key_file.parent.glob("subject-keys.db*"):
        file.unlink()
    with pytest.raises(ConfigError, match="vault of subject keys is missing or belongs to another database"):
        async with place.store():
            pass


async def test_a_part_that_was_disposed_of_is_made_anew_for_new_replies(store: SqlStore) -> None:
    store._vault.destroy([("default", "case-1")], NOW, Part.REPLIES)
    assert await store.reply("call-1") is None
    await bought_again(store)
    assert await store.reply("call-7") == REPLY
    with pytest.raises(CannotOpen):
        await store.reply("call-1")


async def bought_again(store: SqlStore) -> None:
    reservation = await store.reserve(an_intent("call-7", b"later"), Caps())
    assert isinstance(reservation, Reserved)
    await store.keep_reply(reservation.call, REPLY)
