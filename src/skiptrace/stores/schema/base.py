"""What all tables share: the naming of constraints, and the two kinds of column that most of them have."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, MetaData

from skiptrace.stores.columns import Line

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str, refers_to: str | None = None, *, primary_key: bool = False) -> Column[str]:
    if refers_to is None:
        return Column(name, Line, primary_key=primary_key, nullable=False)
    return Column(name, Line, ForeignKey(refers_to, ondelete="RESTRICT"), primary_key=primary_key, nullable=False)


def sealed(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)
