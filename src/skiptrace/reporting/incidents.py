"""Who is affected by a data incident: counts for the notice, and a list for counsel (rule D-08)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from skiptrace.compliance import RuleBook
from skiptrace.model import Case
from skiptrace.reporting.cells import CsvRows
from skiptrace.stores import SqlStore
from skiptrace.stores.consumers import Affected, Incident

COLUMNS = ("account_id", "case_id", "name", "address", "state", "data", "held")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an incident reaches. ``states`` counts consumers by the state of their first address.

    ``notify_within_days`` counts from the day of discovery; None when fewer consumers are affected than the rule says.
    """

    consumers: int
    accounts: int
    cases: int
    erased: int
    states: Mapping[str, int]
    notify_within_days: int | None


@dataclass(frozen=True, slots=True)
class Incidents:
    """Reads whom an incident concerns; ``rules`` hold the threshold of the notice."""

    store: SqlStore
    rules: RuleBook

    async def reach(self, tenant: str, incident: Incident, listing: BinaryIO | None = None) -> Reach:
        """Into ``listing`` goes a CSV row for each case, with what a notice needs."""
        affected = await self.store.consumers.affected(tenant, incident)
        state_of: dict[str, str] = {}
        rows = CsvRows(listing) if listing else None
        if rows:
            rows.add(COLUMNS)
        async for one, case in self._with_cases(affected):
            state_of[one.consumer] = _state(case)
            if rows:
                rows.add(_row(one, case))
        rule = self.rules.rule("D-08")
        return Reach(
            len(state_of),
            len({one.account_id for one in affected}),
            len(affected),
            sum(not one.held for one in affected),
            dict(sorted(Counter(state_of.values()).items())),
            int(rule.number("days")) if len(state_of) >= rule.number("consumers") else None,
        )

    async def _with_cases(self, affected: Sequence[Affected]) -> AsyncIterator[tuple[Affected, Case | None]]:
        for one in affected:
            yield one, await self.store.case(one.case_id) if one.held else None


def _row(one: Affected, case: Case | None) -> tuple[str, ...]:
    if case is None:
        return (one.account_id, one.case_id, "", "", "", "", "erased")
    subject = case.subject
    names, homes = [name.text for name in subject.names], [seen.address.text for seen in subject.addresses]
    return (one.account_id, one.case_id, *(names or [""])[:1], *(homes or [""])[:1], _state(case), _data(case), "held")


def _state(case: Case | None) -> str:
    states = (seen.address.state for seen in case.subject.addresses) if case else ()
    return next((state for state in states if state), "unknown")


def _data(case: Case) -> str:
    """Kinds of personal information, in the words of notification laws."""
    subject = case.subject
    held = {
        "ssn": subject.ssn,
        "ssn4": subject.ssn4,
        "birth_date": subject.birth_date,
        "address": subject.addresses,
        "phone": subject.phones,
        "email": subject.emails,
    }
    return " ".join(["name", *(kind for kind, value in held.items() if value)])
