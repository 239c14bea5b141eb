"""Events that platforms report of consumers, found by account and by person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, func, or_, select

from skiptrace.model import (
    REPORTED,
    AccountStated,
    Case,
    ConsumerEvent,
    ConsumerEventKind,
    Event,
    EventKind,
    EvidenceRetired,
    OverrideGiven,
    Reviewed,
    ThirdPartyAsked,
)
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent, Fingerprinter, Owner, SubjectKeys
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.databases import OneOf
from skiptrace.stores.outbox import add_events, event_id
from skiptrace.stores.schema import cases
from skiptrace.stores.schema.history import consumer_events
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn

_TABLE = "consumer_events"
_AT_ONCE = 500


class Histories:
    """Handler for the writer, and the reading side. An event joins the person that its account's last case names."""

    def __init__(self, vault: Vault, index: Fingerprinter, clock: Clock) -> None:
        self._vault = vault
        self._index = index
        self._clock = clock

    def record(self, turn: Turn, several: Sequence[Sequence[ConsumerEvent]]) -> Sequence[object]:
        """Returns how many of each were new."""
        turn.take()
        return [self._record(turn, events) for events in several]

    def _record(self, turn: Turn, events: Sequence[ConsumerEvent]) -> int:
        """An event that is there already, also one that was erased since, is not written again."""
        now = self._clock.now()
        new = _unknown(turn.conn, events)
        keys = self._vault.make(owner(event.tenant, event.event_id) for event in new)
        rows = [
            {
                "tenant": event.tenant,
                "event_id": event.event_id,
                "account_id": event.account_id,
                "person": _person_of_account(turn.conn, event.tenant, event.account_id),
                "kind": event.kind.value,
                "at": event.at,
                "recorded_at": now,
                "reported_by": event.reported_by,
                "contact_id": event.what.contact_id or None if isinstance(event.what, ThirdPartyAsked) else None,
                "content": keys[owner(event.tenant, event.event_id)].file.seal(
                    _TABLE, "content", _row(event.tenant, event.event_id), encode(event.what)
                ),
            }
            for event in new
        ]
        if rows:
            turn.conn.execute(consumer_events.insert(), rows)
        turn.events += [_audited(event, now) for event in new]
        add_events(turn, [_told(event, now) for event in new if isinstance(event.what, _FOLLOWED)])
        return len(new)

    def read(self, conn: Connection, several: Sequence[Case]) -> list[Sequence[ConsumerEvent]]:
        """Of each case the events of its account and of its person, oldest first."""
        asked = [(case.account.account_id, self._index.person(case.tenant, case.subject.ssn)) for case in several]
        rows = _rows(conn, {(case.tenant, *names) for case, names in zip(several, asked, strict=True)})
        if not rows:
            return [()] * len(several)
        keys = self._vault.find({owner(row.tenant, row.event_id) for row in rows})
        events = [(row, _event(keys[of], row)) for row in rows if (of := owner(row.tenant, row.event_id)) in keys]
        return [
            [e for row, e in events if row.tenant == case.tenant and _is_about(row, account, person)]
            for case, (account, person) in zip(several, asked, strict=True)
        ]


def _rows(conn: Connection, asked: set[tuple[str, str, bytes | None]]) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    for tenant in sorted({tenant for tenant, _, _ in asked}):
        accounts = list({account for of, account, _ in asked if of == tenant})
        people = list({person for of, _, person in asked if of == tenant and person is not None})
        rows += conn.execute(_EVENTS, {"tenant": tenant, "accounts": accounts, "people": people})
    return rows


_EVENTS = (
    select(consumer_events)
    .where(
        consumer_events.c.tenant == bindparam("tenant"),
        or_(
            OneOf(consumer_events.c.account_id, "accounts"),
            OneOf(consumer_events.c.person, "people"),
        ),
    )
    .order_by(consumer_events.c.at, consumer_events.c.number)
)


def _is_about(row: Row[Any], account_id: str, person: bytes | None) -> bool:
    return bool(row.account_id == account_id or (person is not None and row.person == person))


_FOLLOWED = (AccountStated, OverrideGiven, Reviewed, EvidenceRetired)
"""What may let a held case go on, or have a trace judged again."""


def _told(event: ConsumerEvent, now: datetime) -> Event:
    kind = EventKind.ACCOUNT_REPORTED
    return Event(
        seq=0,
        event_id=event_id(kind, event.tenant, event.event_id),
        kind=kind,
        at=now,
        tenant=event.tenant,
        account_id=event.account_id,
        detail=event.kind.value,
    )


