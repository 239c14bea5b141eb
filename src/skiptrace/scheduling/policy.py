"""A schedule as values: segments with their clocks and budgets, triggers, and limits that hold for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from skiptrace.model import AccountFact, Lane, PaymentHistory, Responsiveness


class Happening(StrEnum):
    """What may make an account due at once. The first three are bad outcomes of a contact."""

    RETURNED_MAIL = "returned_mail"
    DISCONNECTED = "disconnected"
    WRONG_PARTY = "wrong_party"
    NEW_PLACEMENT = "new_placement"
    BROKEN_PROMISE = "broken_promise"


class Clock(StrEnum):
    """How the last trace stands, which decides when to look again."""

    REACHED = "reached"
    """The right party was reached on a contact that it found."""
    USABLE = "usable"
    """It has a likely or verified contact that nothing speaks against."""
    NOTHING = "nothing"
    """It has none, or has lost it."""
    HELD = "held"
    """A rule held it; the facts may be others by then."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Accounts that are alike in risk. Every condition that is set must hold; what is not known meets none.

    Ages are in days since the account was opened, balances and the budget of one trace in US dollars. ``again`` maps
    how the last trace stands to the wait until the next; a clock that is missing never runs.
    """

    name: str
    again: Mapping[Clock, timedelta]
    budget: Decimal | None = None
    lane: Lane = Lane.BATCH
    age_from: int | None = None
    age_below: int | None = None
    balance_from: Decimal | None = None
    balance_below: Decimal | None = None
    payments: frozenset[PaymentHistory] = frozenset()
    responds: frozenset[Responsiveness] = frozenset()


@dataclass(frozen=True, slots=True)
class Trigger:
    """Act so long after it happened. Without ``even_if_reachable`` only when no usable contact is left."""

    after: timedelta
    lane: Lane
    even_if_reachable: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole schedule. Segments are tried in their order; the last one fits everything.

    Between two traces of an account lie at least ``apart``, whatever happens; ``most_per_year`` are started within any
    365 days. Accounts in one of the states, or with one of the facts, are never due.
    """

    name: str
    segments: tuple[Segment, ...]
    triggers: Mapping[Happening, Trigger]
    apart: timedelta
    most_per_year: int
    stop_states: frozenset[str]
    stop_facts: frozenset[AccountFact]
