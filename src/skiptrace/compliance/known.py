"""All that has happened with a person by the time a contact is to be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from skiptrace.model import (
    Attempt,
    Channel,
    Consent,
    Contact,
    ContactKind,
    EvidenceRetired,
    Inconvenient,
    NumberCheck,
    Party,
    Personal,
    Refusal,
    Workplace,
    mark_text,
)

VOICE = frozenset({Channel.VOICE_MANUAL, Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED})
CONSENTED = frozenset({Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED, Channel.SMS})
"""Channels that the telephone law closes without consent."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A zone that the consumer named as theirs, or that a verified inbound contact showed."""

    zone: str
    at: datetime

    def live(self, at: datetime, for_days: float) -> bool:
        return self.at <= at < self.at + timedelta(days=for_days)


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
    workplaces: tuple[Workplace, ...] = ()

    def __add__(self, other: Known) -> Known:
        """Both together; of the places the one that was told last."""
        return replace(
            self,
            stated=_latest(self.stated, other.stated),
            inbound=_latest(self.inbound, other.inbound),
            consents=self.consents + other.consents,
            refusals=self.refusals + other.refusals,
            attempts=self.attempts + other.attempts,
            checks=self.checks + other.checks,
            inconvenient=self.inconvenient + other.inconvenient,
            workplaces=self.workplaces + other.workplaces,
        )

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

    def is_at_work(self, contact: Contact) -> bool:
        """Whether the contact is the employer's, or was reported as one at the consumer's work."""
        at_work = contact.value != "" and any(w.value == contact.value for w in self.workplaces)
        return at_work or contact.party is Party.EMPLOYER

    @property
    def work_refused_at(self) -> datetime | None:
        """When it was last said that nothing at work is to be used."""
        return max((w.at for w in self.workplaces if w.refused), default=None)

    def misleads(self, kind: ContactKind, value: str, on: date) -> bool:
        """Whether somebody answers, on that day, for this being no sign of where the consumer is (rule B-10)."""
        del kind, value, on
        return False

    def check(self, value: str) -> NumberCheck | None:
        """The newest check of this number."""
        return max((c for c in self.checks if c.value == value), key=lambda c: c.at, default=None)


@dataclass(frozen=True, slots=True, repr=False)
class Recorded(Known):
    """What stands in our own records: beside what anybody tells, the evidence that a supervisor retired."""

    retired: tuple[EvidenceRetired, ...] = ()

    def misleads(self, kind: ContactKind, value: str, on: date) -> bool:
        standing = (r for r in self.retired if r.contact is kind and r.expires_on >= on)
        return any(mark_text(kind, r.value) == mark_text(kind, value) for r in standing)


def _latest(*places: Stated | None) -> Stated | None:
    return max((p for p in places if p is not None), key=lambda p: p.at, default=None)


NOTHING = Known()
