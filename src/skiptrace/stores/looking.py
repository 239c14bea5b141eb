"""Who looked at what: every decision on people's data is audited, counted against limits, and watched for snooping."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from skiptrace.access import Action, Limit, MarkKind, Marks, Pattern, Principal, Verdict, View, suspicions
from skiptrace.model import Subject
from skiptrace.privacy import AuditEvent
from skiptrace.stores.schema import access as tables
from skiptrace.stores.writer import Turn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Look:
    """One decision of the matrix on one object. ``subject`` are the marks of the person whom it shows, if it does."""

    who: Principal
    action: Action
    about: str
    account_id: str
    verdict: Verdict
    at: datetime
    limit: Limit
    subject: Marks = frozenset()
    protected: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something for compliance to read."""

    number: int
    principal_id: str
    pattern: str
    about: str
    at: datetime
    read_by: str


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, for which tenant, when."""

    tenant: str
    by: str
    at: datetime

    def event(self, event: str, about: str, detail: str = "") -> AuditEvent:
        """The one place where this room makes audit rows."""
        return AuditEvent(self.at, event, about, detail, actor=self.by, tenant=self.tenant)


def look(turn: Turn, looks: Sequence[Look]) -> Sequence[object]:
    """Handler for the writer: for each look whether the limits allow it. What cannot be written is not shown."""
    turn.take()  # two looks of one principal, in two processes, must not both be the last that is allowed
    return [_look(turn, one) for one in looks]


def _look(turn: Turn, one: Look) -> bool:
    within = not one.verdict.allowed or _within(turn.conn, one)
    said = (
        "allowed" if one.verdict.allowed and within else "too often" if not within else f"denied {one.verdict.status}"
    )
    detail = f"{said}; {one.note}" if one.note else said
    act = Act(one.who.tenant, one.who.principal_id, one.at)
    turn.events.append(act.event(f"access.{one.action}", one.about, detail))
    if within and one.verdict.allowed:
        turn.conn.execute(tables.accesses.insert(), _access(one))
    for pattern in _patterns(turn.conn, one, within=within):
        alert(turn, act, pattern, one.about)
    return within


def alert(turn: Turn, act: Act, pattern: str, about: str) -> None:
    row = {"tenant": act.tenant, "principal_id": act.by, "pattern": pattern, "about": about, "at": act.at}
    turn.conn.execute(tables.access_alerts.insert(), row)
    turn.events.append(act.event("access.alert", about, pattern))


def alerts_of(conn: Connection, tenant: str, at_most: int) -> Sequence[Alert]:
    """The newest first."""
    table = tables.access_alerts
    rows = conn.execute(select(table).where(table.c.tenant == tenant).order_by(table.c.number.desc()).limit(at_most))
    return [Alert(r.number, r.principal_id, r.pattern, r.about, r.at, r.read_by or "") for r in rows]


def read_alert(turn: Turn, act: Act, number: int) -> bool:
    """Somebody has seen it. Nobody ticks off an alert about themselves."""
    table = tables.access_alerts
    unread = (table.c.tenant == act.tenant, table.c.number == number, table.c.read_by.is_(None))
    by_others = table.c.principal_id != act.by
    if not turn.conn.execute(update(table).where(*unread, by_others).values(read_by=act.by, read_at=act.at)).rowcount:
        return False
    turn.events.append(act.event("access.alert_read", str(number)))
    return True


def _within(conn: Connection, one: Look) -> bool:
    for most, span in ((one.limit.hour, HOUR), (one.limit.day, DAY)):
        if most is not None and _count(conn, one, span) >= most:
            return False
    return True


def _count(conn: Connection, one: Look, span: timedelta, *, same_account: bool = False) -> int:
    t = tables.accesses
    wanted = [
        t.c.tenant == one.who.tenant,
        t.c.principal_id == one.who.principal_id,
        t.c.action == one.action.value,
        t.c.at > one.at - span,
    ]
    if same_account:
        wanted.append(t.c.account_id == one.account_id)
    return conn.execute(select(func.count()).select_from(t).where(*wanted)).scalar_one()


def _access(one: Look) -> dict[str, object]:
    return {
        "tenant": one.who.tenant,
        "principal_id": one.who.principal_id,
        "action": one.action.value,
        "account_id": one.account_id,
        "at": one.at,
    }


def _patterns(conn: Connection, one: Look, *, within: bool) -> list[str]:
    if not within:
        return ["too_often"]
    if not one.verdict.allowed:
        return [Pattern.NOT_ASSIGNED] if one.verdict.status == 404 and one.account_id else []
    if not one.subject:
        return []
    views = _count(conn, one, DAY, same_account=True)
    view = View(one.who.principal_id, one.subject, views, protected=one.protected)
    return sorted(suspicions(view, _staff(conn, one.who.tenant)))


def _staff(conn: Connection, tenant: str) -> Mapping[str, Marks]:
    table = tables.principal_marks
    found: defaultdict[str, set[tuple[MarkKind, bytes]]] = defaultdict(set)
    for row in conn.execute(select(table).where(table.c.tenant == tenant)):
        found[row.principal_id].add((MarkKind(row.kind), row.digest))
    return {name: frozenset(marks) for name, marks in found.items()}


class Marker:
    """Keyed hashes of names, phones and addresses: equal people have equal marks, and nobody can read them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, subject: Subject) -> Marks:
        """Marks of a subject, or of a member of staff written as one."""
        marks = {self._mark(MarkKind.NAME, f"{_letters(n.first)} {_letters(n.last)}") for n in subject.names if n.last}
        marks |= {self._mark(MarkKind.PHONE, re.sub(r"\D", "", p.number)[-10:]) for p in subject.phones}
        marks |= {
            self._mark(MarkKind.ADDRESS, f"{_letters(a.address.line)} {a.address.zip_code[:5]}")
            for a in subject.addresses
            if a.address.line
        }
        return frozenset(marks)

    def _mark(self, kind: MarkKind, text: str) -> tuple[MarkKind, bytes]:
        return kind, hmac.digest(self._key, f"{kind}\0{text}".encode(), hashlib.sha256)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())
