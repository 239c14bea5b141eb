"""Principals, their API keys and their assignments; and whose an object is as seen from one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, delete, exists, or_, select, update

from skiptrace.access import Action, KeyRecord, Marks, Principal, Role, Scope, may
from skiptrace.errors import BadInput
from skiptrace.stores.cases import Terms
from skiptrace.stores.codec import decode
from skiptrace.stores.databases import insert_into
from skiptrace.stores.looking import Act
from skiptrace.stores.schema import access as tables
from skiptrace.stores.schema import calls, cases, traces
from skiptrace.stores.schema.privacy import case_phones
from skiptrace.stores.traces import held_trace_ids
from skiptrace.stores.writer import Turn

MOST_FOUND = 100
"""A search looks at so many cases."""

AMONG, MOST_TO_REVIEW = 200, 50
"""A list of what is held looks at so many of the newest traces, and names so many of them."""

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A stored key with its principal. ``digest`` is the SHA-256 of the key's text."""

    principal: Principal
    record: KeyRecord
    digest: bytes
    active: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A principal, and whether it is still let in."""

    principal: Principal
    active: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An object of the principal's tenant, and whose it is as seen from the principal."""

    about: str
    case_id: str
    account_id: str
    scope: Scope


def holder_of_key(conn: Connection, key_id: str) -> KeyHolder | None:
    people, keys = tables.principals, tables.api_keys
    same = (keys.c.tenant == people.c.tenant) & (keys.c.principal_id == people.c.principal_id)
    wanted = select(keys, people.c.role, people.c.team, people.c.grants, people.c.active).join(people, same)
    row = conn.execute(wanted.where(keys.c.key_id == key_id)).one_or_none()
    if row is None:
        return None
    record = _record(row)
    principal = Principal(
        row.principal_id, row.tenant, Role(row.role), row.team, _actions(row.grants), record.scopes, record.key_id
    )
    return KeyHolder(principal, record, row.digest, row.active)


def keys_of_tenant(conn: Connection, tenant: str) -> Sequence[KeyRecord]:
    keys = tables.api_keys
    rows = conn.execute(select(keys).where(keys.c.tenant == tenant).order_by(keys.c.created_at, keys.c.key_id))
    return [_record(row) for row in rows]


def standing_of(conn: Connection, tenant: str, principal_id: str) -> Standing | None:
    people = tables.principals
    wanted = (people.c.tenant == tenant, people.c.principal_id == principal_id)
    row = conn.execute(select(people).where(*wanted)).one_or_none()
    if row is None:
        return None
    principal = Principal(row.principal_id, row.tenant, Role(row.role), row.team, _actions(row.grants))
    return Standing(principal, row.active)


def principal_of(conn: Connection, tenant: str, principal_id: str) -> Principal | None:
    found = standing_of(conn, tenant, principal_id)
    return found.principal if found else None


def put_principal(turn: Turn, act: Act, principal: Principal, marks: Marks) -> None:
    """Create the principal, or give it this role, team and grants; an empty ``marks`` leaves those that it has."""
    people, own = tables.principals, (principal.tenant, principal.principal_id)
    if principal.role is Role.OPERATOR:
        raise BadInput("role", "operator is for the command line only; choose another")
    values = {"role": principal.role.value, "team": principal.team, "grants": _names(principal.grants), "active": True}
    keys = dict(zip(("tenant", "principal_id"), own, strict=True))
    insert = insert_into(turn.conn, people).values(**keys, **values, created_at=act.at)
    turn.conn.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=values))
    if marks:
        table = tables.principal_marks
        turn.conn.execute(delete(table).where(table.c.tenant == own[0], table.c.principal_id == own[1]))
        turn.conn.execute(table.insert(), [{**keys, "kind": kind.value, "digest": mark} for kind, mark in marks])
    turn.events.append(act.event("principal.set", principal.principal_id, f"role {principal.role}"))


def disable_principal(turn: Turn, act: Act, principal_id: str) -> bool:
    people = tables.principals
    wanted = (people.c.tenant == act.tenant, people.c.principal_id == principal_id, people.c.active)
    if not turn.conn.execute(update(people).where(*wanted).values(active=False)).rowcount:
        return False
    turn.events.append(act.event("principal.disabled", principal_id))
    return True


