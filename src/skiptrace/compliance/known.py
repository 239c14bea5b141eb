"""What has happened with a person by the time a contact is to be used: calls, consent, refusals, stated places, checks.

The platform keeps these; the engine is handed them. A trace never makes one: a contact that was found has no consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from skiptrace.compliance.windows import Inconvenient
from skiptrace.model import Channel, Personal

VOICE = frozenset({Channel.VOICE_MANUAL, Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED})
CONSENTED = frozenset({Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED, Channel.SMS})
"""Channels that the telephone law closes without consent."""


@dataclass(frozen=True, slots=True, repr=False)
class Consent(Personal):
    """The consumer opened channels on one number or address, for one account. Only an event with evidence makes one.

    Using the address themselves to write or text about the debt counts: ``evidence_id`` names that message.
    """

    value: str
    channels: frozenset[Channel]
    account_id: str
    given_by_consumer: bool
    at: datetime
    evidence_id: str


@dataclass(frozen=True, slots=True, repr=False)
class Refusal(Personal):
    """The consumer closed channels: on one value, or on every value when ``value`` is empty (also on later ones)."""

    channels: frozenset[Channel]
    at: datetime
    value: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Attempt(Personal):
    """One call or message about one account, on whatever number. ``conversation`` counts inbound ones too."""

    at: datetime
    channel: Channel
    account_id: str
    conversation: bool = False
    connected: bool = True
    """False only when the number is not in service: such a call does not count."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A zone that the consumer named as theirs, or that a verified inbound contact showed."""

    zone: str
    at: datetime

    def live(self, at: datetime, for_days: float) -> bool:
        return self.at <= at < self.at + timedelta(days=for_days)


class Reassigned(StrEnum):
    """The reassigned-numbers database: has the number changed hands since the date asked about?"""

    YES = "yes"
    NO = "no"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, repr=False)
class NumberCheck(Personal):
    """A check of one number: its line type was looked up, and maybe the reassigned-numbers database was asked."""

    value: str
    at: datetime
    reassigned: Reassigned | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Known(Personal):
    """All of it. The default knows nothing, which opens nothing."""

    stated: Stated | None = None
    inbound: Stated | None = None
    consents: tuple[Consent, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    checks: tuple[NumberCheck, ...] = ()
    inconvenient: tuple[Inconvenient, ...] = ()

    def consent(self, value: str, channel: Channel, account_id: str) -> Consent | None:
        """The newest consent by the consumer for this value, channel and account that has evidence."""
        good = (
            c
            for c in self.consents
            if c.value == value
            and channel in c.channels
            and c.account_id == account_id
            and c.given_by_consumer
            and c.evidence_id
        )
        return max(good, key=lambda c: c.at, default=None)

    def refused(self, value: str, channels: frozenset[Channel]) -> bool:
        """Whether the consumer closed one of these channels for this value, and has not opened it again since."""
        closed = (r for r in self.refusals if r.channels & channels and r.value in ("", value))
        opened = [c for c in self.consents if c.value == value and c.given_by_consumer]
        return any(not any(c.at > r.at and c.channels & r.channels for c in opened) for r in closed)

    def check(self, value: str) -> NumberCheck | None:
        """The newest check of this number."""
        return max((c for c in self.checks if c.value == value), key=lambda c: c.at, default=None)


NOTHING = Known()
