"""The store on SQL: one class, one code path for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection

from skiptrace.errors import ConfigError
from skiptrace.model import (
    Call,
    CallState,
    Case,
    ConsumerEvent,
    ContactKind,
    Outcome,
    PastOutcome,
    Reply,
    SourceRecord,
    Trace,
)
from skiptrace.ports import AlreadyBought, BatchState, Caps, Clock, Evidenced, Intent, Needless, Observer, Reservation
from skiptrace.privacy import (
    Actor,
    AuditEvent,
    CheckpointFile,
    Fingerprinter,
    Guard,
    KeyRing,
    RingWrapper,
    Signer,
)
from skiptrace.stores.access import AccessStore
from skiptrace.stores.auditing import AuditTrail
from skiptrace.stores.books import Move, Reserve
from skiptrace.stores.cases import Intake, batch_state, read_cases, unfinished_page
from skiptrace.stores.consumers import Consumers
from skiptrace.stores.databases import Database, database_at
from skiptrace.stores.deliveries import SqlOutbox
from skiptrace.stores.erasing import Account, Erasing
from skiptrace.stores.figures import SqlFigures
from skiptrace.stores.following import newest_of_cases, past_outcomes, traces_resting_on
from skiptrace.stores.high_water import HighWater
from skiptrace.stores.history import Histories
from skiptrace.stores.keeping import Keeping
from skiptrace.stores.looking import Act
from skiptrace.stores.opening import prepare
from skiptrace.stores.outcomes import outcomes_of_trace, record_outcomes
from skiptrace.stores.purchases import Purchases, anything_left_behind, calls_in_doubt, calls_of_case, needless
from skiptrace.stores.queueing import SqlJobs
from skiptrace.stores.reader import Reader
from skiptrace.stores.replies import read_reply
from skiptrace.stores.retaining import Retaining
from skiptrace.stores.rotation import Rotation
from skiptrace.stores.schedule import SqlSchedule
from skiptrace.stores.set_back import refuse_set_back
from skiptrace.stores.switches import SqlSwitches
from skiptrace.stores.taking_over import TakenOver, TakeOver, Taking
from skiptrace.stores.traces import (
    newest_trace_ids,
    read_records,
    read_traces,
    trace_ids_of_account,
    trace_ids_of_batch,
)
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.vault import Vault
from skiptrace.stores.witness import Witness
from skiptrace.stores.writer import Writer, note

PAGE = 200
"""So many traces are read at a time."""

CHECKPOINTS = "audit-checkpoints.jsonl"
VAULT = "subject-keys.db"

NOBODY = Actor("unknown")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """The two databases, the cases and the vault of their secrets; and the key-encryption key."""

    database: Database
    keys: Database
    vault: Vault
    wrapper: RingWrapper

    async def close(self) -> None:
        await self.database.close()
        await self.keys.close()


class SqlStore(SqlJobs):
    """Implements ports.Store. Made by ``open``; ``close`` it when done."""

    def __init__(self, opened: Opened, ring: KeyRing, clock: Clock, checkpoints: Path, actor: Actor) -> None:
        database, vault = opened.database, opened.vault
        self._opened = opened
        self._database = database
        self._vault = vault
        self._clock = clock
        self._cipher = opened.wrapper
        self._fingerprinter = Fingerprinter(ring)
        file, signer = CheckpointFile(checkpoints), Signer(ring, self._cipher.ring)
        self._witness = Witness(file, signer, clock, HighWater(checkpoints.with_suffix(".head")))
        self._writer = Writer(database, self._cipher.seals, self._witness, actor)
        self._reader = Reader(database)
        self._outcomes, self._cases = partial(past_outcomes, vault=vault), partial(read_cases, vault=vault)
        self.audit = AuditTrail(database, self._writer, self._cipher.seals, file, signer)
        self.rotation = Rotation(database, self._writer, vault, self._cipher, self.audit, clock=clock)
        self.erasing = Erasing(database, self._writer, vault, self._cipher, clock, index=self._fingerprinter)
        self.consumers = Consumers(database)
        self.retaining = Retaining(database, self._writer, vault, clock, self._fingerprinter)
        self._keeping = Keeping(vault)
        self._purchases = Purchases(vault)
        self._take_over = TakeOver(self._purchases)
        self._intake = Intake(vault, self._fingerprinter, clock)
        self._histories = Histories(vault, self._fingerprinter, clock)
        super().__init__(database, self._writer, self._intake, self._purchases)
        self.outbox = SqlOutbox(database, self._writer)
        self.schedule = SqlSchedule(database, self._writer)
        self.switches = SqlSwitches(database, self._writer, clock)
        self.figures = SqlFigures(database, clock)
        self.observers: list[Observer] = []
        self.access = AccessStore(
            database,
            self._writer,
            self._cipher,
            mark_key=ring.derive("staff marks"),
            request_key=ring.derive("request hashes"),
            index=self._fingerprinter,
        )

    @classmethod
    async def open(
        cls,
        url: str,
        key_file: Path,
        clock: Clock,
        *,
        checkpoints: Path | None = None,
        subject_keys: str = "",
        actor: Actor = NOBODY,
        guard: Guard | None = None,
    ) -> SqlStore:
        """Open ``sqlite:///path`` or ``postgresql://…``; the schema and, for a new database, the key file are made.

        ``checkpoints`` is the audit trail's second sink, beside the key file when it is not given. ``actor`` stands in
        the audit trail where no ``acting`` block says who acts. ``subject_keys`` is the URL of the vault, a file beside
        the key file when it is not given. ``guard`` seals the key file.
        Raises ConfigError when the database or the key file cannot be used, StoreError when the database fails.
        """
        if subject_keys.startswith("postgres") and not url.startswith("postgres"):
            raise ConfigError("subject_keys: a vault on PostgreSQL goes with a database on PostgreSQL")
        database = database_at(url)
        keys = database_at(subject_keys or f"sqlite:///{key_file.with_name(VAULT)}")
        try:
            with plain_errors():
                wrapper = RingWrapper(key_file, guard)
                ring, vault = await database.write(partial(prepare, key_file, guard, keys.engine, wrapper))
        except BaseException:
            await database.close()
            await keys.close()
            raise
        return cls(
            Opened(database, keys, vault, wrapper), ring, clock, checkpoints or key_file.with_name(CHECKPOINTS), actor
        )

    async def close(self) -> None:
        """Wait for the writes that are under way, sign the audit trail's head, let go of the database."""
        try:
            await self._writer.close()
        finally:
            self._witness.high_water.close()
            await self._opened.close()

    async def refuse_set_back(self) -> None:
        """Raises SetBack when this database is older than what was already bought."""
        await self._read(partial(refuse_set_back, seen=self._witness.heads()))

    async def take_over(self, by: str) -> TakenOver:
        """The database was set back: hold what may have been bought since, so that work can go on with the rest."""
        return cast("TakenOver", await self._writer.write(self._take_over, Taking(by, self._clock.now())))

    async def may_erase(self, account: Account, approval_id: str, at: datetime) -> bool:
        """True when somebody else signed for this very erasure, which uses the signature up, and when it was begun."""
        signed = account.signature(approval_id)
        act = Act(account.tenant, account.by, at)
        return await self.erasing.begun(account) or await self.access.use_approval(act, signed)

    # The ledger

    def fingerprint(self, tenant: str, provider: str, product: str, query: bytes) -> bytes:
        return self._fingerprinter.fingerprint(tenant, provider, product, query)

    def contact_mark(self, tenant: str, kind: ContactKind, value: str) -> bytes:
        return self._fingerprinter.contact(tenant, kind, value)

    async def reserve(self, intent: Intent, caps: Caps) -> Reservation:
        reservation = cast("Reservation", await self._writer.write(self._purchases.apply, Reserve(intent, caps)))
        return await self._with_reply(reservation) if isinstance(reservation, AlreadyBought) else reservation

    async def needless(self, intent: Intent, caps: Caps) -> Needless | None:
        found = cast("Needless | None", await self._reader.ask(needless, Reserve(intent, caps)))
        return await self._with_reply(found) if isinstance(found, AlreadyBought) else found

    async def _with_reply(self, bought: AlreadyBought) -> AlreadyBought:
        reply = partial(read_reply, vault=self._vault, call_id=bought.call.call_id)
        return replace(bought, reply=await self._read(reply))

    async def keep_reply(self, call: Call, reply: Reply) -> Call:
        return await self._move(Move(call, CallState.ANSWERED, reply.received_at, reply=reply))

    async def settle(self, call: Call, charged: Decimal, *, hit: bool, at: datetime) -> Call:
        return await self._move(Move(call, CallState.SETTLED, at, charged=charged, hit=hit))

    async def release(self, call: Call, reason: str, at: datetime) -> Call:
        return await self._move(Move(call, CallState.NOT_CHARGED, at, reason=reason))

    async def doubt(self, call: Call, reason: str, at: datetime) -> Call:
        return await self._move(Move(call, CallState.IN_DOUBT, at, reason=reason))

    async def in_doubt(self, tenant: str) -> Sequence[Call]:
        return await self._read(partial(calls_in_doubt, tenant=tenant))

    async def recover(self, before: datetime) -> int:
        if not await self._read(partial(anything_left_behind, before=before)):
            return 0
        return cast("int", await self._writer.write(self._purchases.recover, before))

    async def _move(self, move: Move) -> Call:
        return cast("Call", await self._writer.write(self._purchases.apply, move))

    # Cases and batches

    async def accept(self, cases: Sequence[Case]) -> int:
        return cast("int", await self._writer.write(self._intake.accept, cases))

    async def case(self, case_id: str) -> Case | None:
        return cast("Case | None", await self._reader.ask(self._cases, case_id))

    async def unfinished(self, batch_id: str) -> AsyncIterator[Case]:
        after: int | None = -1
        while after is not None:
            page = partial(unfinished_page, vault=self._vault, batch_id=batch_id, after=after)
            cases, after = await self._read(page)
            for case in cases:
                yield case

    async def batch(self, batch_id: str) -> BatchState:
        return await self._read(partial(batch_state, batch_id=batch_id))

    # Traces and what they rest on

    async def keep(self, done: Sequence[Evidenced]) -> None:
        await self._writer.write(self._keeping.keep, done)
        for observer in self.observers:
            observer.kept(done)

    async def trace(self, trace_id: str) -> Trace | None:
        await self._note_access("trace.read", trace_id)
        found = await self._read(partial(read_traces, vault=self._vault, trace_ids=[trace_id]))
        return found[0] if found else None

    async def traces_of_account(self, tenant: str, account_id: str) -> Sequence[str]:
        return await self._read(partial(trace_ids_of_account, tenant=tenant, account_id=account_id))

    async def newest_traces(self, tenant: str, at_most: int) -> Sequence[str]:
        return await self._read(partial(newest_trace_ids, tenant=tenant, at_most=at_most))

    async def batch_traces(self, batch_id: str) -> AsyncIterator[Trace]:
        await self._note_access("batch.read", batch_id)
        trace_ids = await self._read(partial(trace_ids_of_batch, batch_id=batch_id))
        for start in range(0, len(trace_ids), PAGE):
            page = trace_ids[start : start + PAGE]
            for trace in await self._read(partial(read_traces, vault=self._vault, trace_ids=page)):
                yield trace

    async def records(self, trace_id: str) -> Sequence[SourceRecord]:
        await self._note_access("records.read", trace_id)
        return await self._read(partial(read_records, vault=self._vault, trace_id=trace_id))

    async def calls(self, case_id: str) -> Sequence[Call]:
        return await self._read(partial(calls_of_case, case_id=case_id))

    async def reply(self, call_id: str) -> Reply | None:
        await self._note_access("reply.read", call_id)
        return await self._read(partial(read_reply, vault=self._vault, call_id=call_id))

    async def record_events(self, events: Sequence[ConsumerEvent]) -> int:
        return cast("int", await self._writer.write(self._histories.record, events))

    async def history(self, case: Case) -> Sequence[ConsumerEvent]:
        return cast("Sequence[ConsumerEvent]", await self._reader.ask(self._histories.read, case))

    async def record_outcome(self, outcome: Outcome) -> None:
        await self._writer.write(record_outcomes, outcome)

    async def outcomes(self, trace_id: str) -> Sequence[Outcome]:
        return await self._read(partial(outcomes_of_trace, trace_id=trace_id))

    async def newest_of_cases(self, tenant: str, account_id: str) -> Sequence[str]:
        return await self._read(partial(newest_of_cases, tenant=tenant, account_id=account_id))

    async def traces_resting_on(self, tenant: str, *, call_id: str = "", source: str = "") -> Sequence[str]:
        return await self._read(partial(traces_resting_on, tenant=tenant, call_id=call_id, source=source))

    async def past_outcomes(self, tenant: str, account_id: str) -> Sequence[PastOutcome]:
        return cast("Sequence[PastOutcome]", await self._reader.ask(self._outcomes, (tenant, account_id)))

    async def note_refused(self, tenant: str, about: str, reason: str) -> None:
        await self._writer.write(note, AuditEvent(self._clock.now(), "job.refused", about, reason, tenant=tenant))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._database.read(work)

    async def _note_access(self, event: str, about: str) -> None:
        """Committed before the value is handed out: what cannot be audited is not shown."""
        await self._writer.write(note, AuditEvent(self._clock.now(), event, about))
