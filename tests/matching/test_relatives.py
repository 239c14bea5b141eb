"""Named relatives are evidence: small, never against anybody, and never contacts."""

from __future__ import annotations

from dataclasses import replace

from skiptrace.matching import judge
from skiptrace.model import Name, Relative, SourceRecord, Subject
from tests.matching.invented import OTHER_HOME, TODAY, record, seen, subject

DALE = (Relative(Name("Dale", "", "Okafor"), "spouse"),)
SOMEBODY = (Relative(Name("Ines", "", "Varga")),)
KNOWN = subject(relatives=DALE)


def probability(*records: SourceRecord, of: Subject = KNOWN) -> float:
    return judge(of, records, as_of=TODAY).matches[0].probability


def test_a_shared_relative_lifts_a_record_and_is_quoted() -> None:
    match = judge(KNOWN, [record(relatives=(*SOMEBODY, *DALE))], as_of=TODAY).matches[0]
    quoted = {item.feature: (item.bits, item.asked, item.found) for item in match.evidence}
    assert quoted["relatives.same"] == (2.0, "Dale Okafor", "Ines Varga / Dale Okafor")
    assert match.probability > probability(record())


def test_relatives_that_are_not_shared_say_nothing() -> None:
    assert probability(record(relatives=SOMEBODY)) == probability(record())
    assert probability(record(relatives=DALE), of=subject()) == probability(record(), of=subject())


def test_several_shared_relatives_count_once() -> None:
    both = (*DALE, *SOMEBODY)
    assert probability(record(relatives=both), of=subject(relatives=both)) == probability(record(relatives=DALE))


def test_an_incomplete_name_ties_nobody() -> None:
    nameless = (Relative(Name("Dale")),)
    assert probability(record(relatives=nameless), of=subject(relatives=nameless)) == probability(record())


def test_records_that_name_the_same_relative_support_each_other() -> None:
    sure = record("sure", birth_date=subject().birth_date, ssn4="0142", relatives=DALE)
    bare = record("bare", upstream="two", addresses=(seen(OTHER_HOME, 2020, 2024),))
    shared = replace(bare, relatives=DALE)
    assert probability(shared, sure, of=subject()) > probability(bare, sure, of=subject())


def test_a_relative_is_never_a_contact() -> None:
    found = judge(KNOWN, [record(relatives=DALE)], as_of=TODAY)
    assert all("Dale" not in contact.value for contact in found.contacts)
