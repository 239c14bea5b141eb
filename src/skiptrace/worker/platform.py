"""Jobs that the collection platform enqueues itself: an id comes by arq, the facts from the platform's own table."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from skiptrace.dispatch.arq import ArqDoor
from skiptrace.errors import BadInput, ConfigError
from skiptrace.intake import Accepted, ColumnMapping, Terms
from skiptrace.intake.cases import read_case
from skiptrace.intake.cell import cell_text
from skiptrace.intake.columns import resolve
from skiptrace.intake.purposes import read_purpose
from skiptrace.intake.table import Row
from skiptrace.model import Lane
from skiptrace.ports import Dispatcher
from skiptrace.settings import PlatformSettings, Settings
from skiptrace.stores.platform import PlatformTable
from skiptrace.submitting import Order, queue
from skiptrace.tracing import App

_OPAQUE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


@asynccontextmanager
async def arq_door(settings: Settings, mine: PlatformSettings, app: App, bell: Dispatcher) -> AsyncIterator[ArqDoor]:
    """Raises ConfigError when the platform's table or its columns are not as the settings say."""
    mapping = mapping_of(mine)
    accounts = await PlatformTable.open(mine.database.get_secret_value(), mine.table, mine.key)
    try:
        intake = _Intake(settings, mine, mapping, accounts, app, bell)
        yield ArqDoor(settings.redis, mine.queue, intake.take, intake.refused)
    finally:
        await accounts.close()


def mapping_of(mine: PlatformSettings) -> ColumnMapping:
    """The settings' columns and constants, checked as those of a file. Raises ConfigError."""
    several = {name: tuple(columns) for name, columns in mine.columns.items() if not isinstance(columns, str)}
    pairs = [f"{name}={column}" for name, column in mine.columns.items() if isinstance(column, str)]
    try:
        mapping = ColumnMapping.read(pairs, [f"{name}={value}" for name, value in mine.constants.items()])
    except BadInput as error:
        raise ConfigError(f"platform: {error}") from None
    return ColumnMapping({**mapping.columns, **several}, mapping.constants)


@dataclass(frozen=True, slots=True)
class _Intake:
    """From an account id to a queued case."""

    settings: Settings
    mine: PlatformSettings
    mapping: ColumnMapping
    accounts: PlatformTable
    app: App
    bell: Dispatcher

    async def take(self, account_id: str, lane: Lane, job_id: str) -> str:
        """The case id. The arq job names the case, so that a job that arq repeats is the same case."""
        row = await self.accounts.row(account_id)
        if row is None:
            raise BadInput(self.mine.key, f"{self.mine.table} has no row for this account")
        terms = self._terms()
        order = Order(terms, lane, request=f"arq {job_id}")
        judged = self._judge(row, terms)
        (receipt,) = await queue([judged], order, self.app.store, self.bell)
        return getattr(receipt, "case_id", "")

    async def refused(self, job_id: str, reason: str) -> None:
        """Into the audit trail: somebody may have put the job into Redis who has no business there."""
        about = job_id if _OPAQUE.fullmatch(job_id) else "unreadable id"
        await self.app.store.note_refused(self.settings.tenant, about, reason)

    def _judge(self, row: Mapping[str, Any], terms: Terms) -> Accepted:
        cells = tuple(cell_text(value) for value in row.values())
        judged = read_case(Row(1, cells), resolve(tuple(row), self.mapping), terms)
        if not isinstance(judged, Accepted):
            raise BadInput(judged.problems[0].field, judged.problems[0].reason)
        return judged

    def _terms(self) -> Terms:
        now = self.app.clock.now()
        return Terms(
            purpose=read_purpose(self.mine.purpose, self.mine.certified_by, now),
            requester=self.settings.requester,
            budget=self.settings.case_budget,
            today=now.date(),
            tenant=self.settings.tenant,
        )
