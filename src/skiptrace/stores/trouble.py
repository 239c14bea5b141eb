"""What goes wrong with a database, in plain words. No driver text is passed on: it can quote the values of a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from skiptrace.errors import SkiptraceError


class StoreError(SkiptraceError):
    """The database did not do it. Stop, mend what the message names and run again: nothing half-written is kept."""


_PLAIN = (
    (("database or disk is full", "no space left", "disk_full"), "the disk is full: free some space and run again"),
    (
        ("database is locked", "database table is locked"),
        "the database is busy: another process has been writing for too long; run again when it is done",
    ),
    (("readonly database", "read-only"), "the database is read-only: check the permissions of its file and folder"),
    (("malformed", "not a database"), "the database file is damaged or is no skiptrace database: restore a backup"),
    (("disk i/o error",), "the disk reported an error: check it, then run again"),
    (
        ("connection", "closed", "shutting down", "starting up"),
        "the connection to the database was lost: check that it runs, then run again",
    ),
)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the driver's errors into StoreError. IntegrityError goes through: its caller knows what it means."""
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout:
        raise StoreError("no free connection to the database: lower the concurrency") from None
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(explain(error)) from None


def explain(error: BaseException) -> str:
    """What to do about a driver's error, without its text."""
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    said = f"{type(cause).__name__} {cause}".lower()
    for signs, advice in _PLAIN:
        if any(sign in said for sign in signs):
            return advice
    return f"the database refused a statement ({type(cause).__name__})"
