"""The secrets of a case open its own values only, and what is destroyed stays destroyed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from skiptrace.privacy import CannotOpen, Erased, FieldCipher, KeyRing, Part, RingWrapper, SubjectIds, SubjectKeys
from skiptrace.stores.databases import database_at
from skiptrace.stores.vault import Vault
from tests.builders import NOW

PLACE = ("cases", "names", "case-1")
ONE, OTHER, ELSEWHERE = ("t1", "case-1"), ("t1", "case-2"), ("t2", "case-1")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    KeyRing.create(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def vault_in(key_file: Path) -> Vault:
    engine = database_at(f"sqlite:///{key_file.with_name('vault.db')}").engine
    vault = Vault(engine, RingWrapper(key_file), SubjectIds(KeyRing.read(key_file).derive("subject ids")))
    vault.prepare()
    return vault


@pytest.fixture
def vault(key_file: Path) -> Vault:
    return vault_in(key_file)


def test_a_value_opens_with_the_secrets_of_its_own_case_only(vault: Vault) -> None:
    keys = vault.make([ONE, OTHER, ELSEWHERE])
    sealed = keys[ONE].file.seal(*PLACE, b"Oxenfeld")
    assert keys[ONE].file.open(*PLACE, sealed) == b"Oxenfeld"
    assert keys[ONE].replies is not None
    for cipher in (keys[OTHER].file, keys[ELSEWHERE].file, keys[ONE].replies):
        with pytest.raises(CannotOpen, match="changed or moved"):
            cipher.open(*PLACE, sealed)


def test_every_flipped_bit_and_every_cut_is_found(vault: Vault) -> None:
    cipher = vault.make([ONE])[ONE].file
    sealed = cipher.seal(*PLACE, b"Oxenfeld")
    changed = [
        bytes([*sealed[:n], sealed[n] ^ 1 << bit, *sealed[n + 1 :]]) for n in range(len(sealed)) for bit in (0, 7)
    ]
    for value in [*changed, *(sealed[:n] for n in range(len(sealed)))]:
        with pytest.raises(CannotOpen):
            cipher.open(*PLACE, value)


def test_another_process_finds_the_same_secrets(vault: Vault, key_file: Path) -> None:
    sealed = vault.make([ONE])[ONE].file.seal(*PLACE, b"value")
    again = vault_in(key_file)
    assert again.find([ONE])[ONE].file.open(*PLACE, sealed) == b"value"
    assert again.make([ONE])[ONE].secrets == vault.make([ONE])[ONE].secrets


def test_a_case_whose_secrets_are_lost_is_not_taken_for_an_erased_one(vault: Vault) -> None:
    with pytest.raises(CannotOpen, match="the vault lacks its key"):
        vault.find([ONE])


def test_what_was_destroyed_is_gone_from_every_byte_of_the_vault(vault: Vault, key_file: Path) -> None:
    vault.make([ONE, OTHER])
    files = [path for path in key_file.parent.iterdir() if path.name.startswith("vault")]
    with vault._engine.connect() as conn:
        wrapped = conn.exec_driver_sql("SELECT wrapped FROM subject_keys").scalars().all()
    assert all(any(bytes(w) in path.read_bytes() for path in files) for w in wrapped)
    assert vault.destroy([ONE], NOW) == 1
    assert vault.find([ONE, OTHER]).keys() == {OTHER}
    left = [w for w in wrapped if any(bytes(w) in path.read_bytes() for path in files)]
    assert len(left) == 1
    with pytest.raises(Erased):
        vault.make([ONE])
    assert vault.destroy([ONE], NOW) == 0, "it may be repeated"


def test_a_case_that_never_had_secrets_gets_none_after_its_erasure(vault: Vault) -> None:
    vault.destroy([ONE], NOW)
    with pytest.raises(Erased):
        vault.make([ONE])


@pytest.mark.parametrize("part", [Part.REPLIES, Part.SSN])
def test_one_part_may_end_before_the_others(vault: Vault, key_file: Path, part: Part) -> None:
    sealed = vault.make([ONE])[ONE].file.seal(*PLACE, b"value")
    assert vault.destroy([ONE], NOW + timedelta(days=90), part) == 1
    for found in (vault.find([ONE])[ONE], vault_in(key_file).find([ONE])[ONE]):
        assert part not in found.secrets
        assert found.file.open(*PLACE, sealed) == b"value"
    assert vault.destroy([ONE], NOW, part) == 0


def test_after_a_rotation_running_processes_go_on_and_every_secret_is_wrapped_anew(
    vault: Vault, key_file: Path
) -> None:
    sealed = vault.make([ONE])[ONE].file.seal(*PLACE, b"value")
    running = vault_in(key_file)
    old = KeyRing.read(key_file)
    rotated = KeyRing.rotate(key_file)
    assert rotated.active != old.active
    fresh = vault_in(key_file)
    after, count = fresh.rewrap(b"") or (b"", 0)
    assert count == 1
    assert fresh.rewrap(after) is None
    with fresh._engine.connect() as conn:
        wrapped = conn.exec_driver_sql("SELECT subject_id, wrapped FROM subject_keys").all()
    for row in wrapped:
        with pytest.raises(CannotOpen, match="lacks its key"):
            SubjectKeys.unwrap(FieldCipher(old), row.subject_id, row.wrapped)
    assert running.find([ONE])[ONE].file.open(*PLACE, sealed) == b"value"


def test_secrets_are_never_printed(vault: Vault) -> None:
    keys = vault.make([ONE])[ONE]
    assert all(secret.hex() not in repr(keys) and repr(secret) not in repr(keys) for secret in keys.secrets.values())
