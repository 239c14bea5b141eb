"""Which column of a reference file is taken for what, and what is said when one is missing."""

import pytest

from skiptrace.errors import ConfigError
from skiptrace.providers.reference_columns import FIELDS, USUAL_NAMES, recognise


def test_usual_names_need_no_mapping() -> None:
    found = [
        "rec_id",
        "first",
        "last",
        "dob",
        "ssn4",
        "house",
        "street",
        "po_box",
        "zip",
        "phone",
        "provider",
        "last_seen",
    ]

    columns = recognise(found)

    assert columns["record_id"] == "rec_id"
    assert columns["birth_date"] == "dob"
    assert columns["upstream"] == "provider"
    assert columns["last_seen"] == "last_seen"


@pytest.mark.parametrize("spelling", ["Last Name", "last-name", "LAST_NAME", "lastName", " Last  Name "])
def test_spelling_of_a_usual_name_does_not_matter(spelling: str) -> None:
    assert recognise(["ID", spelling, "Zip Code"]) == {"record_id": "ID", "last": spelling, "zip": "Zip Code"}


def test_a_mapping_goes_before_the_usual_name() -> None:
    columns = recognise(["id", "account", "last", "zip"], {"record_id": "account"})

    assert columns["record_id"] == "account"


def test_a_column_that_a_mapping_names_is_not_taken_for_its_usual_field_too() -> None:
    columns = recognise(["id", "last", "zip", "phone"], {"email": "phone"})

    assert columns["email"] == "phone"
    assert "phone" not in columns


def test_no_usual_name_stands_for_two_fields() -> None:
    every = [name for names in USUAL_NAMES.values() for name in names]

    assert len(every) == len(set(every))


def test_missing_columns_are_named_with_what_was_found() -> None:
    with pytest.raises(ConfigError) as refused:
        recognise(["first", "last", "zip", "shoe_size"])

    assert "record_id" in str(refused.value)
    assert "shoe_size" in str(refused.value)
    assert "column_record_id" in str(refused.value)


@pytest.mark.parametrize("found", [["id", "zip", "first"], ["id", "last", "first", "city"]])
def test_a_file_without_a_name_or_anything_to_search_by_is_refused(found: list[str]) -> None:
    with pytest.raises(ConfigError, match="no column for"):
        recognise(found)


def test_a_file_without_a_header_does_not_show_its_first_person() -> None:
    with pytest.raises(ConfigError) as refused:
        recognise(["17", "MARION", "OKAFOR", "78701"])

    assert "OKAFOR" not in str(refused.value)
    assert "header" in str(refused.value)


def test_a_mapping_to_what_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="the column nr named for record_id is not there"):
        recognise(["id", "last", "zip"], {"record_id": "nr"})


def test_a_mapping_of_an_unknown_field_is_refused_with_the_fields_there_are() -> None:
    with pytest.raises(ConfigError, match="there is no field shoe") as refused:
        recognise(["id", "last", "zip"], {"shoe": "id"})

    assert all(field in str(refused.value) for field in FIELDS)
