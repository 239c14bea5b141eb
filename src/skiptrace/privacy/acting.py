"""Who is acting, and for what: said once at a door, written into every audit row that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from skiptrace.model import Case


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a service or a worker by its id; the tenant it acts for; the purpose of the act where there is one."""

    name: str
    tenant: str = ""
    purpose: str = ""


_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Within this block, and in the tasks it starts, ``actor`` is the one who acts."""
    token = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(token)


def on_behalf_of(case: Case) -> Actor:
    """Whoever works on a case acts for its requester, under the purpose that was declared for it."""
    return Actor(case.requester, case.tenant, " ".join(sorted(case.purpose.codes)))


def who_acts(otherwise: Actor) -> Actor:
    """The actor of this block, or the process's own."""
    return _ACTING.get() or otherwise
