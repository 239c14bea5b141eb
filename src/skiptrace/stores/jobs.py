"""The queue in SQL: submit, end, cancel, sweep. Time is the database's.

Whoever changes the state of a job that is not its own takes the writers' turn first (submit, keep, cancel, sweep).
A claim does not (see ``claiming``): it locks only rows that nobody else has locked and then waits for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, exists, func, literal, select, text
from sqlalchemy.sql.elements import ColumnElement

from skiptrace.errors import LostLease
from skiptrace.model import Again, Call, Case, Event, Job, JobState, Lane, Lease, Over
from skiptrace.model.jobs import QUARANTINED_AFTER
from skiptrace.ports import Evidenced, Swept
from skiptrace.privacy import AuditEvent
from skiptrace.stores.cases import Intake
from skiptrace.stores.databases import OneOf, database_now
from skiptrace.stores.lanes import Tags
from skiptrace.stores.outbox import add_events, alert
from skiptrace.stores.purchases import Purchases
from skiptrace.stores.rows import insert_rows, update_rows
from skiptrace.stores.schema.jobs import QUEUED, SUSPECT, jobs, lanes, turns, workers
from skiptrace.stores.writer import Turn

CHUNK = 500
"""So many jobs are looked up or written at a time."""

SWEPT_AT_ONCE = 1000
"""So many jobs that fell due are queued by one sweep; the next one is a second away."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Cases to accept and queue in one lane."""

    cases: Sequence[Case]
    lane: Lane
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Return:
    """A job that its worker gives back, or that is over."""

    lease: Lease
    why: Again | Over


@dataclass(frozen=True, slots=True)
class Disowned:
    """A call that an earlier holder of the leased job left under way."""

    lease: Lease
    call: Call


@dataclass(frozen=True, slots=True)
class Named:
    """One job, as its tenant names it."""

    tenant: str
    case_id: str


