"""What the core concludes: who a record is, where the subject can be reached, and which channels are granted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from skiptrace.model.people import Address, LineType, PartialDate, Personal


class Party(StrEnum):
    """Whose a record or a contact is."""

    SUBJECT = "subject"
    HOUSEHOLD = "household"
    RELATIVE = "relative"
    THIRD_PARTY = "third_party"
    EMPLOYER = "employer"
    ATTORNEY = "attorney"
    ESTATE = "estate"
    UNKNOWN = "unknown"


class ContactKind(StrEnum):
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"


class ContactStatus(StrEnum):
    """``verified``: above the write-back threshold with two independent grounds, or one verification.

    ``likely``: above the threshold with less. ``candidate``: below it. ``suppressed``: known to be bad.
    """

    VERIFIED = "verified"
    LIKELY = "likely"
    CANDIDATE = "candidate"
    SUPPRESSED = "suppressed"


class Channel(StrEnum):
    VOICE_MANUAL = "voice_manual"
    VOICE_AUTO = "voice_auto"
    VOICE_PRERECORDED = "voice_prerecorded"
    SMS = "sms"
    EMAIL = "email"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, repr=False)
class Evidence(Personal):
    """One named reason and its weight in bits (log2 of the likelihood ratio); both values are quoted.

    ``feature`` is stable and machine-readable; ``sentence`` is the comparison's docstring, which a collector reads.
    """

    feature: str
    bits: float
    sentence: str
    asked: str = ""
    found: str = ""


class Reasoned(Personal):
    """A value that can say why. ``evidence_later`` makes one whose evidence is written when it is first read."""

    __slots__ = ("_write",)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> tuple[Evidence, ...]:
            """Called for an attribute that is not set: the evidence, as long as nobody has read it."""
            if name != "evidence":
                raise AttributeError(f"{type(self).__name__} has no {name}")
            write = self._write
            if write is not None:  # another thread may have been quicker
                object.__setattr__(self, "evidence", write())
                object.__setattr__(self, "_write", None)
            return object.__getattribute__(self, "evidence")


R = TypeVar("R", bound=Reasoned)


def evidence_later(judged: R, write: Callable[[], tuple[Evidence, ...]]) -> R:
    """``judged``, which nobody else holds yet, with the evidence that ``write`` gives once it is asked for.

    Of most judgements only the numbers are read, and words cost more than numbers. Whoever reads, compares, copies or
    stores the value finds the evidence in place; ``write`` must be pure.
    """
    object.__delattr__(judged, "evidence")
    object.__setattr__(judged, "_write", write)
    return judged


@dataclass(frozen=True, slots=True, repr=False)
class Match(Reasoned):
    """The probability that a source record is the subject, and why. The evidence starts at the prior."""

    record_id: str
    provider: str
    probability: float
    party: Party
    evidence: tuple[Evidence, ...] = ()
    ambiguous: bool = False
    """True when two different people fit about equally well, so that the engine abstains."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One independent or dependent reason to believe a contact: a sighting in a record, or a check by a provider."""

    provider: str
    record_id: str
    upstream: str = ""
    call_id: str = ""
    pointer: str = ""
    verifies: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A channel that a rule allows on a contact, within a window of local time in every listed zone."""

    channel: Channel
    rule_id: str
    citation: str
    zones: tuple[str, ...] = ()
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Contact(Reasoned):
    """One address, phone or e-mail, with the probability that it reaches the subject now.

    ``value`` is the display form (Pub 28 line, E.164, lower-case e-mail); ``address`` its parts when it is one.
    """

    kind: ContactKind
    value: str
    probability: float
    party: Party
    contact_id: str = ""
    status: ContactStatus = ContactStatus.CANDIDATE
    address: Address | None = None
    line_type: LineType = LineType.UNKNOWN
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    grounds: tuple[Ground, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    grants: tuple[Grant, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Judgement(Personal):
    """All that the matching room concludes from the records of one case, as of one day."""

    as_of: date
    matches: tuple[Match, ...] = ()
    contacts: tuple[Contact, ...] = ()
    conflicts: tuple[str, ...] = ()
