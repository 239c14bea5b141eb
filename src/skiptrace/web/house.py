"""What the routes work with, and how they reach it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from fastapi import Request

from skiptrace.compliance import RuleBook
from skiptrace.ports import Clock, Dispatcher
from skiptrace.stores import SqlStore
from skiptrace.stores.access import AccessStore
from skiptrace.web.sign_in import SignIn

PAGE = 200
"""So many entries at most are listed at a time."""


@dataclass(frozen=True, slots=True)
class House:
    """``case_budget`` is the most that a submitted case may spend, in US dollars.

    A JSON body must be there within ``read_seconds``, a stream must move at least that often. ``closing`` is set at
    shutdown.
    """

    store: SqlStore
    access: AccessStore
    dispatcher: Dispatcher
    rules: RuleBook
    clock: Clock
    new_id: Callable[[], str]
    case_budget: Decimal
    read_seconds: float = 10.0
    sign_in: SignIn | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def house_of(request: Request) -> House:
    found: House = request.app.state.house
    return found
