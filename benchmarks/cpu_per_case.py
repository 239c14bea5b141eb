"""CPU per case of the product beside a plain pipeline that asks the same questions and writes the same kinds of rows.

    python -m benchmarks.cpu_per_case [--cases 1000] [--rounds 3] [--slots 100] [--profile OUT]

Both ask four times, 50 ms each, and get 20 records a case from ``benchmarks.bureau``, whose CPU does not count. Ours is
the full engine: ledger, matching, compliance, encryption, provenance, audit. The plain one (``benchmarks.baseline``) is
one arq job a case, a shared stock httpx client and the SQLAlchemy ORM. Each has its own PostgreSQL
and Redis; CPU is user and system time of the trees of worker, Redis and PostgreSQL between the first case
handed in and the last one done. They take turns within a round; the median of the rounds is shown.

``--profile`` runs ours once more under cProfile and writes the statistics to a file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import asyncpg
import psutil
from arq.connections import RedisSettings, create_pool
from benchmarks.baseline.tables import Base
from benchmarks.baseline.tables import Case as PlainCase
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from tests.numbered_people import PEOPLE, Person, a_case
from tests.servers import postgres as postgres_server
from tests.servers import redis as redis_server
from tests.servers.postgres import Postgres
from tests.servers.redis import Redis

from skiptrace.model import Lane
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, dispatcher, open_store

PATIENCE = 120.0
"""Seconds after which a round is given up."""


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU for one round by part, and its wall time."""

    worker: float
    redis: float
    postgres: float
    wall: float

    @property
    def total(self) -> float:
        return self.worker + self.redis + self.postgres


@dataclass(frozen=True)
class Servers:
    """What one contestant has to itself."""

    postgres: Postgres
    redis: Redis
    postgres_pid: int
    redis_pid: int


class Contestant(Protocol):
    """Hands numbered people to its running worker. Who is done has a row in ``traces``."""

    servers: Servers
    worker: subprocess.Popen[bytes]

    async def hand_in(self, numbers: Sequence[int]) -> None: ...


class Plain:
    """The arq pipeline of ``benchmarks.baseline``."""

    def __init__(self, servers: Servers, vendor: str, slots: int) -> None:
        self.servers = servers
        self.database = servers.postgres.url.replace("postgresql://", "postgresql+asyncpg://")
        self._socket = str(servers.redis.folder / "redis.sock")
        environ = {
            "BASELINE_DATABASE": self.database,
            "BASELINE_REDIS": self._socket,
            "BASELINE_VENDOR": vendor,
            "BASELINE_SLOTS": str(slots),
        }
        asyncio.run(self._make_tables())
        program = [sys.executable, "-m", "benchmarks.baseline.worker"]
        self.worker = subprocess.Popen(program, env={**os.environ, **environ})

    async def _make_tables(self) -> None:
        engine = create_async_engine(self.database)
        async with engine.begin() as conn:
            await conn.run_sync(Base.metadata.create_all)
        await engine.dispose()

    async def hand_in(self, numbers: Sequence[int]) -> None:
        engine = create_async_engine(self.database)
        async with AsyncSession(engine) as session, session.begin():
            session.add_all(PlainCase(case_id=f"case-{n}", subject=_plain(Person(n))) for n in numbers)
        await engine.dispose()
        pool = await create_pool(RedisSettings(unix_socket_path=self._socket))
        for n in numbers:
            await pool.enqueue_job("trace_case", f"case-{n}", _job_id=f"case-{n}")
        await pool.aclose()


class Ours:
    """``skiptrace worker``, started by settings alone."""

    def __init__(self, servers: Servers, vendor: str, slots: int, home: Path, profile: str = "") -> None:
        self.servers = servers
        self._settings = settings_file(home, servers, vendor, slots)
        program = ["-m", "skiptrace.cli.main", "--config", str(self._settings), "worker"]
        profiler = ["-m", "cProfile", "-o", profile] if profile else []
        self.worker = subprocess.Popen([sys.executable, *profiler, *program])

    async def hand_in(self, numbers: Sequence[int]) -> None:
        settings = Settings.read({}, self._settings)
        bell = dispatcher(settings)
        async with open_store(settings, SystemClock()) as store:
            await store.submit([a_case(n) for n in numbers], Lane.STANDARD)
        await bell.wake(Lane.STANDARD, len(numbers))
        await bell.close()


STRATEGY = """
name = "benchmark"
wanted = { address = 1.0, phone = 1.0 }
worth = { recovery = 1.0, worth_at_most = "1000.00" }

[[step]]
ask = "enformion.contact_enrich"

[[step]]
ask = "enformion.person_search"

[[step]]
ask = "trestle.phone_validation"

[[step]]
ask = "trestle.reverse_phone"
"""
"""Four calls whatever they bring: no probability reaches 1."""