def put_key(turn: Turn, act: Act, record: KeyRecord, digest: bytes) -> None:
    row = {
        "key_id": record.key_id,
        "tenant": record.tenant,
        "principal_id": record.principal_id,
        "digest": digest,
        "scopes": _names(record.scopes),
        "created_at": record.created_at,
        "expires_at": record.expires_at,
        "revoked_at": record.revoked_at,
    }
    turn.conn.execute(tables.api_keys.insert(), row)
    turn.events.append(act.event("key.created", record.key_id, f"for {record.principal_id}"))


def revoke_key(turn: Turn, act: Act, key_id: str) -> bool:
    """False when the tenant has no such key in force. Every process reads the row for each request it answers."""
    keys = tables.api_keys
    wanted = (keys.c.tenant == act.tenant, keys.c.key_id == key_id, keys.c.revoked_at.is_(None))
    if not turn.conn.execute(update(keys).where(*wanted).values(revoked_at=act.at)).rowcount:
        return False
    turn.events.append(act.event("key.revoked", key_id))
    return True


def assign(turn: Turn, act: Act, account_id: str, principal_id: str) -> None:
    """An assignment is of the account: its later cases come with it. Raises BadInput for an unknown principal."""
    if principal_of(turn.conn, act.tenant, principal_id) is None:
        raise BadInput("principal", "is not one of this tenant; create it with skiptrace keys create")
    row = {
        "tenant": act.tenant,
        "account_id": account_id,
        "principal_id": principal_id,
        "assigned_by": act.by,
        "assigned_at": act.at,
    }
    insert = insert_into(turn.conn, tables.assignments).values(row)
    turn.conn.execute(insert.on_conflict_do_nothing())
    turn.events.append(act.event("account.assigned", account_id, f"to {principal_id}"))


def unassign(turn: Turn, act: Act, account_id: str, principal_id: str) -> bool:
    given = tables.assignments
    wanted = (given.c.tenant == act.tenant, given.c.account_id == account_id, given.c.principal_id == principal_id)
    if not turn.conn.execute(delete(given).where(*wanted)).rowcount:
        return False
    turn.events.append(act.event("account.unassigned", account_id, f"from {principal_id}"))
    return True


def held_case(conn: Connection, who: Principal, case_id: str, at: datetime) -> Held | None:
    """None when the principal's tenant has no such case."""
    wanted = select(cases.c.case_id, cases.c.account_id, cases.c.terms)
    row = conn.execute(wanted.where(cases.c.case_id == case_id, cases.c.tenant == who.tenant)).one_or_none()
    return None if row is None else _held(conn, who, case_id, row, at)


def held_trace(conn: Connection, who: Principal, trace_id: str, at: datetime) -> Held | None:
    """None when the principal's tenant has no such trace."""
    wanted = select(cases.c.case_id, cases.c.account_id, cases.c.terms).join(
        traces, traces.c.case_id == cases.c.case_id
    )
    row = conn.execute(wanted.where(traces.c.trace_id == trace_id, traces.c.tenant == who.tenant)).one_or_none()
    return None if row is None else _held(conn, who, trace_id, row, at)


def held_call(conn: Connection, who: Principal, call_id: str, at: datetime) -> Held | None:
    """A call is whose its case is."""
    of_call = select(calls.c.case_id).where(calls.c.call_id == call_id, calls.c.tenant == who.tenant)
    case_id = conn.execute(of_call).scalar_one_or_none()
    found = held_case(conn, who, case_id, at) if case_id else None
    return found and replace(found, about=call_id)


def held_batch(conn: Connection, who: Principal, batch_id: str, at: datetime) -> Held | None:
    """A batch is whose its first case is."""
    if not batch_id:
        return None
    wanted = select(cases.c.case_id, cases.c.account_id, cases.c.terms).order_by(cases.c.number).limit(1)
    row = conn.execute(wanted.where(cases.c.batch_id == batch_id, cases.c.tenant == who.tenant)).one_or_none()
    return None if row is None else _held(conn, who, batch_id, row, at)


def held_account(conn: Connection, who: Principal, account_id: str, at: datetime) -> Held | None:
    """The account by its newest case, or by its newest case that this service key submitted; None without one."""
    newest = cases.c.number.desc()
    wanted = select(cases.c.case_id, cases.c.account_id, cases.c.terms).order_by(newest)
    rows = conn.execute(wanted.where(cases.c.account_id == account_id, cases.c.tenant == who.tenant)).all()
    if not rows:
        return None
    if who.role is not Role.SERVICE:  # to have submitted one case of an account does not open the others
        return Held(account_id, rows[0].case_id, account_id, scope_of_account(conn, who, account_id, at))
    mine = next((row for row in rows if _requester(row) == who.principal_id), rows[0])
    return _held(conn, who, account_id, mine, at)


