"""All tables. ``engine`` holds what a trace needs; each other room's tables stand in a module of their own."""

from skiptrace.stores.schema import access, delivery, history, jobs, privacy, switches
from skiptrace.stores.schema.base import metadata
from skiptrace.stores.schema.delivery import outbox
from skiptrace.stores.schema.engine import (
    audit,
    calls,
    cases,
    contacts,
    evidence,
    keys,
    outcomes,
    replies,
    source_records,
    spending,
    third_party_contacts,
    third_party_evidence,
    traces,
)

__all__ = [
    "access",
    "audit",
    "calls",
    "cases",
    "contacts",
    "delivery",
    "evidence",
    "history",
    "jobs",
    "keys",
    "metadata",
    "outbox",
    "outcomes",
    "privacy",
    "replies",
    "source_records",
    "spending",
    "switches",
    "third_party_contacts",
    "third_party_evidence",
    "traces",
]
