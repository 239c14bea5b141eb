"""Batches: how far they are, once or as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from skiptrace.access import Action
from skiptrace.errors import StoreError
from skiptrace.stores.access import Progress
from skiptrace.web.cases import USUAL
from skiptrace.web.guard import Admitted, GuardedRoute, allowed, enter
from skiptrace.web.house import House, house_of
from skiptrace.web.problems import Problem, responses
from skiptrace.web.shapes import BatchView, PathId
from skiptrace.web.where import the_batch

router = APIRouter(route_class=GuardedRoute, tags=["batches"])

EVERY = 1.0
"""Seconds between two looks at a batch; a revoked key ends the stream at the next one."""
QUIET = 15
"""After so many looks without news a comment is sent, so that proxies keep the connection."""

EVENT_STREAM = "text/event-stream"
_EVENTS: dict[str, Any] = {
    "description": "`progress` events with a BatchView as data, then one `done` event when every case has ended.",
    "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
}


@router.get(
    "/v1/batches/{batch_id}", response_model=BatchView, responses=responses(*USUAL), summary="How far a batch is"
)
async def get_batch(
    request: Request, batch_id: PathId, admitted: Annotated[Admitted, allowed(Action.VIEW_BATCH, the_batch)]
) -> BatchView:
    return _view(await house_of(request).access.progress(admitted.who.tenant, batch_id))


@router.get(
    "/v1/batches/{batch_id}/events",
    response_class=StreamingResponse,
    responses={**responses(*USUAL), 200: _EVENTS},
    openapi_extra={"x-stream": True},
    summary="The progress of a batch as server-sent events",
)
async def get_events(
    request: Request, batch_id: PathId, admitted: Annotated[Admitted, allowed(Action.VIEW_BATCH, the_batch)]
) -> StreamingResponse:
    return StreamingResponse(_events(request, admitted, batch_id), media_type=EVENT_STREAM)


async def _events(request: Request, admitted: Admitted, batch_id: str) -> AsyncIterator[bytes]:
    house, last, quiet = house_of(request), "", 0
    while not house.closing.is_set() and await _still_let_in(request):
        found: Progress | None = None
        with suppress(StoreError):  # the database is away: the stream stays and goes on when it is back
            found = await house.access.progress(admitted.who.tenant, batch_id)
        now = _view(found).model_dump_json() if found else last
        quiet = quiet + 1 if now == last else 0
        if now != last:
            last = now
            yield f"event: progress\ndata: {now}\n\n".encode()
        elif quiet % QUIET == 0:
            yield b": still here\n\n"
        if found is not None and found.ended >= found.accepted:
            yield f"event: done\ndata: {now}\n\n".encode()
            return
        await _pause(house)


async def _still_let_in(request: Request) -> bool:
    try:
        await enter(request)
    except Problem:
        return False
    except StoreError:
        return True
    return True


async def _pause(house: House) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(house.closing.wait(), EVERY)


def _view(progress: Progress) -> BatchView:
    return BatchView(
        batch_id=progress.batch_id,
        accepted=progress.accepted,
        ended=progress.ended,
        states=progress.states,
        spent=progress.spent,
    )
