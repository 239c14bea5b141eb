"""Behind ``skiptrace keys`` and ``skiptrace access``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import typer

from skiptrace.access import Action, KeyRecord, Principal, Role, digest, make_key
from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.settings import Settings
from skiptrace.stores.access import AccessStore
from skiptrace.stores.looking import Act
from skiptrace.wiring import SystemClock, open_store

T = TypeVar("T")
PAGE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to make, and whom it stands for."""

    principal_id: str
    role: Role
    team: str
    grants: frozenset[Action]
    scopes: frozenset[Action]
    days: int


def create_key(settings: Settings, wanted: Wanted, *, as_json: bool) -> None:
    """Print the new key, once. Raises BadInput."""
    if not wanted.principal_id.strip() or len(wanted.principal_id) > 64:
        raise BadInput("principal", "has 1 to 64 characters")
    principal = Principal(wanted.principal_id, settings.tenant, wanted.role, wanted.team, wanted.grants)
    made = make_key(secrets.token_bytes(40))

    async def store_it(access: AccessStore, act: Act) -> None:
        expires = act.at + timedelta(days=wanted.days) if wanted.days else None
        record = KeyRecord(made.key_id, act.tenant, wanted.principal_id, act.at, expires, scopes=wanted.scopes)
        await access.put_principal(act, principal)
        await access.put_key(act, record, digest(made.text))

    _with_store(settings, store_it)
    if as_json:
        print_json({"key_id": made.key_id, "key": made.text, "principal": wanted.principal_id, "role": wanted.role})
        return
    typer.echo(made.text)
    typer.echo(
        f"Key {made.key_id} of {wanted.principal_id}. It is not shown again: keep it where secrets are.", err=True
    )


def list_keys(settings: Settings, *, as_json: bool) -> None:
    records = _with_store(settings, lambda access, act: access.keys(act.tenant))
    rows: list[dict[str, Any]] = [
        {
            "key_id": r.key_id,
            "principal": r.principal_id,
            "scopes": sorted(r.scopes),
            "created_at": f"{r.created_at:%Y-%m-%d %H:%M}",
            "expires_at": f"{r.expires_at:%Y-%m-%d}" if r.expires_at else "never",
            "revoked_at": f"{r.revoked_at:%Y-%m-%d %H:%M}" if r.revoked_at else "",
        }
        for r in records
    ]
    if as_json:
        print_json(rows)
        return
    head = ["key", "principal", "scopes", "made", "expires", "revoked"]
    cells = [[str(v) if not isinstance(v, list) else " ".join(v) or "all" for v in row.values()] for row in rows]
    console().print(table(head, cells))


def revoke_key(settings: Settings, key_id: str) -> None:
    """Raises BadInput when there is no such key in force."""
    if not _with_store(settings, lambda access, act: access.revoke_key(act, key_id)):
        raise BadInput("key", "is not a key in force of this tenant; list them with skiptrace keys list")


def assign_account(settings: Settings, account_id: str, principal_id: str) -> None:
    _with_store(settings, lambda access, act: access.assign(act, account_id, principal_id))


def unassign_account(settings: Settings, account_id: str, principal_id: str) -> None:
    if not _with_store(settings, lambda access, act: access.unassign(act, account_id, principal_id)):
        raise BadInput("account", "is not assigned to this principal")


def disable(settings: Settings, principal_id: str) -> None:
    """All keys of the principal stop working at once."""
    if not _with_store(settings, lambda access, act: access.disable(act, principal_id)):
        raise BadInput("principal", "is not an active one of this tenant")


def list_approvals(settings: Settings, by: str, *, as_json: bool) -> None:
    found = _with_store(settings, lambda access, act: access.unsigned(replace(act, by=by or act.by)))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        console().print("Nothing waits for this signature.")
        return
    rows = [[u.approval_id, u.action, _said(u.request), u.requested_by, f"{u.asked_at:%Y-%m-%d %H:%M}"] for u in found]
    console().print(table(["approval", "what", "request", "asked by", "at (UTC)"], rows))


def _said(request: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(request.items()))


def approve(settings: Settings, approval_id: str, by: str) -> None:
    """Raises BadInput when there is nothing to sign for this person."""
    if not _with_store(settings, lambda access, act: access.approve(replace(act, by=by or act.by), approval_id)):
        raise BadInput("approval", "is not waiting for this person's signature")


def list_alerts(settings: Settings, *, as_json: bool) -> None:
    alerts = _with_store(settings, lambda access, act: access.alerts(act.tenant, PAGE))
    if as_json:
        print_json([{"at": a.at, "principal": a.principal_id, "pattern": a.pattern, "about": a.about} for a in alerts])
        return
    rows = [[f"{a.at:%Y-%m-%d %H:%M}", a.principal_id, a.pattern.replace("_", " "), a.about] for a in alerts]
    console().print(table(["at", "principal", "what", "about"], rows))


def _with_store(settings: Settings, work: Callable[[AccessStore, Act], Awaitable[T]]) -> T:
    async def run() -> T:
        clock = SystemClock()
        async with open_store(settings, clock) as store:
            return await work(store.access, Act(settings.tenant, settings.requester, clock.now()))

    return asyncio.run(run())
