"""Opening a store: the key file and the database belong together, and whatever is wrong is said plainly."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from skiptrace.errors import ConfigError, StoreError
from skiptrace.privacy import KeyRing
from skiptrace.stores import SqlStore
from skiptrace.testing.store import a_case
from tests.builders import FixedClock
from tests.stores.databases import Place
from tests.stores.processes import in_processes

FILES = (
    "store.db",
    "store.db-wal",
    "store.db-shm",
    "keys.json",
    "subject-keys.db",
    "subject-keys.db-wal",
    "subject-keys.db-shm",
    "audit-checkpoints.jsonl",
)


async def test_first_use_makes_database_and_key_file_for_their_owner_only(new_sqlite_place: Place) -> None:
    folder = new_sqlite_place.key_file.parent
    old = os.umask(0)
    try:
        async with new_sqlite_place.store() as store:
            await store.accept([a_case()])
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(old)
    assert modes == dict.fromkeys(FILES, 0o600)


async def test_sqlite_syncs_every_commit(sqlite_place: Place) -> None:
    rows = [await sqlite_place.sql(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert [row[0][0] for row in rows] == ["wal", 2, 1]


async def test_a_key_file_deleted_between_runs_is_missed(place: Place) -> None:
    async with place.store():
        pass
    place.key_file.unlink()
    with pytest.raises(ConfigError, match=r"is missing.*restore the file from your backup"):
        async with place.store():
            pass
    assert not place.key_file.exists(), "a fresh key would make the old values unreadable for good"


async def test_the_key_file_of_another_database_is_refused(place: Place) -> None:
    async with place.store():
        pass
    place.key_file.unlink()
    KeyRing.create(place.key_file)
    with pytest.raises(ConfigError, match="belongs to another database"):
        async with place.store():
            pass


async def test_a_ring_that_lost_an_old_key_is_refused(place: Place) -> None:
    rewrite(place.key_file, rotated(KeyRing.create(place.key_file)))
    async with place.store():
        pass
    ring = KeyRing.read(place.key_file)
    rewrite(place.key_file, replace(ring, keys={"k2": ring.keys["k2"]}))
    with pytest.raises(ConfigError, match="belongs to another database"):
        async with place.store():
            pass


async def test_after_rotation_old_and_new_values_are_read(place: Place) -> None:
    async with place.store() as store:
        await store.accept([a_case("case-1")])
    rewrite(place.key_file, rotated(KeyRing.read(place.key_file)))
    async with place.store() as store:
        await store.accept([a_case("case-2")])
        assert [case async for case in store.unfinished("batch-1")] == [a_case("case-1"), a_case("case-2")]


async def test_a_key_file_open_to_others_is_refused(place: Place) -> None:
    async with place.store():
        pass
    place.key_file.chmod(0o644)
    with pytest.raises(ConfigError, match="run chmod 600"):
        async with place.store():
            pass


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "is not a URL"),
        ("store.db", "is not a URL"),
        ("mysql://user:secret@host/db", "no such kind of database: mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////dev/null/store.db", "cannot be opened: "),
        ("sqlite:////", "cannot be opened: Is a directory"),
        ("postgresql://user:secret@host:port/db", "is not a URL"),
    ],
)
async def test_a_wrong_database_url_is_refused_without_showing_it(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refusal:
        await SqlStore.open(url, tmp_path / "keys.json", FixedClock())
    assert "secret" not in str(refusal.value)
    assert not (tmp_path / "keys.json").exists()


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    letter = b"Dear Ms Oxenfeld, " * 300
    (tmp_path / "letter.txt").write_bytes(letter)
    with pytest.raises(StoreError, match="is damaged or is no skiptrace database"):
        await SqlStore.open(f"sqlite:///{tmp_path}/letter.txt", tmp_path / "keys.json", FixedClock())
    assert (tmp_path / "letter.txt").read_bytes() == letter


@pytest.mark.parametrize("where", ["?host=/nowhere", "127.0.0.1:1/db"])
async def test_a_server_that_cannot_be_reached_is_said_so(tmp_path: Path, where: str) -> None:
    with pytest.raises(StoreError, match="cannot be reached: check that it runs") as refusal:
        await SqlStore.open(f"postgresql://user:secret@{where}", tmp_path / "keys.json", FixedClock())
    assert "secret" not in str(refusal.value)


async def test_a_database_that_does_not_exist_is_said_so(postgres_place: Place) -> None:
    absent = replace(postgres_place, url=postgres_place.url.replace("/postgres?", "/absent?"))
    with pytest.raises(StoreError, match="does not let us in: check the user"):
        async with absent.store():
            pass


async def test_which_of_the_two_databases_fails_is_said(new_sqlite_place: Place) -> None:
    home = new_sqlite_place.key_file.parent
    (home / "keys.db").write_bytes(b"Dear Ms Oxenfeld, " * 300)
    with pytest.raises(StoreError, match=r"^subject_keys: the database file is damaged"):
        await SqlStore.open(
            new_sqlite_place.url, new_sqlite_place.key_file, FixedClock(), subject_keys=f"sqlite:///{home}/keys.db"
        )


async def test_processes_that_open_a_new_database_at_once_share_it(new_place: Place) -> None:
    """Each process accepts cases of its own and common ones, and keeps traces, while the others do the same."""
    await in_processes("share", new_place, 3)
    async with new_place.store() as store:
        state = await store.batch("batch-1")
        assert (state.accepted, state.done) == (10 + 3, 3)
        assert (await store.audit.verify()).rows >= 4 + 3


def rotated(ring: KeyRing) -> KeyRing:
    return replace(ring, keys={**ring.keys, "k2": secrets.token_bytes(32)}, active="k2")


def rewrite(path: Path, ring: KeyRing) -> None:
    assert orjson.loads(ring.dump())["active"] == ring.active
    path.write_bytes(ring.dump())
