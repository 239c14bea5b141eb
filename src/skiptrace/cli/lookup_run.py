"""Behind ``skiptrace lookup``: make the case, trace it, show it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from skiptrace import tracing
from skiptrace.cli.failures import REFUSED
from skiptrace.cli.output import console, print_json
from skiptrace.cli.tracing_text import print_trace, trace_object
from skiptrace.errors import BadInput
from skiptrace.intake import Accepted, Accounts, Rejected, Terms, read_fields
from skiptrace.intake.purposes import read_purpose
from skiptrace.model import Case, StopReason
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, engine


@dataclass(frozen=True, slots=True)
class Source:
    """Where the case comes from: options alone, a JSON file, or a row of a placement file."""

    purpose: str
    certified_by: str
    options: Mapping[str, str]
    case_file: Path | None = None
    placement: Path | None = None

    def read(self, settings: Settings) -> Case:
        """Raises BadInput that names what is wrong."""
        now = SystemClock().now()
        purpose = read_purpose(self.purpose, self.certified_by, now)
        terms = Terms(purpose, settings.requester, settings.case_budget, now.date(), settings.tenant)
        if self.placement:
            return _row_of(self.placement, self.options.get("account_id", ""), terms)
        fields = {**(_object(self.case_file) if self.case_file else {}), **self.options}
        return _accepted(read_fields(fields, terms))


def look_up(settings: Settings, source: Source, *, whole: bool, as_json: bool) -> int:
    """Trace one case and print it. Returns the exit code."""
    case = source.read(settings)
    return asyncio.run(_trace(settings, case, whole=whole, as_json=as_json))


async def _trace(settings: Settings, case: Case, *, whole: bool, as_json: bool) -> int:
    async with engine(settings) as app:
        case = replace(case, case_id=app.new_id())
        await app.store.accept([case])
        trace = await tracing.trace(case, app)
        if as_json:
            print_json(await trace_object(trace, case, app))
        else:
            await print_trace(console(), trace, app, whole=whole)
    return REFUSED if trace.stop in {StopReason.REFUSED, StopReason.HELD, StopReason.STOPPED} else 0


def _row_of(path: Path, account_id: str, terms: Terms) -> Case:
    if not account_id:
        raise BadInput("--account", "names the account to take from --file")
    accounts = Accounts(path)
    for row in accounts.read(terms):
        if isinstance(row, Accepted) and row.case.account.account_id == account_id:
            return row.case
        if isinstance(row, Rejected) and account_id in row.cells:
            return _accepted(row)
    raise BadInput("--account", f"is not in {path.name}")


def _object(path: Path) -> dict[str, object]:
    try:
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(path.name, f"cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise BadInput(path.name, 'is not one JSON object; write {"account_id": ..., "last": ..., ...}')
    return found


def _accepted(row: Accepted | Rejected) -> Case:
    if isinstance(row, Rejected):
        raise BadInput(row.problems[0].field, "; ".join(_told(p.field, p.reason, row) for p in row.problems))
    for problem in row.warnings:
        console(err=True).print(f"{problem.field}: {problem.reason}", markup=False)
    return row.case


def _told(name: str, reason: str, row: Rejected) -> str:
    return reason if name == row.problems[0].field else f"{name}: {reason}"
