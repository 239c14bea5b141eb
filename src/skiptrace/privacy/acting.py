"""Who is acting, and for what: said once at a door, written into every audit row that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum

from skiptrace.model import Case, Fact


class AuthMethod(StrEnum):
    """How an actor signed in. ``queue`` is a worker on a case: its requester signed in when the case was accepted."""

    API_KEY = "api_key"
    IDENTITY_PROVIDER = "identity_provider"
    OS_USER = "os_user"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How an actor signed in: the method, by what (the key's id, the token's issuer, the machine's login name), and
    whether more than one factor was shown.
    """

    method: AuthMethod
    by: str = ""
    mfa: Fact = Fact.UNKNOWN

    def __str__(self) -> str:
        return f"{self.method} {self.by}".rstrip()


FROM_THE_QUEUE = SignedIn(AuthMethod.QUEUE)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a service or a worker by its id; the tenant it acts for; the purpose of the act where there is one.

    ``signed_in`` is None where nobody did: what surrounds the act says then how its actor did.
    """

    name: str
    tenant: str = ""
    purpose: str = ""
    signed_in: SignedIn | None = None


_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Within this block, and in the tasks it starts, ``actor`` is the one who acts."""
    if actor.signed_in is None and (around := _ACTING.get()):
        actor = replace(actor, signed_in=around.signed_in)
    token = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(token)


def on_behalf_of(case: Case, signed_in: SignedIn | None = None) -> Actor:
    """Whoever works on a case acts for its requester, under the purpose that was declared for it."""
    return Actor(case.requester, case.tenant, " ".join(sorted(case.purpose.codes)), signed_in)


def who_acts(otherwise: Actor) -> Actor:
    """The actor of this block, signed in as the process's own unless said; or the process's own."""
    actor = _ACTING.get()
    if actor is None:
        return otherwise
    return actor if actor.signed_in else replace(actor, signed_in=otherwise.signed_in)
