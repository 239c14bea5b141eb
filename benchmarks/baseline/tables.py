"""The rows that a plain pipeline keeps of a case, with the SQLAlchemy ORM."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSONB, datetime: DateTime(timezone=True), bytes: LargeBinary}  # noqa: RUF012


class Case(Base):
    __tablename__ = "cases"
    case_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[dict[str, Any]]
    accepted_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(default="queued", index=True)


class Call(Base):
    __tablename__ = "calls"
    call_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), index=True)
    provider: Mapped[str]
    product: Mapped[str]
    status: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(default=now)


class Reply(Base):
    __tablename__ = "replies"
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id"), primary_key=True)
    body: Mapped[bytes]


class Trace(Base):
    __tablename__ = "traces"
    trace_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime] = mapped_column(default=now)


class Record(Base):
    __tablename__ = "source_records"
    trace_id: Mapped[str] = mapped_column(ForeignKey("traces.trace_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id"))
    content: Mapped[dict[str, Any]]


class Contact(Base):
    __tablename__ = "contacts"
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    trace_id: Mapped[str] = mapped_column(ForeignKey("traces.trace_id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]
    rank: Mapped[int]


class Ground(Base):
    __tablename__ = "evidence"
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.contact_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id"))
    record_number: Mapped[int]


class Outbox(Base):
    __tablename__ = "outbox"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    trace_id: Mapped[str] = mapped_column(ForeignKey("traces.trace_id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
