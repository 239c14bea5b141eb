"""What goes wrong with a database, in plain words. No driver text is passed on: it can quote the values of a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from skiptrace.errors import RowRefused, StoreError

_SIGNS = (
    (("is full", "no space left", "diskfull"), "the disk is full: free some space and run again"),
    (("is locked",), "the database is busy: another process has been writing for too long; run again when it is done"),
    (("readonly", "read-only"), "the database is read-only: check the permissions of its file and folder"),
    (("malformed", "not a database"), "the database file is damaged or is no skiptrace database: restore a backup"),
    (("disk i/o error",), "the disk reported an error: check its health and its space, then run again"),
    (
        ("refused", "connection", "closed", "shutting down", "starting up", "terminating", "no such file"),
        "the database cannot be reached: check that it runs and that its address is right, then run again",
    ),
    (
        ("password", "authentication", "does not exist", "permission denied", "insufficientprivilege"),
        "the database does not let us in: check the user, the password, the database name and its rights",
    ),
)

_NOBODYS_FAULT = frozenset({"08", "25", "40", "53", "55", "57", "58", "XX"})
"""Classes of SQLSTATE that no row is to blame for: connection, deadlock, resources, locks, an operator, the system.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

_OTHERS_TABLES = "the database holds tables that are not skiptrace's: name an empty database"

_RULES = (
    ("foreign key", "it refers to something that is not stored"),
    ("foreignkey", "it refers to something that is not stored"),
    ("unique", "it is stored already"),
    ("not null", "a value is missing"),
    ("notnull", "a value is missing"),
    ("check", "a value is outside its range"),
)
_NO_FIT = "a value does not fit its column"


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn whatever the driver raises into StoreError, or RowRefused when the rows are to blame."""
    try:
        yield
    except PoolTimeout:
        raise StoreError("no free connection to the database: lower the concurrency") from None
    except (SQLAlchemyError, OSError) as error:
        raise _explained(error) from None


def _explained(error: SQLAlchemyError | OSError) -> StoreError | RowRefused:
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    said = f"{_kind(cause)} {cause}".lower()
    if isinstance(error, IntegrityError | DataError):
        return RowRefused(f"the database refused a row: {_rule(said)}")
    for signs, advice in _SIGNS:
        if any(sign in said for sign in signs):
            return StoreError(advice)
    if _sqlstate(cause)[:2] in _NOBODYS_FAULT:
        return StoreError(f"the database gave up ({_kind(cause)}): run again")
    if isinstance(error, ProgrammingError) or "already exists" in said:
        return StoreError(_OTHERS_TABLES)
    if isinstance(error, OperationalError | OSError):
        return StoreError(f"the database failed ({_kind(cause)}): see its log")
    return RowRefused(f"the database refused a row: {_NO_FIT} ({_kind(cause)})")


def _kind(cause: object) -> str:
    """The name of the driver's own class of error, never its text."""
    return type(getattr(cause, "__cause__", None) or cause).__name__


def _sqlstate(cause: object) -> str:
    return getattr(cause, "sqlstate", None) or getattr(getattr(cause, "__cause__", None), "sqlstate", None) or ""


def _rule(said: str) -> str:
    return next((meaning for sign, meaning in _RULES if sign in said), _NO_FIT)
