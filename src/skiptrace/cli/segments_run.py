"""Behind ``skiptrace segments``: every account of a file under the schedule, with what the store knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from skiptrace.cli.output import console, print_json, table
from skiptrace.following import history_of
from skiptrace.intake import Accepted, Accounts, ColumnMapping, Terms
from skiptrace.model import Account, Purpose
from skiptrace.reporting.text import money
from skiptrace.scheduling import History, Policy, load_policy, may_be_traced, next_due, segment_of
from skiptrace.settings import Settings
from skiptrace.tracing import App
from skiptrace.wiring import SystemClock, connect
from skiptrace.wiring_sinks import policy_of

SOON = timedelta(days=30)


@dataclass(slots=True)
class Row:
    """One segment of a file. ``never``: closed or protected; ``not_due``: no clock of theirs runs. US dollars."""

    accounts: int = 0
    balance: Decimal = Decimal(0)
    now: int = 0
    soon: int = 0
    later: int = 0
    not_due: int = 0
    never: int = 0
    now_at_most: Decimal = Decimal(0)

    def add(self, account: Account, history: History, policy: Policy, now: datetime, budget: Decimal) -> None:
        self.accounts += 1
        self.balance += account.balance
        if not may_be_traced(account, policy):
            self.never += 1
            return
        due = next_due(history, now, policy)
        if due is None:
            self.not_due += 1
        elif due.at <= now:
            self.now += 1
            self.now_at_most += budget if due.budget is None else due.budget
        elif due.at <= now + SOON:
            self.soon += 1
        else:
            self.later += 1


def show(settings: Settings, file: Path, columns: Sequence[str], constants: Sequence[str], *, as_json: bool) -> None:
    """Raises BadInput when the file cannot be read, ConfigError when the schedule cannot."""
    policy = policy_of(settings) or load_policy()
    accounts = Accounts(file, ColumnMapping.read(columns, constants))
    rows, rejected = asyncio.run(count(settings, accounts, policy))
    if as_json:
        print_json({"schedule": policy.name, "rejected": rejected, "segments": list(segment_objects(rows, policy))})
    else:
        print_segments(rows, rejected, policy)


async def count(settings: Settings, accounts: Accounts, policy: Policy) -> tuple[dict[str, Row], int]:
    """Every account of the file in its segment, and how many rows cannot be read."""
    now, rejected = SystemClock().now(), 0
    terms = Terms(Purpose(), settings.requester, settings.case_budget, now.date(), settings.tenant)
    rows = {segment.name: Row() for segment in policy.segments}
    async with connect(settings.model_copy(update={"reference_file": None})) as app:
        for read in accounts.read(terms):
            if not isinstance(read, Accepted):
                rejected += 1
                continue
            account = read.case.account
            history = await _history(account, settings.tenant, app)
            segment = segment_of(account, now.date(), policy)
            rows[segment.name].add(account, history, policy, now, settings.case_budget)
    return rows, rejected


async def _history(account: Account, tenant: str, app: App) -> History:
    """The account as the file states it, with the traces, outcomes and reports that the store has."""
    found = await history_of(tenant, account.account_id, app)
    return replace(found[1], account=account) if found else History(account)


def segment_objects(rows: dict[str, Row], policy: Policy) -> Iterator[dict[str, Any]]:
    for segment in policy.segments:
        row = rows[segment.name]
        yield {
            "segment": segment.name,
            "accounts": row.accounts,
            "balance": float(row.balance),
            "budget": None if segment.budget is None else float(segment.budget),
            "due_now": row.now,
            "due_within_30_days": row.soon,
            "due_later": row.later,
            "not_due": row.not_due,
            "never": row.never,
            "due_now_costs_at_most": float(row.now_at_most),
        }


def print_segments(rows: dict[str, Row], rejected: int, policy: Policy) -> None:
    shown = []
    for segment in policy.segments:
        row = rows[segment.name]
        if row.accounts:
            counts = (row.accounts, row.now, row.soon, row.later, row.not_due, row.never)
            budget = "-" if segment.budget is None else money(segment.budget)
            shown.append([segment.name, *(f"{n:,}" for n in counts), budget, money(row.now_at_most)])
    head = ["segment", "accounts", "due now", "in 30 days", "later", "not due", "never", "budget", "now, at most"]
    out = console()
    out.print(table(head, shown, right=head[1:]))
    total = sum((row.now_at_most for row in rows.values()), Decimal(0))
    out.print(f"Schedule {policy.name!r}. Tracing what is due now costs {money(total)} at most.", markup=False)
    if rejected:
        out.print(f"{rejected:,} rows cannot be read; skiptrace batch run --dry-run says why.")
