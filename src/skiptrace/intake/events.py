"""Reported platforms report of consumers, read strictly: one JSON object per event.

Unknown fields are errors, times carry their zone, numbers become E.164. No message repeats a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from skiptrace.errors import BadInput
from skiptrace.intake import fields
from skiptrace.intake.table import MAX_LINE
from skiptrace.model import (
    AccountFact,
    AccountStated,
    Attempt,
    AttorneyContact,
    Channel,
    Consent,
    ConsumerEvent,
    ConsumerEventKind,
    Fact,
    Inbound,
    Inconvenient,
    NumberCheck,
    Reassigned,
    Refusal,
    Reported,
    Residence,
    Workplace,
)
from skiptrace.ports import Reported as Happening
from skiptrace.scheduling import Happening as What


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone; write America/Chicago, not CST")
    return name


def _value(text: str) -> str:
    """A number as E.164, an e-mail address in lower case; empty stands for every value."""
    if not text or "@" in text:
        return fields.email(text) if text else ""
    digits = "".join(c for c in fields.phone(text) if c.isdigit())
    return f"+1{digits[-10:]}"


Text = Annotated[str, Field(min_length=1, max_length=200)]
Zone = Annotated[str, AfterValidator(_zone)]
Value = Annotated[str, AfterValidator(_value)]
Channels = Annotated[frozenset[Channel], Field(min_length=1)]


class _Event(BaseModel):
    """What every event has. The account is told beside it: in a file's line, or by the address it is sent to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: Text
    at: AwareDatetime

    def what(self, account_id: str) -> Reported:
        raise NotImplementedError


class _Attempt(_Event):
    kind: Literal["attempt"]
    channel: Channel
    conversation: bool = False
    connected: bool = True
    at_work: bool = False

    def what(self, account_id: str) -> Reported:
        return Attempt(self.at, self.channel, account_id, self.conversation, self.connected, self.at_work)


class _Consent(_Event):
    kind: Literal["consent"]
    value: Annotated[Value, Field(min_length=1)]
    channels: Channels
    given_by_consumer: bool
    evidence_id: Text

    def what(self, account_id: str) -> Reported:
        return Consent(self.value, self.channels, account_id, self.given_by_consumer, self.at, self.evidence_id)


class _Refusal(_Event):
    kind: Literal["refusal"]
    channels: Channels
    value: Value = ""

    def what(self, account_id: str) -> Reported:
        return Refusal(self.channels, self.at, self.value)


class _NumberCheck(_Event):
    kind: Literal["number_check"]
    value: Annotated[Value, Field(min_length=1)]
    reassigned: Reassigned | None = None

    def what(self, account_id: str) -> Reported:
        return NumberCheck(self.value, self.at, self.reassigned)


class _Inconvenient(_Event):
    kind: Literal["inconvenient"]
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = frozenset(range(7))
    start: time
    end: time

    def what(self, account_id: str) -> Reported:
        return Inconvenient(self.weekdays, self.start, self.end, self.event_id)


class _Workplace(_Event):
    """``value`` is at the consumer's work; ``refused``: nothing at work is to be used."""

    kind: Literal["workplace"]
    value: Value = ""
    refused: bool = False

    def what(self, account_id: str) -> Reported:
        return Workplace(self.at, self.value, self.refused)


class _Attorney(_Event):
    """The attorney was contacted, or has ``replied``."""

    kind: Literal["attorney"]
    replied: bool = False

    def what(self, account_id: str) -> Reported:
        return AttorneyContact(self.replied)


class _Residence(_Event):
    kind: Literal["residence"]
    zone: Zone

    def what(self, account_id: str) -> Reported:
        return Residence(self.zone)


class _Inbound(_Event):
    kind: Literal["inbound"]
    zone: Zone

    def what(self, account_id: str) -> Reported:
        return Inbound(self.zone)


