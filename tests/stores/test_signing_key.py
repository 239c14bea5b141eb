"""The key that signs the audit trail is replaced: what it signed counts, what it would sign later does not."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert, update

from skiptrace.errors import ConfigError
from skiptrace.privacy import AuditEvent, BadCheckpoint, ChainBroken, CheckpointFile, KeyRing, Signer, chain
from skiptrace.privacy.audit import seal
from skiptrace.privacy.checkpoints import is_signed
from skiptrace.privacy.proofs import check_segments
from skiptrace.stores import SqlStore, rotation, schema
from skiptrace.stores.rotation import STILL_SIGNED
from skiptrace.stores.sql import CHECKPOINTS
from skiptrace.stores.writer import _LAST
from skiptrace.testing.store import NOW
from tests.cli.command import in_process
from tests.stores.databases import Place


async def noted(store: SqlStore, *abouts: str) -> None:
    for about in abouts:
        await store.audit.note(AuditEvent(NOW, "something.done", about))


def file_of(place: Place) -> CheckpointFile:
    return CheckpointFile(place.key_file.with_name(CHECKPOINTS))


async def handed_over(place: Place, store: SqlStore) -> tuple[Signer, Signer]:
    """Replace the key; the signers of before and after."""
    old = Signer(KeyRing.read(place.key_file))
    await store.rotation.renew_signing()
    return old, Signer(KeyRing.read(place.key_file))


async def test_with_the_new_key_alone_everything_signed_before_can_be_checked(place: Place) -> None:
    async with place.store() as store:
        await noted(store, "one", "two", "three")
        old, new = await handed_over(place, store)
        await noted(store, "four")
        verified = await store.audit.verify()
        every = file_of(place).read(new.public_key, new.retired)
    assert old.public_key != new.public_key
    assert verified.rows >= 4
    by_old, by_new = ({c.number for c in every if is_signed(s.public_key, c)} for s in (old, new))
    assert by_old
    assert by_old <= by_new


async def test_a_row_from_before_is_proved_to_an_outsider_with_the_new_key(place: Place) -> None:
    async with place.store() as store:
        await noted(store, "one", "two")
        old, new = await handed_over(place, store)
        await noted(store, "three")
        for about in ("one", "three"):
            segments = await store.audit.prove(await store.audit.about([about]))
            shown = check_segments([segment.to_json() for segment in segments], new.public_key)
            assert [row[6] for row in shown] == [about]
            with pytest.raises(BadCheckpoint):
                check_segments([segment.to_json() for segment in segments], old.public_key)


async def test_the_old_key_signs_nothing_later(place: Place) -> None:
    async with place.store() as store:
        await noted(store, "one")
        old, new = await handed_over(place, store)
        (retired,) = new.retired
        assert retired.last_row <= (await store.audit.verify()).rows + STILL_SIGNED

        file_of(place).append(old.checkpoint(retired.last_row + 1, b"f" * 32, NOW))

        with pytest.raises(BadCheckpoint):
            await store.audit.verify()


async def test_the_old_key_seals_nothing_later(place: Place) -> None:
    async with place.store() as store:
        await noted(store, "one")
        before = KeyRing.read(place.key_file)
        await handed_over(place, store)
        await noted(store, "two")
        (retired,) = KeyRing.read(place.key_file).retired_seals
        rows = (await store.audit.verify()).rows
    assert retired == (before.seals().key, retired[1])
    assert rows < retired[1] <= rows + STILL_SIGNED
    now = KeyRing.read(place.key_file).seals()
    hash_of_row = b"h" * 32
    for number, key, holds in (
        (retired[1], retired[0], True),
        (retired[1] + 1, retired[0], False),
        (9**9, now.key, True),
    ):
        assert now.hold(number, hash_of_row, seal(key, hash_of_row)) is holds


async def test_whoever_had_the_root_once_adds_no_row_that_verifies(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thief writes a row with good links and a seal of the old key behind the rows that it counts for."""
    monkeypatch.setattr(rotation, "STILL_SIGNED", 2)
    async with place.store() as store:
        await noted(store, "one")
        old = KeyRing.read(place.key_file).derive("audit chain")
        await handed_over(place, store)
        await noted(store, *"abcdef")
        last = (await store.audit.verify()).rows
        row = await store._database.read(lambda conn: conn.execute(_LAST).one())
        assert row.number == last
        [forged] = chain(old, last, row.hash, [AuditEvent(NOW, "call.settled", "call-x", actor="jane")])
        event = {"at": NOW, "event": "call.settled", "actor": "jane", "tenant": "", "purpose": "", "about": "call-x"}
        values = {**event, "detail": "", "number": forged.number, "hash": forged.hash, "seal": forged.seal}
        await store._database.write(lambda conn: conn.execute(insert(schema.audit), [values]))
        with pytest.raises(ChainBroken, match="seal"):
            await store.audit.verify()


async def test_a_running_process_goes_over_to_the_new_key_by_itself(place: Place) -> None:
    async with place.store() as running:
        await noted(running, "one")
        async with place.store() as other:
            old, new = await handed_over(place, other)
        await noted(running, "two")
    last = file_of(place).read(new.public_key, new.retired)[-1]
    assert is_signed(new.public_key, last)
    assert not is_signed(old.public_key, last)
    async with place.store() as store:
        assert (await store.audit.verify()).unwitnessed == 0


async def test_a_key_may_be_replaced_again_and_the_ring_rotated(place: Place) -> None:
    async with place.store() as store:
        await noted(store, "one")
        _, second = await handed_over(place, store)
        await noted(store, "two")
        await handed_over(place, store)
        rotated = KeyRing.rotate(place.key_file)
        third = Signer(rotated)
        await noted(store, "three")
        await store.audit.verify()
    assert [one.public_key for one in third.retired][-1] == second.public_key
    assert len(third.retired) == 2
    assert KeyRing.read(place.key_file) == rotated


async def test_a_trail_that_does_not_hold_is_not_handed_over(place: Place) -> None:
    async with place.store() as store:
        await noted(store, "one", "two")
        await store._database.write(
            lambda conn: conn.execute(update(schema.audit).where(schema.audit.c.number == 1).values(about="other"))
        )
        before = place.key_file.read_bytes()
        with pytest.raises(ChainBroken):
            await handed_over(place, store)
        assert place.key_file.read_bytes() == before


def test_an_older_version_does_not_open_the_file_and_lose_the_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    assert orjson.loads(path.read_bytes())["format"] == 1
    KeyRing.renew_signing(path, 7)
    content = orjson.loads(path.read_bytes())
    assert content["format"] == 4

    for wrong in (
        {"signing": "AAAA"},
        {"sealing": "AAAA"},
        {"retired": [{"public_key": "zz", "last_row": 1}]},
        {"retired_seals": [{"key": "AAAA", "last_row": 1}]},
        {"retired": [{}]},
    ):
        path.write_bytes(orjson.dumps(content | wrong))
        with pytest.raises(ConfigError, match="damaged"):
            KeyRing.read(path)


def test_the_command_line_says_the_new_key_and_keeps_the_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = in_process(capsys, tmp_path, "audit", "key").out.strip()
    said = in_process(capsys, tmp_path, "audit", "rotate-key")
    told = orjson.loads(in_process(capsys, tmp_path, "audit", "key", "--json").out)

    assert said.code == 0
    assert told["public_key"] in said.out
    assert [one["public_key"] for one in told["before"]] == [old]
    assert in_process(capsys, tmp_path, "audit", "verify").code == 0
