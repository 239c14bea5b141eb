"""The summary of a run and its page."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree

from skiptrace.model import ContactStatus, Party, StepResult, StopReason
from skiptrace.reporting.page import RunFacts, report_page
from skiptrace.reporting.plots import ReliabilityBin, wilson
from skiptrace.reporting.summary import Summary
from skiptrace.reporting.text import money
from tests.builders import COLLECTION, NOW
from tests.reporting.traces import contact, phone, refused, trace


def summary() -> Summary:
    found = Summary()
    old = contact(2, "118 ALDER CT, AUSTIN, TX 78701", probability=0.03, status=ContactStatus.CANDIDATE)
    found.add(trace(contact(1), old, phone(3)), {"t1.3"})
    found.add(trace(phone(1), cost=Decimal(0)), {"t1.1"})
    found.add(refused())
    return found


def facts(**changes: object) -> RunFacts:
    return RunFacts("Batch <b>x</b>", "b1", NOW, 2.0, COLLECTION, "default", **changes)  # type: ignore[arg-type]


def test_a_locate_needs_a_usable_contact_that_the_account_did_not_have() -> None:
    found = summary()

    assert (found.accounts, found.hits, found.locates, found.verified) == (3, 2, 1, 2)


def test_a_contact_of_somebody_else_is_no_locate() -> None:
    found = Summary()
    found.add(trace(contact(1, party=Party.HOUSEHOLD)))

    assert found.locates == 0


def test_spend_is_counted_to_the_cent_and_per_locate() -> None:
    found = summary()

    assert found.cost == Decimal("0.25")
    assert found.cost_per_locate == Decimal("0.25")
    assert found.spend["enformion", "contact_enrich"] == Decimal("0.50")


def test_nothing_found_per_locate_is_nothing_and_not_zero() -> None:
    assert Summary().cost_per_locate is None


def test_overlap_counts_contacts_by_pairs_of_sources_and_names_the_upstream() -> None:
    found = summary()

    assert found.sources == ["enformion", "reference_file: A"]
    assert found.overlap["enformion", "reference_file: A"] == 3


def test_only_the_rule_that_ended_a_trace_is_listed() -> None:
    assert list(summary().rules) == [("X-10", "the account is closed", "15 USC 1692f")]


def test_steps_keep_not_asked_apart_from_found() -> None:
    steps = summary().steps

    assert steps["smarty", "us_street", StepResult.NOT_ASKED] == 2
    assert steps["smarty", "us_street", StepResult.NOTHING_FOUND] == 0


def test_the_page_needs_no_network_and_escapes_what_it_quotes() -> None:
    page = report_page(summary(), facts(problems={("rejected", "ssn", "<script>")[0:3]: 2}))

    assert "<b>x</b>" not in page
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", page.replace("xlink:href", "href"))
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_the_page_holds_every_section_and_well_formed_plots() -> None:
    bins = {"top address": [ReliabilityBin(0.2, 0.25, 40), ReliabilityBin(0.9, 0.88, 60)]}
    page = report_page(summary(), facts(reliability=bins, scorecard=[("top address", "81%")]))

    plots = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(plots) == 5
    for plot in plots:
        ElementTree.fromstring(plot)
    for text in ("Who has what", "One case over time", "Is the probability right?", "spend per locate", "X-10"):
        assert text in page


def test_the_timeline_shows_city_and_state_and_no_street() -> None:
    page = report_page(summary(), facts())

    assert "Austin, TX" in page
    assert "LARKSPUR" not in page.upper()
    assert "5550142" not in page


def test_without_truth_the_page_claims_nothing() -> None:
    assert "this page claims nothing" in report_page(summary(), facts())


def test_an_empty_run_has_a_page_too() -> None:
    found = Summary()
    found.add(trace(stop=StopReason.EXHAUSTED, steps=()))

    assert "No contact was found" in report_page(found, facts())


def test_wilson_interval_of_a_known_case() -> None:
    low, high = wilson(0.5, 100)

    assert (round(low, 3), round(high, 3)) == (0.404, 0.596)


def test_small_prices_are_not_rounded_away() -> None:
    assert [money(Decimal(x)) for x in ("0", "0.015", "0.25", "1234.5")] == ["$0.00", "$0.0150", "$0.25", "$1,234.50"]
