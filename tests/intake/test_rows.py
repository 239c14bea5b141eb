"""Rows into cases: rejected, accepted with a remark, accepted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from skiptrace.intake import Accepted, Rejected
from skiptrace.model import AccountFact, Fact, PartialDate
from tests.intake.placement import GOOD, HEADER, accepted, read, rejected, with_cell, write


def test_a_good_row_becomes_a_whole_case(tmp_path: Path) -> None:
    case = accepted(write(tmp_path, HEADER, GOOD)).case

    assert case.account.balance == Decimal("1842.10")
    assert case.subject.ssn == "900120142"
    assert case.subject.ssn4 == "0142"
    assert case.subject.birth_date == PartialDate(1971, 5, 23)
    assert case.batch_id == "b1"
    assert case.as_of == date(2026, 11, 2)


def test_the_same_row_of_the_same_batch_is_the_same_case(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD)

    assert accepted(path).case.case_id == accepted(path).case.case_id


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("ssn", "90A-12-0142", "contains letters, so it is not an SSN"),
        ("ssn", "12-0142", "has 6 digits instead of nine; a spreadsheet may have dropped leading zeros"),
        ("dob", "next spring", "is not a date; write YYYY-MM-DD"),
        ("dob", "5/23/71", "has a two-digit year"),
        ("balance", "a lot", "is not an amount in US dollars; write 1234.56"),
        ("balance", "-12.00", "is negative: a credit balance is nothing to collect"),
        ("balance", "(12.00)", "is negative"),
        ("account_id", "", "is missing"),
        ("balance", "", "is missing"),
        ("account_state", "", "is missing"),
    ],
)
def test_what_is_needed_and_wrong_rejects_the_row(tmp_path: Path, field: str, value: str, reason: str) -> None:
    row = rejected(write(tmp_path, HEADER, with_cell(field, value)))

    assert row.row == 2
    (problem,) = row.problems
    assert problem.field == {"dob": "birth_date"}.get(field, field)
    assert reason in problem.reason
    assert not value or value not in problem.reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("phone", "55501", "has 5 digits instead of ten; write the area code too"),
        ("phone", "512-555-CALL", "contains letters"),
        ("zip", "787", "is not a ZIP code"),
        ("state", "Texico", "is not a US state"),
        ("dob", "1971-13-40", "is not a day of the calendar; only the part that can be was read"),
        ("dob", "1791-05-23", "is not in the last 125 years"),
        ("dob", "2026-12-24", "lies in the future"),
        ("first", "", "is missing"),
    ],
)
def test_a_wrong_extra_is_left_out_with_a_remark(tmp_path: Path, field: str, value: str, reason: str) -> None:
    row = accepted(write(tmp_path, HEADER, with_cell(field, value)))

    (warning,) = row.warnings
    assert reason in warning.reason
    assert not value or value not in warning.reason


def test_a_dropped_phone_leaves_the_case_without_one(tmp_path: Path) -> None:
    assert accepted(write(tmp_path, HEADER, with_cell("phone", "55501"))).case.subject.phones == ()


def test_a_person_without_any_name_is_rejected(tmp_path: Path) -> None:
    row = rejected(write(tmp_path, HEADER, GOOD.replace("Marion,Okafor", ",")))

    assert [problem.field for problem in row.problems] == ["first", "last"]


def test_day_and_month_exchanged_are_put_right(tmp_path: Path) -> None:
    row = accepted(write(tmp_path, HEADER, with_cell("dob", "1971-23-05")))

    assert row.case.subject.birth_date == PartialDate(1971, 5, 23)
    assert "exchanged" in row.warnings[0].reason


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("19710523", PartialDate(1971, 5, 23)),
        ("05/23/1971", PartialDate(1971, 5, 23)),
        ("1971/5/23", PartialDate(1971, 5, 23)),
        ("1971-05-23T00:00:00Z", PartialDate(1971, 5, 23)),
        ("1971-05", PartialDate(1971, 5)),
        ("1971", PartialDate(1971)),
    ],
)
def test_the_usual_ways_to_write_a_date(tmp_path: Path, text: str, born: PartialDate) -> None:
    row = accepted(write(tmp_path, HEADER, with_cell("dob", text)))

    assert row.case.subject.birth_date == born
    assert row.warnings == ()


@pytest.mark.parametrize(("text", "amount"), [("$1,842.10", "1842.10"), ("1842", "1842"), ("'1842.10", "1842.10")])
def test_the_usual_ways_to_write_money(tmp_path: Path, text: str, amount: str) -> None:
    row = accepted(write(tmp_path, HEADER, with_cell("balance", text.removeprefix("'"))))

    assert row.case.account.balance == Decimal(amount)


def test_a_masked_ssn_gives_its_last_four(tmp_path: Path) -> None:
    subject = accepted(write(tmp_path, HEADER, with_cell("ssn", "XXX-XX-0142"))).case.subject

    assert (subject.ssn, subject.ssn4) == ("", "0142")


def test_a_placeholder_ssn_is_no_evidence(tmp_path: Path) -> None:
    assert accepted(write(tmp_path, HEADER, with_cell("ssn", "999-99-9999"))).case.subject.ssn == ""


def test_a_zip_that_lost_its_zero_gets_it_back_where_the_state_shows_it(tmp_path: Path) -> None:
    line = with_cell("zip", "2134").replace("TX", "Massachusetts")

    address = accepted(write(tmp_path, HEADER, line)).case.subject.addresses[0].address

    assert (address.zip_code, address.state) == ("02134", "MA")


def test_an_apostrophe_against_formulas_is_taken_off(tmp_path: Path) -> None:
    assert accepted(write(tmp_path, HEADER, with_cell("account_id", "'-77"))).case.account.account_id == "-77"


def test_a_repeated_account_is_rejected_and_names_the_first_row(tmp_path: Path) -> None:
    first, second = read(write(tmp_path, HEADER, GOOD, GOOD))

    assert isinstance(first, Accepted)
    assert isinstance(second, Rejected)
    assert second.problems[0].reason == "repeats the account of row 2; keep one of them"


def test_a_rejected_row_does_not_take_its_account_id(tmp_path: Path) -> None:
    first, second = read(write(tmp_path, HEADER, with_cell("ssn", "letters"), GOOD))

    assert isinstance(first, Rejected)
    assert isinstance(second, Accepted)


@pytest.mark.parametrize(
    ("text", "fact"), [("Y", Fact.YES), ("no", Fact.NO), ("", Fact.UNKNOWN), ("unknown", Fact.UNKNOWN), ("1", Fact.YES)]
)
def test_facts_have_three_values_and_an_empty_cell_is_never_no(tmp_path: Path, text: str, fact: Fact) -> None:
    case = accepted(write(tmp_path, f"{HEADER},Represented", f"{GOOD},{text}")).case

    assert case.account.fact(AccountFact.ATTORNEY) is fact
    assert case.account.fact(AccountFact.BANKRUPTCY) is Fact.NOT_STATED


def test_a_fact_that_is_no_answer_rejects_the_row(tmp_path: Path) -> None:
    assert rejected(write(tmp_path, f"{HEADER},bk", f"{GOOD},perhaps")).problems[0].field == "bankruptcy"


def test_an_address_in_parts_keeps_the_unit_apart(tmp_path: Path) -> None:
    header = "account_id,first,last,house,street,unit,address,balance,account_state"
    row = accepted(write(tmp_path, header, "1,A,B,118,Alder Ct,Apt 4,118 ALDER CT APT 4,10,open"))

    address = row.case.subject.addresses[0].address
    assert (address.line, address.unit) == ("118 Alder Ct", "Apt 4")


def test_a_unit_that_the_line_has_already_is_not_said_twice(tmp_path: Path) -> None:
    header = "account_id,first,last,unit,address,balance,account_state"
    row = accepted(write(tmp_path, header, "1,A,B,Apt 4,118 ALDER CT APT 4,10,open"))

    assert row.case.subject.addresses[0].address.text == "118 ALDER CT APT 4"


def test_the_year_of_the_account_dates_its_address_and_phone(tmp_path: Path) -> None:
    row = accepted(write(tmp_path, f"{HEADER},account_year", f"{GOOD},2022"))

    assert row.case.subject.addresses[0].last_seen == PartialDate(2022)
    assert row.case.subject.phones[0].last_seen == PartialDate(2022)


def test_as_of_is_the_last_day_that_it_may_mean_but_not_after_today(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER},as_of", f"{GOOD},2026", f"{GOOD},2025-02".replace("P-1", "P-2"))

    days = [row.case.as_of for row in read(path) if isinstance(row, Accepted)]

    assert days == [date(2026, 11, 2), date(2025, 2, 28)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Okafor, Marion T", ("Marion", "T", "Okafor", "")),
        ("Okafor Jr., Marion", ("Marion", "", "Okafor", "Jr.")),
        ("Marion T Okafor III", ("Marion", "T", "Okafor", "III")),
        ("Marion Okafor, Sr", ("Marion", "", "Okafor", "Sr")),
    ],
)
def test_a_full_name_is_taken_apart(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    row = accepted(write(tmp_path, "account_id,name,balance,account_state", f'1,"{text}",10,open'))

    name = row.case.subject.name
    assert (name.first, name.middle, name.last, name.suffix) == parts


def test_nothing_that_holds_a_person_prints_it(tmp_path: Path) -> None:
    row = accepted(write(tmp_path, HEADER, GOOD))

    assert "Okafor" not in f"{row!r} {row.case!r} {row.case.subject!r}"