class Queue:
    """Handlers for the writer: everything about jobs but the claim and the heartbeat."""

    def __init__(self, intake: Intake, purchases: Purchases) -> None:
        self._intake = intake
        self._purchases = purchases

    def submit(self, turn: Turn, several: Sequence[Submission]) -> Sequence[object]:
        """Returns for each submission the tuple of whether each case was queued by it."""
        turn.take()
        now = database_now(turn.conn)
        known = _known(turn.conn, [c.case_id for s in several for c in s.cases])
        fresh: list[tuple[Case, Submission]] = []
        results: list[object] = []
        for submission in several:
            new = []
            for each in submission.cases:
                new.append(each.case_id not in known)
                if new[-1]:
                    known.add(each.case_id)
                    fresh.append((each, submission))
            results.append(tuple(new))
        self._intake.accept(turn, [[each for each, _ in fresh]])
        _queue(turn.conn, fresh, now)
        return results

    def give_back(self, turn: Turn, several: Sequence[Return]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        rows = held(turn.conn, [given.lease for given in several])
        results: list[object] = []
        ends: list[dict[str, object]] = []
        for given in several:
            row = rows.pop(given.lease.case_id, None)
            results.append(LostLease("another worker has this job now") if row is None else None)
            if row is not None:
                ends.append(ended(row, now, given.why))
                if ends[-1]["state"] == JobState.QUARANTINED:
                    _tell_quarantined(turn, [row], now)
        if ends:
            finish(turn.conn, ends)
            self._purchases.abandon(turn, [str(end["case_id"]) for end in ends], now)
        return results

    def disown(self, turn: Turn, several: Sequence[Disowned]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        still = held(turn.conn, [given.lease for given in several])
        results: list[object] = []
        for given in several:
            mine = given.lease.case_id in still and given.call.case_id == given.lease.case_id
            if mine:
                self._purchases.disown(turn, given.call.call_id, now)
            results.append(None if mine else LostLease("another worker has this job now"))
        return results

    def leave(self, turn: Turn, several: Sequence[str]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        left = _take_back(turn.conn, several, now, died=False)
        self._purchases.abandon(turn, [row.case_id for row in left], now)
        turn.conn.execute(workers.delete().where(workers.c.worker_id.in_(several)))
        return [None] * len(several)

    def cancel(self, turn: Turn, several: Sequence[Named]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        values = {"state": JobState.CANCELLED.value, "finished_at": now, "reason": "cancelled by its owner"}
        alive = jobs.c.state.in_([JobState.WAITING, JobState.QUEUED, JobState.LEASED])
        return [
            self._change(turn, named, alive, values, AuditEvent(now, "job.cancelled", named.case_id))
            for named in several
        ]

    def readmit(self, turn: Turn, several: Sequence[Named]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        values = {"state": JobState.QUEUED.value, "deaths": 0, "finished_at": None, "reason": "readmitted"}
        held_out = jobs.c.state == JobState.QUARANTINED
        return [
            self._change(turn, named, held_out, values, AuditEvent(now, "job.readmitted", named.case_id))
            for named in several
        ]

    def resume(self, turn: Turn, several: Sequence[Named]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        values = {"state": JobState.QUEUED.value, "finished_at": None, "reason": "resumed: nothing holds it any more"}
        ended = jobs.c.state == JobState.DONE
        return [
            self._change(turn, named, ended, values | {"only": ""}, AuditEvent(now, "job.resumed", named.case_id))
            for named in several
        ]

    def _change(
        self, turn: Turn, named: Named, when: ColumnElement[bool], values: dict[str, Any], event: AuditEvent
    ) -> bool:
        whose = (jobs.c.case_id == named.case_id, jobs.c.tenant == named.tenant)
        changed = turn.conn.execute(jobs.update().where(*whose, when).values(values).returning(jobs.c.case_id)).all()
        if changed:
            turn.events.append(event)
        return bool(changed)

    def sweep(self, turn: Turn, several: Sequence[object]) -> Sequence[object]:
        turn.take()
        now = database_now(turn.conn)
        due = _queue_due(turn.conn, now)
        over = select(workers.c.worker_id).where(workers.c.until < now).with_for_update()
        dead = list(turn.conn.execute(over).scalars())
        taken = _take_back(turn.conn, dead, now, died=True) if dead else ()
        if dead:
            turn.conn.execute(workers.delete().where(workers.c.worker_id.in_(dead)))
        self._purchases.abandon(turn, [row.case_id for row in taken], now)
        quarantined = [row for row in taken if row.state == JobState.QUARANTINED]
        turn.events += [AuditEvent(now, "job.taken_back", row.case_id, f"death {row.deaths}") for row in taken]
        _tell_quarantined(turn, quarantined, now)
        suspects = bool(turn.conn.execute(select(_ANY_SUSPECT)).scalar_one())
        found = Swept(due, len(taken) - len(quarantined), len(quarantined), suspects)
        return [found, *[Swept()] * (len(several) - 1)]


def _tell_quarantined(turn: Turn, rows: Sequence[Row[Any]], now: datetime) -> None:
    """An audit row and an alert for each: somebody has to look at it."""
    turn.events += [AuditEvent(now, "job.quarantined", row.case_id, tenant=row.tenant) for row in rows]
    add_events(turn, [_quarantine_alert(row, now) for row in rows])


def _quarantine_alert(row: Row[Any], now: datetime) -> Event:
    what = f"case {row.case_id} is in quarantine: see skiptrace quarantine list, then skiptrace quarantine readmit"
    return alert(row.tenant, f"case {row.case_id} quarantined {now.isoformat()}", what, now)


# Submitting


def _known(conn: Connection, case_ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(case_ids), CHUNK):
        known.update(conn.execute(_KNOWN, {"ids": case_ids[start : start + CHUNK]}).scalars())
    return known


_KNOWN = select(jobs.c.case_id).where(OneOf(jobs.c.case_id, "ids"))


def _queue(conn: Connection, fresh: Sequence[tuple[Case, Submission]], now: datetime) -> None:
    """Write the rows of new jobs; those that are due get their tags."""
    rows = [_row(each, submission, now) for each, submission in fresh]
    for lane in Lane:
        queued = [row for row in rows if row["lane"] == lane and row["state"] == JobState.QUEUED]
        for row, tag in zip(queued, _tags(conn, lane, [str(row["tenant"]) for row in queued]), strict=True):
            row["tag"] = tag
    insert_rows(conn, jobs, rows)


UNTOUCHED: Mapping[str, int | str] = {
    "tag": 0,
    "worker_id": "",
    "token": 0,
    "deaths": 0,
    "retries": 0,
    "only": "",
    "trace_id": "",
}
"""Of a job that no worker has had."""


def _row(each: Case, submission: Submission, now: datetime) -> dict[str, object]:
    due_at = max(submission.due_at or now, now)
    return {
        "case_id": each.case_id,
        "tenant": each.tenant,
        "batch_id": each.batch_id,
        "lane": submission.lane.value,
        "state": JobState.QUEUED.value if due_at == now else JobState.WAITING.value,
        "accepted_at": now,
        "due_at": due_at,
        "started_at": None,
        "finished_at": None,
        "reason": "",
        **UNTOUCHED,
    }


def _tags(conn: Connection, lane: Lane, tenants: Sequence[str]) -> list[int]:
    """Tags for new jobs of one lane, in order; the writers' turn makes them unique per tenant."""
    if not tenants:
        return []
    stands = conn.execute(_STANDS[lane]).one()
    given = conn.execute(_GIVEN, {"of_lane": lane.value, "tenants": list(set(tenants))})
    tags = Tags(max(stands.clock, stands.first - 1), {row.tenant: row.tag for row in given})
    handed_out = tags.give(tenants)
    insert_rows(conn, lanes, [{"lane": lane.value, "clock": tags.clock}], replace_known=("lane",))
    last = [{"lane": lane.value, "tenant": tenant, "tag": tag} for tenant, tag in tags.last.items()]
    insert_rows(conn, turns, last, replace_known=("lane", "tenant"))
    return handed_out


_GIVEN = select(turns.c.tenant, turns.c.tag).where(
    turns.c.lane == bindparam("of_lane"), OneOf(turns.c.tenant, "tenants")
)


def _stands(lane: Lane) -> Select[tuple[int, int]]:
    """A lane's clock, and its lowest tag. In an empty lane nobody has a claim on an earlier turn than the next."""
    clock = select(lanes.c.clock).where(lanes.c.lane == lane).scalar_subquery()
    queued = select(jobs.c.tag).where(text(QUEUED), jobs.c.lane == text(f"'{lane}'"))
    first = queued.order_by(jobs.c.tag).limit(1).scalar_subquery()
    newest = select(func.max(turns.c.tag) + 1).where(turns.c.lane == lane).scalar_subquery()
    return select(func.coalesce(clock, 0).label("clock"), func.coalesce(first, newest, 1).label("first"))


_STANDS = {lane: _stands(lane) for lane in Lane}


# Ending

_HELD = select(jobs).where(OneOf(jobs.c.case_id, "ids")).with_for_update()


def held(conn: Connection, leases: Sequence[Lease]) -> dict[str, Row[Any]]:
    """The jobs, by case, that these leases still hold; locked until the transaction ends. Take the turn before."""
    tokens = {lease.case_id: (lease.worker_id, lease.token) for lease in leases}
    rows = conn.execute(_HELD, {"ids": list(tokens)})
    return {row.case_id: row for row in rows if tokens[row.case_id] == (row.worker_id, row.token)}


def ended(row: Row[Any], now: datetime, why: Again | Over | None, trace_id: str = "") -> dict[str, object]:
    """What a held job becomes: done, waiting when it is to be done again; a cancelled one stays cancelled."""
    again = why if isinstance(why, Again) else None
    deaths = row.deaths + bool(again and again.blame)
    state, reason = JobState.DONE, row.reason
    if row.state == JobState.CANCELLED:
        state = JobState.CANCELLED
    elif isinstance(why, Over):
        state, reason = JobState.CANCELLED, why.reason
    elif again is not None:
        state = JobState.WAITING if deaths < QUARANTINED_AFTER else JobState.QUARANTINED
        reason = again.reason
    return {
        "case_id": row.case_id,
        "worker_id": "",
        "state": state.value,
        "due_at": now + timedelta(seconds=again.after) if again else row.due_at,
        "finished_at": None if state is JobState.WAITING else now,
        "deaths": deaths,
        "retries": row.retries + bool(again and again.only),
        "only": " ".join(again.only) if again else "",
        "trace_id": trace_id or row.trace_id,
        "reason": reason,
    }


class Ending:
    """Ends the jobs of traces that are being kept, in the transaction that keeps them."""

    def __init__(self, turn: Turn, leases: Sequence[Lease]) -> None:
        self._conn = turn.conn
        self._held: dict[str, Row[Any]] = {}
        self._rows: list[dict[str, object]] = []
        self._now: datetime | None = None
        if leases:
            turn.take()
            self._held = held(turn.conn, leases)
            self._now = database_now(turn.conn)

    def check(self, done: Sequence[Evidenced]) -> None:
        """Raises LostLease when one of the jobs is no longer held by the lease that its trace shows."""
        if any(e.lease and e.lease.case_id not in self._held for e in done):
            raise LostLease("another worker has this job now")

    def note(self, done: Sequence[Evidenced]) -> None:
        leased = [(e, self._held.pop(e.lease.case_id)) for e in done if e.lease]
        self._rows += [ended(row, self._now, e.again, e.trace.trace_id) for e, row in leased if self._now]

    def write(self) -> None:
        if self._rows:
            finish(self._conn, self._rows)


def finish(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Write what ``ended`` made of jobs that are ``held``."""
    update_rows(conn, jobs, "case_id", rows)


# Sweeping


def anything_to_sweep(conn: Connection) -> bool:
    now = database_now(conn)
    due = exists().where(text("state = 'waiting'"), jobs.c.due_at <= now)
    dead = exists().where(workers.c.until < now)
    return bool(conn.execute(select(due | dead | _ANY_SUSPECT)).scalar_one())


_ANY_SUSPECT = exists(select(jobs.c.case_id).where(text(SUSPECT)))


def _queue_due(conn: Connection, now: datetime) -> int:
    """A job that waits for the first time gets its tag now; one that has had its turn keeps it and so comes first."""
    fallen = select(jobs.c.case_id, jobs.c.tenant, jobs.c.lane, jobs.c.tag).where(
        text("state = 'waiting'"), jobs.c.due_at <= now
    )
    rows = conn.execute(fallen.order_by(jobs.c.due_at).limit(SWEPT_AT_ONCE).with_for_update()).all()
    for lane in Lane:
        first_time = [row for row in rows if row.lane == lane and not row.tag]
        again = [_due(row.case_id, row.tag) for row in rows if row.lane == lane and row.tag]
        tags = _tags(conn, lane, [row.tenant for row in first_time])
        tagged = [_due(row.case_id, tag) for row, tag in zip(first_time, tags, strict=True)]
        update_rows(conn, jobs, "case_id", [*tagged, *again])
    return len(rows)


def _due(case_id: str, tag: int) -> dict[str, object]:
    return {"case_id": case_id, "state": JobState.QUEUED.value, "tag": tag}


def _take_back(conn: Connection, worker_ids: Sequence[str], now: datetime, *, died: bool) -> Sequence[Row[Any]]:
    """Free the jobs of these workers and move their tokens on. Returns their new rows."""
    deaths = jobs.c.deaths + int(died)
    is_over = (jobs.c.state != JobState.CANCELLED) & (deaths >= QUARANTINED_AFTER)
    state = case(
        (jobs.c.state == JobState.CANCELLED, literal(JobState.CANCELLED.value)),
        (is_over, literal(JobState.QUARANTINED.value)),
        else_=literal(JobState.QUEUED.value),
    )
    reason = case(
        (jobs.c.state == JobState.CANCELLED, jobs.c.reason),
        (is_over, literal(f"{QUARANTINED_AFTER} workers died while they did it")),
        else_=literal("its worker died" if died else "its worker ended"),
    )
    theirs = jobs.update().where(jobs.c.worker_id.in_(worker_ids), text("worker_id <> ''"))
    values = {"state": state, "reason": reason, "deaths": deaths, "token": jobs.c.token + 1, "worker_id": ""}
    values["finished_at"] = case((is_over, literal(now, jobs.c.finished_at.type)), else_=jobs.c.finished_at)
    return conn.execute(theirs.values(values).returning(*jobs.c)).all()


# Reading


def job_of(row: Row[Any]) -> Job:
    return Job(
        case_id=row.case_id,
        tenant=row.tenant,
        lane=Lane(row.lane),
        state=JobState(row.state),
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        batch_id=row.batch_id,
        deaths=row.deaths,
        token=row.token,
        retries=row.retries,
        only=tuple(row.only.split()),
        trace_id=row.trace_id,
        reason=row.reason,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def read_job(conn: Connection, named: Named) -> Job | None:
    row = conn.execute(select(jobs).where(jobs.c.case_id == named.case_id, jobs.c.tenant == named.tenant)).one_or_none()
    return None if row is None else job_of(row)


def read_jobs(conn: Connection, case_ids: Sequence[str]) -> Sequence[Job]:
    return [job_of(row) for row in conn.execute(_OF_CASES, {"ids": list(case_ids)})]


_OF_CASES = select(jobs).where(OneOf(jobs.c.case_id, "ids"))


def read_quarantined(conn: Connection, tenant: str, at_most: int) -> Sequence[Job]:
    shown = select(jobs).where(text("state = 'quarantined'"), jobs.c.tenant == tenant)
    return [job_of(row) for row in conn.execute(shown.order_by(jobs.c.accepted_at, jobs.c.case_id).limit(at_most))]
