"""How the system stands, as the tables tell it, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from skiptrace.model import Lane, Reply
from skiptrace.ports import Caps, Intent, Reserved
from tests.builders import NOW, case
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


def intent(call_id: str, *, provider: str = "acme", price: str = "0.27") -> Intent:
    return Intent(
        call_id=call_id,
        tenant="default",
        case_id="a",
        batch_id="",
        provider=provider,
        product="search",
        fingerprint=call_id.encode(),
        price=Decimal(price),
        fresh_for=0,
        miss_fresh_for=0,
        at=NOW,
    )


async def test_providers_and_money_stand_as_the_ledger_has_them(place: Place) -> None:
    """One call answered in two seconds with a hit, one in doubt, one not charged, one at another provider under way."""
    later = NOW + timedelta(seconds=2)
    async with place.store() as store:
        await store.accept([case(case_id="a")])
        calls = []
        for call_id in ("hit", "doubt", "busy"):
            reserved = await store.reserve(intent(call_id), Caps())
            assert isinstance(reserved, Reserved)
            calls.append(reserved.call)
        answered = await store.keep_reply(calls[0], Reply(200, b"{}", later))
        await store.settle(answered, Decimal("0.27"), hit=True, at=later)
        await store.doubt(calls[1], "the connection broke", later)
        await store.release(calls[2], "busy", later)
        await store.reserve(intent("other", provider="bond", price="0.10"), Caps())
        figures = await store.figures.read()

    acme, bond = figures.providers
    assert (acme.calls, acme.failed, acme.in_doubt, acme.hits, acme.seconds) == (3, 1, 1, 1, 2.0)
    assert (acme.day, acme.month, bond.calls, bond.day) == (3, 3, 1, 1)
    assert (figures.doubts, figures.exposure) == (1, Decimal("0.27"))
    assert figures.spent_today == {"default": Decimal("0.64")}
