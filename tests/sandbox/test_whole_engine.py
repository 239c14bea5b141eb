"""The whole engine against the bureau: what we booked is what they would invoice, and most debtors are found."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from skiptrace import tracing
from skiptrace.intake import Accepted, Accounts, Terms
from skiptrace.model import Case, Purpose, Trace
from skiptrace.reporting.results import account_object
from skiptrace.sandbox import World, sample_accounts, score, truths, write_accounts
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, connect
from tests.sandbox.conftest import Caller


def certified() -> Purpose:
    return Purpose("FCRA_COLLECT", "GLBA_ENFORCE", certified_by="Jane Sample", certified_at=SystemClock().now())


@pytest.fixture
def cases(world: World, tmp_path: Path) -> list[Case]:
    path = tmp_path / "accounts.csv"
    write_accounts(path, sample_accounts(world, 16))
    terms = Terms(certified(), "test", Decimal(5), world.today)
    return [row.case for row in Accounts(path).read(terms) if isinstance(row, Accepted)]


async def _trace_all(cases: list[Case], caller: Caller, home: Path) -> list[Trace]:
    async with connect(Settings(home=home, sandbox_url=caller.bureau.url)) as app:
        await app.store.accept(cases)
        return [await tracing.trace(case, app) for case in cases]


async def test_the_invoice_is_what_the_ledger_says(
    caller: Caller, world: World, cases: list[Case], tmp_path: Path
) -> None:
    traces = await _trace_all(cases, caller, tmp_path / "home")
    bill = await caller.bill()

    assert set(bill) == {"enformion", "smarty", "trestle"}
    assert sum(Decimal(str(part["total"])) for part in bill.values()) == sum(trace.cost for trace in traces)

    card = score(
        (account_object(trace) for trace in traces), truths(world, [case.account.account_id for case in cases])
    )
    assert card.accounts == len(cases) == 16
    assert card.hits > card.traceable / 2
    assert card.located > card.traceable / 4
