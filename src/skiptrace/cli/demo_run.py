"""Behind ``skiptrace demo``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skiptrace.batch import (
    Batch,
    BatchResult,
    OneProcess,
    Validation,
    alone_in,
    batch_id,
    run_batch,
    validate,
    write_page,
)
from skiptrace.cli import batch_text
from skiptrace.cli.context import set_up_logging
from skiptrace.cli.failures import FAILED
from skiptrace.cli.output import console, print_json, table
from skiptrace.cli.progress import BatchWatch, bar
from skiptrace.intake import Accounts, Terms
from skiptrace.intake.purposes import COLLECTION, read_purpose
from skiptrace.reporting.files import private_folder
from skiptrace.reporting.problems import problem_files
from skiptrace.reporting.text import money, share
from skiptrace.sandbox import (
    Bin,
    Scorecard,
    World,
    grow_world,
    running_bureau,
    sample_accounts,
    score,
    truths,
    write_accounts,
)
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, connect

if TYPE_CHECKING:
    from skiptrace.reporting.plots import ReliabilityBin

_SHOWN = 8
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Demo:
    """The arguments of one demonstration."""

    out: Path
    accounts: int
    people: int
    seed: int
    as_json: bool = False

    def run(self) -> int:
        """Trace, score, report. Returns the exit code."""
        set_up_logging(verbose=False)
        with alone_in(private_folder(self.out)):
            world = grow_world(self.seed, self.people)
            write_accounts(self.out / "accounts.csv", sample_accounts(world, self.accounts, self.seed))
            _forget_last_demo(private_folder(self.out / "home"))
            return asyncio.run(self._trace(world))

    async def _trace(self, world: World) -> int:
        async with running_bureau(world) as bureau:
            settings = Settings(home=self.out / "home", sandbox_url=bureau.url, requester="demo")
            batch, validation = self._open(settings, world)
            async with connect(settings) as app:
                with bar("Tracing over HTTP", validation.accepted, quiet=self.as_json) as shown:
                    watch = BatchWatch(shown, validation.accepted)
                    hands = OneProcess(app, _AT_ONCE)
                    result = await run_batch(batch, validation, app, hands, stop=asyncio.Event(), watch=watch)
                scorecard = _scored(self.out / "results.jsonl", world)
                page = batch_text.page(
                    app,
                    name=f"Demo: {result.accepted} sample accounts",
                    batch=batch,
                    validation=validation,
                    result=result,
                    reliability=_reliability(scorecard),
                    scorecard=_scorecard_rows(scorecard),
                )
        write_page(self.out, page)
        if self.as_json:
            print_json({**batch_text.result_object(batch, validation, result), "scorecard": _rates(scorecard)})
        else:
            self._print(batch, validation, result, scorecard)
        return 0 if result.complete and not result.failed else FAILED

    def _open(self, settings: Settings, world: World) -> tuple[Batch, Validation]:
        accounts = Accounts(self.out / "accounts.csv")
        terms = Terms(
            purpose=read_purpose(COLLECTION, "Jane Sample", SystemClock().now()),
            requester=settings.requester,
            budget=settings.case_budget,
            today=world.today,
            batch_id=batch_id(accounts.digest(), self.out, ("demo",)),
        )
        with problem_files(self.out, accounts.header, accounts.columns.places.get("ssn", ())) as problems:
            validation = validate(accounts, terms, problems.add)
        return Batch(accounts, terms, self.out), validation

    def _print(self, batch: Batch, validation: Validation, result: BatchResult, scorecard: Scorecard) -> None:
        out = console()
        out.print(f"The first {_SHOWN} accounts with a verified contact (nobody here exists):")
        rows = _best_contacts(_results(self.out / "results.jsonl"))
        out.print(table(["account", "kind", "contact", "p", "channels", "providers"], rows, right=["p"]))
        batch_text.print_result(out, batch, validation, result)
        out.print(table(["against the known truth", ""], _scorecard_rows(scorecard)))
        out.print(f"Report: {self.out / 'report.html'}", markup=False)
        out.print(
            f"Why a contact is believed: skiptrace --home {self.out / 'home'} why --account ACCOUNT 1", markup=False
        )


def _forget_last_demo(home: Path) -> None:
    """A demonstration starts from nothing, or its answers would be those that the last one bought."""
    for path in home.iterdir():
        if path.is_file():
            path.unlink()


def _results(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open("rb") as stream:
        for line in stream:
            yield json.loads(line)


def _scored(path: Path, world: World) -> Scorecard:
    ids = [str(result["account_id"]) for result in _results(path)]
    return score(_results(path), truths(world, ids))


def _best_contacts(results: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    rows: list[list[str]] = []
    for result in results:
        best = next((c for c in result["contacts"] if c["status"] == "verified"), None)
        if best:
            channels = ", ".join(grant["channel"] for grant in best["grants"])
            providers = ", ".join(sorted({ground["provider"] for ground in best["evidence"]}))
            cells = (
                result["account_id"],
                best["kind"],
                best["value"],
                f"{best['probability']:.2f}",
                channels,
                providers,
            )
            rows.append(list(cells))
        if len(rows) == _SHOWN:
            break
    return rows


def _scorecard_rows(card: Scorecard) -> list[tuple[str, str]]:
    per_locate = money(card.cost_per_locate) if card.cost_per_locate is not None else "-"
    return [
        ("debtors who may be sought", f"{card.traceable:,} of {card.accounts:,}"),
        ("top address is where they live now", f"{card.address_rate:.1%}"),
        ("top phone is theirs now", f"{card.phone_rate:.1%}"),
        ("located: a right contact, likely or verified", f"{card.locate_rate:.1%}"),
        ("verified contacts that are or were the debtor's", f"{card.verified_precision:.1%} of {card.verified:,}"),
        ("verified contacts that are current", share(card.verified_current, card.verified)),
        ("dead, bankrupt, minor or closed, given contacts", f"{card.barred_given_contacts:,} of {card.barred:,}"),
        ("cost per located debtor", per_locate),
    ]


def _rates(card: Scorecard) -> dict[str, Any]:
    return {
        "accounts": card.accounts,
        "traceable": card.traceable,
        "top_address_current": round(card.address_rate, 4),
        "top_phone_current": round(card.phone_rate, 4),
        "located": round(card.locate_rate, 4),
        "verified": card.verified,
        "verified_own": card.verified_own,
        "verified_current": card.verified_current,
        "barred": card.barred,
        "barred_given_contacts": card.barred_given_contacts,
        "cost": float(card.cost),
        "cost_per_locate": None if card.cost_per_locate is None else float(card.cost_per_locate),
    }


def _reliability(card: Scorecard) -> dict[str, Sequence[ReliabilityBin]]:
    from skiptrace.reporting.plots import ReliabilityBin

    def read(bins: Sequence[Bin]) -> list[ReliabilityBin]:
        return [ReliabilityBin(b.claimed, b.right, b.claims) for b in bins if b.claims]

    found = {"top address": read(card.address_bins), "top phone": read(card.phone_bins)}
    return {name: bins for name, bins in found.items() if bins}
