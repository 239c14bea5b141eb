"""A database that lacks what was committed to it takes nothing more until somebody has taken it over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from skiptrace.errors import SetBack
from skiptrace.model import CallState, JobState, Lane
from skiptrace.ports import Caps, Reserved
from skiptrace.privacy import AuditEvent
from skiptrace.stores import SqlStore, witness
from skiptrace.stores.taking_over import HELD
from skiptrace.testing.store import NOW, REPLY, a_case, a_result, an_intent
from tests.builders import FixedClock
from tests.stores.databases import Place

LATER = NOW + timedelta(hours=1)


async def opened(place: Place, machine: str = "", at: FixedClock | None = None) -> SqlStore:
    """A process on a machine; each machine has a checkpoint file of its own."""
    own = place.key_file.parent / machine / "checkpoints"
    return await SqlStore.open(place.url, place.key_file, at or FixedClock(NOW), checkpoints=own)


async def buy(store: SqlStore, name: str, case_id: str = "case-1") -> None:
    reserved = await store.reserve(an_intent(name, name.encode(), case_id=case_id), Caps())
    assert isinstance(reserved, Reserved)
    await store.settle(
        await store.keep_reply(reserved.call, REPLY),
        reserved.call.reserved,
        hit=True,
        at=NOW,
    )


async def lose_rows(place: Place, keep: int) -> None:
    """As a backup would that was made when the trail had so many rows."""
    await place.sql(f"DELETE FROM audit WHERE number > {keep}")


async def set_back(place: Place, machine: str = "") -> None:
    """A process buys, and is killed; then an older copy of the database is put back."""
    store = await opened(place, machine)
    await store.accept([a_case()])
    await buy(store, "first")
    keep = (await place.sql("SELECT max(number) FROM audit"))[0][0]
    await buy(store, "second")
    await store.close()
    await lose_rows(place, keep)


async def refuses(store: SqlStore) -> bool:
    try:
        await store.audit.note(AuditEvent(NOW, "looked", "x"))
    except SetBack:
        with pytest.raises(SetBack):
            await store.refuse_set_back()
        return True
    await store.refuse_set_back()
    return False


async def test_it_takes_nothing_and_nothing_is_bought(place: Place) -> None:
    await set_back(place)
    store = await opened(place)
    with pytest.raises(SetBack, match="skiptrace doubts restored"):
        await store.reserve(an_intent("third", b"third"), Caps())
    with pytest.raises(SetBack):
        await store.submit([a_case("case-2")], Lane.BATCH)
    await store.close()
    assert await place.sql("SELECT count(*) FROM calls WHERE call_id = 'third'") == [(0,)]


async def test_a_purchase_of_the_last_minute_is_enough(place: Place) -> None:
    """No checkpoint was signed behind it: the file of the last purchases knows."""
    store = await opened(place)
    await store.accept([a_case()])
    keep = (await place.sql("SELECT max(number) FROM audit"))[0][0]
    await buy(store, "first")
    await lose_rows(place, keep)
    other = await opened(place)
    assert len(place.key_file.with_name("checkpoints").read_bytes().splitlines()) == 1
    assert await refuses(other)
    await other.close()
    await store.close()


async def test_the_checkpoints_alone_are_enough(place: Place) -> None:
    await set_back(place)
    place.key_file.with_name("checkpoints.head").unlink()
    store = await opened(place)
    assert await refuses(store)
    await store.close()


async def test_a_process_that_lives_on_notices(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "LOOK_SECONDS", 0.0)
    store = await opened(place, "a")
    await store.accept([a_case()])
    await store.audit.note(AuditEvent(NOW, "looked", "x"))
    await lose_rows(place, 1)
    assert await refuses(store)
    other = await opened(place, "b")  # knows nothing, and adds rows of its own
    for name in ("y", "z", "w"):
        await other.audit.note(AuditEvent(NOW, "looked", name))
    await other.close()
    assert await refuses(store), "the trail is longer than it was, but it is another one"
    await store.close()


async def test_a_healthy_database_is_taken_as_it_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "LOOK_SECONDS", 0.0)
    for turn in range(3):
        one, two = await opened(place), await opened(place)
        await one.accept([a_case(f"case-{turn}")])
        await buy(one, f"one-{turn}", f"case-{turn}")
        await buy(two, f"two-{turn}", f"case-{turn}")
        assert not await refuses(one)
        assert not await refuses(two)
        await one.close()
        await two.close()


async def test_what_may_have_been_bought_is_held(place: Place) -> None:
    store = await opened(place)
    await store.submit([a_case("queued"), a_case("done")], Lane.BATCH)
    await store.accept([a_case(), a_case("of a batch")])
    await store.keep([a_result("trace-1", a_case("done"))])
    await place.sql("UPDATE jobs SET state = 'done' WHERE case_id = 'done'")
    calls = {
        name: await store.reserve(an_intent(name, name.encode()), Caps()) for name in ("intended", "sent", "answered")
    }
    open_calls = {name: reserved.call for name, reserved in calls.items() if isinstance(reserved, Reserved)}
    await store.keep_reply(open_calls["answered"], REPLY)
    await place.sql("UPDATE calls SET state = 'intended' WHERE call_id = 'intended'")  # as an older version leaves it
    keep = (await place.sql("SELECT max(number) FROM audit"))[0][0]
    await store.audit.note(AuditEvent(NOW, "looked", "x"))
    await store.close()
    await lose_rows(place, keep)

    store = await opened(place, at=FixedClock(LATER))
    taken = await store.take_over("jane")
    assert (taken.in_doubt, taken.held) == (2, 3)
    states = {call.call_id: call.state for call in await store.calls("case-1")}
    doubt = CallState.IN_DOUBT
    assert states == {"intended": doubt, "sent": doubt, "answered": CallState.SETTLED}
    held = {job.case_id: (job.state, job.reason) for job in await store.quarantined("default")}
    assert held == dict.fromkeys(["queued", "case-1", "of a batch"], (JobState.QUARANTINED, HELD))
    assert [case.case_id async for case in store.unfinished("batch-1")] == []
    assert not await store.claim("worker", 9, 60)
    await store.close()


async def test_after_that_work_goes_on_and_the_trail_verifies(place: Place) -> None:
    await set_back(place)
    store = await opened(place, at=FixedClock(LATER))
    await store.take_over("jane")
    assert not await refuses(store)
    await buy(store, "third")
    checked = await store.audit.verify()
    assert checked.restored_at == LATER
    segments = await store.audit.prove(await store.audit.about(["third"]))
    assert segments
    await store.close()
    store = await opened(place, at=FixedClock(LATER))
    assert not await refuses(store), "a new process neither"
    assert (await store.audit.verify()).rows > checked.rows
    await store.close()


async def test_other_machines_hear_of_it_from_the_trail(place: Place) -> None:
    await set_back(place, "a")
    store = await opened(place, "b", FixedClock(LATER))
    await store.take_over("jane")
    await store.close()
    store = await opened(place, "a", FixedClock(LATER + timedelta(hours=1)))
    assert not await refuses(store)
    assert (await store.audit.verify()).restored_at == LATER
    await store.close()


async def test_it_may_be_set_back_again(place: Place) -> None:
    await set_back(place)
    store = await opened(place, at=FixedClock(LATER))
    await store.take_over("jane")
    await store.close()
    keep = (await place.sql("SELECT max(number) FROM audit"))[0][0]
    store = await opened(place, at=FixedClock(LATER + timedelta(seconds=1)))
    await buy(store, "third")
    await store.close()
    await lose_rows(place, keep)
    store = await opened(place, at=FixedClock(LATER + timedelta(hours=1)))
    assert await refuses(store)
    await store.close()


def test_the_file_of_the_last_purchases_only_rises(tmp_path: Path) -> None:
    from skiptrace.privacy import Checkpoint
    from skiptrace.stores.high_water import HighWater

    file = HighWater(tmp_path / "deep" / "head")
    assert file.read() is None
    heads = [Checkpoint(number, bytes([number]) * 32, NOW) for number in (5, 9, 7)]
    for head in heads:
        file.note(head)
    assert file.read() == heads[1]
    HighWater(tmp_path / "deep" / "head").note(heads[2], replace=True)
    assert file.read() == heads[2]
    file.close()
