"""Who may, as it is stored: one object for the doors, on the same database and the same writer as the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar, cast

from sqlalchemy import Connection, case, exists, func, select

from skiptrace.access import KeyRecord, Marks, Principal, Scope
from skiptrace.model import ContactKind, JobState, Subject
from skiptrace.privacy import Cipher, Fingerprinter
from skiptrace.stores import looking, principals, promises
from skiptrace.stores.databases import Database
from skiptrace.stores.looking import Act, Alert, Look, Marker
from skiptrace.stores.principals import Held, KeyHolder, Standing
from skiptrace.stores.promises import Approval, Asked, Claimed, Opening, Promises, StoredResponse, Unsigned
from skiptrace.stores.schema import calls, cases, jobs, traces
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import Turn, Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch of one tenant is. ``states`` counts its jobs by state, ``spent`` is in US dollars."""

    batch_id: str
    accepted: int
    states: dict[str, int]
    spent: Decimal

    @property
    def ended(self) -> int:
        return sum(self.states.get(state, 0) for state in (JobState.DONE, JobState.QUARANTINED, JobState.CANCELLED))


class AccessStore:
    """Every method is one transaction. What belongs to another tenant than the principal's is not found."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        cipher: Cipher,
        *,
        mark_key: bytes,
        request_key: bytes,
        index: Fingerprinter,
    ) -> None:
        self._database = database
        self._writer = writer
        self._promises = Promises(cipher, request_key)
        self._marker = Marker(mark_key)
        self._index = index

    # Principals and keys

    async def holder(self, key_id: str) -> KeyHolder | None:
        return await self._read(partial(principals.holder_of_key, key_id=key_id))

    async def keys(self, tenant: str) -> Sequence[KeyRecord]:
        return await self._read(partial(principals.keys_of_tenant, tenant=tenant))

    async def standing(self, tenant: str, principal_id: str) -> Standing | None:
        return await self._read(partial(principals.standing_of, tenant=tenant, principal_id=principal_id))

    async def principal(self, tenant: str, principal_id: str) -> Principal | None:
        return await self._read(partial(principals.principal_of, tenant=tenant, principal_id=principal_id))

    async def put_principal(self, act: Act, principal: Principal, person: Subject | None = None) -> None:
        """``person`` is who the principal is in private life; only keyed hashes of it are kept."""
        marks = self._marker.of(person) if person else frozenset()
        await self._write(lambda turn: principals.put_principal(turn, act, principal, marks))

    async def disable(self, act: Act, principal_id: str) -> bool:
        return await self._write(lambda turn: principals.disable_principal(turn, act, principal_id))

    async def put_key(self, act: Act, record: KeyRecord, digest: bytes) -> None:
        await self._write(lambda turn: principals.put_key(turn, act, record, digest))

    async def revoke_key(self, act: Act, key_id: str) -> bool:
        return await self._write(lambda turn: principals.revoke_key(turn, act, key_id))

    async def assign(self, act: Act, account_id: str, principal_id: str) -> None:
        await self._write(lambda turn: principals.assign(turn, act, account_id, principal_id))

    async def unassign(self, act: Act, account_id: str, principal_id: str) -> bool:
        return await self._write(lambda turn: principals.unassign(turn, act, account_id, principal_id))

    # Whose is it

    async def case(self, who: Principal, case_id: str, at: datetime) -> Held | None:
        return await self._read(lambda conn: principals.held_case(conn, who, case_id, at))

    async def trace(self, who: Principal, trace_id: str, at: datetime) -> Held | None:
        return await self._read(lambda conn: principals.held_trace(conn, who, trace_id, at))

    async def call(self, who: Principal, call_id: str, at: datetime) -> Held | None:
        return await self._read(lambda conn: principals.held_call(conn, who, call_id, at))

    async def batch(self, who: Principal, batch_id: str, at: datetime) -> Held | None:
        return await self._read(lambda conn: principals.held_batch(conn, who, batch_id, at))

    async def account(self, who: Principal, account_id: str, at: datetime) -> Held | None:
        return await self._read(lambda conn: principals.held_account(conn, who, account_id, at))

    async def scope_of_account(self, who: Principal, account_id: str, at: datetime) -> Scope:
        return await self._read(lambda conn: principals.scope_of_account(conn, who, account_id, at))

    async def traces_of(self, who: Principal, account_id: str) -> Sequence[str]:
        return await self._read(lambda conn: principals.traces_of(conn, who, account_id))

    async def find(
        self,
        who: Principal,
        at: datetime,
        *,
        account_id: str = "",
        phone: str = "",
        name: tuple[str, str] | None = None,
    ) -> Sequence[Held]:
        """Cases by account id, telephone number or first and last name, as far as the principal's role reaches."""
        mark = self._index.contact(who.tenant, ContactKind.PHONE, phone) if phone else b""
        if name is not None:
            mark = self._index.name(who.tenant, *name) or b""
        return await self._read(lambda conn: principals.found_cases(conn, who, at, account_id=account_id, mark=mark))

    async def to_review(self, who: Principal, at: datetime, rule_id: str = "") -> Sequence[str]:
        """Ids of newest traces in which a rule held something for a person, as far as the principal's role reaches."""
        return await self._read(lambda conn: principals.traces_to_review(conn, who, at, rule_id))

    async def progress(self, tenant: str, batch_id: str) -> Progress:
        return await self._read(lambda conn: _progress(conn, tenant, batch_id))

    # Looking

    async def look(self, look: Look) -> bool:
        """Audit and count one decision; False when it is too often. Committed before anything is shown."""
        return cast("bool", await self._writer.write(looking.look, look))

    def marks(self, subject: Subject) -> Marks:
        return self._marker.of(subject)

    async def alerts(self, tenant: str, at_most: int) -> Sequence[Alert]:
        return await self._read(lambda conn: looking.alerts_of(conn, tenant, at_most))

    async def read_alert(self, act: Act, number: int) -> bool:
        return await self._write(lambda turn: looking.read_alert(turn, act, number))

    # Idempotency keys

    async def claim(self, asked: Asked, at: datetime) -> Claimed:
        return await self._write(lambda turn: self._promises.claim(turn, asked, at))

    async def answer(self, asked: Asked, response: StoredResponse) -> None:
        await self._write(lambda turn: self._promises.answer(turn, asked, response))

    async def forget(self, asked: Asked) -> None:
        await self._write(lambda turn: promises.forget(turn, asked))

    # Two persons, and broken glass

    async def ask_approval(self, act: Act, wanted: Approval) -> datetime:
        return await self._write(lambda turn: promises.ask_approval(turn, act, wanted))

    async def unsigned(self, act: Act) -> Sequence[Unsigned]:
        """Requests that wait for a signature which this person may give."""
        return await self._read(lambda conn: promises.unsigned(conn, act.tenant, act.by, act.at))

    async def approve(self, act: Act, approval_id: str) -> bool:
        return await self._write(lambda turn: promises.approve(turn, act, approval_id))

    async def use_approval(self, act: Act, wanted: Approval) -> bool:
        return await self._write(lambda turn: promises.use_approval(turn, act, wanted))

    async def open_glass(self, act: Act, account_id: str, opening_id: str, reason: str) -> Opening:
        return await self._write(lambda turn: self._promises.open_glass(turn, act, account_id, opening_id, reason))

    async def unreviewed(self, tenant: str, at_most: int) -> Sequence[Opening]:
        return await self._read(lambda conn: self._promises.unreviewed(conn, tenant, at_most))

    async def review(self, act: Act, opening_id: str) -> bool:
        return await self._write(lambda turn: promises.review(turn, act, opening_id))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._database.read(work)

    async def _write(self, work: Callable[[Turn], T]) -> T:
        return cast("T", await self._writer.write(_do, work))


def _do(turn: Turn, works: Sequence[Callable[[Turn], object]]) -> Sequence[object]:
    """Handler for the writer: small writes that are functions of the turn."""
    return [work(turn) for work in works]


def _progress(conn: Connection, tenant: str, batch_id: str) -> Progress:
    """By the jobs of its cases; a case that was traced without a job is done."""
    table, of_batch = jobs.jobs, (cases.c.tenant == tenant, cases.c.batch_id == batch_id)
    traced = exists().where(traces.c.case_id == cases.c.case_id)
    state = func.coalesce(table.c.state, case((traced, JobState.DONE.value), else_="accepted")).label("state")
    counted = select(state, func.count()).join_from(cases, table, table.c.case_id == cases.c.case_id, isouter=True)
    states = {str(name): int(n) for name, n in conn.execute(counted.where(*of_batch).group_by(state))}
    bought = select(func.sum(calls.c.charged)).where(calls.c.tenant == tenant, calls.c.batch_id == batch_id)
    return Progress(batch_id, sum(states.values()), states, conn.execute(bought).scalar_one() or Decimal(0))
