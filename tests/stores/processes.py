"""Real processes on one database: some that share it, and a buyer that is killed.

Run as a program, it imports once and forks each process from there, which is quicker than starting each anew::

    python -m tests.stores.processes share URL KEY_FILE COUNT
    python -m tests.stores.processes buy URL KEY_FILE COUNT
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import alembic.command  # noqa: F401 - imported here, it is there in every fork
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.pysqlite
import sqlalchemy.ext.asyncio  # noqa: F401
from sqlalchemy import Engine, event

from skiptrace.model import Account, CallState, Case, Purpose, Reply, StopReason, Subject, Trace
from skiptrace.ports import AlreadyBought, Caps, Evidenced, Intent, Reserved
from skiptrace.stores import SqlStore
from tests.builders import NOW
from tests.stores.databases import Place

PRICE = Decimal("0.25")
CAPS = Caps(case=PRICE, day=Decimal(10))
BOUGHT = Reply(200, b"what was paid for", NOW)


async def in_processes(what: str, place: Place, count: int) -> None:
    """Run this file as a program and wait for it. Its processes must not fail; being killed is no failure."""
    program = [sys.executable, "-m", "tests.stores.processes", what, place.url, str(place.key_file), str(count)]
    process = await asyncio.create_subprocess_exec(*program)
    assert await process.wait() == 0


def bill_of(place: Place) -> Path:
    """The vendor's own list of what it charged: one line per charge."""
    return place.key_file.with_name("bill")


def case_of(number: int) -> Case:
    account = Account(f"A-{number}", "open", Decimal(100))
    return Case(f"case-{number}", account, Subject(()), Purpose(), "jane", PRICE, date(2026, 3, 2), batch_id="batch-1")


async def share(store: SqlStore, number: int) -> None:
    """Accept cases that the others accept too, and one of our own, and keep its trace."""
    for n in range(10):
        await store.accept([case_of(n)])
    mine = case_of(100 + number)
    await store.accept([mine])
    await store.keep([finished(mine)])


async def buy(place: Place, store: SqlStore, number: int) -> None:
    """Buy one answer for one case the way the engine does, and keep the trace."""
    case = case_of(number)
    await store.accept([case])
    question = store.fingerprint("default", "acme", "search", str(number).encode())
    earlier = len(await store.calls(case.case_id))
    at = NOW + timedelta(seconds=earlier)
    call_id = f"{number}.{earlier}"
    intent = Intent(call_id, "default", case.case_id, "batch-1", "acme", "search", question, PRICE, 9, 9, at)
    reservation = await store.reserve(intent, CAPS)
    if isinstance(reservation, AlreadyBought):
        assert reservation.reply == BOUGHT
    if isinstance(reservation, Reserved):
        sent = reservation.call
        assert sent.state is CallState.SENT
        with bill_of(place).open("a") as bill:
            bill.write(f"{number}\n")
        await store.settle(await store.keep_reply(sent, BOUGHT), PRICE, hit=True, at=NOW)
    await store.keep([finished(case)])


def finished(case: Case) -> Evidenced:
    trace_id = f"trace of {case.case_id}"
    trace = Trace(trace_id, case.case_id, "A", "default", NOW, NOW, StopReason.EXHAUSTED, "", Decimal(0))
    return Evidenced(trace, ())


class Killer:
    """Ends its own process with SIGKILL right before the n-th commit; once the last commit has passed, never."""

    def __init__(self, before_commit: int) -> None:
        self.left = before_commit
        event.listen(Engine, "commit", self._count)

    def _count(self, _: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def buy_killed_at_every_commit(place: Place, highest: int) -> None:
    """For each n: a process that dies before its n-th commit, then one that recovers and takes the case up again."""
    for n in range(1, highest + 1):

        async def killed(n: int = n) -> None:
            Killer(n)
            async with place.store() as store:
                await buy(place, store, n)

        async def again(n: int = n) -> None:
            async with place.store() as store:
                await store.recover(NOW + timedelta(seconds=1))
                await buy(place, store, n)

        wait_for(fork(killed))
        assert wait_for(fork(again)) == 0


def fork(work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            asyncio.run(work())  # type: ignore[arg-type]
            status = 0
        finally:
            os._exit(status)
    return pid


def wait_for(pid: int) -> int:
    """Exit status of a process; negative when a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(what: str, url: str, key_file: str, count: str) -> None:
    place = Place(url, Path(key_file))
    if what == "buy":
        buy_killed_at_every_commit(place, int(count))
        return

    async def one(number: int) -> None:
        async with place.store() as store:
            await share(store, number)

    pids = [fork(lambda n=n: one(n)) for n in range(int(count))]
    assert [wait_for(pid) for pid in pids] == [0] * len(pids)


if __name__ == "__main__":
    main(*sys.argv[1:])
