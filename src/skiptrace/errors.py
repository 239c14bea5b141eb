"""Errors, named by what the caller does next.

SkiptraceError
├── ConfigError        the program must not start; the message says what to change
├── BadInput           a row or field is wrong; the message names it
├── PolicyRefused      a rule forbids it; carries the rule's id and citation
├── CapReached         a money cap would be crossed; do not call
├── StoreError         the database did not do it; mend what the message names and run again
│   └── SetBack        the database is older than what was bought: somebody has to take it over first
├── RowRefused         the database refuses this one row; others may go on
├── LostLease          another worker owns this row now; write nothing more
├── NotDelivered       the sink did not take the event; tell it again later
├── SinkGone           the sink wants no more events; tell it none until a person has looked
└── ProviderError
    ├── TryLater       nothing can have been charged; wait, then ask the same provider again
    │   └── Withheld   we did not ask: our limits, breaker, retry budget or kill switch; the provider may be well
    ├── SkipProvider   it cannot answer this inquiry; ask the next
    ├── StopProvider   key, credit or contract trouble; ask it nothing more
    ├── BrokenReply    it changed or we misread it; keep the bytes, tell a person, do not retry
    └── InDoubt        it may have been charged and we do not know; never repeat blindly

No message repeats a person, a vendor's text, a URL or a credential.
"""

from __future__ import annotations

from datetime import datetime


class SkiptraceError(Exception):
    """Base of all errors that skiptrace raises on purpose."""


class ConfigError(SkiptraceError):
    """The program must not start."""


class BadInput(SkiptraceError):
    """A value from outside is wrong. ``field`` names it; the value itself is never repeated."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class PolicyRefused(SkiptraceError):
    """A rule forbids this. Record the refusal; do not look for a way round."""

    def __init__(self, rule_id: str, reason: str, citation: str = "") -> None:
        super().__init__(f"refused by {rule_id}: {reason}" + (f" ({citation})" if citation else ""))
        self.rule_id = rule_id
        self.reason = reason
        self.citation = citation


class CapReached(SkiptraceError):
    """The price does not fit under a cap. ``cap`` names which one."""

    def __init__(self, cap: str) -> None:
        super().__init__(f"the {cap} spending cap leaves no room for this call")
        self.cap = cap


class StoreError(SkiptraceError):
    """The database did not do it. Stop, mend what the message names and run again: nothing half-written is kept."""


class SetBack(StoreError):
    """The database lacks rows that were committed to it: a backup was put back, or a standby had not got them all.

    ``number`` is the audit row that is missing or another one, ``at`` when it was seen.
    """

    def __init__(self, number: int, at: datetime) -> None:
        super().__init__(
            f"the database is older than what was already bought: it lacks audit row {number}, seen "
            f"{at:%Y-%m-%d %H:%M} UTC, as when a backup was put back. Nothing is written or bought, or it might be "
            "paid for twice. Run `skiptrace doubts restored`: it holds back what may have been bought since"
        )
        self.number = number
        self.at = at


class RowRefused(SkiptraceError):
    """The database works but refuses this row: one without its case, evidence without its call. Others may go on."""


class LostLease(SkiptraceError):
    """Another worker has moved this row on. Stop working on it and write nothing."""


class NotDelivered(SkiptraceError):
    """The sink did not take the event, or did not say so. ``reason`` names the kind of failure, never its text."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not delivered: {reason}")
        self.reason = reason


class SinkGone(SkiptraceError):
    """The sink says that it wants no more events. Stop telling it until a person has looked."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the sink is gone: {reason}")
        self.reason = reason


class ProviderError(SkiptraceError):
    """Trouble with one provider. ``provider`` is its id."""

    def __init__(self, provider: str, reason: str) -> None:
        super().__init__(f"{provider}: {reason}")
        self.provider = provider
        self.reason = reason


class TryLater(ProviderError):
    """Nothing was charged. ``retry_after`` is in seconds, None when the vendor does not say."""

    def __init__(self, provider: str, reason: str, retry_after: float | None = None) -> None:
        super().__init__(provider, reason)
        self.retry_after = retry_after


class Withheld(TryLater):
    """Not asked, for reasons of ours: a limit, an open breaker, a spent retry budget, the kill switch."""


class SkipProvider(ProviderError):
    """The provider cannot answer this inquiry. Ask the next one."""


class StopProvider(ProviderError):
    """The key, the credit or the contract is in trouble. Ask this provider nothing more in this run."""


class BrokenReply(ProviderError):
    """The reply is not what the contract says. It is kept; a person has to look."""


class InDoubt(ProviderError):
    """The request may have been charged and no reply is known. It is listed, never repeated blindly."""
