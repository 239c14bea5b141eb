"""The first schema. What each table is for is said in ``skiptrace.stores.schema``."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.String()
SEALED = sa.LargeBinary()
MONEY = sa.BigInteger()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

STATES = "'intended', 'sent', 'answered', 'settled', 'not_charged', 'in_doubt'"
OPEN_STATES = "state IN ('intended', 'sent', 'answered', 'in_doubt')"


def upgrade() -> None:
    _bookkeeping()
    _cases()
    _calls()
    _traces()
    _contacts("contacts", "evidence")
    _contacts("third_party_contacts", "third_party_evidence")
    _outcomes()


def _bookkeeping() -> None:
    op.create_table("keys", _key("key_id"), _column("check_value", sa.LargeBinary()))
    op.create_table(
        "spending",
        _column("tenant"),
        _column("cap"),
        _column("name"),
        _column("committed", MONEY),
        sa.PrimaryKeyConstraint("tenant", "cap", "name"),
    )
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        _column("at", MOMENT),
        _column("event"),
        _column("actor"),
        _column("tenant"),
        _column("purpose"),
        _column("about"),
        _column("detail"),
        _column("hash", sa.LargeBinary()),
        _column("seal", sa.LargeBinary()),
        sa.Index("ix_audit_about", "about"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        *(_column(name) for name in ("case_id", "tenant", "batch_id", "account_id")),
        _column("as_of", sa.Date()),
        _column("accepted_at", MOMENT),
        _column("terms", sa.Text()),
        *(_column(name, SEALED) for name in ("names", "birth_date", "ssn", "ssn4", "addresses", "phones", "emails")),
        sa.Column("person", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint("case_id"),
    )
    op.create_index("ix_cases_batch_id_number", "cases", ["batch_id", "number"])
    op.create_index("ix_cases_tenant_account_id_number", "cases", ["tenant", "account_id", "number"])


def _calls() -> None:
    op.create_table(
        "calls",
        _key("call_id"),
        _column("tenant"),
        _refers("case_id", "cases.case_id"),
        *(_column(name) for name in ("batch_id", "provider", "product")),
        _column("fingerprint", sa.LargeBinary()),
        _column("state"),
        _column("active", sa.Boolean()),
        sa.Column("hit", sa.Boolean(), nullable=True),
        _column("reserved", MONEY),
        _column("charged", MONEY),
        _column("token", sa.Integer()),
        _column("intended_at", MOMENT),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        _column("reason"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.CheckConstraint("reserved >= 0 AND charged >= 0", name="money"),
    )
    op.create_index("ix_calls_batch_id", "calls", ["batch_id"])
    op.create_index("ix_calls_case_id", "calls", ["case_id"])
    _partial_index("ix_calls_open", "calls", ["state"], OPEN_STATES)
    _partial_index("uq_calls_active", "calls", ["fingerprint", "tenant", "provider", "product"], "active", unique=True)
    op.create_table(
        "replies",
        _refers("call_id", "calls.call_id", primary_key=True),
        _column("status", sa.Integer()),
        _column("received_at", MOMENT),
        _column("headers", SEALED),
        _column("body", SEALED),
    )


def _traces() -> None:
    op.create_table(
        "traces",
        _key("trace_id"),
        _refers("case_id", "cases.case_id"),
        _column("tenant"),
        _column("account_id"),
        _column("started_at", MOMENT),
        _column("finished_at", MOMENT),
        _column("stop"),
        _column("stop_detail"),
        _column("cost", MONEY),
        _column("history", sa.LargeBinary()),
        _column("findings", SEALED),
    )
    op.create_index("ix_traces_case_id", "traces", ["case_id"])
    op.create_index("ix_traces_tenant_account_id", "traces", ["tenant", "account_id"])
    op.create_table(
        "source_records",
        _refers("trace_id", "traces.trace_id"),
        _column("number", sa.Integer()),
        _refers("call_id", "calls.call_id"),
        _column("provider"),
        _column("record_id"),
        _column("content", SEALED),
        sa.PrimaryKeyConstraint("trace_id", "number"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        _column("event"),
        _refers("trace_id", "traces.trace_id"),
        _column("created_at", MOMENT),
        sa.Column("delivered_at", MOMENT, nullable=True),
    )
    _partial_index("ix_outbox_waiting", "outbox", ["number"], "delivered_at IS NULL")


def _contacts(contacts: str, evidence: str) -> None:
    to_first_ground = ["trace_id", "contact_id", "first_ground"]
    ground = ["trace_id", "contact_id", "number"]
    op.create_table(
        contacts,
        _refers("trace_id", "traces.trace_id"),
        _column("contact_id"),
        _column("rank", sa.Integer()),
        *(_column(name) for name in ("kind", "party", "status")),
        _column("probability", sa.Double()),
        _column("first_ground", sa.Integer()),
        _column("content", SEALED),
        sa.PrimaryKeyConstraint("trace_id", "contact_id"),
        sa.ForeignKeyConstraint(
            to_first_ground,
            [f"{evidence}.{name}" for name in ground],
            ondelete="RESTRICT",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,  # the two tables refer to each other; SQLite cannot alter and takes it here all the same
        ),
    )
    op.create_table(
        evidence,
        _column("trace_id"),
        _column("contact_id"),
        _column("number", sa.Integer()),
        sa.Column("record_number", sa.Integer(), nullable=True),
        _refers("call_id", "calls.call_id"),
        *(_column(name) for name in ("provider", "record_id", "upstream", "pointer")),
        _column("verifies", sa.Boolean()),
        sa.PrimaryKeyConstraint(*ground),
        sa.ForeignKeyConstraint(
            ["trace_id", "contact_id"], [f"{contacts}.trace_id", f"{contacts}.contact_id"], ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["trace_id", "record_number"], ["source_records.trace_id", "source_records.number"], ondelete="RESTRICT"
        ),
    )
    if op.get_bind().dialect.name != "sqlite":
        name = f"fk_{contacts}_{'_'.join(to_first_ground)}"
        op.create_foreign_key(
            name,
            contacts,
            evidence,
            to_first_ground,
            ground,
            ondelete="RESTRICT",
            deferrable=True,
            initially="DEFERRED",
        )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        _key("outcome_id"),
        _column("trace_id"),
        _column("contact_id"),
        _column("kind"),
        _column("at", MOMENT),
        _column("reported_by"),
        sa.ForeignKeyConstraint(
            ["trace_id", "contact_id"], ["contacts.trace_id", "contacts.contact_id"], ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_outcomes_trace_id_at", "outcomes", ["trace_id", "at"])


def _column(name: str, kind: sa.types.TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, TEXT, primary_key=True, nullable=False)


def _refers(name: str, to: str, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, sa.ForeignKey(to, ondelete="RESTRICT"), primary_key=primary_key, nullable=False)


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
