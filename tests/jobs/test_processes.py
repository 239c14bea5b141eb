"""Real workers, started by settings alone, on a real PostgreSQL that syncs and a real Redis; killed, stopped, ended."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from arq import create_pool
from arq.connections import RedisSettings
from sqlalchemy import Column, Connection, MetaData, String, Table

from skiptrace.dispatch.arq import JOB, to_json
from skiptrace.errors import ConfigError
from skiptrace.model import CallState, JobState
from skiptrace.sandbox import Weather, World, grow_world, running_bureau, sample_accounts
from skiptrace.settings import Settings
from skiptrace.stores import SqlStore
from skiptrace.stores.databases import database_at
from skiptrace.wiring import SystemClock
from skiptrace.worker import refuse_unsafe
from skiptrace.worker.checks import refuse_forgetful
from tests.cli.command import environment
from tests.servers import postgres as postgres_server
from tests.servers import redis as redis_server

SLOW = Weather(latency_ms=(400, 600))


@dataclass
class Fleet:
    """The services and the settings that all its workers share."""

    folder: Path
    database: str
    redis: str
    bureau: str

    @property
    def settings(self) -> dict[str, str]:
        platform = {"DATABASE": self.database, "TABLE": "placements", "PURPOSE": "collection", "CERTIFIED_BY": "Jane"}
        return {
            "SKIPTRACE_HOME": str(self.folder),
            "SKIPTRACE_DATABASE": self.database,
            "SKIPTRACE_REDIS": self.redis,
            "SKIPTRACE_SANDBOX_URL": self.bureau,
            "SKIPTRACE_WORKER__SLOTS": "4",
            "SKIPTRACE_WORKER__LEASE": "6",
            "SKIPTRACE_WORKER__HEARTBEAT": "1",
        } | {f"SKIPTRACE_PLATFORM__{name}": value for name, value in platform.items()}

    def worker(self) -> AbstractContextManager[subprocess.Popen[str]]:
        return running_worker(self.settings)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        store = await SqlStore.open(self.database, self.folder / "keys.json", SystemClock())
        try:
            yield store
        finally:
            await store.close()

    async def place_accounts(self, world: World, count: int) -> list[str]:
        """Fill the platform's own table; gives the account ids."""
        rows = sample_accounts(world, n=count)
        table = Table("placements", MetaData(), *(Column(name, String) for name in rows[0]))
        database = database_at(self.database)

        def fill(conn: Connection) -> None:
            table.create(conn)
            conn.execute(table.insert(), rows)

        await database.write(fill)
        await database.close()
        return [row["account_id"] for row in rows]

    async def enqueue(self, account_ids: list[str]) -> None:
        """As the platform would, with arq alone."""
        pool = await create_pool(
            RedisSettings.from_dsn(self.redis),
            default_queue_name="skiptrace",
            job_serializer=to_json,
            job_deserializer=orjson.loads,
        )
        for account_id in account_ids:
            await pool.enqueue_job(JOB, account_id)
        await pool.aclose()

    async def submitted(self, wanted: int) -> None:
        async with asyncio.timeout(60):
            while int((await self.sql("SELECT count(*) FROM jobs"))[0]) < wanted:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def count(self, state: JobState) -> int:
        return int((await self.sql(f"SELECT count(*) FROM jobs WHERE state = '{state}'"))[0])

    async def sql(self, statement: str) -> list[str]:
        database = database_at(self.database)

        def read(conn: Connection) -> list[str]:
            return [str(row[0]) for row in conn.exec_driver_sql(statement)]

        try:
            return await database.read(read)
        finally:
            await database.close()


