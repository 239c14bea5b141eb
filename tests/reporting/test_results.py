"""Result files: what other programs read."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.intake import Accepted
from skiptrace.model import ContactStatus
from skiptrace.reporting.cells import safe_cell
from skiptrace.reporting.files import new_file
from skiptrace.reporting.problems import problem_files
from skiptrace.reporting.results import account_object
from skiptrace.reporting.writers import result_files
from tests.intake.placement import GOOD, HEADER, read, with_cell, write
from tests.reporting.traces import contact, phone, trace


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def test_an_account_names_contacts_best_first_with_evidence_and_grants() -> None:
    found = account_object(trace(contact(1), phone(2)), on_account={"t1.2"})

    first, second = found["contacts"]
    assert (found["account_id"], found["cost"], found["stop_reason"]) == ("P-1001", 0.25, "enough")
    assert (first["rank"], first["kind"], first["status"], first["party"]) == (1, "address", "verified", "subject")
    assert [e["record_id"] for e in first["evidence"]] == ["r1", "r2"]
    assert [e["provider"] for e in first["evidence"]] == ["reference_file", "enformion"]
    assert [c["on_account"] for c in (first, second)] == [False, True]
    assert second["grants"][0] == {
        "channel": "voice_manual",
        "rule_id": "B-05",
        "citation": "15 USC 1692c",
        "zones": ["America/Chicago"],
        "opens": "08:01",
        "closes": "20:59",
    }


def test_suppressed_contacts_are_counted_and_never_shown() -> None:
    found = account_object(trace(contact(1, status=ContactStatus.SUPPRESSED), phone(2)))

    assert [c["value"] for c in found["contacts"]] == ["+15125550142"]
    assert found["contacts"][0]["rank"] == 2
    assert found["suppressed_contacts"] == 1


def test_the_three_files_hold_the_same_and_are_for_their_owner_only(tmp_path: Path) -> None:
    with result_files(tmp_path) as results:
        results.add(account_object(trace(contact(1), phone(2))))
        results.add(account_object(trace(account_id="P-1002")))

    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    rows = rows_of(tmp_path / "results.csv")
    table = pq.read_table(tmp_path / "results.parquet").to_pylist()
    assert [line["account_id"] for line in lines] == ["P-1001", "P-1002"]
    assert [(row["account_id"], row["value"]) for row in rows] == [
        ("P-1001", "9 LARKSPUR WAY, AUSTIN, TX 78701"),
        ("P-1001", "+15125550142"),
        ("P-1002", ""),
    ]
    assert [(row["value"] or "", row["probability"]) for row in table] == [
        (rows[0]["value"], 0.93),
        (rows[1]["value"], 0.8),
        ("", None),
    ]
    assert rows[1]["window"] == "08:01-20:59 America/Chicago"
    assert rows[0]["providers"] == "enformion;reference_file"
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_run_that_breaks_off_leaves_the_last_results_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("the last run\n")

    def break_off() -> None:
        with result_files(tmp_path) as results:
            results.add(account_object(trace(contact(1))))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert (tmp_path / "results.jsonl").read_text() == "the last run\n"
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]


def test_a_file_is_not_written_through_somebody_elses_link(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / "out").symlink_to(target)

    with new_file(tmp_path / "out") as stream:
        stream.write(b"new")

    assert target.read_text() == "mine"
    assert (tmp_path / "out").read_bytes() == b"new"


@pytest.mark.parametrize(
    "formula",
    ["=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "\uff1d1+1"],
)
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(formula: str) -> None:
    assert safe_cell(formula) == f"'{formula}"


@pytest.mark.parametrize("plain", ["+15125550142", "-12.50", "9 LARKSPUR WAY", "", "O'BRIEN"])
def test_numbers_and_plain_text_stay_as_they_are(plain: str) -> None:
    assert safe_cell(plain) == plain


@given(st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = safe_cell(text)

    assert cell[:1] not in {"=", "@", "\t", "\r"}
    assert cell[:1] not in {"+", "-"} or cell[1:].replace(".", "", 1).isdecimal()


SSN = (HEADER.split(",").index("ssn"),)


def test_rejects_can_be_corrected_and_fed_back(tmp_path: Path) -> None:
    path = write(
        tmp_path, HEADER, with_cell("ssn", "9OO-12-0142").replace("Marion", "=Marion"), GOOD.replace("P-1", "P-2")
    )
    with problem_files(tmp_path, HEADER.split(","), SSN) as problems:
        for row in read(path):
            problems.add(row)

    (reject,) = rows_of(tmp_path / "rejects.csv")
    assert (reject["row"], reject["field"]) == ("2", "ssn")
    assert "contains letters" in reject["reason"]
    assert reject["first"] == "'=Marion"
    corrected = (tmp_path / "rejects.csv").read_text().replace("*OO-**-0142", "900-12-0142")
    (again,) = read(write(tmp_path, corrected.strip(), name="again.csv"))
    assert isinstance(again, Accepted)
    assert again.case.subject.name.first == "=Marion"


def test_a_reject_shows_of_an_ssn_the_last_four_in_whatever_column_it_stands(tmp_path: Path) -> None:
    wrong = with_cell("balance", "much").replace("Marion", "Marion 123-45-0142")
    with problem_files(tmp_path, HEADER.split(","), SSN) as problems:
        for row in read(write(tmp_path, HEADER, wrong)):
            problems.add(row)

    (reject,) = rows_of(tmp_path / "rejects.csv")
    assert reject["first"] == "Marion ***-**-0142"
    assert reject["ssn"].endswith("0142")
    assert re.search(r"\d{5}", reject["ssn"]) is None
    corrected = (tmp_path / "rejects.csv").read_text().replace("much", "12.50").replace(" ***-**-0142", "")
    (again,) = read(write(tmp_path, corrected.strip(), name="again.csv"))
    assert isinstance(again, Accepted)
    assert (again.case.subject.ssn, again.case.subject.ssn4) == ("", "0142")


def test_warnings_name_row_account_field_and_reason_and_no_value(tmp_path: Path) -> None:
    with problem_files(tmp_path, HEADER.split(",")) as problems:
        for row in read(write(tmp_path, HEADER, with_cell("phone", "55501"))):
            problems.add(row)

    (warning,) = rows_of(tmp_path / "warnings.csv")
    assert (warning["row"], warning["account_id"], warning["field"]) == ("2", "P-1", "phone")
    assert "55501" not in (tmp_path / "warnings.csv").read_text()
