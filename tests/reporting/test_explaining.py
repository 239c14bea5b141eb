"""The explanation of a trace says of each record that is not the subject why not, and what would change it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from skiptrace.matching import judge
from skiptrace.model import Name, PartialDate, StopReason, Trace
from skiptrace.reporting.explaining import trace_explained
from tests.matching.invented import TODAY, record, subject

BORN = PartialDate(1971, 5, 23)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def test_a_rejected_record_says_what_speaks_against_it_and_what_would_lift_it() -> None:
    own = record("own", birth_date=BORN, ssn4="0142")
    other = record("other", names=(Name("Susan", "", "Okafor"),), birth_date=PartialDate(1944, 2, 1))
    matches = judge(subject(), [own, other], as_of=TODAY).matches
    trace = Trace("t", "c", "a", "default", NOW, NOW, StopReason.ENOUGH, "", Decimal(0), matches=matches)
    (rejected,) = trace_explained(trace)["rejected"]
    assert (rejected["record_id"], rejected["party"]) == ("other", "third_party")
    assert rejected["why_not"].startswith("Another given name (-")
    lifts = rejected["would_change"]
    assert lifts[0]["probability"] > rejected["probability"]
    assert {item["feature"] for item in lifts} >= {"birth_date", "ssn4"}
    assert "Susan" not in str(rejected)
