"""What an account's traces and outcomes say together: which traces count, what they rest on, what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, union

from skiptrace.model import BAD_OUTCOMES, ContactKind, OutcomeKind, PastOutcome
from skiptrace.privacy import Fingerprinter
from skiptrace.stores import schema
from skiptrace.stores.databases import OneOf, insert_into
from skiptrace.stores.schema.privacy import tombstones
from skiptrace.stores.traces import read_traces
from skiptrace.stores.vault import Vault


def newest_of_cases(conn: Connection, tenant: str, account_id: str) -> Sequence[str]:
    """The newest trace of each case of an account, oldest case first."""
    traces = schema.traces
    of_account = (traces.c.tenant == tenant, traces.c.account_id == account_id)
    oldest_first = (traces.c.finished_at, traces.c.trace_id)
    found = conn.execute(select(traces.c.case_id, traces.c.trace_id).where(*of_account).order_by(*oldest_first))
    return list({row.case_id: row.trace_id for row in found}.values())


def traces_resting_on(conn: Connection, tenant: str, call_id: str, source: str) -> Sequence[str]:
    """The newest traces of their cases that rest on the answers of a call, or of a provider or upstream source."""
    records, evidence = schema.source_records, schema.evidence
    if call_id:
        which = union(
            select(records.c.trace_id).where(records.c.call_id == call_id),
            select(evidence.c.trace_id).where(evidence.c.call_id == call_id),
        )
    else:
        from_source = or_(evidence.c.provider == source, evidence.c.upstream == source)
        which = union(
            select(records.c.trace_id).where(records.c.provider == source),
            select(evidence.c.trace_id).where(from_source),
        )
    traces = schema.traces
    resting = select(traces.c.trace_id, traces.c.account_id).where(
        traces.c.tenant == tenant, traces.c.trace_id.in_(which)
    )
    found = conn.execute(resting.order_by(traces.c.finished_at, traces.c.trace_id)).all()
    newest = {name for account in {row.account_id for row in found} for name in newest_of_cases(conn, tenant, account)}
    return [row.trace_id for row in found if row.trace_id in newest]


def past_outcomes(conn: Connection, accounts: Sequence[tuple[str, str]], vault: Vault) -> list[Sequence[PastOutcome]]:
    """What happened when values of these accounts (tenant, id) were used, whichever trace told them; oldest first."""
    rows: list[Row[Any]] = []
    buried: list[Row[Any]] = []
    for tenant in sorted({tenant for tenant, _ in accounts}):
        of_tenant = list({account for of, account in accounts if of == tenant})
        rows += conn.execute(_HAPPENED, {"of_tenant": tenant, "accounts": of_tenant})
        buried += conn.execute(_BURIED, {"of_tenant": tenant, "accounts": of_tenant})
    told = read_traces(conn, vault, sorted({row.trace_id for row in rows})) if rows else ()
    contacts = {contact.contact_id: contact for trace in told for contact in trace.contacts}
    by_account: dict[tuple[str, str], list[PastOutcome]] = {}
    for row in rows:
        if contact := contacts.get(row.contact_id):
            outcome = PastOutcome(contact.kind, contact.value, OutcomeKind(row.kind), row.at)
            by_account.setdefault((row.tenant, row.account_id), []).append(outcome)
    for row in buried:
        bad = PastOutcome(ContactKind(row.contact), "", OutcomeKind(row.kind), row.at, row.mark)
        by_account.setdefault((row.tenant, row.account_id), []).append(bad)
    return [by_account.get(account, ()) for account in accounts]


def bury(conn: Connection, accounts: Sequence[tuple[str, str]], vault: Vault, index: Fingerprinter) -> None:
    """Before the values of these accounts go: leave a keyed hash of each that turned out bad (rule X-11)."""
    for (tenant, account_id), known in zip(accounts, past_outcomes(conn, accounts, vault), strict=True):
        rows = [
            {
                "tenant": tenant,
                "account_id": account_id,
                "contact": outcome.contact.value,
                "mark": index.contact(tenant, outcome.contact, outcome.value),
                "kind": outcome.kind.value,
                "at": outcome.at,
            }
            for outcome in known
            if outcome.value and outcome.kind in BAD_OUTCOMES
        ]
        if rows:
            keys = ["tenant", "account_id", "contact", "mark"]
            conn.execute(insert_into(conn, tombstones).on_conflict_do_nothing(index_elements=keys), rows)


_HAPPENED = (
    select(schema.outcomes, schema.traces.c.tenant, schema.traces.c.account_id)
    .join(schema.traces, schema.traces.c.trace_id == schema.outcomes.c.trace_id)
    .where(
        schema.traces.c.tenant == bindparam("of_tenant"),
        OneOf(schema.traces.c.account_id, "accounts"),
    )
    .order_by(schema.outcomes.c.at, schema.outcomes.c.outcome_id)
)

_BURIED = (
    select(tombstones)
    .where(
        tombstones.c.tenant == bindparam("of_tenant"),
        OneOf(tombstones.c.account_id, "accounts"),
    )
    .order_by(tombstones.c.at)
)
