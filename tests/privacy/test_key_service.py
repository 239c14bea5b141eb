"""The key file sealed by a key service: a real OpenBao seals and opens it, and without it the file is worth nothing."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from skiptrace.errors import ConfigError
from skiptrace.privacy import KeyRing
from skiptrace.privacy.transit import KeyServiceAway, Transit
from skiptrace.settings import Settings
from skiptrace.stores import SqlStore
from skiptrace.testing.server import Say, ScriptedServer
from skiptrace.testing.store import a_case, a_result
from tests.builders import FixedClock
from tests.cli.command import in_process
from tests.servers import openbao
from tests.servers.openbao import TOKEN, OpenBao

pytestmark = pytest.mark.skipif(not openbao.is_here(), reason="there is no OpenBao for this platform")

POLICY = """
path "transit/encrypt/{key}" {{ capabilities = ["update"] }}
path "transit/decrypt/{key}" {{ capabilities = ["update"] }}
"""


@pytest.fixture(scope="module")
def service() -> Iterator[OpenBao]:
    with openbao.running() as server:
        yield server


@pytest.fixture
def guard(service: OpenBao, tmp_path: Path) -> Transit:
    """A transit key of its own, and a token that may seal and open with it and nothing else."""
    key = f"skiptrace-{uuid4().hex}"
    service.ask("POST", f"transit/keys/{key}")
    return Transit(service.url, key, token_in(tmp_path, service.token(POLICY.format(key=key))))


def token_in(folder: Path, token: str) -> Path:
    path = folder / f"token-{uuid4().hex}"
    path.touch(mode=0o600)
    path.write_text(token + "\n")
    return path


def test_a_sealed_key_file_holds_no_key_and_reads_back_through_the_service(guard: Transit, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = KeyRing.create(path, guard)

    content = path.read_bytes()
    read = KeyRing.read(path, guard)

    assert (read.root, dict(read.keys), read.active) == (made.root, dict(made.keys), made.active)
    assert orjson.loads(content).keys() == {"format", "sealed"}
    for secret in (made.root, *made.keys.values()):
        assert base64.b64encode(secret) not in content
        assert secret.hex().encode() not in content
    assert path.stat().st_mode & 0o077 == 0


def test_the_settings_and_the_file_must_agree(guard: Transit, tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "sealed.json", guard)
    KeyRing.create(tmp_path / "clear.json")

    with pytest.raises(ConfigError, match="name it in the setting key_service"):
        KeyRing.read(tmp_path / "sealed.json")
    with pytest.raises(ConfigError, match="run skiptrace privacy seal-key-file"):
        KeyRing.read(tmp_path / "clear.json", guard)


def test_what_the_service_does_not_allow_is_said_plainly(service: OpenBao, guard: Transit, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path, guard)
    service.ask("POST", "transit/keys/another")
    root = token_in(tmp_path, TOKEN)
    readable = token_in(tmp_path, TOKEN)
    readable.chmod(0o644)

    for wrong, says in (
        (replace(guard, token_file=token_in(tmp_path, "s.forged")), "refuses the token"),
        (replace(guard, key="another"), "refuses the token"),
        (replace(guard, key="another", token_file=root), "not sealed with the key"),
        (replace(guard, mount="elsewhere", token_file=root), "no transit key answers"),
        (replace(guard, token_file=tmp_path / "none"), "is missing"),
        (replace(guard, token_file=readable), "chmod 600"),
    ):
        with pytest.raises(ConfigError, match=says) as refused:
            KeyRing.read(path, wrong)
        assert "s.forged" not in str(refused.value)


def test_a_file_that_was_changed_does_not_open(guard: Transit, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path, guard)
    sealed = orjson.loads(path.read_bytes())["sealed"]

    for wrong in (sealed[:-6] + "AAAAA=", sealed[:20], "", "vault:v9:" + sealed[9:]):
        path.write_bytes(orjson.dumps({"format": 2, "sealed": wrong}))
        with pytest.raises(ConfigError):
            KeyRing.read(path, guard)


async def test_odd_answers_are_no_key_and_a_redirect_is_not_followed(guard: Transit, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    await asyncio.to_thread(KeyRing.create, path, guard)
    for say, error in (
        (Say(200, b"<html>welcome</html>"), ConfigError),
        (Say(200, b"{}"), ConfigError),
        (Say(302, headers=(("location", guard.url),)), ConfigError),
        (Say(503, b'{"errors":["Vault is sealed"]}'), KeyServiceAway),
        (Say(429), KeyServiceAway),
        (Say(hang_up=True), KeyServiceAway),
    ):
        async with ScriptedServer(say) as other:
            with pytest.raises(error):
                await asyncio.to_thread(KeyRing.read, path, replace(guard, url=other.url))


def test_a_service_that_is_sealed_or_away_is_told_from_a_wrong_one(tmp_path: Path) -> None:
    with openbao.running() as own:
        own.ask("POST", "transit/keys/skiptrace")
        guard = Transit(own.url, "skiptrace", token_in(tmp_path, TOKEN))
        KeyRing.create(tmp_path / "keys.json", guard)
        own.ask("PUT", "sys/seal")
        with pytest.raises(KeyServiceAway, match="or is sealed"):
            KeyRing.read(tmp_path / "keys.json", guard)
    with pytest.raises(KeyServiceAway, match="cannot be reached"):
        KeyRing.read(tmp_path / "keys.json", guard)


async def test_a_store_works_and_its_keys_rotate_and_retire_under_a_sealed_file(guard: Transit, tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path}/store.db", tmp_path / "keys.json"
    store = await SqlStore.open(url, path, FixedClock(), guard=guard)
    await store.accept([a_case()])
    await store.keep([a_result("trace-1")])

    assert (await store.rotation.rotate()).secrets > 0
    os.utime(path, (time.time() - 60, time.time() - 60))
    assert await store.rotation.retire() == 1
    await store.close()

    again = await SqlStore.open(url, path, FixedClock(), guard=guard)
    assert (await again.case("case-1")) == a_case()
    assert orjson.loads(path.read_bytes()).keys() == {"format", "sealed"}
    await again.close()


def test_sealing_anew_lets_the_service_retire_its_old_key(service: OpenBao, guard: Transit, tmp_path: Path) -> None:
    path, old = tmp_path / "keys.json", tmp_path / "copy.json"
    KeyRing.create(path, guard)
    old.touch(mode=0o600)
    old.write_bytes(path.read_bytes())
    service.ask("POST", f"transit/keys/{guard.key}/rotate")

    KeyRing.seal_file(path, guard)
    service.ask("POST", f"transit/keys/{guard.key}/config", min_decryption_version=2)

    assert KeyRing.read(path, guard).active == "k1"
    with pytest.raises(ConfigError):
        KeyRing.read(old, guard)


def test_the_command_line_seals_a_file_that_was_in_use_and_undoes_it(
    guard: Transit, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    assert in_process(capsys, home, "privacy", "holds").code == 0
    assert in_process(capsys, home, "privacy", "seal-key-file").code == 2
    for name in ("url", "key", "token_file"):
        monkeypatch.setenv(f"SKIPTRACE_KEY_SERVICE__{name.upper()}", str(getattr(guard, name)))

    refused = in_process(capsys, home, "privacy", "holds")
    assert (refused.code, "seal-key-file" in refused.err) == (2, True)
    assert in_process(capsys, home, "privacy", "seal-key-file").code == 0
    assert in_process(capsys, home, "privacy", "holds").code == 0
    assert in_process(capsys, home, "privacy", "rotate").code == 0
    assert b"sealed" in (home / "keys.json").read_bytes()

    monkeypatch.setenv("SKIPTRACE_KEY_SERVICE__URL", "http://127.0.0.1:9")
    away = in_process(capsys, home, "privacy", "holds")
    assert (away.code, away.out) == (1, "")
    assert "the key service cannot be reached" in away.err
    assert "Traceback" not in away.err

    monkeypatch.setenv("SKIPTRACE_KEY_SERVICE__URL", guard.url)
    assert in_process(capsys, home, "privacy", "seal-key-file", "--undo").code == 0
    for name in ("URL", "KEY", "TOKEN_FILE"):
        monkeypatch.delenv(f"SKIPTRACE_KEY_SERVICE__{name}")
    assert in_process(capsys, home, "audit", "verify").code == 0


@pytest.mark.parametrize("url", ["http://kms.example.com", "https://user@kms.example.com", "https://h/path", "ftp://h"])
def test_only_tls_or_an_agent_on_this_machine_is_asked(url: str) -> None:
    given = {"SKIPTRACE_KEY_SERVICE__KEY": "k", "SKIPTRACE_KEY_SERVICE__TOKEN_FILE": "t"}
    with pytest.raises(ConfigError, match=r"key_service\.url"):
        Settings.read({**given, "SKIPTRACE_KEY_SERVICE__URL": url})
    assert Settings.read({**given, "SKIPTRACE_KEY_SERVICE__URL": "http://127.0.0.1:8200"}).key_service is not None