@contextmanager
def running_worker(settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "skiptrace.cli.main", "worker"]
    with subprocess.Popen(command, env=environment(settings), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline() == "Working with 4 slots\n"
            yield process
        finally:
            process.kill()


async def reached(fleet: Fleet, state: JobState, wanted: int, within: float = 200) -> None:
    async with asyncio.timeout(within):
        while await fleet.count(state) < wanted:  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def world() -> World:
    return grow_world(seed=7, size=800)


@asynccontextmanager
async def a_fleet(folder: Path, world: World, weather: Weather) -> AsyncIterator[Fleet]:
    with postgres_server.running(durable=True) as database, redis_server.running() as redis:
        async with running_bureau(world, weather) as bureau:
            fleet = Fleet(folder, database.url, redis.url, bureau.url)
            async with fleet.store():
                yield fleet


async def test_a_platform_enqueues_account_ids_and_the_cases_are_traced_though_a_worker_is_killed(
    tmp_path: Path, world: World
) -> None:
    async with a_fleet(tmp_path, world, SLOW) as fleet:
        accounts = await fleet.place_accounts(world, 8)
        with fleet.worker() as doomed, fleet.worker():
            await fleet.enqueue(accounts)
            await reached(fleet, JobState.LEASED, 5)
            doomed.kill()
            await reached(fleet, JobState.DONE, len(accounts))
        assert await fleet.sql("SELECT count(DISTINCT case_id) FROM traces") == [str(len(accounts))]
        open_calls = "SELECT count(*) FROM calls WHERE state IN ('intended', 'sent', 'answered')"
        assert await fleet.sql(open_calls) == ["0"]
        twice = "SELECT count(*) FROM calls WHERE charged > 0 GROUP BY fingerprint HAVING count(*) > 1"
        assert await fleet.sql(twice) == []


async def test_a_worker_that_is_stopped_beyond_its_lease_and_continued_writes_nothing(
    tmp_path: Path, world: World
) -> None:
    async with a_fleet(tmp_path, world, SLOW) as fleet:
        accounts = await fleet.place_accounts(world, 8)
        with fleet.worker() as zombie:
            await fleet.enqueue(accounts)
            await fleet.submitted(len(accounts))  # what is still arq's waits for arq's own time limit
            await reached(fleet, JobState.LEASED, 3)
            zombie.send_signal(signal.SIGSTOP)
            with fleet.worker():
                await reached(fleet, JobState.DONE, len(accounts))
                traces = await fleet.sql("SELECT trace_id FROM traces ORDER BY trace_id")
                calls = await fleet.sql("SELECT call_id || state || token FROM calls ORDER BY call_id")
                zombie.send_signal(signal.SIGCONT)
                await asyncio.sleep(3)
                assert await fleet.sql("SELECT trace_id FROM traces ORDER BY trace_id") == traces
                assert await fleet.sql("SELECT call_id || state || token FROM calls ORDER BY call_id") == calls
        assert len(traces) == len(accounts)
        taken_back = await fleet.sql("SELECT count(*) FROM jobs WHERE deaths = 1")
        assert int(taken_back[0]) >= 1


async def test_a_worker_that_is_told_to_end_leaves_nothing_in_doubt(tmp_path: Path, world: World) -> None:
    async with a_fleet(tmp_path, world, SLOW) as fleet:
        accounts = await fleet.place_accounts(world, 20)
        with fleet.worker() as worker:
            await fleet.enqueue(accounts)
            await reached(fleet, JobState.LEASED, 4)
            worker.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(worker.wait, 120) == 0
        done = await fleet.count(JobState.DONE)
        assert 0 < done < len(accounts)
        assert await fleet.count(JobState.LEASED) == 0
        left = await fleet.sql(f"SELECT count(*) FROM calls WHERE state NOT IN ('{CallState.SETTLED}', 'not_charged')")
        assert left == ["0"]


async def test_a_worker_outlives_its_redis(tmp_path: Path) -> None:
    with redis_server.running() as redis:
        fleet = Fleet(tmp_path, f"sqlite:///{tmp_path}/skiptrace.db", redis.url, "")
        alone = {name: value for name, value in fleet.settings.items() if "PLATFORM" not in name}
        with running_worker(alone) as worker:
            for _ in range(2):
                redis.kill()
                await asyncio.sleep(0.7)
                redis.start()
                await asyncio.sleep(0.3)
            assert worker.poll() is None
            worker.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(worker.wait, 120) == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SKIPTRACE_REDIS": "redis://127.0.0.1:6379"}, "set requirepass"),
        ({"SKIPTRACE_REDIS": "http://127.0.0.1"}, "is a URL such as"),
        ({"SKIPTRACE_WORKER__LEASE": "3"}, "at least twice worker.heartbeat"),
    ],
)
def test_unsafe_settings_are_refused(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    read = Settings.read({"SKIPTRACE_HOME": str(tmp_path), **settings})
    with pytest.raises(ConfigError, match=said):
        refuse_unsafe(read)


async def test_a_database_that_forgets_is_refused(postgres: postgres_server.Postgres, tmp_path: Path) -> None:
    """The tests' own server runs without fsync."""
    await postgres.empty()
    store = await SqlStore.open(postgres.url, tmp_path / "keys.json", SystemClock())
    try:
        with pytest.raises(ConfigError, match="fsync = off"):
            await refuse_forgetful(store)
    finally:
        await store.close()
