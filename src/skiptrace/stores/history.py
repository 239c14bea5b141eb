"""Events that platforms report of consumers, found by account and by person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from skiptrace.model import REPORTED, Case, ConsumerEvent, ConsumerEventKind
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent, Fingerprinter, Owner, SubjectKeys
from skiptrace.stores.codec import decode, encode
from skiptrace.stores.databases import insert_into
from skiptrace.stores.schema import cases
from skiptrace.stores.schema.history import consumer_events
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Turn

_TABLE = "consumer_events"


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
        now = self._clock.now()
        insert = insert_into(turn.conn, consumer_events)
        statement = insert.on_conflict_do_nothing(index_elements=["tenant", "event_id"]).returning(
            consumer_events.c.event_id
        )
        keys = self._vault.make(owner(event.tenant, event.account_id) for event in events)
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
                "content": keys[owner(event.tenant, event.account_id)].file.seal(
                    _TABLE, "content", _row(event.tenant, event.event_id), encode(event.what)
                ),
            }
            for event in events
        ]
        new = list(turn.conn.execute(statement, rows).scalars()) if rows else []
        kinds = {event.event_id: event.kind for event in events}
        turn.events += [AuditEvent(now, "consumer.event", event_id, kinds[event_id].value) for event_id in new]
        return len(new)

    def read(self, conn: Connection, case: Case) -> Sequence[ConsumerEvent]:
        """Oldest first."""
        table, person = consumer_events, self._index.person(case.tenant, case.subject.ssn)
        of_account = table.c.account_id == case.account.account_id
        of_anybody = of_account if person is None else or_(of_account, table.c.person == person)
        found = select(table).where(table.c.tenant == case.tenant, of_anybody).order_by(table.c.at, table.c.number)
        rows = conn.execute(found).all()
        keys = self._vault.find({owner(row.tenant, row.account_id) for row in rows})
        return [_event(keys[place], row) for row in rows if (place := owner(row.tenant, row.account_id)) in keys]


def owner(tenant: str, account_id: str) -> Owner:
    """Whose secrets seal an account's events: an account's are apart from those of its cases."""
    return (tenant, f"account/{account_id}")


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
