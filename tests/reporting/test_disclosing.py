"""What is held on one consumer, told to them: every part with its law, and nobody else's data."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from skiptrace.compliance import load_rules
from skiptrace.errors import BadInput
from skiptrace.model import AccountFact, Answer, Case, DataClass, Fact
from skiptrace.reporting.disclosing import Disclosures
from skiptrace.stores import SqlStore
from skiptrace.tracing import trace
from tests import builders as build
from tests.builders import FixedClock
from tests.test_contacting import SISTER
from tests.test_tracing import OWN, app_of

SSN = "987650142"


def owing(case_id: str = "case-1", account_id: str = "A-1", **account: Any) -> Case:
    made = build.case(case_id=case_id, subject=replace(build.case().subject, ssn=SSN))
    return replace(made, account=replace(made.account, account_id=account_id, **account))


async def told(
    store: SqlStore, clock: FixedClock, *cases: Case, classes: Mapping[str, DataClass], account_id: str = "A-1"
) -> Any:
    answer = Answer((OWN, SISTER))
    app, _ = app_of(store, clock, ("acme", (answer,) * len(cases)))
    names = itertools.count(1)
    for case in cases:
        await store.accept([case])
        await trace(case, replace(app, new_id=lambda: f"id-{next(names)}"))
    found = await Disclosures(store, classes, load_rules()).of_account("default", account_id, clock.now())
    document = orjson.loads(found.document)
    parts = [row for c in document["cases"] for row in (c["account"], *c["records"], *c["contacts"])]
    assert (found.given, found.withheld) == (
        sum(part["held"] is not None for part in parts),
        sum(part["held"] is None for part in parts),
    )
    assert SSN not in found.document.decode()
    return document


async def test_what_a_federal_law_covers_is_named_and_left_out(store: SqlStore, clock: FixedClock) -> None:
    document = await told(store, clock, owing(debt_origin="credit"), classes={"acme": DataClass.GLBA})
    [case] = document["cases"]

    for part in (case["account"], *case["records"], *case["contacts"]):
        assert (part["legal_regime"], part["exempt"], part["held"]) == (["glba"], True, None)
    assert "addresses" in case["records"][0]["kinds"]


async def test_what_no_federal_law_covers_is_given(store: SqlStore, clock: FixedClock) -> None:
    document = await told(store, clock, owing(debt_origin="credit"), classes={"acme": DataClass.PUBLIC})
    [case] = document["cases"]

    assert case["records"][0]["legal_regime"] == ["public"]
    assert {c["held"]["value"] for c in case["contacts"]}


async def test_what_came_with_an_account_of_no_financial_institution_is_given(
    store: SqlStore, clock: FixedClock
) -> None:
    document = await told(store, clock, owing(debt_origin="towing"), classes={"acme": DataClass.GLBA})
    [case] = document["cases"]

    assert (case["account"]["legal_regime"], case["account"]["exempt"]) == (["state_privacy"], False)
    assert case["account"]["held"]["names"]
    assert case["account"]["held"]["ssn4"] == SSN[-4:]


async def test_the_glba_exemption_is_not_for_commercial_debts(store: SqlStore, clock: FixedClock) -> None:
    commercial = owing(debt_origin="credit", facts={AccountFact.COMMERCIAL: Fact.YES})
    document = await told(store, clock, commercial, classes={"acme": DataClass.GLBA})

    assert document["cases"][0]["records"][0]["exempt"] is False


async def test_a_provider_that_is_not_known_any_more_is_left_out_for_a_person_to_look(
    store: SqlStore, clock: FixedClock
) -> None:
    document = await told(store, clock, owing(), classes={})
    [record] = document["cases"][0]["records"]

    assert (record["legal_regime"], record["held"]) == (["unknown"], None)


async def test_all_accounts_of_the_consumer_and_no_other_person(store: SqlStore, clock: FixedClock) -> None:
    cases = (owing(), owing("case-2", "A-2"))
    document = await told(store, clock, *cases, classes={"acme": DataClass.PUBLIC}, account_id="A-2")
    text = orjson.dumps(document).decode()

    assert [case["account_id"] for case in document["cases"]] == ["A-1", "A-2"]
    assert document["cases"][0]["of_other_people"] == 1
    assert SISTER.names[0].first not in text
    assert SISTER.phones[0].number not in text


async def test_an_account_that_nothing_is_held_of_is_said_so(store: SqlStore, clock: FixedClock) -> None:
    with pytest.raises(BadInput, match="not known here, or was erased"):
        await Disclosures(store, {}, load_rules()).of_account("default", "A-9", clock.now())