def _audited(event: ConsumerEvent, now: datetime) -> AuditEvent:
    """What somebody answers for is in the trail in words; everything else of a consumer is sealed."""
    match event.what:
        case OverrideGiven() as given:
            kind = "override.given"
            said = f"{given.rule_id} {given.role} {given.reason} until {given.expires_on} {given.document}"
        case Reviewed() as seen:
            kind = "review.released" if seen.released else "review.rejected"
            until = f"until {seen.expires_on}" if seen.released else ""
            said = f"{seen.rule_id} {seen.role} {seen.reason} {until} {seen.document} {seen.contact_id}"
        case EvidenceRetired() as retired:
            kind = "evidence.retired"
            said = f"{retired.contact} {retired.role} {retired.reason} until {retired.expires_on} {retired.contact_id}"
        case ThirdPartyAsked() as asked:
            kind, said = "third_party.asked", f"again: {asked.reason}" if asked.reason else "once"
        case _:
            return AuditEvent(now, "consumer.event", event.event_id, event.kind.value)
    return AuditEvent(now, kind, event.account_id, " ".join(said.split()), event.reported_by, event.tenant)


def owner(tenant: str, event_id: str) -> Owner:
    """Whose secrets seal an event: its own, so that an erasure reaches what was reported before it and no later one."""
    return (tenant, f"{OWNER}{event_id}")


OWNER = "event/"
"""What the owner of an event's secrets is called before its id."""


def owners_of_account(conn: Connection, tenant: str, account_id: str) -> list[Owner]:
    """The owners of all events of an account."""
    table = consumer_events
    found = select(table.c.event_id).where(table.c.tenant == tenant, table.c.account_id == account_id)
    return [owner(tenant, event_id) for event_id in conn.execute(found).scalars()]


def empty_events(conn: Connection, tenant: str, account_id: str) -> None:
    """Take what was reported out of the rows; that there was an event of its kind stays."""
    table = consumer_events
    of_account = table.update().where(table.c.tenant == tenant, table.c.account_id == account_id)
    conn.execute(of_account.values(content=b"", person=None))


def disposable_events(cutoff: datetime) -> ColumnElement[bool]:
    """True of an event that is the last sign of its consumer's accounts, and older than ``cutoff``.

    While a file of the consumer's is kept, or something was reported since on any of their accounts, a refusal counts.
    """
    own, other = consumer_events, consumer_events.alias()
    later = other.c.recorded_at > cutoff
    return and_(
        func.length(own.c.content) > 0,
        own.c.recorded_at <= cutoff,
        ~exists().where(other.c.tenant == own.c.tenant, other.c.account_id == own.c.account_id, later),
        ~exists().where(other.c.tenant == own.c.tenant, other.c.person == own.c.person, later),
        ~exists().where(cases.c.tenant == own.c.tenant, cases.c.account_id == own.c.account_id, _KEPT),
        ~exists().where(cases.c.tenant == own.c.tenant, cases.c.person == own.c.person, _KEPT),
    )


_KEPT = func.length(cases.c.names) > 0


def empty_owned(conn: Connection, owners: Sequence[Owner]) -> None:
    """The same for single events, named by the owners of their secrets."""
    table = consumer_events
    for tenant in {tenant for tenant, _ in owners}:
        ids = [name.removeprefix(OWNER) for of, name in owners if of == tenant]
        these = table.update().where(table.c.tenant == tenant, table.c.event_id.in_(ids))
        conn.execute(these.values(content=b"", person=None))


def _unknown(conn: Connection, events: Sequence[ConsumerEvent]) -> list[ConsumerEvent]:
    """The events that are not kept yet, each once."""
    table, several = consumer_events, dict[Owner, ConsumerEvent]()
    for event in events:
        several.setdefault((event.tenant, event.event_id), event)
    known: set[tuple[str, str]] = set()
    for start in range(0, len(events), _AT_ONCE):
        ids = [event.event_id for event in events[start : start + _AT_ONCE]]
        found = conn.execute(select(table.c.tenant, table.c.event_id).where(table.c.event_id.in_(ids)))
        known.update((row.tenant, row.event_id) for row in found)
    return [event for place, event in several.items() if place not in known]


def _event(keys: SubjectKeys, row: Row[Any]) -> ConsumerEvent:
    sealed = keys.file.open(_TABLE, "content", _row(row.tenant, row.event_id), row.content)
    what = decode(REPORTED[ConsumerEventKind(row.kind)], sealed)
    return ConsumerEvent(row.event_id, row.tenant, row.account_id, row.at, row.reported_by, what, row.recorded_at)


def _row(tenant: str, event_id: str) -> str:
    return f"{len(tenant)}/{tenant}/{event_id}"


def _person_of_account(conn: Connection, tenant: str, account_id: str) -> bytes | None:
    newest = select(cases.c.person).where(cases.c.tenant == tenant, cases.c.account_id == account_id)
    found: bytes | None = conn.execute(newest.order_by(cases.c.number.desc()).limit(1)).scalar()
    return found
