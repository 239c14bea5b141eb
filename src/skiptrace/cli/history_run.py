"""Behind ``skiptrace history``."""

from __future__ import annotations

from pathlib import Path

from skiptrace.cli.failures import BAD_USAGE
from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.following import record as record_all
from skiptrace.intake.events import read_event_file
from skiptrace.model import ConsumerEvent
from skiptrace.ports import Reported
from skiptrace.settings import Settings
from skiptrace.wiring import connect

AT_ONCE = 500


async def record(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Record the events of a file. Returns the exit code: bad usage when a line is wrong."""
    wrong: list[BadInput] = []
    read = new = 0
    async with connect(settings) as app:
        now = app.clock.now()
        chunk: list[ConsumerEvent | Reported] = []
        for found in read_event_file(file, tenant=settings.tenant, reported_by=settings.requester, now=now):
            if isinstance(found, BadInput):
                wrong.append(found)
                continue
            read += 1
            chunk.append(found)
            if len(chunk) == AT_ONCE:
                new += await record_all(chunk, app.store)
                chunk = []
        new += await record_all(chunk, app.store)
    if as_json:
        problems = [{"line": p.field, "reason": p.reason} for p in wrong]
        print_json({"events": read, "new": new, "known": read - new, "wrong": problems})
    else:
        out = console()
        out.print(f"{read} events: {new} new, {read - new} known before. {len(wrong)} lines are wrong.")
        for problem in wrong:
            out.print(f"  {problem.field}: {problem.reason}", markup=False)
    return BAD_USAGE if wrong else 0


async def show(settings: Settings, account_id: str, *, as_json: bool) -> None:
    """Print what was reported. Raises BadInput when no case of the account is known."""
    async with connect(settings) as app:
        traces = await app.store.traces_of_account(settings.tenant, account_id)
        trace = await app.store.trace(traces[0]) if traces else None
        case = await app.store.case(trace.case_id) if trace else None
        if case is None:
            raise BadInput("account", "has no trace yet; run lookup or batch first")
        events = await app.store.history(case)
    if as_json:
        print_json(
            [
                {"event_id": e.event_id, "account_id": e.account_id, "at": e.at, "kind": e.kind, "by": e.reported_by}
                for e in events
            ]
        )
        return
    rows = [[f"{e.at:%Y-%m-%d %H:%M}", e.kind.value, e.account_id, e.reported_by, e.event_id] for e in events]
    console().print(table(["at (UTC)", "what", "account", "by", "event"], rows))