def scope_of_account(conn: Connection, who: Principal, account_id: str, at: datetime) -> Scope:
    """Whose an account is, whether or not it has a case."""
    if who.role not in (Role.COLLECTOR, Role.SUPERVISOR):
        return Scope.TENANT
    opened, given, people = tables.break_glass, tables.assignments, tables.principals
    same = (given.c.tenant == people.c.tenant) & (given.c.principal_id == people.c.principal_id)
    mine = given.c.principal_id == who.principal_id
    if who.role is Role.SUPERVISOR and who.team:
        mine = or_(mine, people.c.team == who.team)
    assigned = exists().where(given.c.tenant == who.tenant, given.c.account_id == account_id, same, mine)
    broken = exists().where(
        opened.c.tenant == who.tenant,
        opened.c.principal_id == who.principal_id,
        opened.c.account_id == account_id,
        opened.c.until > at,
    )
    return Scope.OWN if conn.execute(select(or_(assigned, broken))).scalar_one() else Scope.TENANT


def traces_of(conn: Connection, who: Principal, account_id: str) -> Sequence[str]:
    """Trace ids of an account, newest first; of a service key only those of cases that it submitted."""
    wanted = select(traces.c.trace_id, cases.c.terms).join(cases, traces.c.case_id == cases.c.case_id)
    of_account = (traces.c.tenant == who.tenant, traces.c.account_id == account_id)
    newest_first = (traces.c.finished_at.desc(), traces.c.trace_id.desc())
    rows = conn.execute(wanted.where(*of_account).order_by(*newest_first))
    return [r.trace_id for r in rows if who.role is not Role.SERVICE or _requester(r) == who.principal_id]


def found_cases(
    conn: Connection, who: Principal, at: datetime, *, account_id: str = "", mark: bytes = b""
) -> Sequence[Held]:
    """Cases of an account, or of whoever came with a number or name, as far as the role reaches; newest first."""
    wanted = select(cases.c.case_id, cases.c.account_id, cases.c.terms).where(cases.c.tenant == who.tenant)
    if account_id:
        wanted = wanted.where(cases.c.account_id == account_id)
    else:
        same = (case_phones.c.tenant == who.tenant, case_phones.c.mark == mark)
        wanted = wanted.where(cases.c.case_id.in_(select(case_phones.c.case_id).where(*same)))
    rows = conn.execute(wanted.order_by(cases.c.number.desc()).limit(MOST_FOUND)).all()
    held = [_held(conn, who, row.case_id, row, at) for row in rows]
    return [one for one in held if may(who, Action.VIEW_CASE, one.scope).allowed]


def traces_to_review(conn: Connection, who: Principal, at: datetime, rule_id: str) -> Sequence[str]:
    """Newest first; of the ``AMONG`` newest traces of the tenant."""
    found = (held_trace(conn, who, name, at) for name in held_trace_ids(conn, who.tenant, rule_id, AMONG))
    within = (held.about for held in found if held and may(who, Action.REVIEW, held.scope).allowed)
    return list(islice(within, MOST_TO_REVIEW))


def _held(conn: Connection, who: Principal, about: str, row: AnyRow, at: datetime) -> Held:
    scope = Scope.TENANT
    if who.role in (Role.SERVICE, Role.SUPERVISOR) and _requester(row) == who.principal_id:
        scope = Scope.OWN
    elif who.role is not Role.SERVICE:
        scope = scope_of_account(conn, who, row.account_id, at)
    return Held(about, row.case_id, row.account_id, scope)


def _requester(row: AnyRow) -> str:
    return decode(Terms, row.terms).requester


def _record(row: AnyRow) -> KeyRecord:
    return KeyRecord(
        row.key_id,
        row.tenant,
        row.principal_id,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        _actions(row.scopes),
    )


def _actions(names: str) -> frozenset[Action]:
    return frozenset(Action(name) for name in names.split())


def _names(actions: frozenset[Action]) -> str:
    return " ".join(sorted(actions))