class _Account(_Event):
    kind: Literal["account"]
    state: str = ""
    balance: Annotated[Decimal, Field(max_digits=14, decimal_places=4)] | None = None
    facts: dict[AccountFact, Fact] = {}

    def what(self, account_id: str) -> Reported:
        return AccountStated(self.state.lower(), self.balance, tuple(self.facts.items()))


class _Happened(_Event):
    """Something that bears on the account's next trace."""

    kind: Literal["returned_mail", "disconnected", "wrong_party", "new_placement", "broken_promise"]


ReportedEvent = Annotated[
    _Attempt
    | _Consent
    | _Refusal
    | _NumberCheck
    | _Inconvenient
    | _Workplace
    | _Attorney
    | _Residence
    | _Inbound
    | _Account
    | _Happened,
    Field(discriminator="kind"),
]
"""One event of an account, of any kind."""

_READER: TypeAdapter[Any] = TypeAdapter(ReportedEvent)
_ACCOUNT_ID: TypeAdapter[str] = TypeAdapter(Text)


def read_event(given: object, *, tenant: str, reported_by: str, now: datetime) -> ConsumerEvent | Happening:
    """One event, given as an object. Raises BadInput that names the field and what to do."""
    if not isinstance(given, dict):
        raise BadInput("event", "is not a JSON object")
    try:
        event = _READER.validate_python({k: v for k, v in given.items() if k != "account_id"})
        account_id = _ACCOUNT_ID.validate_python(given.get("account_id"))
    except ValidationError as error:
        raise _bad(error) from None
    return event_of(event, account_id, tenant=tenant, reported_by=reported_by, now=now)


def event_of(event: Any, account_id: str, *, tenant: str, reported_by: str, now: datetime) -> ConsumerEvent | Happening:
    """A ``ReportedEvent`` of this account. Raises BadInput when it lies in the future."""
    if event.at > now:
        raise BadInput("at", "lies in the future; report what has happened")
    if isinstance(event, _Happened):
        return Happening(event.event_id, tenant, account_id, What(event.kind), event.at, reported_by)
    return ConsumerEvent(event.event_id, tenant, account_id, event.at, reported_by, event.what(account_id))


def read_event_file(
    path: Path, *, tenant: str, reported_by: str, now: datetime
) -> Iterator[ConsumerEvent | Happening | BadInput]:
    """The events of a file with one JSON object per line; for a line that is wrong, the error with its number."""
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), b""), 1):
                if len(line) > MAX_LINE:
                    raise BadInput(path.name, f"line {number} is longer than a million bytes; repair it")
                if not line.strip():
                    continue
                try:
                    yield read_event(orjson.loads(line), tenant=tenant, reported_by=reported_by, now=now)
                except orjson.JSONDecodeError:
                    yield BadInput(f"line {number}", "is not JSON; write one object per line")
                except BadInput as error:
                    yield BadInput(f"line {number}", f"{error.field} {error.reason}")
    except OSError as error:
        raise BadInput(path.name, f"cannot be read: {error.strerror}") from None


_OURS = (
    ConsumerEventKind.THIRD_PARTY,
    ConsumerEventKind.OVERRIDE,
    ConsumerEventKind.REVIEW,
    ConsumerEventKind.EVIDENCE,
)
"""Kinds that come through doors of their own."""

_KINDS = [kind.value for kind in (*ConsumerEventKind, *What) if kind not in _OURS]


def _bad(error: ValidationError) -> BadInput:
    detail = error.errors(include_input=False, include_url=False, include_context=False)[0]
    places = [str(part) for part in detail["loc"] if not str(part).startswith("_")]
    name = ".".join(places[1:] or places) or "kind"
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return BadInput("kind", f"is one of {', '.join(_KINDS)}")
    if detail["type"] == "extra_forbidden":
        return BadInput(name, "is not a field of this kind of event")
    return BadInput(name, detail["msg"].removeprefix("Value error, "))
