"""Whom a data incident concerns: by provider, source and time, by consumer and state, and for counsel by name."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from datetime import timedelta

from skiptrace.compliance import RuleBook, load_rules
from skiptrace.model import Answer
from skiptrace.reporting.incidents import COLUMNS, Incidents, Reach
from skiptrace.stores import SqlStore
from skiptrace.stores.consumers import Incident
from skiptrace.stores.erasing import Account
from skiptrace.tracing import App, trace
from tests.builders import FixedClock
from tests.reporting.test_disclosing import owing
from tests.test_tracing import OWN, app_of

DAY = timedelta(days=1)
BOUGHT = replace(OWN, upstream="headerline")


async def filled(store: SqlStore, clock: FixedClock) -> App:
    """Two accounts of one consumer, traced on two days."""
    app, _ = app_of(store, clock, ("acme", (Answer((BOUGHT,)), Answer((OWN,)))))
    names = itertools.count(1)
    app = replace(app, new_id=lambda: f"id-{next(names)}")
    for case in (owing(), owing("case-2", "A-2")):
        await store.accept([case])
        await trace(case, app)
        clock.at += 2 * DAY
    return app


def of(store: SqlStore, rules: RuleBook | None = None) -> Incidents:
    return Incidents(store, rules or load_rules())


def window(clock: FixedClock, first: int, last: int, **more: str) -> Incident:
    """Days before the fourth day, on which nothing more happens."""
    return Incident(clock.at - first * DAY, clock.at - last * DAY, **more)


async def test_one_consumer_counts_once_on_all_accounts(store: SqlStore, clock: FixedClock) -> None:
    await filled(store, clock)

    assert await of(store).reach("default", window(clock, 5, 0)) == Reach(1, 2, 2, 0, {"TX": 1}, None)
    assert (await of(store).reach("other", window(clock, 5, 0))).consumers == 0


async def test_what_came_later_is_not_concerned(store: SqlStore, clock: FixedClock) -> None:
    await filled(store, clock)

    assert (await of(store).reach("default", window(clock, 5, 3))).accounts == 1


async def test_of_a_provider_and_of_an_upstream_source(store: SqlStore, clock: FixedClock) -> None:
    await filled(store, clock)

    async def accounts(first: int, last: int, **more: str) -> int:
        return (await of(store).reach("default", window(clock, first, last, **more))).accounts

    assert await accounts(5, 0, provider="acme") == 2
    assert await accounts(5, 3, provider="acme") == 1
    assert await accounts(5, 0, provider="zenith") == 0
    assert await accounts(5, 0, source="headerline") == 2, "the second rests on what was bought for the first"
    assert await accounts(5, 3, source="headerline") == 1
    assert await accounts(5, 0, source="footerline") == 0


async def test_the_notice_is_due_from_the_rules_number_of_consumers_on(store: SqlStore, clock: FixedClock) -> None:
    await filled(store, clock)
    rules = load_rules()
    few = replace(rules.rule("D-08"), settings={"consumers": 1, "days": 30})
    book = replace(rules, rules=tuple(few if rule.id == "D-08" else rule for rule in rules.rules))

    assert (await of(store, book).reach("default", window(clock, 5, 0))).notify_within_days == 30


async def test_counsel_gets_names_and_what_was_held_and_of_the_erased_that_they_were(
    store: SqlStore, clock: FixedClock
) -> None:
    await filled(store, clock)
    await store.erasing.erase(Account("default", "A-2", "cora", "R-17"))
    out = io.BytesIO()
    assert (await of(store).reach("default", window(clock, 5, 0), out)).cases == 2
    head, held, erased = out.getvalue().decode().splitlines()

    assert head == ",".join(COLUMNS)
    assert held.startswith("A-1,case-1,")
    assert "name ssn" in held
    assert erased == "A-2,case-2,,,,,erased"


async def test_who_was_asked_about_is_concerned_also_where_nothing_was_found(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer(()),)))
    await store.accept([owing()])
    await trace(owing(), app)
    clock.at += DAY

    assert (await of(store).reach("default", window(clock, 5, 0, provider="acme"))).accounts == 1
