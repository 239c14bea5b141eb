"""How the system stands, as the tables tell it, on both databases."""

from __future__ import annotations

from decimal import Decimal

from skiptrace.model import Lane
from tests.builders import case
from tests.stores.databases import Place


async def test_an_empty_database_has_nothing_to_tell(place: Place) -> None:
    async with place.store() as store:
        figures = await store.figures.read()

    assert [lane.queued for lane in figures.lanes] == [0, 0, 0]
    assert (figures.workers, figures.providers, figures.doubts, figures.exposure) == ((), (), 0, Decimal(0))


async def test_lanes_tell_their_depth_and_age(place: Place) -> None:
    async with place.store() as store:
        await store.submit([case(case_id="a"), case(case_id="b")], Lane.BATCH)
        await store.submit([case(case_id="c")], Lane.STANDARD)
        _, standard, batch = (await store.figures.read()).lanes

    assert (batch.lane, batch.queued, standard.queued) == (Lane.BATCH, 2, 1)
