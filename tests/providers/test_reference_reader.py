"""Files that cannot be read: each says what to do and shows nobody."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skiptrace.errors import ConfigError
from skiptrace.providers.reference_reader import open_source
from tests.providers.reference_files import HEADER, PEOPLE, provider, write

ROW = "R-1,MARION,OKAFOR,1971-05-23,0142,118 ALDER CT,Austin,TX,78701,5125550142"


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a directory"):
        open_source(tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no reference file"):
        open_source(tmp_path / "people.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "is UTF-16"),
        (f"{HEADER}\n{ROW}\n".replace("118", "\0").encode(), "NUL bytes"),
        (b"id,last,zip,zip\n1,OKAFOR,78701,78701\n", "2 columns of one name"),
        (b"x" * 100_000, "is no header"),
        (b"PAR1 and then nothing", "is not whole"),
        (f"{HEADER}\n".encode(), "has no rows"),
        (f"{HEADER}\n{ROW.replace('MARION', 'JOSÉ')}\n".encode("cp1252"), "not in the stated encoding"),
        (f"{HEADER}\n{ROW},".encode() + b'"' + b"x" * (40 << 20), "longer than 16 MB"),
        (f"{HEADER}\n{ROW}\n{ROW}\n".encode(), "repeats a record id in 1 rows"),
    ],
    ids=[
        "empty",
        "blank",
        "utf16",
        "nul",
        "twice",
        "no-header",
        "parquet",
        "no-rows",
        "cp1252",
        "long-line",
        "same-id",
    ],
)
def test_content_that_is_no_reference_file(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match=message) as refused:
        provider(tmp_path / "home", file)

    assert "OKAFOR" not in str(refused.value)


def test_nul_bytes_far_down_the_file_are_found_too(tmp_path: Path) -> None:
    file = write(
        tmp_path / "people.csv", [f"R-{i},ANN,OKAFOR,,,,,,78701," for i in range(9_000)] + ["R-X,\0,B,,,,,,7,"]
    )

    with pytest.raises(ConfigError, match="NUL"):
        provider(tmp_path / "home", file)


def test_columns_of_structures_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    pq.write_table(pa.table({"id": ["1"], "last": ["OKAFOR"], "zip": [[78701]]}), file)

    with pytest.raises(ConfigError, match="one plain value per cell"):
        provider(tmp_path / "home", file)


def test_a_cut_off_parquet_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    pq.write_table(pa.table({"id": ["1"], "last": ["OKAFOR"], "zip": ["78701"]}), file)
    file.write_bytes(file.read_bytes()[:-100])

    with pytest.raises(ConfigError, match="is not whole"):
        provider(tmp_path / "home", file)


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(f"{HEADER}\n{ROW.replace('MARION', 'JOSÉ')}\n".encode("cp1252"))

    provider(tmp_path / "home", file, encoding="cp1252")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_seen(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER}\n{ROW}\n".replace(",", delimiter), encoding="utf-8-sig")

    assert open_source(file).columns == tuple(HEADER.split(","))
    provider(tmp_path / "home", file)


def test_lines_of_another_length_are_left_out_and_counted(tmp_path: Path) -> None:
    file = write(tmp_path / "people.csv", [ROW, "R-2,TOO,FEW", ROW.replace("R-1", "R-3")])
    source = open_source(file)

    rows = sum(batch.num_rows for batch in source.batches(["rec_id", "last"]))

    assert (rows, source.tally.broken_lines) == (2, 1)


def test_the_fixture_is_read_whole() -> None:
    source = open_source(PEOPLE)

    assert sum(batch.num_rows for batch in source.batches(["rec_id"])) == 10
