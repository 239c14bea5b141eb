"""The loop of a worker: its slots always full, its leases alive, what dead workers left taken back.

No trouble with the database or with Redis ends it: it tries again until it is told to stop.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import structlog

from skiptrace.errors import LostLease, SetBack, SkiptraceError, StoreError
from skiptrace.jobs.holding import DRAINING, Hands, Held, JobPermit, Standing
from skiptrace.jobs.pace import Pace, after_failure
from skiptrace.jobs.reserve import Reserve
from skiptrace.jobs.tracing_jobs import Work
from skiptrace.jobs.waves import Waves
from skiptrace.model import Again, JobState, Lane, Over
from skiptrace.ports import Claimed, Dispatcher, Evidenced, Store

_log = structlog.get_logger(__name__)

MOST_PAUSE = 2.0
"""Seconds between two tries while the database is away."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a worker did since it started, and what it has in hand."""

    claimed: int = 0
    kept: int = 0
    given_back: int = 0
    lost: int = 0
    failed: int = 0
    taken_back: int = 0
    quarantined: int = 0
    tracing: int = 0
    keeping: int = 0


class Worker:
    """Does jobs until ``stop`` is set. ``suspects``: the jobs that others died with, and nothing else."""

    def __init__(
        self,
        store: Store,
        work: Work,
        dispatcher: Dispatcher,
        pace: Pace,
        *,
        worker_id: str,
        suspects: bool = False,
        on_suspects: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._work, self._dispatcher, self._pace = store, work, dispatcher, pace
        self._worker_id, self._suspects, self._on_suspects = worker_id, suspects, on_suspects
        self._standing = Standing(monotonic, until=monotonic())
        self._hands = Hands()
        self._freed = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self._reserve, self._waves = Reserve(), Waves()
        self.ready = False
        """True while the database answers: the readiness of this process."""

    @property
    def figures(self) -> Figures:
        return Figures(**self._counts, tracing=len(self._hands.tracing), keeping=len(self._hands.keeping))

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set and what was under way has ended."""
        around = [asyncio.create_task(self._keep_trying(each)) for each in (self._heartbeats, self._sweeps)]
        try:
            await self._keep_trying(lambda: self._take(stop))
            await self._drain()
        finally:
            for task in around:
                task.cancel()
            await asyncio.gather(*around, return_exceptions=True)
        with suppress(StoreError):
            await self._store.leave(self._worker_id)

    # Taking jobs

    async def _take(self, stop: asyncio.Event) -> None:
        pause, look = self._pace.poll, True
        while not stop.is_set():
            self._freed.clear()
            count, lanes = self._room()
            claimed = await self._claim(count, lanes) if count and (look or Lane.BATCH in lanes) else []
            if claimed:
                if look and len(claimed) == count:
                    await self._dispatcher.wake(claimed[-1].job.lane, 1)
                pause, look = self._pace.poll, any(each.job.lane is Lane.INTERACTIVE for each in claimed)
                continue
            look = await self._wait(stop, pause, lanes)
            pause = min(2 * pause, self._pace.poll_at_most)

    def _room(self) -> tuple[int, tuple[Lane, ...]]:
        """How many jobs to claim, and of which lanes. Nothing while too much waits to be written down."""
        pace, hands = self._pace, self._hands
        if len(hands.keeping) > 2 * pace.slots:
            return 0, ()
        if self._suspects:
            return (0 if hands.full else 1), tuple(Lane)
        if room := self._reserve.room(pace.slots, hands.full):
            return room, tuple(Lane)
        return max(pace.slots + pace.lookup_slots - len(hands.tracing), 0), (Lane.INTERACTIVE,)

    async def _claim(self, count: int, lanes: tuple[Lane, ...]) -> list[Claimed]:
        asked_at = monotonic()
        claimed = list(
            await self._store.claim(self._worker_id, count, self._pace.lease, lanes=lanes, suspects=self._suspects)
        )
        self.ready = True
        if not claimed:
            return claimed
        self._reserve.note_claim(monotonic() - asked_at)
        self._standing.until = max(self._standing.until, asked_at + self._pace.lease)
        self._counts["claimed"] += len(claimed)
        for each in claimed:
            held = Held(each, JobPermit(self._standing, each.lease))
            if each.job.lane is Lane.INTERACTIVE:
                self._hands.waiting.appendleft(held)
            else:
                self._hands.waiting.append(held)
        self._start()
        return claimed

    def _start(self) -> None:
        """Fill the slots from the jobs that wait for one."""
        hands = self._hands
        while hands.waiting and not self._standing.draining:
            urgent = hands.waiting[0].claimed.job.lane is Lane.INTERACTIVE
            if len(hands.tracing) >= self._pace.slots + (self._pace.lookup_slots if urgent else 0):
                return
            held = hands.waiting.popleft()
            hands.tracing.add(held)
            held.task = asyncio.create_task(self._do(held))

    async def _wait(self, stop: asyncio.Event, seconds: float, lanes: tuple[Lane, ...]) -> bool:
        """Until we are to stop, there is room for more, somebody wakes us or the time is over; True for the last two.

        Who has asked for all lanes, and got nothing, waits for no room.
        """
        waits: list[Coroutine[Any, Any, Any]] = [stop.wait()]
        if Lane.BATCH not in lanes:
            waits.append(self._freed.wait())
        waits.append(self._dispatcher.wait(seconds, lanes) if lanes else asyncio.sleep(seconds))
        tasks = [asyncio.create_task(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[-1].done()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _note_room(self) -> None:
        count, lanes = self._room()
        if count and Lane.BATCH in lanes:
            self._freed.set()

    # Doing one job

    async def _do(self, held: Held) -> None:
        hands = self._hands
        try:
            done: Evidenced | Again | Over = await self._trace(held)
        finally:
            hands.tracing.discard(held)
            hands.keeping.add(held)
            self._reserve.note_end()
            self._start()
            self._note_room()
        try:
            await self._waves.join()
            await self._until_written(held, done)
        finally:
            hands.keeping.discard(held)
            self._note_room()

    async def _trace(self, held: Held) -> Evidenced | Again | Over:
        """The trace, or why there is none."""
        claimed = held.claimed
        try:
            done = await self._work(claimed, held.permit)
        except LostLease:
            return Again(0.0, "another worker took over one of its calls")
        except SetBack as error:
            _log.error("nothing is bought", trouble=str(error))
            return Again(5.0, "the database was set back")
        except StoreError:
            return Again(1.0, "the database was away")
        except Exception as error:  # noqa: BLE001 - one odd case must not cost the others
            self._counts["failed"] += 1
            _log.error("case failed", case_id=claimed.job.case_id, where=place(error))
            return after_failure(claimed.job, place(error))
        if held.permit.refused and not await self._cancelled(held):
            return Again(0.0, held.permit.refused)
        if isinstance(done, Over):
            return done
        return replace(done, lease=claimed.lease, again=self._pace.retry(claimed.job, done.again))

    async def _cancelled(self, held: Held) -> bool:
        """Whether the permit was withdrawn because the case was cancelled, so that its trace is to be kept."""
        with suppress(StoreError):
            ours = held.claimed.job
            job = await self._store.job(ours.tenant, ours.case_id)
            return job is not None and job.state is JobState.CANCELLED and job.token == held.lease.token
        return False

    async def _until_written(self, held: Held, done: Evidenced | Again | Over) -> None:
        pause = 0.1
        while True:
            try:
                await self._write(held, done)
            except LostLease:
                self._counts["lost"] += 1
                _log.warning("lease lost, nothing written", case_id=held.lease.case_id)
            except StoreError:
                self.ready = False
                await asyncio.sleep(pause)
                pause = min(2 * pause, MOST_PAUSE)
                continue
            except SkiptraceError as error:  # the database refuses what this trace holds
                _log.error("trace refused", case_id=held.lease.case_id, where=place(error))
                done = after_failure(held.claimed.job, f"{type(error).__name__}: {error}")
                continue
            return

    async def _write(self, held: Held, done: Evidenced | Again | Over) -> None:
        match done:
            case Again():
                await self._store.give_back(held.lease, done)
            case Over():
                await self._store.end(held.lease, done)
            case _:
                await self._store.keep([done])
        self._counts["given_back" if isinstance(done, Again) else "kept"] += 1

    # Staying alive, and taking back what the dead left

    async def _heartbeats(self) -> None:
        while True:
            held = {each.lease.case_id: each for each in self._hands.all()}
            asked_at = monotonic()
            still = await self._store.renew(self._worker_id, [each.lease for each in held.values()], self._pace.lease)
            self._standing.until = asked_at + self._pace.lease
            self.ready = True
            for case_id in held.keys() - {lease.case_id for lease in still}:
                held[case_id].permit.taken_away = "cancelled, or taken over by another worker"
            await asyncio.sleep(self._pace.heartbeat)

    async def _sweeps(self) -> None:
        while True:
            await asyncio.sleep(self._pace.sweep)
            swept = await self._store.sweep()
            self._counts.update(taken_back=swept.taken_back, quarantined=swept.quarantined)
            if swept.quarantined:
                _log.error("jobs quarantined: too many workers died with them", jobs=swept.quarantined)
            if swept.due or swept.taken_back:
                await self._dispatcher.wake(Lane.STANDARD, swept.due + swept.taken_back)
            if swept.suspects:
                self._on_suspects()

    async def _keep_trying(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a loop until it returns; begin it again after trouble with the database."""
        pause = 0.1
        while True:
            began = monotonic()
            try:
                await loop()
            except StoreError as error:
                if self.ready:
                    _log.error("the database does not answer", trouble=str(error))
                self.ready = False
                pause = 0.1 if monotonic() - began > MOST_PAUSE else min(2 * pause, MOST_PAUSE)
                await asyncio.sleep(pause)
            else:
                return

    # Ending

    async def _drain(self) -> None:
        """No more claims. Traces under way end by themselves, then before their next purchase, then at once."""
        hands, pace = self._hands, self._pace
        for held in (*hands.waiting,):
            hands.waiting.remove(held)
            hands.keeping.add(held)
            held.task = asyncio.create_task(self._hand_back(held))
        await self._ended(pace.drain)
        self._standing.draining = True
        await self._ended(pace.drain_at_most - pace.drain)
        for held in hands.all():
            if held.task is not None:
                held.task.cancel()

    async def _hand_back(self, held: Held) -> None:
        try:
            await self._until_written(held, Again(0.0, DRAINING))
        finally:
            self._hands.keeping.discard(held)

    async def _ended(self, seconds: float) -> None:
        if tasks := [held.task for held in self._hands.all() if held.task is not None]:
            await asyncio.wait(tasks, timeout=seconds)


def place(error: Exception) -> str:
    """Where in the code, without a value."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
