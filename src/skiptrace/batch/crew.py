"""More than one core for a batch that asks only files of our own: processes that each trace a share of the cases.

Vendors are asked from one process, so that what their manifests allow at once is kept; there the time goes into
waiting.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process

from skiptrace.batch.running import Hands, OneProcess, Trouble, attempt
from skiptrace.batch.together import TogetherJudge
from skiptrace.errors import StoreError
from skiptrace.matching.weights import Parameters
from skiptrace.model import Case, Effect, Trace
from skiptrace.purchase import is_local
from skiptrace.settings import Settings
from skiptrace.tracing import App
from skiptrace.wiring import collect_rarely, connect, parameters_for

SHARE = 16
"""Cases per errand: enough to share a commit, few enough to show progress and to stop soon."""

WORTH_IT = 400
"""Fewer cases than this are done before a second process has started."""


@asynccontextmanager
async def hands_for(app: App, settings: Settings, cases: int, at_once: int) -> AsyncIterator[Hands]:
    """This process alone, or one process per core when all providers are files of our own and the cases are many."""
    cores = len(os.sched_getaffinity(0))
    manifests = [provider.manifest for provider in app.providers.values()]
    local = all(is_local(m, p) for m in manifests for p in m.products)
    if cores < 2 or cases < WORTH_IT or not local:
        yield OneProcess(app, at_once)
        return
    context = get_context("spawn")
    pool = ProcessPoolExecutor(cores, mp_context=context, initializer=_open, initargs=(settings,))
    try:
        yield _Crew(pool, 2 * cores)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Crew:
    pool: ProcessPoolExecutor
    count: int
    share: int = SHARE

    async def trace(self, cases: Sequence[Case]) -> Sequence[Trace | Trouble]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.pool, _trace, list(cases))
        except BrokenProcessPool:
            raise StoreError("a process of this run was killed; run the same command again, it goes on") from None


# What follows runs in the processes of the crew.


@dataclass(frozen=True, slots=True)
class _Engine:
    runner: asyncio.Runner
    app: App
    parameters: Parameters
    connection: AbstractAsyncContextManager[App]
    """Held on to: when it goes, it closes the app."""


_engine: _Engine | None = None


def _open(settings: Settings) -> None:
    """Open the engine once per process. Ctrl-C is the parent's business, and nobody outlives the parent."""
    global _engine  # noqa: PLW0603 - a process of the crew has exactly one engine, and no other place to keep it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    runner, connection = asyncio.Runner(), connect(settings)
    _engine = _Engine(runner, runner.run(connection.__aenter__()), parameters_for(settings), connection)
    collect_rarely()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _trace(cases: list[Case]) -> list[Trace | Trouble]:
    assert _engine is not None  # noqa: S101 - the initializer ran or the pool is broken
    return _engine.runner.run(_trace_share(cases, _engine.app, _engine.parameters))


async def _trace_share(cases: list[Case], app: App, parameters: Parameters) -> list[Trace | Trouble]:
    """Files of our own answer at once, so all cases of the share come to be judged at the same time."""
    judge = TogetherJudge(len(cases), parameters)
    together = replace(app, judge=judge)

    async def trace_one(case: Case) -> Trace | Trouble:
        try:
            return await attempt(case, together)
        finally:
            judge.leave()

    done = await asyncio.gather(*map(trace_one, cases))
    return [_slim(trace) if isinstance(trace, Trace) else trace for trace in done]


def _slim(trace: Trace) -> Trace:
    """Without what is kept in the store and not reported: it need not travel between processes."""
    own, others = (
        tuple(replace(contact, evidence=()) for contact in contacts)
        for contacts in (trace.contacts, trace.third_party_contacts)
    )
    decisions = tuple(d for d in trace.decisions if d.effect is not Effect.PASS)
    return replace(trace, contacts=own, third_party_contacts=others, matches=(), decisions=decisions)
