"""Results in tables of the platform's own database: upserted, guarded by ``seq``, each event once.

What the account came with (``origin`` account) outranks what was found: a find that equals it confirms it and never
turns it into a find, and a retraction takes back what was said about it, not the value itself. ``docs/write-back.md``
shows the tables and a view over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Double,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    case,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from skiptrace.errors import ConfigError, NotDelivered
from skiptrace.model import Event, EventKind
from skiptrace.ports import Message
from skiptrace.sinks.base import SinkSetup

metadata = MetaData()

ACCOUNT, FOUND = "account", "found"

contacts = Table(
    "skiptrace_contacts",
    metadata,
    *(Column(name, Text, nullable=False) for name in ("tenant", "account_id", "kind", "value", "origin", "status")),
    Column("probability", Double, nullable=True),
    Column("rank", Integer, nullable=True),
    Column("line_type", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("grants", JSON, nullable=False),
    Column("provenance", JSON, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("trace_id", "contact_id", "event_id")),
    Column("seq", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("retracted_at", DateTime(timezone=True), nullable=True),
    Column("retracted_because", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "account_id", "kind", "value"),
)

cases = Table(
    "skiptrace_cases",
    metadata,
    *(Column(name, Text, nullable=False) for name in ("tenant", "case_id", "account_id", "trace_id", "event", "stop")),
    Column("seq", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant", "case_id"),
)

events = Table(
    "skiptrace_events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("applied_at", DateTime(timezone=True), nullable=False),
)

_WITHHELD = {EventKind.CASE_HELD, EventKind.CASE_STOPPED, EventKind.CASE_REFUSED}

Row = dict[str, Any]


class SqlSink:
    """Writes to the database at ``url`` (``sqlite:///path`` or ``postgresql://…``); makes its tables when missing."""

    wants_content = True

    def __init__(self, setup: SinkSetup) -> None:
        """Raises ConfigError when the address is missing or of another kind of database."""
        if not setup.url:
            raise ConfigError(f"sinks.{setup.name}.url is missing: write the platform's database, postgresql://…")
        self._setup = setup
        self._table = setup.open_table(setup.url)
        self._made = False

    async def deliver(self, message: Message) -> None:
        try:
            if not self._made:
                await self._table.write(metadata.create_all)
                self._made = True
            await self._table.write(lambda conn: self._apply(conn, message))
        except (SQLAlchemyError, OSError) as error:
            raise NotDelivered(_kind_of(error)) from None

    async def close(self) -> None:
        await self._table.close()

    def _apply(self, conn: Connection, message: Message) -> None:
        event, content = message.event, message.content or {}
        applied = {
            "event_id": event.event_id,
            "kind": event.kind.value,
            "seq": event.seq,
            "applied_at": self._setup.clock.now(),
        }
        if not conn.execute(_insert(conn, events).on_conflict_do_nothing().values(applied)).rowcount:
            return
        if event.kind is EventKind.CONTACT_RETRACTED:
            _retract(conn, event, content)
        elif event.case_id:
            _upsert(conn, cases, [_case_row(event)])
            _upsert(conn, contacts, [_contact_row(event, found) for found in content.get("contacts", ())])
        if event.kind in _WITHHELD:
            _withdraw_grants(conn, event)


def _upsert(conn: Connection, table: Table, rows: Sequence[Row], only: ColumnElement[bool] | None = None) -> None:
    """Insert, or overwrite what an event with a lower ``seq`` wrote. A row of the account's own stays its own.

    With ``only``, rows that do not meet it are left as they are.
    """
    if not rows:
        return
    insert = _insert(conn, table)
    keys = [column.name for column in table.primary_key]
    new: dict[str, Any] = {c.name: insert.excluded[c.name] for c in table.c if c.name not in keys}
    if "origin" in new:
        new["origin"] = case((table.c.origin == ACCOUNT, ACCOUNT), else_=new["origin"])
    newer = table.c.seq < insert.excluded.seq
    if only is not None:
        newer = and_(newer, only)
    conn.execute(insert.on_conflict_do_update(index_elements=keys, set_=new, where=newer), list(rows))


def _retract(conn: Connection, event: Event, content: Mapping[str, Any]) -> None:
    """Mark a value as withdrawn, even one not told here, so that an older event cannot bring it in later.

    A value that another trace has told since stands on that trace and stays. Without content (it was erased) the
    row is found by the contact's id.
    """
    if not content:
        _withdraw(conn, event)
        return
    row = _contact_row(event, content)
    is_it = and_(*(contacts.c[name] == row[name] for name in ("tenant", "account_id", "kind", "value")))
    origin = conn.execute(select(contacts.c.origin).where(is_it)).scalar_one_or_none()
    _upsert(conn, contacts, [row | _withdrawn(event, origin or row["origin"])], contacts.c.trace_id == event.trace_id)


def _withdraw(conn: Connection, event: Event) -> None:
    told = and_(contacts.c.tenant == event.tenant, contacts.c.contact_id == event.contact_id)
    for row in conn.execute(select(contacts.c.kind, contacts.c.value, contacts.c.origin).where(told)).all():
        is_it = and_(told, contacts.c.kind == row.kind, contacts.c.value == row.value)
        conn.execute(update(contacts).where(is_it).values(seq=event.seq, **_withdrawn(event, row.origin)))


def _withdrawn(event: Event, origin: str) -> Row:
    """What the account came with stays, without what was said about it."""
    return {
        "status": "given" if origin == ACCOUNT else "retracted",
        "probability": None,
        "rank": None,
        "grants": [],
        "provenance": {"event_id": event.event_id, "because": event.detail},
        "retracted_at": event.at,
        "retracted_because": event.detail,
    }


def _withdraw_grants(conn: Connection, event: Event) -> None:
    """A rule ended the search: nothing found earlier for this account may be used until a later trace grants it."""
    of_account = and_(contacts.c.tenant == event.tenant, contacts.c.account_id == event.account_id)
    older = and_(of_account, contacts.c.seq < event.seq)
    conn.execute(update(contacts).where(older).values(grants=[], seq=event.seq, changed_at=event.at))


def _case_row(event: Event) -> Row:
    return {
        "tenant": event.tenant,
        "case_id": event.case_id,
        "account_id": event.account_id,
        "trace_id": event.trace_id,
        "event": event.kind.value,
        "stop": event.detail,
        "seq": event.seq,
        "changed_at": event.at,
    }


def _contact_row(event: Event, found: Mapping[str, Any]) -> Row:
    return {
        "tenant": event.tenant,
        "account_id": event.account_id,
        "kind": found["kind"],
        "value": found["value"],
        "origin": ACCOUNT if found["on_account"] else FOUND,
        "status": found["status"],
        "probability": found["probability"],
        "rank": found["rank"],
        "line_type": found["line_type"],
        "last_seen": found["last_seen"],
        "grants": found["grants"],
        "provenance": {"trace_id": event.trace_id, "evidence": found["evidence"], "notes": found["notes"]},
        "trace_id": event.trace_id,
        "contact_id": found["contact_id"],
        "event_id": event.event_id,
        "seq": event.seq,
        "changed_at": event.at,
        "retracted_at": None,
        "retracted_because": "",
    }


def _insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def _kind_of(error: Exception) -> str:
    """The kind of trouble. The driver's text can quote a row."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"the database failed: {type(cause).__name__}"
