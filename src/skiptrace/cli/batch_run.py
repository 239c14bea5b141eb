"""Behind ``skiptrace batch run``: check, price, ask for consent, run, report."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from skiptrace.batch import (
    Batch,
    BatchResult,
    Estimate,
    Estimator,
    Fleet,
    Hands,
    Validation,
    alone_in,
    batch_id,
    hands_for,
    run_batch,
    validate,
    write_page,
)
from skiptrace.cli import batch_text
from skiptrace.cli.context import read_settings
from skiptrace.cli.failures import BAD_USAGE, FAILED
from skiptrace.cli.output import console, print_json
from skiptrace.cli.progress import BatchWatch, bar
from skiptrace.cli.segments_run import count, print_segments, segment_objects
from skiptrace.errors import BadInput
from skiptrace.intake import Accounts, ColumnMapping, Terms
from skiptrace.intake.purposes import read_purpose
from skiptrace.model import Manifest
from skiptrace.providers import catalog
from skiptrace.reporting.files import private_folder
from skiptrace.reporting.problems import problem_files
from skiptrace.settings import Settings
from skiptrace.tracing import App
from skiptrace.wiring import REFERENCE, SystemClock, connect, dispatcher, engine, prepare_reference
from skiptrace.wiring_sinks import policy_of


@dataclass(frozen=True, slots=True)
class BatchCommand:
    """The arguments of one batch, read."""

    file: Path
    purpose: str
    certified_by: str
    out: Path
    overrides: Mapping[str, Any]
    column_map: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    map_file: Path | None = None
    encoding: str = ""
    concurrency: int = 16
    fleet: bool = False
    confirmed: bool = False
    as_json: bool = False
    clock: SystemClock = field(default_factory=SystemClock)

    def price(self, context: typer.Context) -> int:
        """Check the file and print what the run may cost. Nobody is asked, no result is written."""
        settings = read_settings(context, **self.overrides)
        accounts, terms = self._open(settings)
        estimate = asyncio.run(_estimate(settings, accounts, terms))
        validation = validate(accounts, terms, lambda _: None)
        policy = policy_of(settings)
        rows = asyncio.run(count(settings, accounts, policy))[0] if policy else {}
        if self.as_json:
            segments = {"segments": list(segment_objects(rows, policy))} if policy else {}
            print_json(batch_text.price_object(validation, estimate, settings.run_cap) | segments)
        else:
            batch_text.print_validation(console(), validation, accounts, None)
            batch_text.print_estimate(console(), estimate, settings)
            if policy is not None:
                print_segments(rows, 0, policy)
        return 0 if validation.accepted else BAD_USAGE

    def run(self, context: typer.Context) -> int:
        """The whole batch. Returns the exit code."""
        settings = read_settings(context, **self.overrides)
        accounts, terms = self._open(settings)
        with alone_in(private_folder(self.out)):
            validation = self._check(accounts, terms)
            if not validation.accepted:
                raise BadInput(self.file.name, f"has no row that can be traced; see {self.out / 'rejects.csv'}")
            self._prepare(settings)
            batch = Batch(accounts, terms, self.out)
            result = asyncio.run(self._traced(batch, validation, settings))
        if result is None:
            return FAILED
        if self.as_json:
            print_json(batch_text.result_object(batch, validation, result))
        else:
            batch_text.print_result(console(), batch, validation, result)
        return 0 if result.complete and not result.failed else FAILED

    def _open(self, settings: Settings) -> tuple[Accounts, Terms]:
        mapping = ColumnMapping.read(self.column_map, self.constants, self.map_file)
        accounts = Accounts(self.file, mapping, self.encoding)
        now = self.clock.now()
        options = (settings.tenant, self.purpose, self.certified_by, repr(mapping.columns), repr(mapping.constants))
        sources = (settings.reference_file, settings.sandbox_url, settings.strategy, settings.case_budget)
        terms = Terms(
            purpose=read_purpose(self.purpose, self.certified_by, now),
            requester=settings.requester,
            budget=settings.case_budget,
            today=now.date(),
            tenant=settings.tenant,
            batch_id=batch_id(accounts.digest(), self.out, (*options, *map(str, sources))),
        )
        return accounts, terms

    def _check(self, accounts: Accounts, terms: Terms) -> Validation:
        with problem_files(self.out, accounts.header, accounts.columns.places.get("ssn", ())) as problems:
            validation = validate(accounts, terms, problems.add)
        if not self.as_json:
            batch_text.print_validation(console(err=True), validation, accounts, self.out)
        return validation

    def _prepare(self, settings: Settings) -> None:
        if settings.reference_file is not None:
            with bar("Indexing the reference file", None, quiet=self.as_json) as shown:
                asyncio.run(prepare_reference(settings, shown.at))

    async def _traced(self, batch: Batch, validation: Validation, settings: Settings) -> BatchResult | None:
        """Run the batch and write the page; None when consent was not given."""
        async with engine(settings) as app:
            if not self._consents(app, batch, settings):
                return None
            async with self._hands(app, settings, validation.accepted) as hands:
                with bar("Tracing", validation.accepted, quiet=self.as_json) as shown, _stopping() as stop:
                    watch = BatchWatch(shown, validation.accepted)
                    result = await run_batch(batch, validation, app, hands, stop=stop, watch=watch)
            write_page(
                batch.folder,
                batch_text.page(app, name=self.file.name, batch=batch, validation=validation, result=result),
            )
            return result

    @asynccontextmanager
    async def _hands(self, app: App, settings: Settings, accepted: int) -> AsyncIterator[Hands]:
        """Those of the workers, or our own."""
        if not self.fleet:
            async with hands_for(app, settings, accepted, self.concurrency) as hands:
                yield hands
            return
        bell = dispatcher(settings)
        try:
            yield Fleet(app.store, bell)
        finally:
            await bell.close()

    def _consents(self, app: App, batch: Batch, settings: Settings) -> bool:
        """Money is spent only when somebody said so; a simulated bureau takes none."""
        paid = any(product.price for provider in app.providers.values() for product in provider.manifest.products)
        if self.confirmed or settings.sandbox_url or not paid:
            return True
        estimate = _added_up(batch.accounts, batch.terms, _estimator(app, {}))
        batch_text.print_estimate(console(err=True), estimate, settings)
        if not console(err=True).is_terminal:
            raise BadInput("--yes", "is needed where nobody can be asked: this run may spend money")
        return typer.confirm("Spend up to that?", err=True)


async def _estimate(settings: Settings, accounts: Accounts, terms: Terms) -> Estimate:
    """Price the file. The reference file costs nothing, so its index is not built for that."""
    extra: dict[str, Manifest] = {}
    if settings.reference_file is not None:
        extra[REFERENCE] = catalog.discover()[REFERENCE]
    async with connect(settings.model_copy(update={"reference_file": None})) as app:
        return _added_up(accounts, terms, _estimator(app, extra))


def _estimator(app: App, extra: Mapping[str, Manifest]) -> Estimator:
    manifests = {name: provider.manifest for name, provider in app.providers.items()}
    return Estimator(app.strategy, {**manifests, **extra}, app.rules)


def _added_up(accounts: Accounts, terms: Terms, estimator: Estimator) -> Estimate:
    estimate = Estimate()
    validate(accounts, terms, lambda _: None, lambda case: estimator.add(case, estimate))
    return estimate


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """An event that the first Ctrl-C (or SIGTERM) sets; the second one cancels what is under way."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    current = asyncio.current_task()

    def ask_to_stop() -> None:
        if stop.is_set() and current:
            current.cancel()
        else:
            console(err=True).print("Stopping: the accounts under way are finished first. Ctrl-C again stops at once.")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask_to_stop)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
