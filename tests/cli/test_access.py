"""Keys, assignments and roles on the command line, and a server that it starts."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command

from skiptrace.cli.acting import ACTIONS, OPEN
from skiptrace.cli.main import app
from tests.cli.command import environment, in_process


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = in_process(capsys, tmp_path, "keys", "create", "acme-crm", "--role", "service", "--scope", "view_batch")
    key = made.out.strip()
    key_id = key.split("_")[1]
    listed = in_process(capsys, tmp_path, "keys", "list", "--json")
    revoked = in_process(capsys, tmp_path, "keys", "revoke", key_id)
    again = in_process(capsys, tmp_path, "keys", "revoke", key_id)

    assert re.fullmatch(r"sktr_[0-9a-f]{16}_[0-9a-f]{64}", key)
    assert [(k["key_id"], k["scopes"]) for k in json.loads(listed.out)] == [(key_id, ["view_batch"])]
    assert key.split("_")[2] not in listed.out + made.err
    assert (revoked.code, again.code) == (0, 2)
    assert not any(key.encode() in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_no_key_can_be_an_operators(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = in_process(capsys, tmp_path, "keys", "create", "me", "--role", "operator")
    assert (refused.code, "command line only" in refused.err) == (2, True)


def test_a_role_that_may_not_is_refused_with_the_citation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKIPTRACE_ROLE", "collector")
    refused = in_process(capsys, tmp_path, "keys", "create", "me", "--role", "admin")
    assert refused.code == 3
    assert "ASVS" in refused.err


def test_every_command_says_what_it_does() -> None:
    assert commands(get_command(app)) == set(ACTIONS) | OPEN


def commands(group: Any, path: str = "") -> set[str]:
    found: set[str] = set()
    for name, command in group.commands.items():
        here = f"{path} {name}".strip()
        found |= commands(command, here) if hasattr(command, "commands") else {here}
    return found


def test_only_known_principals_get_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(capsys, tmp_path, "access", "assign", "A-1", "carl").code == 2
    in_process(capsys, tmp_path, "keys", "create", "carl", "--role", "collector")
    assert in_process(capsys, tmp_path, "access", "assign", "A-1", "carl").code == 0
    assert in_process(capsys, tmp_path, "access", "unassign", "A-1", "carl").code == 0
    assert in_process(capsys, tmp_path, "access", "unassign", "A-1", "carl").code == 2


def test_a_served_api_answers_and_ends_in_good_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = in_process(capsys, tmp_path, "keys", "create", "acme-crm", "--role", "service").out.strip()
    command = [sys.executable, "-m", "skiptrace.cli.main", "--home", str(tmp_path), "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            url = server.stderr.readline().split()[-1]
            known = httpx.get(f"{url}/batches/none", headers={"Authorization": f"Bearer {key}"}, timeout=100)
            unknown = httpx.get(f"{url}/batches/none", timeout=100)
        finally:
            server.send_signal(signal.SIGTERM)
        said = server.stderr.read()
        assert (known.status_code, unknown.status_code) == (404, 401)
        assert (server.wait(200), said) == (0, "")
