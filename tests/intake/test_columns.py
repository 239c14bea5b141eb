"""Column names: the usual ones, a mapping, and what is said when one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from skiptrace.errors import BadInput
from skiptrace.intake import Accounts, ColumnMapping
from skiptrace.intake.columns import resolve
from tests.intake.placement import GOOD, HEADER, accepted, write


def test_usual_names_are_recognised_however_they_are_spelt() -> None:
    columns = resolve(
        ["Acct No.", "LAST NAME", "First-Name", "Date of Birth", "Status X", "Balance Due", "Account Status"]
    )

    assert {name: place[0] for name, place in columns.places.items()} == {
        "account_id": 0,
        "last": 1,
        "first": 2,
        "birth_date": 3,
        "balance": 5,
        "account_state": 6,
    }
    assert columns.ignored == ("Status X",)


def test_a_mapping_overrules_the_usual_names(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.replace("last", "Nachname"), GOOD)

    row = accepted(path, ColumnMapping.read(["last_name=Nachname"]))

    assert row.case.subject.name.last == "Okafor"


def test_a_value_can_be_stated_for_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.removesuffix(",account_state"), GOOD.removesuffix(",open"))

    row = accepted(path, ColumnMapping.read(constants=["account_state=open"]))

    assert row.case.account.state == "open"


def test_a_mapping_file_names_columns_and_constants(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('[columns]\nphone = ["home", "cell"]\n[constants]\naccount_state = "open"\n')
    path = write(tmp_path, "account_id,first,last,home,cell,balance", "1,A,B,5125550101,5125550102,10")

    row = accepted(path, ColumnMapping.read(file=tmp_path / "map.toml"))

    assert [seen.number for seen in row.case.subject.phones] == ["5125550101", "5125550102"]


def test_a_mapping_to_a_column_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match='last: the file has no column "surename" to map it to; it has account_id, first'
    ):
        Accounts(write(tmp_path, HEADER, GOOD), ColumnMapping.read(["last=surename"]))


def test_a_file_without_a_header_is_not_quoted_back(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        Accounts(write(tmp_path, GOOD), ColumnMapping.read(["last=surname"]))

    assert "Okafor" not in str(caught.value)


@pytest.mark.parametrize("field", ["account_id", "balance", "account_state", "last"])
def test_a_column_that_is_needed_is_named(tmp_path: Path, field: str) -> None:
    header = [name for name in HEADER.split(",") if name != field]

    with pytest.raises(BadInput, match=f"^{field}: no column holds") as caught:
        Accounts(write(tmp_path, ",".join(header), GOOD))
    assert f"--map {field}=COLUMN" in str(caught.value)


def test_two_columns_for_one_field_need_a_choice() -> None:
    header = ["account_id", "last", "surname", "balance", "account_state"]

    with pytest.raises(BadInput, match='both "last" and "surname" look like it; choose one with --map last=COLUMN'):
        resolve(header)
    assert resolve(header, ColumnMapping.read(["last=surname"])).places["last"] == (2,)


def test_an_unknown_field_lists_the_fields() -> None:
    with pytest.raises(BadInput, match="shoe_size: is not a field; the fields are account_id, account_state"):
        ColumnMapping.read(["shoe size=x"])
