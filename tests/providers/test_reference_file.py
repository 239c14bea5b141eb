"""Searching a reference file: who is found by what, and how the rows become records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skiptrace.errors import BrokenReply, ConfigError
from skiptrace.model import (
    Address,
    AddressSighting,
    DataClass,
    Inquiry,
    LineType,
    Name,
    PartialDate,
    PhoneSighting,
    Reply,
    Subject,
)
from skiptrace.providers import catalog
from tests.builders import NOW
from tests.providers.reference_files import MANIFEST, PEOPLE, ask, build, found, provider, reply_to, write

OKAFOR = Subject(
    names=(Name("Marion", "T", "Okafor"),),
    birth_date=PartialDate(1971, 5, 23),
    ssn4="0142",
    addresses=(AddressSighting(Address("118 Alder Court", "#4", "Austin", "TX", "78701")),),
    phones=(PhoneSighting("(512) 555-0142"),),
)
NOBODY = Subject(names=(Name(),))
BY_NAME = replace(NOBODY, names=OKAFOR.names)


async def test_the_subject_comes_first_and_a_stranger_with_the_birth_date_last(tmp_path: Path) -> None:
    ids = await found(provider(tmp_path), OKAFOR)

    assert ids[:2] == ["R-01", "R-02"]
    assert "R-07" not in ids


async def test_a_record_that_shares_no_key_is_reached_through_one_that_does(tmp_path: Path) -> None:
    """The second row has the misspelt name and the new address only; the first ties that address to the SSN."""
    moved = "R-1,MARION,OKAFOR,,0142,9 QUARRY HILL RD,Boise,ID,83702,"
    misspelt = "R-2,MARION,BKAFOR,,,9 Quarry Hill Road,Boise,ID,83702,"
    asked = provider(tmp_path / "home", write(tmp_path / "people.csv", [moved, misspelt]))

    assert await found(asked, OKAFOR) == ["R-1", "R-2"]


@pytest.mark.parametrize(
    ("subject", "record"),
    [
        (replace(NOBODY, names=(Name("", "", "Okafor"),), ssn4="0142"), "R-02"),
        (replace(NOBODY, names=(Name("Marion", "", "Brandt"),), ssn4="0142"), "R-02"),
        (replace(NOBODY, birth_date=PartialDate(1971), ssn4="0142"), "R-02"),
        (replace(BY_NAME, birth_date=PartialDate(1971, 5, 23)), "R-01"),
        (replace(NOBODY, names=(Name("Marion", "", "Brandt"),), birth_date=PartialDate(1971, 5, 23)), "R-06"),
        (replace(NOBODY, names=(Name("Pria", "", "Ramanatan"),), birth_date=PartialDate(1988, 11, 2)), "R-07"),
        (replace(NOBODY, names=(Name("Danyel", "", "Brandt"),), birth_date=PartialDate(1969, 11, 2)), "R-05"),
        (replace(BY_NAME, addresses=(AddressSighting(Address(zip_code="83702")),)), "R-02"),
        (replace(NOBODY, addresses=(AddressSighting(Address("77 Granite Wy")),)), "R-07"),
        (replace(NOBODY, addresses=(AddressSighting(Address("P.O. Box 4471")),)), "R-04"),
        (replace(NOBODY, addresses=(AddressSighting(Address("315 N Elm")),)), "R-10"),
        (replace(NOBODY, phones=(PhoneSighting("+1 603 555 0155"),)), "R-07"),
        (replace(NOBODY, names=(Name("Jose", "", "Ortega"),), phones=(PhoneSighting("5205550161"),)), "R-09"),
        (replace(NOBODY, names=(Name("Jose", "", "de la Cruz Ortega"),)), "R-09"),
        (replace(NOBODY, names=(Name("Catherine", "", "Nowack"),), birth_date=PartialDate(1955)), "R-10"),
    ],
    ids=[
        *("ssn4+surname", "ssn4+first", "ssn4+year", "name+birth", "first+birth", "misspelt+birth", "transposed"),
        *("surname+zip", "address", "po-box", "address-typo", "phone", "phone+part-of-surname", "name", "sound+year"),
    ],
)
async def test_each_key_finds(tmp_path: Path, subject: Subject, record: str) -> None:
    assert record in await found(provider(tmp_path), subject)


async def test_an_alias_finds(tmp_path: Path) -> None:
    asked = replace(NOBODY, names=(Name("Ann", "", "Unheard"), Name("Marion", "", "Okafor")))

    assert "R-01" in await found(provider(tmp_path), asked)


async def test_every_known_address_and_phone_finds(tmp_path: Path) -> None:
    places = ("1 Nowhere St", "2 Nowhere St", "40 Birch Ln")
    asked = replace(
        NOBODY,
        addresses=tuple(AddressSighting(Address(line)) for line in places),
        phones=(PhoneSighting("2125550100"), PhoneSighting("5205550161")),
    )

    assert {"R-06", "R-09"} <= set(await found(provider(tmp_path), asked))


async def test_nothing_found_is_an_answer(tmp_path: Path) -> None:
    answer = await ask(provider(tmp_path), replace(NOBODY, names=(Name("Zebulon", "", "Quist"),)))

    assert not answer.found


def test_a_subject_without_anything_to_search_by_is_not_asked(tmp_path: Path) -> None:
    assert provider(tmp_path).to_request("lookup", Inquiry(NOBODY)) is None


def test_the_request_names_what_it_uses_and_is_always_the_same(tmp_path: Path) -> None:
    asked = provider(tmp_path)
    request = asked.to_request("lookup", Inquiry(OKAFOR))

    assert request == asked.to_request("lookup", Inquiry(OKAFOR))
    assert request is not None
    assert request.fields == ("address", "birth_date", "name", "phone", "ssn4")
    assert "Okafor" not in repr(request)


async def test_a_switchboard_and_a_mail_drop_do_not_crowd_out_the_subject(tmp_path: Path) -> None:
    """Three thousand people of one surname share address, ZIP and phone with the subject."""
    crowd = [f"C-{i},P{chr(65 + i % 26)},OKAFOR,,,1 HUB PLZ,Austin,TX,78701,5125550199" for i in range(3000)]
    wanted = "R-1,MARION,OKAFOR,1971-05-23,,1 HUB PLZ,Austin,TX,78701,5125550199"
    asked = provider(tmp_path / "home", write(tmp_path / "people.csv", [*crowd, wanted]))
    subject = replace(
        OKAFOR,
        addresses=(AddressSighting(Address("1 Hub Plz", zip_code="78701")),),
        phones=(PhoneSighting("5125550199"),),
    )

    ids = await found(asked, subject)

    assert ids[0] == "R-1"
    assert len(ids) <= 30


async def test_nobody_found_among_too_many_is_not_a_plain_miss(tmp_path: Path) -> None:
    crowd = write(tmp_path / "people.csv", [f"C-{i},MARION,OKAFOR,,,{i} HUB PLZ,,,," for i in range(300)])

    answer = await ask(provider(tmp_path / "home", crowd), BY_NAME)

    assert not answer.found
    assert not answer.complete
    assert "too many rows" in answer.warnings[0]


async def test_a_row_becomes_a_record_with_the_texts_of_the_file(tmp_path: Path) -> None:
    answer = await ask(provider(tmp_path), OKAFOR)
    record = next(record for record in answer.records if record.record_id == "R-01")

    assert (record.provider, record.upstream, record.call_id) == ("reference_file", "A", "call-1")
    assert record.names[0].text == "MARION T OKAFOR"
    assert record.birth_date == PartialDate(1971, 5, 23)
    assert record.ssn4 == "0142"
    (seen,) = record.addresses
    assert seen.address.text == "118 alder ct apt 4, Austin, TX 78701"
    assert (seen.first_seen, seen.last_seen) == (PartialDate(2015), PartialDate(2022))
    (phone,) = record.phones
    assert (phone.number, phone.line_type, phone.last_seen) == ("5125550142", LineType.MOBILE, PartialDate(2022))


async def test_the_pointer_of_a_record_leads_to_its_row(tmp_path: Path) -> None:
    asked = provider(tmp_path)
    reply = await reply_to(asked, OKAFOR)
    body = orjson.loads(reply.body)

    for record in asked.to_answer("lookup", reply, "call-1").records:
        _, rows, at = record.pointer.split("/")
        assert body[rows][int(at)][body["columns"].index("rec_id")] == record.record_id


async def test_a_cell_that_cannot_be_read_is_left_out_and_counted(tmp_path: Path) -> None:
    answer = await ask(provider(tmp_path), replace(NOBODY, names=(Name("Priya", "", "Ramanathan"),)))
    record = next(record for record in answer.records if record.record_id == "R-08")

    assert record.phones == ()
    assert record.addresses[0].last_seen is None
    assert record.addresses[0].first_seen == PartialDate(2018)
    assert answer.warnings == ("last_seen: 1 cells could not be read", "phone: 1 cells could not be read")


async def test_damage_of_spreadsheets_is_mended(tmp_path: Path) -> None:
    answer = await ask(provider(tmp_path), replace(NOBODY, names=(Name("Priya", "", "Ramanathan"),)))

    assert {record.addresses[0].address.zip_code for record in answer.records} == {"03301"}


async def test_columns_that_are_numbers_and_dates_are_read_as_text(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    table = pa.table(
        {
            "id": [7, 8],
            "full_name": ["Okafor, Marion T Jr", 'Wexler "Mo", Marion\\'],
            "dob": pa.array(["1971-05-23", None]).cast(pa.date32()),
            "ssn": [219090142.0, None],
            "address1": ["118 Alder Ct", None],
            "zipcode": [78701, 1],
            "last_seen": [2022.0, None],
            "notes": [["never", "read"], []],
        }
    )
    pq.write_table(table, file)

    answer = await ask(provider(tmp_path / "home", file), replace(OKAFOR, phones=()))

    (record,) = answer.records
    assert record.record_id == "7"
    assert record.names[0].text == "Marion T Okafor Jr"
    assert (record.birth_date, record.ssn, record.ssn4) == (PartialDate(1971, 5, 23), "219090142", "0142")
    assert record.addresses[0].last_seen == PartialDate(2022)
    quoted = await found(provider(tmp_path / "home", file), replace(NOBODY, names=(Name("Marion", "", 'Wexler "Mo"'),)))
    assert quoted == ["8"]


async def test_a_whole_ssn_finds_where_the_column_of_the_last_four_is_empty(tmp_path: Path) -> None:
    file = write(tmp_path / "people.csv", ["1,OKAFOR,219-09-0142,", "2,OKAFOR,,0142"], "id,last,ssn,ssn4")

    ids = await found(
        provider(tmp_path / "home", file), replace(NOBODY, ssn="219090142", names=(Name("", "", "Okafer"),))
    )

    assert set(ids) == {"1", "2"}


async def test_columns_are_mapped_by_options(tmp_path: Path) -> None:
    file = write(tmp_path / "people.csv", ["9,OKAFOR,MARION,78701,north"], "nr,n1,n2,plz,desk")
    options = {"record_id": "nr", "last": "n1", "first": "n2", "zip": "plz", "upstream": "desk"}

    asked = provider(tmp_path / "home", file, **{f"column_{field}": name for field, name in options.items()})

    (record,) = (await ask(asked, OKAFOR)).records
    assert (record.record_id, record.upstream) == ("9", "north")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"index":"x","fields":["record_id"],"columns":["id"],"rows":[]}'),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"index":"x","fields":["record_id"],"columns":["id"],"rows":[["1","2"]]}'),
        (200, b'{"index":"x","fields":["shoe"],"columns":["id"],"rows":[["1"]]}'),
        (200, b'{"index":"x","fields":["record_id"],"columns":["id"],"rows":[[1]]}'),
    ],
)
def test_nonsense_is_never_a_miss(tmp_path: Path, status: int, body: bytes) -> None:
    with pytest.raises(BrokenReply):
        provider(tmp_path).to_answer("lookup", Reply(status, body, NOW), "call-1")


def test_a_licensed_file_declares_its_law_and_purposes(tmp_path: Path) -> None:
    asked = provider(tmp_path, data_class="glba", purposes="GLBA_ENFORCE, GLBA_FRAUD")

    assert asked.manifest.data_class is DataClass.GLBA
    assert asked.manifest.purposes == ("GLBA_ENFORCE", "GLBA_FRAUD")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"file": ""}, "option file is not set"),
        ({"colour": "red"}, "no option colour"),
        ({"data_class": "secret"}, "data_class is none of"),
        ({"purposes": "BECAUSE"}, "no purpose code"),
        ({"encoding": "klingon"}, "no encoding klingon"),
    ],
)
def test_options_that_do_not_do_are_named(tmp_path: Path, options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build({"file": str(PEOPLE), **options}, tmp_path)


def test_it_is_found_like_anybody_elses_provider() -> None:
    assert catalog.discover()["reference_file"] == MANIFEST
    assert MANIFEST.resends_safely
