"""Many cases at once: a few workers take from one stream, and a stop lets what is under way end by itself."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from skiptrace import tracing
from skiptrace.errors import SkiptraceError
from skiptrace.model import Case, Trace
from skiptrace.tracing import App

_log = structlog.get_logger(__name__)

TOO_MANY_FAILURES = 25

Finished = Callable[[int, Case, Trace], None]
"""Told the place of the case in the stream, the case and its trace."""


@dataclass(slots=True)
class Failures:
    """Cases that ended in a programming error: account id and where in the code. They stay unfinished."""

    places: dict[str, str] = field(default_factory=dict)

    def note(self, case: Case, error: Exception) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        self.places[case.account.account_id] = where
        _log.error("case failed", case_id=case.case_id, where=where)


async def run_cases(
    app: App, cases: AsyncIterator[Case], concurrency: int, stop: asyncio.Event, finished: Finished
) -> Failures:
    """Trace the cases until the stream ends or ``stop`` is set, which lets the cases under way finish.

    A case that fails on its own is noted and stays unfinished; trouble with the store or the disk ends the run, and
    is raised when the other cases under way have ended.
    """
    source = _Numbered(cases)
    failures = Failures()
    fatal: list[SkiptraceError | OSError] = []

    async def work() -> None:
        while not stop.is_set() and (taken := await source.take()):
            number, case = taken
            try:
                finished(number, case, await tracing.trace(case, app))
            except (SkiptraceError, OSError) as error:
                fatal.append(error)
                stop.set()
            except Exception as error:  # noqa: BLE001 - one odd case must not cost the others
                failures.note(case, error)
                if len(failures.places) >= TOO_MANY_FAILURES:
                    stop.set()

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    if fatal:
        raise fatal[0]
    return failures


class _Numbered:
    """One stream for several takers."""

    def __init__(self, cases: AsyncIterator[Case]) -> None:
        self._cases = cases
        self._lock = asyncio.Lock()
        self._number = 0

    async def take(self) -> tuple[int, Case] | None:
        async with self._lock:
            case = await anext(self._cases, None)
            if case is None:
                return None
            self._number += 1
            return self._number - 1, case
