"""Live progress on standard error: a line that moves on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from skiptrace.cli.output import console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from skiptrace.reporting.summary import Summary

_EVERY_SECONDS = 10.0
_REDRAW_SECONDS = 0.1


@contextmanager
def bar(text: str, total: int | None, *, quiet: bool) -> Iterator[Bar]:
    """A progress bar for as long as the block lasts."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    out = console(err=True)
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, disable=quiet or not out.is_terminal) as progress:
        task = progress.add_task(text, total=total, note="")
        yield Bar(progress, task, text, silent=quiet or out.is_terminal)


class Bar:
    """One bar. Away from a terminal it writes a line every ten seconds instead."""

    def __init__(self, progress: Progress, task: TaskID, text: str, *, silent: bool) -> None:
        self._progress = progress
        self._task = task
        self._text = text
        self._silent = silent
        self._line_at = self._drawn_at = self._started_at = time.monotonic()

    def at(self, done: int, total: int | None = None, note: str = "") -> None:
        now = time.monotonic()
        if now - self._drawn_at >= _REDRAW_SECONDS or done == total:
            changes: dict[str, Any] = {"completed": done, "note": note}
            self._progress.update(self._task, total=total, **changes)
            self._drawn_at = now
        if not self._silent and now - self._line_at >= _EVERY_SECONDS:
            self._progress.console.print(f"{self._text}: {done:,}" + (f" of {total:,}" if total else "") + f" {note}")
            self._line_at = now

    def rate(self, done: int) -> float:
        return done / max(time.monotonic() - self._started_at, 1e-6)


class BatchWatch:
    """Shows how a batch goes on: rate, spend, finds and time left."""

    def __init__(self, bar: Bar, total: int) -> None:
        self._bar = bar
        self._total = total

    def accepted(self, cases: int) -> None:
        self._bar.at(0, self._total, f"{cases:,} accepted")

    def finished(self, summary: Summary) -> None:
        done = summary.accounts
        note = f"{self._bar.rate(done):,.0f}/s  ${summary.cost:,.2f}  {summary.locates:,} located"
        self._bar.at(done, self._total, note)
