"""Erasure of one account's people, and the legal holds that forbid it.

Three steps, each of which may be repeated: the erasure is written down and what could be searched for is cleared; the
cases' secrets are destroyed; the rows are emptied and the tombstone closed. A process that dies on the way leaves an
open tombstone, and the same command finishes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, exists, select

from skiptrace.access import Action
from skiptrace.errors import BadInput, PolicyRefused, RowRefused
from skiptrace.model import CallState, JobState
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent, Cipher, Fingerprinter, Owner
from skiptrace.stores import schema
from skiptrace.stores.databases import Database, insert_into
from skiptrace.stores.following import bury
from skiptrace.stores.history import empty_events, owners_of_account
from skiptrace.stores.promises import Approval
from skiptrace.stores.schema import calls, cases, replies, traces
from skiptrace.stores.schema.jobs import jobs
from skiptrace.stores.schema.privacy import case_phones, erasures, holds
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn, Writer

NOTHING = b""
CITATION = "16 CFR 314.4(c)(6)"
_UNDER_WAY = (CallState.INTENDED, CallState.SENT, CallState.ANSWERED)
_SEALED_OF_CASE = ("names", "birth_date", "ssn", "ssn4", "addresses", "phones", "emails")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose people: one account of one tenant, who asks, and why. ``reason`` is a code or a file number, no name."""

    tenant: str
    account_id: str
    by: str
    reason: str = ""

    def signature(self, approval_id: str) -> Approval:
        """What a second person signs: the erasure of this account, for this reason."""
        return Approval(approval_id, Action.ERASE, {"account_id": self.account_id, "reason": self.reason})


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold that stands."""

    hold_id: str
    account_id: str
    placed_at: datetime
    placed_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What one erasure did."""

    erasure_id: str
    account_id: str
    cases: int


