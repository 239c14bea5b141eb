"""Runs the torture: keeps some lives going, ends them as planned, brings everything to its end, and has it judged."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from skiptrace.stores import SqlStore
from skiptrace.wiring import SystemClock
from tests.torture.checker import Findings, bill_of, check, rows
from tests.torture.lives import Ground, Order, fork, submitter, worker
from tests.torture.points import SUBMITTING, WORKING, Point

ROOT = Path(__file__).parents[2]
OPEN = "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'queued', 'leased')"
FIT = f"{OPEN} AND deaths < 2"
"""Jobs that any worker takes; the others are done alone."""
QUARANTINED = "SELECT count(*) FROM jobs WHERE state = 'quarantined'"
UNTOLD = """
SELECT (SELECT count(*) FROM deliveries WHERE state <> 'delivered')
     + (SELECT count(*) FROM outbox WHERE number > (SELECT min(seen) FROM sinks))"""
LEFT = "jobs WHERE state NOT IN ('done', 'cancelled')"
LEFT_CALLS = f"state IN ('intended', 'sent', 'answered') AND case_id IN (SELECT case_id FROM {LEFT})"
HANDED_IN = 10
"""Cases in one submission."""
NEVER_CAME = 20.0
"""A life that has not come to its point after so many seconds ends anyhow; another one tries again."""
PATIENCE = 300.0
"""Seconds without an end after which the torture itself has failed."""


@dataclass
class Report:
    """What happened and what was found. Times are in seconds."""

    kills: int = 0
    stopped: int = 0
    by_point: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    cases: int = 0
    charges: int = 0
    in_doubt: int = 0
    audit_rows: int = 0
    restart_p50: float = 0.0
    restart_p99: float = 0.0
    restart_max: float = 0.0
    findings: Findings = field(default_factory=Findings)

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"kills_per_minute": round(self.kills / self.seconds * 60)}, indent=1)


@contextmanager
def vendor(folder: Path, delay_ms: float = 5) -> Iterator[str]:
    """Start the vendor's process; gives its address."""
    ready = folder / "vendor"
    ready.unlink(missing_ok=True)
    program = [sys.executable, "-m", "tests.torture.vendor", str(ready), str(folder / "bill")]
    process = subprocess.Popen([*program, "--delay-ms", str(delay_ms)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 100
        while not ready.exists() or not ready.read_text():
            assert process.poll() is None, "the vendor ended by itself"
            assert time.monotonic() < deadline, "the vendor does not start"
            time.sleep(0.02)
        yield ready.read_text()
    finally:
        process.kill()
        process.wait()


@dataclass
class Torture:
    """One run over one database. ``seed`` fixes the plan; what the processes make of it is their own."""

    ground: Ground
    seed: int = 1
    at_once: int = 4
    report: Report = field(default_factory=Report)
    lives: dict[int, Order] = field(default_factory=dict)
    deaths: dict[int, float] = field(default_factory=dict)
    """Process to the moment of its death, by the monotonic clock."""
    _handed_in: int = 0
    _look_again: float = 0.0
    _asleep: deque[tuple[float, int]] = field(default_factory=deque)
    _plan_left: deque[tuple[Order, bool]] = field(default_factory=deque)
    _doomed: dict[int, float] = field(default_factory=dict)

    def run(self, named: int, at_random: int, stops: int = 0) -> Report:
        """So many kills at every named point, at random moments, and sleeps beyond the lease."""
        began = time.monotonic()
        self._rng = random.Random(self.seed)
        self._submit(named)
        self._start((Order(suspects=True), False))
        plan = self._plan_left = self._plan(named, at_random, stops)
        while plan or any(order.point or pid in self._doomed for pid, order in self.lives.items()) or self._asleep:
            while plan and len(self.lives) <= self.at_once:
                self._start(plan.popleft())
            if time.monotonic() > self._look_again:
                self._look_again = time.monotonic() + 0.3
                if rows(self.ground.database, FIT)[0][0] < self.at_once * 5:
                    self._hand_in(None)
            self._reap(began)
        self._finish(began)
        self.report.seconds = time.monotonic() - began
        self._judge()
        return self.report

    def _plan(self, named: int, at_random: int, stops: int) -> deque[tuple[Order, bool]]:
        orders = [
            (Order(point, nth=self._rng.choice((1, 1, 2)), slots=self._rng.choice((1, 1, 3))), False)
            for point in WORKING
            for _ in range(named)
        ]
        orders += [(Order(slots=self._rng.choice((1, 3))), True) for _ in range(at_random)]
        sleepy = (Point.LEASED, Point.LOOKED, Point.CONNECTED, Point.SENT, Point.REPLIED, Point.REPLY_KEPT)
        orders += [(Order(sleepy[n % len(sleepy)], signal=signal.SIGSTOP), False) for n in range(stops)]
        self._rng.shuffle(orders)
        return deque(orders)

    # Handing in, as a client that asks again until it is told that its cases are safe

    def _submit(self, named: int) -> None:
        self._hand_in(None)
        for point in SUBMITTING:
            for _ in range(named):
                self._hand_in(point)

    def _hand_in(self, point: Point | None) -> None:
        numbers = range(self._handed_in, self._handed_in + HANDED_IN)
        self._handed_in = numbers.stop
        attempt = point
        while True:
            pid = fork(partial(submitter, self.ground, Order(attempt, submit=numbers)))
            status = self._wait_for(pid)
            if status == 0:
                return
            assert status == -signal.SIGKILL, f"a submitter failed: {status}"
            self._count_kill(str(attempt))
            if attempt is Point.ACKNOWLEDGED:
                return
            attempt = None

    def _wait_for(self, pid: int) -> int:
        """Exit status of a submitter. Meanwhile sleepers are woken: one may hold the lock that it waits for."""
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            self._shoot_and_wake()
            time.sleep(0.005)

    # Lives and deaths

    def _start(self, planned: tuple[Order, bool]) -> None:
        order, doomed = planned
        pid = fork(partial(worker, self.ground, order))
        self.lives[pid] = order
        if doomed or order.point:
            self._doomed[pid] = time.monotonic() + (self._rng.uniform(0.0, 1.0) if doomed else NEVER_CAME)

    def _reap(self, began: float) -> None:
        """See who has died or fallen asleep; shoot whom it is time for, wake who has slept long enough."""
        assert time.monotonic() - began < 3600, "the torture does not end"
        self._shoot_and_wake()
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED) if self.lives else (0, 0)
            if not pid:
                break
            self._ended(pid, status)
        time.sleep(0.005)

    def _shoot_and_wake(self) -> None:
        now = time.monotonic()
        for pid in [pid for pid, at in self._doomed.items() if at <= now]:
            os.kill(pid, signal.SIGKILL)
        while self._asleep and self._asleep[0][0] <= now:
            os.kill(self._asleep.popleft()[1], signal.SIGCONT)

    def _ended(self, pid: int, status: int) -> None:
        if os.WIFSTOPPED(status):
            self.report.stopped += 1
            self._asleep.append((time.monotonic() + 2.5 * self.ground.lease, pid))
            self.lives[pid] = Order(slots=self.lives[pid].slots)
            self._doomed[pid] = time.monotonic() + 6 * self.ground.lease
            return
        code = os.waitstatus_to_exitcode(status)
        order, was_doomed = self.lives.pop(pid), self._doomed.pop(pid, None)
        assert code in (0, -signal.SIGKILL), f"a worker failed: {code}"
        if code:
            self.deaths[pid] = time.monotonic()
            at_its_point = order.point and was_doomed and time.monotonic() < was_doomed
            self._count_kill(str(order.point) if at_its_point else "random")
            if order.point and not at_its_point:
                self._plan_left.append((order, False))

    def _count_kill(self, name: str) -> None:
        self.report.kills += 1
        self.report.by_point[name] = self.report.by_point.get(name, 0) + 1

    # The end

    def _finish(self, began: float) -> None:
        """Let a worker that nobody kills do what is left; readmit what was quarantined, as somebody would."""
        self._start((Order(slots=8), False))
        deadline = time.monotonic() + PATIENCE
        while any(rows(self.ground.database, counted)[0][0] for counted in (OPEN, QUARANTINED, UNTOLD)):
            assert time.monotonic() < deadline, f"work is left that nobody does: {self._left()}"
            if not rows(self.ground.database, OPEN)[0][0]:
                asyncio.run(self._readmit())
            self._reap(began)
            time.sleep(0.2)
        for pid in self.lives:
            os.kill(pid, signal.SIGTERM)
        while self.lives:
            self._reap(began)

    def _left(self) -> str:
        """What has not ended, for whoever has to find out why."""
        jobs = rows(self.ground.database, f"SELECT case_id, state, deaths, retries, worker_id, reason FROM {LEFT}")
        calls = rows(self.ground.database, f"SELECT case_id, call_id, state, reason FROM calls WHERE {LEFT_CALLS}")
        return f"jobs {[tuple(row) for row in jobs]}, calls {[tuple(row) for row in calls]}, lives {self.lives}"

    async def _readmit(self) -> None:
        store = await self._store()
        with self.ground.claims.open("a") as claims:
            for job in await store.quarantined("default"):
                await store.readmit(job.tenant, job.case_id)
                claims.write(f"0 -{job.case_id} 0\n")
        await store.close()

    async def _store(self) -> SqlStore:
        settings = self.ground.settings
        return await SqlStore.open(settings.database_url, settings.key_path, SystemClock())

    def _judge(self) -> None:
        report, bill = self.report, bill_of(self.ground)
        report.findings = check(self.ground)
        report.cases, report.charges = self._handed_in, len(bill)
        report.in_doubt = int(rows(self.ground.database, "SELECT count(*) FROM calls WHERE state = 'in_doubt'")[0][0])
        report.audit_rows = asyncio.run(self._verify())
        waits = sorted(self._restarts())
        if waits:
            report.restart_p50, report.restart_p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
            report.restart_max = waits[-1]

    async def _verify(self) -> int:
        store = await self._store()
        try:
            return (await store.audit.verify()).rows
        finally:
            await store.close()

    def _restarts(self) -> Sequence[float]:
        """For every case that a dead worker held: from the death to the next worker that had it."""
        waits: list[float] = []
        held: dict[str, int] = {}
        for line in self.ground.claims.read_text().splitlines():
            pid, case_id, at = line.split()
            if case_id.startswith("-"):
                held.pop(case_id[1:], None)
                continue
            before = held.get(case_id)
            if before in self.deaths and float(at) >= self.deaths[before]:
                waits.append(float(at) - self.deaths[before])
            held[case_id] = int(pid)
        return waits
