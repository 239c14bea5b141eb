"""What a batch says to people and to programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skiptrace.batch import Batch, BatchResult, Estimate, Validation
from skiptrace.cli.output import table
from skiptrace.intake import Accounts
from skiptrace.reporting.text import duration, money, share
from skiptrace.settings import Settings
from skiptrace.tracing import App

if TYPE_CHECKING:
    from rich.console import Console

    from skiptrace.reporting.plots import ReliabilityBin


def print_validation(out: Console, validation: Validation, accounts: Accounts, folder: Path | None) -> None:
    """The validation report: rows, problems by field and reason, columns that mean nothing here."""
    out.print(
        f"{validation.rows:,} rows: {validation.accepted:,} accepted ({validation.remarked:,} with a remark), "
        f"{validation.rejected:,} rejected."
    )
    if accounts.columns.ignored:
        out.print(f"Columns not read: {', '.join(accounts.columns.ignored)}.", markup=False)
    if validation.problems:
        ordered = sorted(validation.problems.items(), key=lambda item: (item[0][0], -item[1], item[0]), reverse=False)
        rows = [[f"{count:,}", action, name, reason] for (action, name, reason), count in ordered]
        out.print(table(["rows", "what became of them", "field", "what is wrong"], rows, right=["rows"]))
    if folder and validation.rejected:
        out.print(f"Correct {folder / 'rejects.csv'} and run it like any other file.", markup=False)


def print_estimate(out: Console, estimate: Estimate, settings: Settings) -> None:
    expected, worst = estimate.capped(settings.run_cap)
    barred = sum(estimate.barred.values())
    out.print(f"{estimate.cases:,} accounts: {barred:,} may not be searched, {estimate.cases - barred:,} may be.")
    if estimate.barred:
        rows = [[f"{count:,}", rule, reason] for (rule, reason), count in estimate.barred.most_common()]
        out.print(table(["accounts", "rule", "reason"], rows, right=["accounts"]))
    if estimate.calls:
        rows = [[provider, product, f"{calls:,.0f}"] for (provider, product), calls in estimate.calls.items()]
        out.print(table(["provider", "product", "expected calls"], rows, right=["expected calls"]))
    cap = "" if settings.run_cap is None else f" (the run's cap is {money(settings.run_cap)})"
    out.print(f"Expected cost {money(expected)}, worst case {money(worst)}{cap}.", markup=False)
    out.print("Expected goes by the shares stated in the strategy; they are priors, not measurements.")


def price_object(validation: Validation, estimate: Estimate, cap: Decimal | None) -> dict[str, Any]:
    expected, worst = estimate.capped(cap)
    return {
        **_rows_object(validation),
        "barred": [
            {"rule_id": rule, "reason": reason, "accounts": count}
            for (rule, reason), count in estimate.barred.most_common()
        ],
        "expected_calls": [
            {"provider": provider, "product": product, "calls": round(calls, 1)}
            for (provider, product), calls in estimate.calls.items()
        ],
        "expected_cost": float(expected),
        "worst_cost": float(worst),
    }


def print_result(out: Console, batch: Batch, validation: Validation, result: BatchResult) -> None:
    found = result.summary
    rows = [
        ["accounts", f"{found.accounts:,} of {result.accepted:,}", _earlier_text(result)],
        ["hits", share(found.hits, found.accounts), f"{found.hits:,} where a provider returned something"],
        ["locates", share(found.locates, found.accounts), f"{found.locates:,} with a new usable contact"],
        ["verified", share(found.verified, found.accounts), f"{found.verified:,} with a verified contact"],
        ["spent", money(found.cost), "charged by providers"],
        ["spend per locate", money(found.cost_per_locate) if found.cost_per_locate is not None else "-", ""],
        [
            "time",
            duration(result.seconds),
            f"{(found.accounts - result.earlier) / max(result.seconds, 1e-6):,.0f} accounts/s",
        ],
    ]
    out.print(table(["", "", ""], rows))
    endings = ", ".join(f"{stop.value} {count:,}" for stop, count in found.stops.most_common())
    out.print(f"Endings: {endings or 'none'}.")
    for account_id, where in list(result.failed.items())[:5]:
        out.print(f"Account {account_id} failed: {where}.", markup=False)
    if not result.complete:
        out.print(
            f"Not finished: {result.accepted - found.accounts:,} accounts are left. The same command goes on with them."
        )
    out.print(f"Results and report: {batch.folder}", markup=False)


def result_object(batch: Batch, validation: Validation, result: BatchResult) -> dict[str, Any]:
    found = result.summary
    per_locate = found.cost_per_locate
    return {
        "batch_id": batch.terms.batch_id,
        "complete": result.complete,
        **_rows_object(validation),
        "accounts": found.accounts,
        "finished_earlier": result.earlier,
        "hits": found.hits,
        "locates": found.locates,
        "verified": found.verified,
        "cost": float(found.cost),
        "cost_per_locate": None if per_locate is None else round(float(per_locate), 4),
        "stops": {stop.value: count for stop, count in found.stops.items()},
        "failed": dict(result.failed),
        "seconds": round(result.seconds, 3),
        "folder": str(batch.folder),
    }


def page(
    app: App,
    *,
    name: str,
    batch: Batch,
    validation: Validation,
    result: BatchResult,
    reliability: Mapping[str, Sequence[ReliabilityBin]] | None = None,
    scorecard: Sequence[tuple[str, str]] = (),
) -> str:
    """The report as one HTML page."""
    from skiptrace.reporting.page import RunFacts, report_page

    run = RunFacts(
        title=name,
        batch_id=batch.terms.batch_id,
        finished_at=app.clock.now(),
        seconds=result.seconds,
        purpose=batch.terms.purpose,
        strategy=app.strategy.name,
        rejected=validation.rejected,
        problems=validation.problems,
        reliability=reliability or {},
        scorecard=scorecard,
    )
    return report_page(result.summary, run)


def _rows_object(validation: Validation) -> dict[str, Any]:
    return {
        "rows": validation.rows,
        "accepted": validation.accepted,
        "rejected": validation.rejected,
        "problems": [
            {"action": action, "field": name, "reason": reason, "rows": count}
            for (action, name, reason), count in sorted(validation.problems.items())
        ],
    }


def _earlier_text(result: BatchResult) -> str:
    return f"{result.earlier:,} finished by an earlier run" if result.earlier else ""
