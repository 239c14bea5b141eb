"""Files of every kind, sound and broken. Each broken one has a message that says what to do."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skiptrace.errors import BadInput
from skiptrace.intake import Accepted, Accounts, Rejected
from tests.intake.placement import FIXTURE, GOOD, HEADER, TERMS, read, write


def refusal(path: Path, encoding: str = "") -> str:
    with pytest.raises(BadInput) as caught:
        read(path, encoding=encoding)
    return str(caught.value)


def test_the_fixture_is_read_whole() -> None:
    rows = read(FIXTURE)

    assert [type(row) for row in rows] == [Accepted] * 6
    assert [row.row for row in rows] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_the_header_uses(tmp_path: Path, mark: str) -> None:
    path = write(tmp_path, HEADER.replace(",", mark), GOOD.replace(",", mark))

    assert [type(row) for row in read(path)] == [Accepted]


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, HEADER, GOOD, encoding="utf-8-sig"))) == 1


def test_csv_jsonl_and_parquet_give_the_same_cases(tmp_path: Path) -> None:
    names, values = HEADER.split(","), GOOD.split(",")
    row = dict(zip(names, values, strict=True))
    lines = write(tmp_path, json.dumps(row), name="accounts.jsonl")
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "accounts.parquet")

    cases = [
        row.case
        for path in (write(tmp_path, HEADER, GOOD), lines, tmp_path / "accounts.parquet")
        for row in read(path)
        if isinstance(row, Accepted)
    ]

    assert len(cases) == 3
    assert cases[0] == cases[1] == cases[2]


def test_typed_cells_of_parquet_lose_their_floats_and_nulls(tmp_path: Path) -> None:
    row = {"account_id": 7, "first": "Ruth", "last": "Brandt", "zip": 78701.0, "phone": None, "balance": 12.5}
    pq.write_table(pa.Table.from_pylist([{**row, "account_state": "open"}]), tmp_path / "a.parquet")

    (found,) = read(tmp_path / "a.parquet")

    assert isinstance(found, Accepted)
    assert found.case.account.account_id == "7"
    assert found.case.subject.addresses[0].address.zip_code == "78701"
    assert found.case.subject.phones == ()


def test_a_key_that_only_later_lines_have_is_still_a_column(tmp_path: Path) -> None:
    first = {"account_id": "1", "first": "A", "last": "B", "balance": 1, "account_state": "open"}
    path = write(tmp_path, json.dumps(first), json.dumps({**first, "account_id": "2", "ssn4": "0142"}), name="a.jsonl")

    rows = read(path)

    assert [row.case.subject.ssn4 for row in rows if isinstance(row, Accepted)] == ["", "0142"]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "is empty; write a header line" in refusal(write(tmp_path))


def test_a_blank_file_is_refused(tmp_path: Path) -> None:
    assert "holds no header line" in refusal(write(tmp_path, "", ""))


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert "is a directory; name one" in refusal(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nowhere.csv")


def test_a_pipe_is_refused_without_waiting_on_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert "save it to disk first" in refusal(tmp_path / "pipe")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_and_so_is_the_way_out(tmp_path: Path, encoding: str) -> None:
    message = refusal(write(tmp_path, HEADER, GOOD, encoding=encoding))

    assert "UTF-16" in message
    assert "CSV UTF-8" in message


def test_utf_16_is_read_when_the_user_says_so(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, HEADER, GOOD, encoding="utf-16"), encoding="utf-16")) == 1


def test_an_old_windows_file_names_the_line_and_the_option(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD, GOOD.replace("Marion", "René").replace("P-1", "P-2"), encoding="cp1252")

    assert "--encoding cp1252" in refusal(path)
    assert len(read(path, encoding="cp1252")) == 2


def test_nul_bytes_reject_their_row_and_keep_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD.replace("Marion", "Mar\0ion"), GOOD.replace("P-1", "P-2"))

    first, second = read(path)

    assert isinstance(first, Rejected)
    assert first.problems[0].reason == "contains a NUL byte; remove it"
    assert isinstance(second, Accepted)


def test_a_line_without_end_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as stream:
        stream.write(f"{HEADER}\n{GOOD}\n".encode())
        stream.truncate(1 << 30)
        stream.seek(0, os.SEEK_END)
    with path.open("r+b") as stream:
        stream.seek(len(HEADER) + len(GOOD) + 2)
        stream.write(b"x" * (3 << 20))

    tracemalloc.start()
    message = refusal(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "line 3 is longer than a million characters" in message
    assert peak < 64 << 20


def test_a_quotation_mark_that_never_closes_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, f'"{GOOD}', *[GOOD] * 3000)

    assert "line 2: a cell is too long; is a quotation mark opened" in refusal(path)


def test_a_row_with_a_stray_delimiter_is_rejected_alone(tmp_path: Path) -> None:
    first, second = read(write(tmp_path, HEADER, f"{GOOD},extra", GOOD))

    assert isinstance(first, Rejected)
    assert "has 11 cells under 10 columns" in first.problems[0].reason
    assert isinstance(second, Accepted)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD)
    rows = Accounts(path).read(TERMS)
    next(rows)
    with path.open("a") as stream:
        stream.write(GOOD.replace("P-1", "P-2") + "\n")

    with pytest.raises(BadInput, match="changed while it was read; wait until it is complete"):
        list(rows)


def test_the_digest_is_of_the_bytes_and_notices_a_change(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD)
    accounts = Accounts(path)

    assert accounts.digest() == Accounts(path).digest()
    write(tmp_path, HEADER, GOOD, GOOD)
    with pytest.raises(BadInput, match="changed"):
        accounts.digest()


@pytest.mark.parametrize(
    ("head", "advice"),
    [(b"PK\x03\x04rest", "CSV UTF-8"), (b"\x1f\x8b\x08", "unpack it first"), (b'[{"a": 1}]', "one object per line")],
)
def test_other_formats_are_recognised_and_refused(tmp_path: Path, head: bytes, advice: str) -> None:
    (tmp_path / "a.csv").write_bytes(head)

    assert advice in refusal(tmp_path / "a.csv")


def test_broken_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing else")

    assert "write it again" in refusal(tmp_path / "a.parquet")


def test_a_line_of_jsonl_that_is_no_object_is_rejected_alone(tmp_path: Path) -> None:
    good = json.dumps({"account_id": "1", "first": "A", "last": "B", "balance": 1, "account_state": "open"})

    first, second = read(write(tmp_path, good, "{broken", name="a.jsonl"))

    assert isinstance(first, Accepted)
    assert isinstance(second, Rejected)
    assert second.row == 2
