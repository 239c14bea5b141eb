"""Processes that replace keys, and are killed at each of their steps: a commit, a synced file, a replaced file.

    python -m tests.stores.rotating rotate|retire|renew_signing KEY_FILE

For each n, on a copy of the folder: a replacement that dies before its n-th step, and then one that is not killed.
Prints the copy's folder and what the second run said, until a run has ended before its n-th step.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 - imported here, it is there in every fork
import sqlalchemy.dialects.sqlite.pysqlite
import sqlalchemy.ext.asyncio  # noqa: F401
from sqlalchemy import Engine, event

from tests.stores.databases import Place
from tests.stores.processes import fork, wait_for


async def killed_at_each_step(what: str, place: Place) -> list[dict[str, Any]]:
    """Run this file as a program."""
    program = [sys.executable, "-m", "tests.stores.rotating", what, str(place.key_file)]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in said.splitlines()]


class Killer:
    """Ends its own process with SIGKILL right before its n-th step, seen from the moment it is made."""

    def __init__(self, before_step: int) -> None:
        self.left = before_step
        event.listen(Engine, "commit", self.step)
        for name in ("fsync", "replace", "link"):
            setattr(os, name, self._before(getattr(os, name)))

    def _before(self, real: Any) -> Any:
        def counted(*given: Any, **named: Any) -> Any:
            self.step()
            return real(*given, **named)

        return counted

    def step(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def copy_of(place: Place, number: int) -> Place:
    """The whole folder, so that each n begins with the same."""
    old, new = place.key_file.parent, place.key_file.parent.with_name(f"{place.key_file.parent.name}-{number}")
    shutil.copytree(old, new)
    return Place(f"sqlite:///{new}/store.db", new / place.key_file.name)


async def replace_keys(what: str, place: Place) -> Any:
    os.utime(place.key_file, (time.time() - 60, time.time() - 60))  # as if the ring had been changed a minute ago
    async with place.store() as store:
        done = await getattr(store.rotation, what)()
        return done if isinstance(done, int) else asdict(done)


def main(what: str, key_file: str) -> None:
    for n in itertools.count(1):
        place = copy_of(Place("", Path(key_file)), n)

        async def first(place: Place = place, n: int = n) -> None:
            Killer(n)
            await replace_keys(what, place)

        async def second(place: Place = place) -> None:
            done = await replace_keys(what, place)
            print(json.dumps({"folder": str(place.key_file.parent), "done": done}), flush=True)

        if wait_for(fork(first)) == 0:
            return
        assert wait_for(fork(second)) == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
