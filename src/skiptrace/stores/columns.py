"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_MICRO = Decimal(1_000_000)


class Money(TypeDecorator[Decimal]):
    """US dollars as whole micro-dollars: exact, and sums are exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else dollars(value)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: TIMESTAMPTZ on PostgreSQL, ISO 8601 text of fixed width, which sorts by time, on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        return DateTime(timezone=True) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return None if value is None else value.astimezone(UTC)


class Line(TypeDecorator[str]):
    """Text from outside. What PostgreSQL cannot hold (NUL, lone surrogates) becomes U+FFFD on both databases."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else storable(value)


RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""A counting primary key; SQLite counts only in columns declared INTEGER."""


def micros(value: Decimal) -> int:
    """Whole micro-dollars. Raises ValueError for finer money."""
    scaled = value * _MICRO
    if scaled != scaled.to_integral_value():
        raise ValueError("money is kept in whole micro-dollars")
    return int(scaled)


def dollars(value: int) -> Decimal:
    return (Decimal(value) / _MICRO).normalize() + Decimal(0)


def storable(text: str) -> str:
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
