"""The key file: made once, for its owner only, and refused with a plain message when something is wrong with it."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from skiptrace.errors import ConfigError
from skiptrace.privacy import KeyRing


def test_a_new_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    old = os.umask(0)
    try:
        KeyRing.create(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_file_reads_back_as_it_was_made(tmp_path: Path) -> None:
    made = KeyRing.create(tmp_path / "keys.json")
    read = KeyRing.read(tmp_path / "keys.json")
    assert (read.root, dict(read.keys), read.active) == (made.root, dict(made.keys), made.active)


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    first = KeyRing.create(tmp_path / "keys.json")
    assert KeyRing.create(tmp_path / "keys.json").root == first.root


def test_of_many_that_create_the_file_at_once_all_get_the_same_ring(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        rings = list(threads.map(lambda _: KeyRing.create(tmp_path / "keys.json"), range(64)))
    assert len({ring.root for ring in rings}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"], "no draft is left behind"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"run chmod 600 {path}"):
        KeyRing.read(path)


def test_a_missing_key_file_and_a_folder_in_its_place_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is missing: restore it from your backup"):
        KeyRing.read(tmp_path / "keys.json")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        KeyRing.read(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be created: File exists"):
        KeyRing.create(tmp_path / "file" / "keys.json")


GOOD = base64.b64encode(bytes(range(32))).decode()
SHORT = base64.b64encode(bytes(range(16))).decode()
ZEROS = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"format": 1, "act', id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(orjson.dumps({"format": 1, "active": "k1", "root": GOOD, "keys": {"k1": SHORT}}), id="short key"),
        pytest.param(orjson.dumps({"format": 1, "active": "k1", "root": ZEROS, "keys": {"k1": GOOD}}), id="zeros"),
        pytest.param(orjson.dumps({"format": 1, "active": "k2", "root": GOOD, "keys": {"k1": GOOD}}), id="no active"),
        pytest.param(orjson.dumps({"format": 1, "active": "k1", "root": "***", "keys": {"k1": GOOD}}), id="no base64"),
        pytest.param(orjson.dumps({"format": 1, "active": "", "root": GOOD, "keys": {"": GOOD}}), id="empty id"),
        pytest.param(orjson.dumps({"format": 1, "active": "k1", "root": GOOD, "keys": [GOOD]}), id="keys as a list"),
    ],
)
def test_a_damaged_key_file_is_refused_without_showing_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is damaged: restore it from your backup") as refusal:
        KeyRing.read(path)
    assert GOOD not in str(refusal.value)


def test_a_key_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_bytes(orjson.dumps({"format": 99, "hardware": True}))
    with pytest.raises(ConfigError, match="newer skiptrace: install that version"):
        KeyRing.read(path)


def test_a_ring_does_not_print_its_keys() -> None:
    ring = KeyRing.new()
    for secret in (ring.root, *ring.keys.values()):
        for spelling in (repr(secret)[2:-1], secret.hex(), base64.b64encode(secret).decode()):
            assert spelling not in f"{ring!r} {ring}"


def test_every_purpose_has_its_own_key() -> None:
    ring = KeyRing.new()
    made = [ring.derive("a"), ring.derive("b"), *ring.field_keys().values(), *ring.checks().values()]
    assert len({ring.root, *ring.keys.values(), *made}) == len(made) + 2
