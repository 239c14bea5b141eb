"""Many cases at once: several hands take from one stream, and a stop lets what is under way end by itself."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from skiptrace import tracing
from skiptrace.errors import ConfigError, StoreError
from skiptrace.model import Case, Trace
from skiptrace.tracing import App

_log = structlog.get_logger(__name__)

TOO_MANY_FAILURES = 25

Finished = Callable[[int, Case, Trace], None]
"""Told the place of the case in the stream, the case and its trace."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a case has no trace: where in the code, and what ends the whole run, if anything does."""

    where: str
    fatal: str = ""


class Hands(Protocol):
    """Who traces: ``count`` shares of ``share`` cases each are under way at once."""

    @property
    def count(self) -> int: ...

    @property
    def share(self) -> int: ...

    async def trace(self, cases: Sequence[Case]) -> Sequence[Trace | Trouble]: ...


@dataclass(frozen=True, slots=True)
class OneProcess:
    """Tracing in this process, which is right where most of the time is spent waiting for vendors."""

    app: App
    count: int
    share: int = 1

    async def trace(self, cases: Sequence[Case]) -> Sequence[Trace | Trouble]:
        return await asyncio.gather(*(attempt(case, self.app) for case in cases))


@dataclass(slots=True)
class Failures:
    """Cases that ended in an error of their own: account id and where in the code. They stay unfinished."""

    places: dict[str, str] = field(default_factory=dict)

    def note(self, case: Case, where: str) -> None:
        self.places[case.account.account_id] = where
        _log.error("case failed", case_id=case.case_id, where=where)


async def attempt(case: Case, app: App) -> Trace | Trouble:
    """Trace one case. Trouble with the store, the disk or the settings is fatal; anything else is the case's own."""
    try:
        return await tracing.trace(case, app)
    except (StoreError, ConfigError, OSError) as error:
        return Trouble(_place(error), str(error))
    except Exception as error:  # noqa: BLE001 - one odd case must not cost the others
        return Trouble(_place(error))


async def run_cases(hands: Hands, cases: AsyncIterator[Case], stop: asyncio.Event, finished: Finished) -> Failures:
    """Trace the cases until the stream ends or ``stop`` is set, which lets the cases under way finish.

    A case that fails on its own is noted and stays unfinished. Raises StoreError, when the other cases under way have
    ended, for trouble that concerns them all.
    """
    source = _Numbered(cases)
    failures = Failures()
    fatal: list[str] = []

    async def work() -> None:
        while not stop.is_set() and (taken := await source.take(hands.share)):
            traces = await hands.trace([case for _, case in taken])
            for (number, case), trace in zip(taken, traces, strict=True):
                if isinstance(trace, Trace):
                    finished(number, case, trace)
                elif trace.fatal:
                    fatal.append(trace.fatal)
                else:
                    failures.note(case, trace.where)
            if fatal or len(failures.places) >= TOO_MANY_FAILURES:
                stop.set()

    async with asyncio.TaskGroup() as group:
        for _ in range(hands.count):
            group.create_task(work())
    if fatal:
        raise StoreError(fatal[0])
    return failures


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


class _Numbered:
    """One stream for several takers."""

    def __init__(self, cases: AsyncIterator[Case]) -> None:
        self._cases = cases
        self._lock = asyncio.Lock()
        self._number = 0

    async def take(self, at_most: int) -> list[tuple[int, Case]]:
        """The next cases with their places in the stream; none at its end."""
        taken: list[tuple[int, Case]] = []
        async with self._lock:
            while len(taken) < at_most and (case := await anext(self._cases, None)) is not None:
                taken.append((self._number, case))
                self._number += 1
        return taken
