"""What lies in the database tells nobody who was looked for, and a value that was moved does not open."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from skiptrace.model import CallState
from skiptrace.ports import Caps, Reserved
from skiptrace.privacy import CannotOpen
from skiptrace.stores import SqlStore
from skiptrace.stores.schema import metadata
from skiptrace.testing.store import REPLY, a_case, a_result, an_intent
from tests.stores.databases import Place

CANARIES = (
    "Marguerite",
    "Oxenfeld",
    "Ottoline",
    "987654329",
    "987-65-4329",
    "4329",
    "Juniper",
    "95814",
    "916-555-0147",
    "9165550147",
    "m.oxenfeld@example.com",
    "1981-07-23",
    "moved twice",
    "two birth dates",
)
"""Everything in the contract's case, records and contacts that points at a person."""


@pytest.fixture
async def store(place: Place) -> AsyncIterator[SqlStore]:
    """A store that holds a case, two traces and a purchase."""
    async with place.store() as store:
        await store.accept([a_case(), a_case("case-2")])
        await store.keep([a_result("trace-1"), a_result("trace-2", a_case("case-2"))])
        intent = an_intent(fingerprint=store.fingerprint("default", "acme", "search", b'{"ssn":"987654329"}'))
        reservation = await store.reserve(intent, Caps())
        assert isinstance(reservation, Reserved)
        sent = reservation.call
        answered = await store.keep_reply(sent, replace(REPLY, body=b'{"name": "Oxenfeld"}'))
        assert answered.state is CallState.ANSWERED
        yield store


async def test_no_row_of_any_table_shows_a_person(place: Place, store: SqlStore) -> None:
    def everything(conn: Connection) -> str:
        return "\n".join(repr(tuple(row)) for table in metadata.tables.values() for row in conn.execute(select(table)))

    assert shown_in((await place.run(everything)).encode()) == []


@pytest.mark.parametrize("place", ["sqlite_place"], indirect=True)
async def test_no_file_of_the_database_shows_a_person(place: Place, store: SqlStore) -> None:
    files = list(Path(place.url.removeprefix("sqlite:///")).parent.iterdir())
    assert {file.suffix for file in files} >= {".db", ".db-wal", ".json"}
    assert shown_in(b"\n".join(file.read_bytes() for file in files)) == []


def test_the_search_for_canaries_finds_them() -> None:
    assert shown_in(b"..." + b"Oxenfeld".hex().encode()) == ["Oxenfeld"]
    assert shown_in(base64.b64encode(b"Oxenfeld")) == ["Oxenfeld"]


@pytest.mark.parametrize(
    "move",
    [
        "UPDATE cases SET names = (SELECT c.names FROM cases c WHERE c.case_id = 'case-2')",
        "UPDATE cases SET phones = emails",
        "UPDATE cases SET ssn = ssn4",
        "UPDATE cases SET tenant = 'another'",
        "UPDATE traces SET tenant = 'another'",
        "UPDATE traces SET case_id = 'case-2' WHERE trace_id = 'trace-1'",
        "UPDATE calls SET case_id = 'case-2' WHERE call_id = 'trace-1-call'",
        "UPDATE traces SET findings = (SELECT t.findings FROM traces t WHERE t.trace_id = 'trace-2')",
        "UPDATE contacts SET content = (SELECT c.content FROM contacts c WHERE c.trace_id = 'trace-2')",
        "UPDATE contacts SET content = (SELECT t.content FROM third_party_contacts t WHERE t.trace_id = 'trace-1')",
        (
            "UPDATE source_records SET content ="
            " (SELECT r.content FROM source_records r WHERE r.trace_id = 'trace-1' AND r.number = 0)"
        ),
        "UPDATE replies SET body = headers",
    ],
)
async def test_a_value_moved_to_another_place_does_not_open(place: Place, store: SqlStore, move: str) -> None:
    await place.sql(move)
    with pytest.raises(CannotOpen, match="changed or moved") as refusal:
        await read_everything(store)
    assert shown_in(str(refusal.value).encode()) == []


async def read_everything(store: SqlStore) -> None:
    assert await store.case("case-1") == a_case()
    assert await store.trace("trace-1") == a_result().trace
    assert tuple(await store.records("trace-1")) == a_result().records
    assert await store.reply("trace-1-call") == REPLY


async def test_values_left_in_their_places_open(store: SqlStore) -> None:
    await read_everything(store)


def shown_in(data: bytes) -> list[str]:
    """The canaries that data shows, raw or spelt in hexadecimal or base64."""
    found = []
    for canary in CANARIES:
        raw = canary.encode()
        shifted = [base64.b64encode(b"\0" * n + raw)[n and n + 1 : -4 or None] for n in range(3)]
        spellings = [raw, raw.hex().encode(), raw.hex().upper().encode(), *(s for s in shifted if len(s) > 5)]
        if any(spelling in data for spelling in spellings):
            found.append(canary)
    return found
