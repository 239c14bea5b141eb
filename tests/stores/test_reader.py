"""Questions that come up together are read together, and everybody gets the answer to their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import Connection, literal, select, union_all

from skiptrace.errors import BadInput
from skiptrace.stores.databases import Database, OneOf, database_at
from skiptrace.stores.reader import Reader
from tests.stores.databases import Place


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    database = database_at(place.url)
    yield database
    await database.close()


class Doubling:
    """Notes what was asked together; 13 cannot be answered, whoever asks beside it."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    def __call__(self, conn: Connection, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        if 13 in numbers:
            raise BadInput("number", "is unlucky")
        return [2 * number for number in numbers]


async def test_what_is_asked_at_once_is_read_at_once(database: Database) -> None:
    doubling, reader = Doubling(), Reader(database)
    answers = await asyncio.gather(*(reader.ask(doubling, n) for n in range(5)))
    assert answers == [0, 2, 4, 6, 8]
    assert doubling.groups == [[0, 1, 2, 3, 4]]


async def test_a_question_during_a_read_waits_for_the_next_one(database: Database) -> None:
    doubling, reader = Doubling(), Reader(database)

    async def twice(n: int) -> int:
        return int(await reader.ask(doubling, int(await reader.ask(doubling, n))))

    assert await asyncio.gather(twice(1), twice(5)) == [4, 20]
    assert doubling.groups == [[1, 5], [2, 10]]


async def test_one_that_cannot_be_answered_fails_alone(database: Database) -> None:
    reader = Reader(database)
    answers = await asyncio.gather(*(reader.ask(Doubling(), n) for n in (1, 13, 3)), return_exceptions=True)
    doubling = Doubling()
    together = await asyncio.gather(*(reader.ask(doubling, n) for n in (1, 13, 3)), return_exceptions=True)
    for first, unlucky, last in (answers, together):
        assert (first, last) == (2, 6)
        assert isinstance(unlucky, BadInput)
    assert doubling.groups == [[1, 13, 3], [1], [13], [3]]


NAMES = union_all(
    *(select(literal(name).label("name"), literal(mark).label("mark")) for name, mark in (("a", b"1"), ("b", b"2")))
).subquery()


@pytest.mark.parametrize("wanted", [[], ["b"], ["a", "x", "b", "a"]])
async def test_a_list_of_any_length_is_looked_up(database: Database, wanted: list[str]) -> None:
    by_name, by_mark = select(NAMES.c.name).where(OneOf(NAMES.c.name, "some")), OneOf(NAMES.c.mark, "some")
    marks = [{"a": b"1", "b": b"2"}.get(name, b"") for name in wanted]
    found = await database.read(lambda conn: conn.execute(by_name, {"some": wanted}).scalars().all())
    by_bytes = await database.read(
        lambda conn: conn.execute(select(NAMES.c.name).where(by_mark), {"some": marks}).scalars().all()
    )
    assert sorted(found) == sorted(by_bytes) == sorted({"a", "b"} & set(wanted))
