"""No contact without evidence: the store says so, and the database would not take it from anybody else either."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from skiptrace.errors import BadInput
from skiptrace.model import Ground
from skiptrace.testing.store import a_case, a_result
from tests.stores.databases import Place


@pytest.mark.parametrize(
    ("grounds", "says"),
    [
        ((), "contact: rests on no evidence, so it is not kept"),
        ((Ground("file", "R-77"),), "contact: rests on a record that is not part of its trace"),
    ],
)
async def test_a_contact_without_evidence_is_said_so(place: Place, grounds: tuple[Ground, ...], says: str) -> None:
    contact = replace(a_result().trace.contacts[0], grounds=grounds)
    async with place.store() as store:
        await store.accept([a_case()])
        with pytest.raises(BadInput, match=says):
            await store.keep([a_result(contacts=(contact,))])


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO contacts SELECT trace_id, 'new', rank, kind, party, status, probability, 0, content FROM contacts",
        "DELETE FROM evidence",
        "DELETE FROM evidence WHERE number = 0",
        "DELETE FROM source_records",
        "DELETE FROM calls",
        "DELETE FROM cases",
        "DELETE FROM traces",
        "UPDATE evidence SET call_id = 'never made'",
        "UPDATE evidence SET record_number = 77",
    ],
)
async def test_the_database_keeps_every_link_of_the_chain(place: Place, change: str) -> None:
    async with place.store() as store:
        await store.accept([a_case()])
        await store.keep([a_result()])
        with pytest.raises(IntegrityError):
            await place.sql(change)
        assert await store.trace("trace-1") == a_result().trace