class Erasing:
    """Erases and holds. ``cipher`` seals the reasons of holds; ``index`` leaves the hashes of bad values."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        vault: Vault,
        cipher: Cipher,
        clock: Clock,
        *,
        index: Fingerprinter,
    ) -> None:
        self._database = database
        self._writer = writer
        self._vault = vault
        self._cipher = cipher
        self._clock = clock
        self._index = index

    async def erase(self, account: Account) -> Erasure:
        """Make the account's people unreadable for good, in this database and in every copy of it.

        Raises PolicyRefused while a legal hold stands, RowRefused while a call or a job is under way, BadInput when
        the account has no case.
        """
        begun, owners = cast("tuple[Erasure, Sequence[Owner]]", await self._writer.write(self._begin, account))
        with plain_errors():
            await self._database.read(lambda _: self._vault.destroy(owners, self._clock.now()))
        await self._writer.write(self._finish, (account, begun))
        return begun

    async def begun(self, account: Account) -> bool:
        """Whether an erasure of this account was cut short; to finish it takes no second decision."""
        with plain_errors():
            return await self._database.read(lambda conn: _open_erasure(conn, account)) is not None

    async def hold(self, account: Account) -> Hold:
        """From now on nothing of this account is erased or disposed of. Raises BadInput when it is held already."""
        return cast("Hold", await self._writer.write(self._place, account))

    async def release(self, account: Account) -> None:
        """Raises BadInput when no hold stands."""
        await self._writer.write(self._release, account)

    async def holds(self, tenant: str) -> Sequence[Hold]:
        """The holds that stand, oldest first."""
        standing = select(holds).where(holds.c.tenant == tenant, holds.c.released_at.is_(None))
        with plain_errors():
            rows = await self._database.read(lambda conn: conn.execute(standing.order_by(holds.c.placed_at)).all())
        return [self._hold(row) for row in rows]

    def _begin(self, turn: Turn, several: Sequence[Account]) -> Sequence[object]:
        turn.take()
        return [self._begin_one(turn, account) for account in several]

    def _begin_one(self, turn: Turn, account: Account) -> tuple[Erasure, Sequence[Owner]]:
        conn, now = turn.conn, self._clock.now()
        if conn.execute(_standing(account)).one_or_none() is not None:
            raise PolicyRefused("D-06", "a legal hold stands on this account: release it first", CITATION)
        case_ids = cases_of(conn, account)
        if not case_ids:
            raise BadInput("account", "has no case here")
        end_jobs(conn, case_ids)
        forget_questions(conn, case_ids)
        bury(conn, [(account.tenant, account.account_id)], self._vault, self._index)
        erasure = Erasure(_open_erasure(conn, account) or uuid.uuid4().hex, account.account_id, len(case_ids))
        tombstone = {
            "erasure_id": erasure.erasure_id,
            "tenant": account.tenant,
            "account_id": account.account_id,
            "cases": erasure.cases,
            "asked_at": now,
            "asked_by": account.by,
            "reason": account.reason,
            "finished_at": None,
        }
        conn.execute(insert_into(conn, erasures).on_conflict_do_nothing(index_elements=["erasure_id"]), [tombstone])
        turn.events.append(self._event(account, "erasure.begun", f"{erasure.cases} cases {account.reason}"))
        owners = [(account.tenant, case_id) for case_id in case_ids]
        return erasure, owners + owners_of_account(conn, account.tenant, account.account_id)

    def _finish(self, turn: Turn, several: Sequence[tuple[Account, Erasure]]) -> Sequence[object]:
        for account, erasure in several:
            empty(turn.conn, cases_of(turn.conn, account))
            empty_events(turn.conn, account.tenant, account.account_id)
            closed = erasures.update().where(erasures.c.erasure_id == erasure.erasure_id)
            turn.conn.execute(closed.values(finished_at=self._clock.now()))
            turn.events.append(self._event(account, "erasure.finished", f"{erasure.cases} cases"))
        return [None] * len(several)

    def _place(self, turn: Turn, several: Sequence[Account]) -> Sequence[object]:
        turn.take()
        return [self._place_one(turn, account) for account in several]

    def _place_one(self, turn: Turn, account: Account) -> Hold:
        if turn.conn.execute(_standing(account)).one_or_none() is not None:
            raise BadInput("account", "is held already")
        hold = Hold(uuid.uuid4().hex, account.account_id, self._clock.now(), account.by, account.reason)
        row = {
            "hold_id": hold.hold_id,
            "tenant": account.tenant,
            "account_id": account.account_id,
            "placed_at": hold.placed_at,
            "placed_by": account.by,
            "reason": self._cipher.seal("holds", "reason", hold.hold_id, account.reason.encode()),
        }
        turn.conn.execute(holds.insert(), [row])
        turn.events.append(self._event(account, "hold.placed", hold.hold_id))
        return hold

    def _release(self, turn: Turn, several: Sequence[Account]) -> Sequence[object]:
        turn.take()
        for account in several:
            row = turn.conn.execute(_standing(account)).one_or_none()
            if row is None:
                raise BadInput("account", "is not held")
            released = holds.update().where(holds.c.hold_id == row.hold_id)
            turn.conn.execute(released.values(released_at=self._clock.now(), released_by=account.by))
            turn.events.append(self._event(account, "hold.released", row.hold_id))
        return [None] * len(several)

    def _event(self, account: Account, event: str, detail: str) -> AuditEvent:
        return AuditEvent(self._clock.now(), event, account.account_id, detail.strip(), account.by, account.tenant)

    def _hold(self, row: Row[Any]) -> Hold:
        reason = self._cipher.open("holds", "reason", row.hold_id, row.reason).decode()
        return Hold(row.hold_id, row.account_id, row.placed_at, row.placed_by, reason)


def _standing(account: Account) -> Any:
    of_account = (holds.c.tenant == account.tenant, holds.c.account_id == account.account_id)
    return select(holds).where(*of_account, holds.c.released_at.is_(None))


def is_held(table: Table) -> ColumnElement[bool]:
    """True of a row whose account is held."""
    of_account = (holds.c.tenant == table.c.tenant, holds.c.account_id == table.c.account_id)
    return exists().where(*of_account, holds.c.released_at.is_(None))


def cases_of(conn: Connection, account: Account) -> list[str]:
    of_account = and_(cases.c.tenant == account.tenant, cases.c.account_id == account.account_id)
    return list(conn.execute(select(cases.c.case_id).where(of_account)).scalars())


def _open_erasure(conn: Connection, account: Account) -> str | None:
    of_account = (erasures.c.tenant == account.tenant, erasures.c.account_id == account.account_id)
    unfinished = select(erasures.c.erasure_id).where(*of_account, erasures.c.finished_at.is_(None))
    return conn.execute(unfinished).scalars().first()


def end_jobs(conn: Connection, case_ids: Sequence[str]) -> None:
    """Cancel what waits. Raises RowRefused while a worker is at it."""
    of_these = jobs.c.case_id.in_(case_ids)
    if conn.execute(select(jobs.c.case_id).where(of_these, jobs.c.state == JobState.LEASED)).first() is not None:
        raise RowRefused("a worker is at a case of this account: run again when it is done")
    waiting = (JobState.WAITING, JobState.QUEUED)
    cancelled = {"state": JobState.CANCELLED.value, "reason": "the account was erased"}
    conn.execute(jobs.update().where(of_these, jobs.c.state.in_(waiting)).values(cancelled))


def forget_questions(conn: Connection, case_ids: Sequence[str]) -> None:
    """No answer of these cases is used again, and no fingerprint tells what was asked. Raises RowRefused."""
    of_these = calls.c.case_id.in_(case_ids)
    if conn.execute(select(calls.c.call_id).where(of_these, calls.c.state.in_(_UNDER_WAY))).first() is not None:
        raise RowRefused("a call for this account is under way: run again when it has ended")
    conn.execute(calls.update().where(of_these).values(active=False, fingerprint=NOTHING))


def empty(conn: Connection, case_ids: Sequence[str]) -> None:
    """Take the sealed values out of the rows, and the index of whom they are about.

    They could not be opened any more; ids, money and decisions stay.
    """
    emptied = {**dict.fromkeys(_SEALED_OF_CASE, NOTHING), "person": None}
    conn.execute(cases.update().where(cases.c.case_id.in_(case_ids)).values(emptied))
    conn.execute(case_phones.delete().where(case_phones.c.case_id.in_(case_ids)))
    of_calls = select(calls.c.call_id).where(calls.c.case_id.in_(case_ids))
    conn.execute(replies.update().where(replies.c.call_id.in_(of_calls)).values(headers=NOTHING, body=NOTHING))
    conn.execute(traces.update().where(traces.c.case_id.in_(case_ids)).values(findings=NOTHING))
    of_traces = select(traces.c.trace_id).where(traces.c.case_id.in_(case_ids))
    for table in _content_tables():
        conn.execute(table.update().where(table.c.trace_id.in_(of_traces)).values(content=NOTHING))


def _content_tables() -> Iterable[Table]:
    return (schema.source_records, schema.contacts, schema.third_party_contacts)


__all__ = ["Account", "Erasing", "Erasure", "Hold", "is_held"]
