"""``match_files``: real files in, real files out."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skiptrace.errors import BadInput
from skiptrace.matching.bulk import match_files, match_tables
from skiptrace.matching.tables_in import _dates
from skiptrace.matching.weights import shipped_parameters

TEXTS = ["first", "last", "dob", "ssn4", "house", "street", "city", "state", "zip", "phone", "provider"]
SUBJECTS = [
    {"account_id": "a", "first": "Marion", "last": "Okafor", "dob": "1971-05-23", "ssn4": "0142", "as_of": "2026"},
    {"account_id": "b", "first": "Ines", "last": "Varga", "dob": "1980", "ssn4": "", "as_of": "2026"},
]
RECORDS = [
    {"account_id": "b", "rec_id": "1", "first": "Ines", "last": "Varga", "dob": "1980-02-01", "ssn4": ""},
    {"account_id": "a", "rec_id": "2", "first": "Marion", "last": "Okafor", "dob": "1971-05-23", "ssn4": "0142"},
    {"account_id": "a", "rec_id": "3", "first": "Dale", "last": "Okafor", "dob": "1950-01-01", "ssn4": "7788"},
]
for _n, _record in enumerate(RECORDS):
    _record |= {
        "house": str(10 + _n), "street": "Alder Court", "city": "Austin", "state": "TX", "zip": "78701",
        "phone": f"512555014{_n}", "phone_type": "mobile", "phone_last_seen": "2024", "provider": "north",
        "first_seen": "2019", "last_seen": "2025", "shoe_size": "43",
    }  # fmt: skip


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write_csv(tmp_path / "subjects.csv", SUBJECTS), write_csv(tmp_path / "records.csv", RECORDS)


def test_every_record_is_scored_in_its_place(files: tuple[Path, Path], tmp_path: Path) -> None:
    done = match_files(*files, tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert (done.subjects, done.records) == (2, 3)
    assert [row["rec_id"] for row in rows] == ["1", "2", "3"]
    assert list(rows[0]) == ["account_id", "rec_id", "p_same", "p_address", "p_phone", "party"]
    assert float(rows[1]["p_same"]) > 0.99
    assert float(rows[2]["p_same"]) < 0.05
    assert rows[1]["party"] == "subject"


def test_csv_and_parquet_give_the_same_scores(files: tuple[Path, Path], tmp_path: Path) -> None:
    match_files(*files, tmp_path / "out.csv")
    subjects = write_parquet(tmp_path / "s.parquet", SUBJECTS)
    match_files(subjects, write_parquet(tmp_path / "r.parquet", RECORDS), tmp_path / "out.parquet")
    from_csv = [float(row["p_same"]) for row in read(tmp_path / "out.csv")]
    assert [row["p_same"] for row in read(tmp_path / "out.parquet")] == pytest.approx(from_csv)


def test_one_address_line_does_as_well_as_its_parts(files: tuple[Path, Path], tmp_path: Path) -> None:
    lined = [{"address": f"{row['house']} {row['street']}", **row} for row in RECORDS]
    for row in lined:
        del row["house"], row["street"]
    match_files(files[0], write_csv(tmp_path / "lined.csv", lined), tmp_path / "lined-out.csv")
    match_files(*files, tmp_path / "out.csv")
    expected = [float(row["p_address"]) for row in read(tmp_path / "out.csv")]
    assert [float(row["p_address"]) for row in read(tmp_path / "lined-out.csv")] == pytest.approx(expected)


def test_reasons_start_at_the_prior_and_quote_nobody(files: tuple[Path, Path], tmp_path: Path) -> None:
    match_files(*files, tmp_path / "out.csv", explain=True)
    reasons = json.loads(read(tmp_path / "out.csv")[1]["reasons"])
    assert reasons[0][0] == "prior"
    assert dict(reasons)["ssn4"] > 5
    assert "Okafor" not in str(reasons)


def test_an_account_is_judged_the_same_whoever_else_is_in_the_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    match_files(*files, tmp_path / "both.csv")
    alone = write_csv(tmp_path / "alone.csv", RECORDS[1:])
    match_files(write_csv(tmp_path / "one.csv", SUBJECTS[:1]), alone, tmp_path / "out.csv")
    together = {row["rec_id"]: row["p_same"] for row in read(tmp_path / "both.csv")}
    assert all(row["p_same"] == together[row["rec_id"]] for row in read(tmp_path / "out.csv"))


def test_a_large_file_is_split_by_account_and_gives_the_same(files: tuple[Path, Path], tmp_path: Path) -> None:
    match_files(*files, tmp_path / "whole.csv")
    records = write_parquet(tmp_path / "r.parquet", RECORDS)
    told: list[tuple[int, int | None]] = []
    match_files(files[0], records, tmp_path / "split.csv", progress=lambda *at: told.append(at), rows_at_once=2)
    whole = {row["rec_id"]: row for row in read(tmp_path / "whole.csv")}
    assert {row["rec_id"]: row for row in read(tmp_path / "split.csv")} == whole
    assert told == [(2, 3), (3, 3)]


def test_optional_columns_may_be_missing_and_others_have_usual_names(tmp_path: Path) -> None:
    subjects = write_csv(tmp_path / "s.csv", [{"account_id": "a", "first_name": "Marion", "surname": "Okafor"}])
    records = [{"account_id": "a", "record_id": "1", "first_name": "Marion", "last_name": "Okafor"}]
    match_files(subjects, write_csv(tmp_path / "r.csv", records), tmp_path / "o.csv", as_of=date(2026, 11, 2))
    (row,) = read(tmp_path / "o.csv")
    assert (row["rec_id"], float(row["p_address"])) == ("1", 0.0)


def test_a_file_without_records_gives_a_file_without_rows(files: tuple[Path, Path], tmp_path: Path) -> None:
    none = pa.Table.from_pylist(RECORDS).slice(0, 0)
    pq.write_table(none, tmp_path / "none.parquet")
    assert match_files(files[0], tmp_path / "none.parquet", tmp_path / "out.parquet").records == 0
    assert read(tmp_path / "out.parquet") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1971-05-23", (1971, 5, 23)), ("1971-05", (1971, 5, 0)), ("1971", (1971, 0, 0)),
     ("1971-05-32", (1971, 5, 0)), ("1971-13", (1971, 0, 0)), ("1971-23-05", (1971, 5, 23)),
     ("1971-23-15", (1971, 0, 15)), ("19710523", (1971, 5, 23)), ("05/23/1971", (0, 0, 0)), ("", (0, 0, 0))],
)  # fmt: skip
def test_a_birth_date_is_read_as_far_as_it_is_stated(text: str, expected: tuple[int, int, int]) -> None:
    (born,) = _dates(pa.array([text])).tolist()

    assert (born >> 9, born >> 5 & 15, born & 31) == expected


def test_each_part_of_a_table_may_hold_its_texts_in_an_order_of_its_own() -> None:
    subjects, records = pa.Table.from_pylist(SUBJECTS[::-1]), pa.Table.from_pylist(RECORDS)
    rows = (records.slice(row, 1) for row in range(len(records)))
    parts = pa.concat_tables(
        pa.table([row[name].dictionary_encode() if name in TEXTS else row[name] for name in row.column_names],
                 row.column_names) for row in rows
    )  # fmt: skip

    assert match_tables(subjects, parts, shipped_parameters()) == match_tables(subjects, records, shipped_parameters())


@pytest.mark.parametrize(
    ("subjects", "records", "complaint"),
    [
        ([{"account_id": "a", "last": "X", "as_of": "2026"}], RECORDS, "subjects.csv: column first is missing"),
        (SUBJECTS, [{"account_id": "a", "first": "", "last": ""}], "records.csv: column rec_id is missing"),
        ([{"account_id": "a", "first": "", "last": ""}], RECORDS, "subjects.csv: column as_of is missing"),
        ([*SUBJECTS, SUBJECTS[0]], RECORDS, "subjects: account_id a comes twice"),
        (SUBJECTS[:1], RECORDS, "records: record 1 has an account_id that is not among the subjects"),
        (
            [SUBJECTS[0] | {"as_of": "soon"}, SUBJECTS[1]],
            RECORDS,
            "subjects: as_of of account a is neither a year nor a date",
        ),
    ],
)
def test_a_wrong_file_gets_a_plain_answer_and_nothing_is_written(
    subjects: list[dict[str, Any]], records: list[dict[str, Any]], complaint: str, tmp_path: Path
) -> None:
    paths = write_csv(tmp_path / "subjects.csv", subjects), write_csv(tmp_path / "records.csv", records)
    with pytest.raises(BadInput) as refused:
        match_files(*paths, tmp_path / "out.csv")
    assert complaint in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.csv", "subjects.csv"]


@pytest.mark.parametrize("rows_at_once", [2, 1_000_000])
def test_values_that_cannot_be_read_are_told_and_the_rows_are_scored(tmp_path: Path, rows_at_once: int) -> None:
    bad = {"dob": "23 May", "phone": "ask him", "last_seen": "20x5", "ssn4": "**42"}
    records = [
        RECORDS[0] | {"dob": "1980-27-02"},
        RECORDS[1] | bad,
        RECORDS[2] | {"dob": "23 May", "phone": "0000000000"},
    ]
    paths = write_csv(tmp_path / "subjects.csv", SUBJECTS), write_csv(tmp_path / "records.csv", records)
    done = match_files(*paths, tmp_path / "out.csv", rows_at_once=rows_at_once)
    assert {(one.table, one.column, one.rows, one.first) for one in done.unread} == {
        ("records", "dob", 2, "2"),
        ("records", "phone", 1, "2"),
        ("records", "last_seen", 1, "2"),
        ("records", "ssn4", 1, "2"),
    }
    assert len(read(tmp_path / "out.csv")) == 3


def test_other_endings_and_missing_files_are_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="must end in"):
        match_files(*files, tmp_path / "out.xlsx")
    with pytest.raises(BadInput, match="is not a file"):
        match_files(tmp_path / "gone.csv", files[1], tmp_path / "out.csv")


def test_a_damaged_file_is_refused_without_its_content(files: tuple[Path, Path], tmp_path: Path) -> None:
    with files[1].open("a") as file:
        file.write("a,4,Secretname\n")
    with pytest.raises(BadInput) as refused:
        match_files(*files, tmp_path / "out.csv")
    assert "Secretname" not in str(refused.value)
