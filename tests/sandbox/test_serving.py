"""The foreground server: a token file for its owner only, no trace of what was asked, an orderly end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import TRESTLE
from tests.servers.ports import reserved_port

PROGRAM = """
import sys
from pathlib import Path
from skiptrace.sandbox import grow_world, serve
serve(grow_world(7, 100), port=int(sys.argv[1]), token_file=Path(sys.argv[2]))
"""


@pytest.fixture
def port() -> Iterator[int]:
    with reserved_port() as number:
        yield number


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "token"


@pytest.fixture
def served(port: int, token_file: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, str(port), str(token_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_until_it_listens(port, process)
            yield process
        finally:
            process.kill()


def _wait_until_it_listens(port: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=60).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the bureau does not listen")


def test_it_serves_until_interrupted(served: subprocess.Popen[str], port: int, token_file: Path) -> None:
    url = f"http://127.0.0.1:{port}"
    httpx.get(f"{url}/trestle/3.2/phone", params={"phone": "2125550123"}, headers=TRESTLE, trust_env=False, timeout=100)
    token = {"authorization": f"Bearer {token_file.read_text()}"}
    bill = httpx.get(f"{url}/_bill", headers=token, trust_env=False, timeout=100)
    served.send_signal(signal.SIGINT)
    out, err = served.communicate(timeout=200)

    assert bill.json()["trestle"]["requests"] == 1
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert "5550123" not in out + err
    assert "Traceback" not in err


def test_an_older_token_file_is_replaced_and_never_followed(tmp_path: Path) -> None:
    from skiptrace.sandbox.server import write_token

    elsewhere, token_file = tmp_path / "elsewhere", tmp_path / "token"
    elsewhere.write_text("kept")
    token_file.symlink_to(elsewhere)
    write_token(token_file, "fresh")

    assert (elsewhere.read_text(), token_file.read_text()) == ("kept", "fresh")
    assert not token_file.is_symlink()
