"""The queue layer alone: slots used, time to start, depth.

    python -m benchmarks.queueing slots    [--slots 100] [--seconds 0.05] [--jobs 20000] [--workers 1] [--traces]
    python -m benchmarks.queueing dispatch [--behind 100000]
    python -m benchmarks.queueing depth    [--jobs 1000000] [--intake 20000]

Each starts a real PostgreSQL that syncs every commit (``--sqlite`` for the embedded database) and a real Redis, and
workers as processes of their own. A job is claimed, sleeps and is ended under its lease; with ``--traces`` it opens
its case and keeps a trace without contacts instead, sealed and in the audit trail like any other.
Times are read from the database's own clock where they concern the database, else from the machine's monotonic one.
CPU is what the worker and PostgreSQL used from the first claim on. A deep queue is made of copies of one case by one
SQL statement; ``--intake`` so many come in behind them by the front door, at the measured rate.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psutil
import uvloop
from sqlalchemy import Connection, Table
from tests.numbered_people import PEOPLE, a_case
from tests.servers import postgres, redis

from skiptrace.dispatch.redis import RedisDispatcher
from skiptrace.jobs import Pace, Worker
from skiptrace.model import Case, Lane, Lease, Over, StopReason, Trace
from skiptrace.ports import Claimed, Evidenced
from skiptrace.purchase import Permit
from skiptrace.stores import SqlStore
from skiptrace.stores.databases import database_at
from skiptrace.stores.schema import cases
from skiptrace.stores.schema.jobs import QUEUED, jobs
from skiptrace.wiring import SystemClock, collect_rarely

ROOT = Path(__file__).parents[1]
BULK = 1000


@dataclass(frozen=True)
class Place:
    """Where a benchmark runs."""

    database: str
    redis: str
    folder: Path
    postmaster: int = 0

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        store = await SqlStore.open(self.database, self.folder / "keys.json", SystemClock())
        try:
            yield store
        finally:
            await store.close()

    def sql(self, *statements: str) -> list[tuple[object, ...]]:
        """The rows of the last one; all in one transaction."""
        return asyncio.run(self._sql(statements))

    async def _sql(self, statements: Sequence[str]) -> list[tuple[object, ...]]:
        def execute(conn: Connection) -> list[tuple[object, ...]]:
            results = [conn.exec_driver_sql(statement) for statement in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []

        database = database_at(self.database)
        try:
            return await database.write(execute)
        finally:
            await database.close()


@contextmanager
def servers(*, sqlite: bool) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="queue-") as name, redis.running() as bell:
        folder = Path(name)
        if sqlite:
            yield Place(f"sqlite:///{folder}/store.db", bell.url, folder)
            return
        with postgres.running(durable=True) as server:
            pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
            yield Place(server.url, bell.url, folder, pid)


@contextmanager
def workers(
    place: Place, count: int, slots: int, seconds: float, *, traces: bool = False
) -> Iterator[list[psutil.Process]]:
    """Worker processes; each writes the monotonic time of every start to a file of its own."""
    program = [sys.executable, "-m", "benchmarks.queueing", "worker", place.database, place.redis, str(place.folder)]
    command, ends = [*program, str(slots), str(seconds), str(traces)], subprocess.PIPE
    started = [subprocess.Popen(command, cwd=ROOT, stdin=ends, stdout=ends, text=True) for _ in range(count)]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:  # all begin when all are there
        assert process.stdin is not None
        process.stdin.close()
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait()


async def be_a_worker(place: Place, slots: int, seconds: float, *, traces: bool) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with (place.folder / f"starts-{os.getpid()}").open("w", buffering=1) as starts:

        async def work(claimed: Claimed, permit: Permit) -> Evidenced | Over:
            starts.write(f"{claimed.job.case_id} {time.monotonic()}\n")
            case = await store.case(claimed.job.case_id) if traces else None
            await asyncio.sleep(seconds)
            return Over("a benchmark") if case is None else nothing_found(case, claimed.lease)

        bell = RedisDispatcher(place.redis, "benchmark")
        async with place.store() as store:
            pace = Pace(slots=slots, lookup_slots=max(2, slots // 10), poll_at_most=1.0, drain=2.0)
            worker = Worker(store, work, bell, pace, worker_id=f"w-{os.getpid()}")
            collect_rarely()
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)
            await worker.run(stop)
        await bell.close()


def nothing_found(case: Case, lease: Lease) -> Evidenced:
    now = datetime.now(UTC)
    trace = Trace(
        f"trace-{case.case_id}",
        case.case_id,
        case.account.account_id,
        case.tenant,
        now,
        now,
        StopReason.EXHAUSTED,
        "a benchmark",
        Decimal(0),
    )
    return Evidenced(trace, (), lease=lease)


def the_case(number: int) -> Case:
    """As many as wanted: there are fewer numbered people, so each has several accounts."""
    case = a_case(number % PEOPLE)
    account = replace(case.account, account_id=f"A-{number}")
    return replace(case, case_id=f"case-{number}", account=account)


async def hand_in(place: Place, numbers: range, lane: Lane) -> float:
    """Submit in bulk, two submissions under way at once; returns the seconds it took."""
    async with place.store() as store:
        began = time.monotonic()
        pending: set[asyncio.Task[Sequence[bool]]] = set()
        for start in range(numbers.start, numbers.stop, BULK):
            cases = [the_case(number) for number in range(start, min(start + BULK, numbers.stop))]
            pending.add(asyncio.create_task(store.submit(cases, lane)))
            if len(pending) > 1:
                _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*pending)
        return time.monotonic() - began


def until_done(place: Place, jobs: int) -> None:
    while (done := int(str(place.sql("SELECT count(*) FROM jobs WHERE finished_at IS NOT NULL")[0][0]))) < jobs:
        time.sleep(0.5 if jobs - done > 1000 else 0.1)


def slots(options: argparse.Namespace) -> dict[str, object]:
    with servers(sqlite=options.sqlite) as place:
        asyncio.run(hand_in(place, range(options.jobs), Lane.BATCH))
        with workers(place, options.workers, options.slots, options.seconds, traces=options.traces) as processes:
            before, stored_before = _cpu(processes), _cpu(_servers(place))
            until_done(place, options.jobs)
            cpu, stored = _cpu(processes) - before, _cpu(_servers(place)) - stored_before
        ((first, last),) = place.sql("SELECT min(started_at), max(finished_at) FROM jobs")
        took = (_moment(last) - _moment(first)).total_seconds()
        ideal = options.jobs * options.seconds / (options.slots * options.workers)
        return {
            "workers": options.workers,
            "slots": options.slots,
            "seconds_a_job": options.seconds,
            "traces_kept": options.traces,
            "jobs_per_second": round(options.jobs / took, 1),
            "of_ideal": round(ideal / took, 3),
            "slots_used": round(_used(place, options.workers * options.slots, options.seconds), 3),
            "worker_cpu_us_a_job": round(cpu / options.jobs * 1e6),
            "postgres_cpu_us_a_job": round(stored / options.jobs * 1e6),
        }


def _used(place: Place, slots: int, seconds: float) -> float:
    """The share of all slots that were in a job, from the moment when every worker has begun until one begins no more.

    What a job takes longer than ``seconds`` does not count.
    """
    starts = [list(_starts(path).values()) for path in place.folder.glob("starts-*")]
    since, until = max(min(each) for each in starts), min(max(each) for each in starts)
    inside = [min(at + seconds, until) - max(at, since) for each in starts for at in each]
    return sum(each for each in inside if each > 0) / (slots * (until - since))


def _cpu(processes: Sequence[psutil.Process]) -> float:
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def _servers(place: Place) -> Sequence[psutil.Process]:
    return psutil.Process(place.postmaster).children() if place.postmaster else ()


def _moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def dispatch(options: argparse.Namespace) -> dict[str, object]:
    with servers(sqlite=options.sqlite) as place:
        with workers(place, 1, 20, 0.0):
            idle = asyncio.run(_lookups(place, range(1000, 1200), Lane.STANDARD))
        fill(place, options.behind)
        with workers(place, 1, 100, 0.05):
            until_done(place, 200 + min(500, options.behind // 2))  # warm, as a worker is
            behind = asyncio.run(_lookups(place, range(2000, 2200), Lane.INTERACTIVE))
        return {"idle": idle.summary(), "behind": options.behind, "lookup_behind": behind.summary()}


@dataclass(frozen=True)
class Dispatched:
    """Seconds, each in the order of the lookups: the call of submit, and from its begin to the start of the job."""

    submitting: Sequence[float]
    to_start: Sequence[float]

    def summary(self) -> dict[str, object]:
        return {"submit_ms": _summary(self.submitting), "submit_to_start_ms": _summary(self.to_start)}


async def _lookups(place: Place, numbers: range, lane: Lane) -> Dispatched:
    """Submit one by one at random moments."""
    asked: dict[str, float] = {}
    submitting = []
    bell = RedisDispatcher(place.redis, "benchmark")
    async with place.store() as store:
        for number in numbers:
            await asyncio.sleep(random.uniform(0.02, 0.08))
            case = the_case(number)
            asked[case.case_id] = began = time.monotonic()
            await store.submit([case], lane)
            submitting.append(time.monotonic() - began)
            await bell.wake(lane, 1)
        for case_id in asked:
            async with asyncio.timeout(60):
                while (job := await store.job("default", case_id)) is None or job.finished_at is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
    await bell.close()
    starts = {case_id: at for path in place.folder.glob("starts-*") for case_id, at in _starts(path).items()}
    return Dispatched(submitting, [starts[case_id] - at for case_id, at in asked.items()])


def _starts(path: Path) -> dict[str, float]:
    lines = [line.split() for line in path.read_text().splitlines()]
    return {line[0]: float(line[1]) for line in lines if len(line) == 2}


def depth(options: argparse.Namespace) -> dict[str, object]:
    with servers(sqlite=options.sqlite) as place:
        filled = fill(place, max(options.jobs - options.intake, 0))
        took = asyncio.run(hand_in(place, range(1, 1 + options.intake), Lane.BATCH))
        claims = asyncio.run(_claims(place, options.claims))
        with workers(place, 1, 100, 0.05) as (process,):
            sizes = []
            for _ in range(max(2, int(options.watch / 5))):
                time.sleep(5)
                sizes.append(process.memory_info().rss >> 20)
        ((done,),) = place.sql("SELECT count(*) FROM jobs WHERE finished_at IS NOT NULL")
        return {
            "queued": filled + options.intake,
            "intake_per_second": round(options.intake / took),
            "claim_ms": _summary(claims),
            "redis_mib": round(_redis_bytes(place) / 2**20, 1),
            "worker_rss_mib": [sizes[0], sizes[len(sizes) // 2], sizes[-1]],
            "worker_jobs_per_second": round(int(str(done)) / options.watch),
            "plan_of_a_pick": [str(line[0]) for line in place.sql(_PICK)] if place.postmaster else [],
        }


def fill(place: Place, count: int) -> int:
    """Queue so many copies of one case: rows as intake writes them, but for the ids. Returns how many are queued."""
    asyncio.run(hand_in(place, range(1), Lane.BATCH))
    place.sql(*(_copies(table, count) for table in (cases, jobs)), f"UPDATE turns SET tag = tag + {count}")
    return 1 + count


def _copies(table: Table, count: int) -> str:
    other = {"case_id": "'copy-' || i", "tag": "tag + i"}
    row = {f'"{c.name}"': other.get(c.name, f'"{c.name}"') for c in table.columns if c.name != "number"}
    numbers = f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    first = f"SELECT {', '.join(row.values())} FROM {table.name}, n WHERE case_id = 'case-0'"
    return f"INSERT INTO {table.name} ({', '.join(row)}) {numbers} {first}"


_PICK = (
    "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF) SELECT case_id FROM jobs "
    f"WHERE {QUEUED} AND lane = 'batch' ORDER BY tag LIMIT 50 FOR UPDATE SKIP LOCKED"
)


async def _claims(place: Place, count: int) -> list[float]:
    seconds = []
    async with place.store() as store:
        for number in range(count):
            began = time.monotonic()
            await store.claim("claimer", 1 + number % 10, 3600)
            seconds.append(time.monotonic() - began)
        await store.leave("claimer")
    return seconds


def _redis_bytes(place: Place) -> int:
    import redis as client

    info = client.Redis.from_url(place.redis).info("memory")
    return int(info["used_memory"])  # type: ignore[index]


def _summary(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(each * 1000 for each in seconds)
    at = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1) for name, share in at.items()}


def main() -> None:
    if sys.argv[1:2] == ["worker"]:
        database, bell, folder, count, seconds, traces = sys.argv[2:]
        place = Place(database, bell, Path(folder))
        uvloop.run(be_a_worker(place, int(count), float(seconds), traces=traces == "True"))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=["slots", "dispatch", "depth"])
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--slots", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--traces", action="store_true", help="Each job keeps a trace.")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--intake", type=int, default=20_000)
    parser.add_argument("--behind", type=int, default=100_000)
    parser.add_argument("--claims", type=int, default=1000)
    parser.add_argument("--watch", type=float, default=60.0, help="Seconds for which a worker's memory is watched.")
    options = parser.parse_args()
    if not options.jobs:
        options.jobs = 1_000_000 if options.which == "depth" else 20_000
    result = {"slots": slots, "dispatch": dispatch, "depth": depth}[options.which](options)
    result["benchmark_rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