def settings_file(home: Path, servers: Servers, vendor: str, slots: int) -> Path:
    """The vendors' own limits are lifted: they are not what is measured."""
    strategy, config = home / "strategy.toml", home / "skiptrace.toml"
    strategy.write_text(STRATEGY)
    named = {"home": home, "database": servers.postgres.url, "redis": servers.redis.url}
    named |= {"sandbox_url": vendor, "strategy": strategy}
    lines = [f'{name} = "{value}"' for name, value in named.items()]
    lines += [f"[worker]\nslots = {slots}"]
    lines += [f"[providers.{name}.limits]\nconcurrent = {slots}" for name in ("enformion", "trestle")]
    config.write_text("\n".join(lines))
    return config


def _plain(person: Person) -> dict[str, object]:
    city, state, _ = person.place(0)
    return {"first": person.first, "last": person.last, "line": person.line(0), "region": f"{city}, {state}"}


@asynccontextmanager
async def counting(server: Postgres) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """How many are done. Over one connection: what opening one takes would count as the contestant's."""
    connection = await asyncpg.connect(host=str(server.folder), user="postgres", database="postgres")

    async def count() -> int:
        try:
            return int(await connection.fetchval("SELECT count(*) FROM traces"))
        except asyncpg.UndefinedTableError:
            return 0

    try:
        yield count
    finally:
        await connection.close()


def tree_cpu(pid: int) -> float:
    """User and system seconds of a process, its descendants, and those that have ended among them."""
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


async def one_round(contestant: Contestant, numbers: Sequence[int]) -> Cost:
    pids = (contestant.worker.pid, contestant.servers.redis_pid, contestant.servers.postgres_pid)
    async with counting(contestant.servers.postgres) as done:
        goal = await done() + len(numbers)
        before, began = [tree_cpu(pid) for pid in pids], time.monotonic()
        await contestant.hand_in(numbers)
        while await done() < goal:
            if contestant.worker.poll() is not None or time.monotonic() - began > PATIENCE:
                sys.exit(f"{type(contestant).__name__} did not finish")
            await asyncio.sleep(0.25)
        wall = time.monotonic() - began
    return Cost(*(tree_cpu(pid) - cpu for pid, cpu in zip(pids, before, strict=True)), wall)


@contextmanager
def servers() -> Iterator[Servers]:
    with postgres_server.running(durable=True) as database, redis_server.running() as redis:
        postmaster = int((database.folder / "data" / "postmaster.pid").read_text().split()[0])
        yield Servers(database, redis, postmaster, int(redis.client().info("server")["process_id"]))


@contextmanager
def vendor(folder: Path) -> Iterator[str]:
    ready = folder / "vendor"
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bureau", str(ready)])
    try:
        while not ready.exists() or not ready.read_text():
            time.sleep(0.05)
        yield ready.read_text()
    finally:
        process.terminate()
        process.wait()


def stopped(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(15)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def show(title: str, costs: Sequence[Cost], cases: int) -> float:
    """One row in milliseconds a case; returns the total's median."""
    parts = [
        statistics.median(getattr(c, part) for c in costs) / cases * 1000 for part in ("worker", "redis", "postgres")
    ]
    total = statistics.median(c.total for c in costs) / cases * 1000
    rate = cases / statistics.median(c.wall for c in costs)
    print(f"{title:<10}" + "".join(f"{part:10.2f}" for part in (*parts, total)) + f"{rate:12.0f}")
    return total


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--slots", type=int, default=100)
    options.add_argument("--only-ours", action="store_true")
    options.add_argument("--profile", default="", help="file for the statistics of cProfile")
    given = options.parse_args()
    if given.cases * (given.rounds + 1) > PEOPLE:
        sys.exit(f"there are {PEOPLE} people: fewer cases or fewer rounds")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(vendor(home))
        ours = Ours(stack.enter_context(servers()), address, given.slots, home, given.profile)
        stack.callback(stopped, ours.worker)
        contestants: list[Contestant] = [ours]
        if not given.only_ours:
            plain = Plain(stack.enter_context(servers()), address, given.slots)
            stack.callback(stopped, plain.worker)
            contestants.append(plain)
        asyncio.run(compete(contestants, given.cases, given.rounds))


async def compete(contestants: Sequence[Contestant], cases: int, rounds: int) -> None:
    costs: dict[str, list[Cost]] = {type(c).__name__: [] for c in contestants}
    for number in range(rounds + 1):
        for contestant in contestants:
            cost = await one_round(contestant, range(number * cases, (number + 1) * cases))
            if number:  # the first round warms caches, pools and prepared statements
                costs[type(contestant).__name__].append(cost)
    print(f"{'ms a case':<10}{'worker':>10}{'Redis':>10}{'PostgreSQL':>10}{'total':>10}{'cases/s':>12}")
    totals = [show(title, of, cases) for title, of in costs.items()]
    if len(totals) == 2:
        print(f"ours / plain: {totals[0] / totals[1]:.2f}")


if __name__ == "__main__":
    main()
