"""The engine's tables: cases, the ledger, traces and what they rest on.

Values that hold a person are LargeBinary and sealed (privacy.fields); the rest is plain.

A contact cannot be written without evidence: its ``first_ground`` must be there when the transaction commits, and each
ground leads by foreign keys to the record and the call it rests on. Nothing that is referred to can be deleted.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from skiptrace.model import CallState
from skiptrace.stores.columns import Instant, Line, Money, RowNumber
from skiptrace.stores.schema.base import id_column, metadata, sealed

keys = Table(
    "keys",
    metadata,
    Column("key_id", String, primary_key=True),
    Column("check_value", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    id_column("case_id"),
    id_column("tenant"),
    id_column("batch_id"),
    id_column("account_id"),
    Column("as_of", Date, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("terms", Text, nullable=False),
    sealed("names"),
    sealed("birth_date"),
    sealed("ssn"),
    sealed("ssn4"),
    sealed("addresses"),
    sealed("phones"),
    sealed("emails"),
    Column("person", LargeBinary, nullable=True),
    UniqueConstraint("case_id"),
    Index(None, "batch_id", "number"),
    Index(None, "tenant", "account_id", "number"),
)

_STATES = ", ".join(f"'{state}'" for state in CallState)
OPEN = "state IN ('intended', 'sent', 'answered', 'in_doubt')"
"""As it stands in the index of the open calls; a query that is to use that index must say just this."""

calls = Table(
    "calls",
    metadata,
    id_column("call_id", primary_key=True),
    id_column("tenant"),
    id_column("case_id", "cases.case_id"),
    id_column("batch_id"),
    id_column("provider"),
    id_column("product"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("hit", Boolean, nullable=True),
    Column("reserved", Money, nullable=False),
    Column("charged", Money, nullable=False),
    Column("token", Integer, nullable=False),
    Column("intended_at", Instant, nullable=False),
    Column("sent_at", Instant, nullable=True),
    Column("answered_at", Instant, nullable=True),
    Column("reason", Line, nullable=False),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint("reserved >= 0 AND charged >= 0", name="money"),
    Index(None, "case_id"),
    Index(None, "batch_id"),
    Index(None, "intended_at"),
    Index("ix_calls_open", "state", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    Index(
        "uq_calls_active",
        "fingerprint",
        "tenant",
        "provider",
        "product",
        unique=True,
        sqlite_where=text("active"),
        postgresql_where=text("active"),
    ),
)

replies = Table(
    "replies",
    metadata,
    id_column("call_id", "calls.call_id", primary_key=True),
    Column("status", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    sealed("headers"),
    sealed("body"),
)

spending = Table(
    "spending",
    metadata,
    Column("tenant", Line, nullable=False),
    Column("cap", String, nullable=False),
    Column("name", Line, nullable=False),
    Column("committed", Money, nullable=False),
    PrimaryKeyConstraint("tenant", "cap", "name"),
)

traces = Table(
    "traces",
    metadata,
    id_column("trace_id", primary_key=True),
    id_column("case_id", "cases.case_id"),
    id_column("tenant"),
    id_column("account_id"),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("stop", String, nullable=False),
    Column("stop_detail", Line, nullable=False),
    Column("cost", Money, nullable=False),
    Column("history", LargeBinary, nullable=False),
    sealed("findings"),
    Index(None, "case_id"),
    Index(None, "tenant", "account_id", "finished_at", "trace_id"),
    Index(None, "tenant", "finished_at", "trace_id"),
)

source_records = Table(
    "source_records",
    metadata,
    id_column("trace_id", "traces.trace_id"),
    Column("number", Integer, nullable=False),
    id_column("call_id", "calls.call_id"),
    id_column("provider"),
    id_column("record_id"),
    sealed("content"),
    PrimaryKeyConstraint("trace_id", "number"),
)


def _contact_tables(contacts_name: str, evidence_name: str) -> tuple[Table, Table]:
    """Contacts and the grounds they rest on; each refers to the other, so that neither exists alone."""
    contact_table = Table(
        contacts_name,
        metadata,
        id_column("trace_id", "traces.trace_id"),
        id_column("contact_id"),
        Column("rank", Integer, nullable=False),
        Column("kind", String, nullable=False),
        Column("party", String, nullable=False),
        Column("status", String, nullable=False),
        Column("probability", Double, nullable=False),
        Column("first_ground", Integer, nullable=False),
        sealed("content"),
        PrimaryKeyConstraint("trace_id", "contact_id"),
        ForeignKeyConstraint(
            ["trace_id", "contact_id", "first_ground"],
            [f"{evidence_name}.trace_id", f"{evidence_name}.contact_id", f"{evidence_name}.number"],
            deferrable=True,
            initially="DEFERRED",
            ondelete="RESTRICT",
            use_alter=True,
        ),
    )
    evidence_table = Table(
        evidence_name,
        metadata,
        id_column("trace_id"),
        id_column("contact_id"),
        Column("number", Integer, nullable=False),
        Column("record_number", Integer, nullable=True),
        id_column("call_id", "calls.call_id"),
        id_column("provider"),
        id_column("record_id"),
        id_column("upstream"),
        id_column("pointer"),
        Column("verifies", Boolean, nullable=False),
        PrimaryKeyConstraint("trace_id", "contact_id", "number"),
        ForeignKeyConstraint(
            ["trace_id", "contact_id"],
            [f"{contacts_name}.trace_id", f"{contacts_name}.contact_id"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["trace_id", "record_number"],
            ["source_records.trace_id", "source_records.number"],
            ondelete="RESTRICT",
        ),
    )
    return contact_table, evidence_table


contacts, evidence = _contact_tables("contacts", "evidence")
third_party_contacts, third_party_evidence = _contact_tables("third_party_contacts", "third_party_evidence")

outcomes = Table(
    "outcomes",
    metadata,
    id_column("outcome_id", primary_key=True),
    id_column("trace_id"),
    id_column("contact_id"),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    id_column("reported_by"),
    ForeignKeyConstraint(["trace_id", "contact_id"], ["contacts.trace_id", "contacts.contact_id"], ondelete="RESTRICT"),
    Index(None, "trace_id", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("event", Line, nullable=False),
    Column("actor", Line, nullable=False),
    id_column("tenant"),
    Column("purpose", Line, nullable=False),
    id_column("about"),
    Column("detail", Line, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("auth_method", Line, nullable=True),
    Column("mfa", Line, nullable=True),
    Index(None, "about"),
)
