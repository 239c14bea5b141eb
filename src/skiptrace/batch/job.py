"""One batch from accepted cases to result files. Stopped and started again, it goes on where it was."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from skiptrace import compliance
from skiptrace.batch.running import Hands, run_cases
from skiptrace.batch.validation import Validation
from skiptrace.errors import ConfigError, PolicyRefused
from skiptrace.intake import Accepted, Accounts, Terms
from skiptrace.model import Case, Effect, Trace
from skiptrace.reporting.files import new_file
from skiptrace.reporting.known import on_account
from skiptrace.reporting.results import JsonObject, account_object
from skiptrace.reporting.summary import Summary
from skiptrace.reporting.writers import ResultWriter, result_files
from skiptrace.tracing import App

_ACCEPT_AT_ONCE = 500
_READ_AT_ONCE = 200


class Watch(Protocol):
    """Is told how a batch goes on."""

    def accepted(self, cases: int) -> None: ...

    def finished(self, summary: Summary) -> None: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """A placement file, what holds for its cases, and where the results go."""

    accounts: Accounts
    terms: Terms
    folder: Path


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How far it came. ``earlier`` cases were finished by a run before; ``failed`` says where, by account id."""

    summary: Summary
    accepted: int
    earlier: int
    seconds: float
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.summary.accounts == self.accepted


def batch_id(digest: str, folder: Path, options: Sequence[str]) -> str:
    """The same file, folder and options are the same batch: that is what makes a repeated command go on."""
    parts = (digest, str(folder.resolve()), *options)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder for this run. Raises ConfigError when another one is writing there."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"another run is writing to {folder}: wait until it is done, or choose another folder with --out"
            ) from None
        yield
    finally:
        os.close(descriptor)


async def run_batch(
    batch: Batch, validation: Validation, app: App, hands: Hands, *, stop: asyncio.Event, watch: Watch
) -> BatchResult:
    """Accept the cases, trace those that are not finished, write the result files.

    After ``stop`` the cases under way are finished and the files hold what there is. Raises PolicyRefused when the
    batch as a whole must not be run, BadInput when the file changed, OSError and StoreError when storage fails.
    """
    admitted = compliance.admit_batch(validation.rows, batch.terms.purpose, app.rules)
    for decision in admitted.decisions:
        if decision.effect in {Effect.REFUSE, Effect.HOLD, Effect.STOP}:
            raise PolicyRefused(decision.rule_id, decision.reason, decision.citation)
    started = app.clock.now()
    await _accept(batch, app, watch)
    summary = Summary()
    with result_files(batch.folder) as results:
        delivery = _Delivery(results, summary, watch)
        earlier = await _deliver_earlier(batch, app, delivery)
        unfinished = app.store.unfinished(batch.terms.batch_id)
        failures = await run_cases(hands, unfinished, stop, delivery.add)
        delivery.flush()
    return BatchResult(
        summary=summary,
        accepted=validation.accepted,
        earlier=earlier,
        seconds=(app.clock.now() - started).total_seconds(),
        failed=failures.places,
    )


def write_page(folder: Path, page: str) -> None:
    """Put the report beside the results."""
    with new_file(folder / "report.html") as stream:
        stream.write(page.encode())


async def _accept(batch: Batch, app: App, watch: Watch) -> None:
    cases = (row.case for row in batch.accounts.read(batch.terms) if isinstance(row, Accepted))
    count = 0
    while chunk := list(islice(cases, _ACCEPT_AT_ONCE)):
        await app.store.accept(chunk)
        count += len(chunk)
        watch.accepted(count)


async def _deliver_earlier(batch: Batch, app: App, delivery: _Delivery) -> int:
    """Write the cases that an earlier run finished. Returns how many."""
    count = 0
    page: list[Trace] = []
    async for trace in app.store.batch_traces(batch.terms.batch_id):
        page.append(trace)
        if len(page) == _READ_AT_ONCE:
            count += await _deliver_page(page, app, delivery)
            page.clear()
    return count + await _deliver_page(page, app, delivery)


async def _deliver_page(traces: Sequence[Trace], app: App, delivery: _Delivery) -> int:
    """Their cases are asked for side by side, so that the store reads them together."""
    cases = await asyncio.gather(*(app.store.case(trace.case_id) for trace in traces))
    found = [(case, trace) for case, trace in zip(cases, traces, strict=True) if case is not None]
    for case, trace in found:
        delivery.write(case, trace)
    return len(found)


class _Delivery:
    """Writes finished cases in the order in which they were begun, whichever finishes first."""

    def __init__(self, results: ResultWriter, summary: Summary, watch: Watch) -> None:
        self._results = results
        self._summary = summary
        self._watch = watch
        self._waiting: dict[int, JsonObject] = {}
        self._next = 0

    def add(self, number: int, case: Case, trace: Trace) -> None:
        self._waiting[number] = self._count(case, trace)
        while (ready := self._waiting.pop(self._next, None)) is not None:
            self._results.add(ready)
            self._next += 1

    def write(self, case: Case, trace: Trace) -> None:
        self._results.add(self._count(case, trace))

    def flush(self) -> None:
        """Write what waits behind a case that did not finish."""
        for number in sorted(self._waiting):
            self._results.add(self._waiting.pop(number))

    def _count(self, case: Case, trace: Trace) -> JsonObject:
        known = on_account(case.subject, trace.contacts)
        self._summary.add(trace, known)
        self._watch.finished(self._summary)
        return account_object(trace, known)
