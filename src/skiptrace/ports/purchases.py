"""The purchase ledger: what is reserved, sent, answered, settled or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from skiptrace.model import Call, Lease, Reply


@dataclass(frozen=True, slots=True)
class Caps:
    """Money caps in US dollars that one reservation must fit under; None means that no such cap is set."""

    case: Decimal | None = None
    run: Decimal | None = None
    day: Decimal | None = None
    provider_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """The wish to buy one answer. ``fresh_for``/``miss_fresh_for`` are seconds for which a bought answer is reused."""

    call_id: str
    tenant: str
    case_id: str
    batch_id: str
    provider: str
    product: str
    fingerprint: bytes
    price: Decimal
    fresh_for: int
    miss_fresh_for: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reserved:
    """The price is reserved and the call noted as sent: the caller writes its first byte."""

    call: Call


@dataclass(frozen=True, slots=True)
class AlreadyBought:
    """The same question was answered within its terms. ``reply`` is None when the raw reply is no longer kept."""

    call: Call
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The same question is under way elsewhere (sent, answered) or in doubt. Buying again might pay twice."""

    call: Call


Needless = AlreadyBought | Unsettled
Reservation = Reserved | Needless


class Ledger(Protocol):
    """The purchase ledger. Each method is one committed transaction.

    A transition raises LostLease when the row is no longer in the state and at the token that the given call shows.
    """

    def fingerprint(self, tenant: str, provider: str, product: str, query: bytes) -> bytes:
        """HMAC of the canonical query under a key that is kept outside the database."""
        ...

    async def needless(self, intent: Intent, caps: Caps) -> Needless | None:
        """Why there would be no reservation by now; None when there would. Writes nothing. Raises CapReached."""
        ...

    async def reserve(self, intent: Intent, caps: Caps) -> Reservation:
        """Reserve the price under every cap and note the call as ``sent``, or say why not. Raises CapReached.

        It is asked for when only the first byte is missing: what dies after this commit may have been charged.
        """
        ...

    async def keep_reply(self, call: Call, reply: Reply) -> Call:
        """Store the raw bytes, encrypted, before anybody reads them; state ``answered``."""
        ...

    async def settle(self, call: Call, charged: Decimal, *, hit: bool, at: datetime) -> Call:
        """State ``settled``: this is what it cost."""
        ...

    async def release(self, call: Call, reason: str, at: datetime) -> Call:
        """State ``not_charged``: nothing was or can have been charged; the reservation is given back."""
        ...

    async def doubt(self, call: Call, reason: str, at: datetime) -> Call:
        """State ``in_doubt``: the reservation stays until somebody reconciles it."""
        ...

    async def disown(self, lease: Lease, call: Call) -> None:
        """A call of this lease's case that an earlier holder of the job left under way, even if it still lives:
        released when it was not sent, in doubt when it was, booked when it was answered with success.

        Raises LostLease when ``lease`` does not hold any more. A call that has moved on meanwhile is left alone.
        """
        ...

    async def in_doubt(self, tenant: str) -> Sequence[Call]: ...

    async def recover(self, before: datetime) -> int:
        """After a crash: rows sent before ``before`` become in doubt, answered ones are booked. Returns how many.

        Those of cases that a worker holds are not touched: its lease tells whether it lives.
        """
        ...
