"""Taking over a database that was set back: what may have been bought since the backup is held, not bought again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, literal, select

from skiptrace.model import JobState, Lane
from skiptrace.privacy import AuditEvent
from skiptrace.stores.databases import database_now
from skiptrace.stores.jobs import UNTOUCHED
from skiptrace.stores.purchases import Purchases
from skiptrace.stores.schema import audit, cases, traces
from skiptrace.stores.schema.jobs import jobs
from skiptrace.stores.set_back import ABOUT, RESTORED
from skiptrace.stores.writer import Turn

HELD = "the database was restored from a backup: this may have been bought since"

_OPEN = (JobState.WAITING, JobState.QUEUED, JobState.LEASED)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What was held back: calls that were under way in the backup, and cases that had not ended in it.

    ``since`` is the time of the last row that the backup has: from there on the vendors' bills know more than we do.
    """

    in_doubt: int
    held: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Taking:
    """Somebody takes over a database that was set back."""

    by: str
    at: datetime


class TakeOver:
    """Handler for the writer: hold back whatever may have been bought since the backup."""

    def __init__(self, purchases: Purchases) -> None:
        self._purchases = purchases

    def __call__(self, turn: Turn, several: Sequence[Taking]) -> Sequence[object]:
        turn.take()
        turn.takes_over = True
        return [self._take_over(turn, taking) for taking in several]

    def _take_over(self, turn: Turn, taking: Taking) -> TakenOver:
        since = turn.conn.execute(select(func.max(audit.c.at))).scalar_one_or_none()
        in_doubt = self._purchases.doubt_all(turn, taking.at, HELD)
        held = _hold_jobs(turn.conn) + _hold_cases_without_job(turn.conn)
        detail = f"{in_doubt} calls are in doubt, {held} cases are held"
        turn.events.append(AuditEvent(taking.at, RESTORED, ABOUT, detail, actor=taking.by))
        return TakenOver(in_doubt, held, since)


def _hold_jobs(conn: Connection) -> int:
    """Into quarantine with every job that has not ended; whoever still holds one has lost it."""
    values = {"state": JobState.QUARANTINED.value, "reason": HELD, "finished_at": database_now(conn), "worker_id": ""}
    held = jobs.update().where(jobs.c.state.in_(_OPEN)).values(values | {"token": jobs.c.token + 1})
    return conn.execute(held).rowcount


def _hold_cases_without_job(conn: Connection) -> int:
    """Cases of batches that a process runs by itself have no job; they get one, in quarantine."""
    now = database_now(conn)
    has_job = exists().where(jobs.c.case_id == cases.c.case_id)
    is_done = exists().where(traces.c.case_id == cases.c.case_id)
    constants = {
        "lane": Lane.BATCH.value,
        "state": JobState.QUARANTINED.value,
        "due_at": now,
        "finished_at": now,
        "reason": HELD,
        **UNTOUCHED,
    }
    names = ["case_id", "tenant", "batch_id", "accepted_at", *constants]
    taken = [cases.c.case_id, cases.c.tenant, cases.c.batch_id, cases.c.accepted_at]
    fixed = [literal(value, jobs.c[name].type).label(name) for name, value in constants.items()]
    unfinished = select(*taken, *fixed).where(~has_job, ~is_done, func.length(cases.c.names) > 0)
    return conn.execute(insert(jobs).from_select(names, unfinished)).rowcount
