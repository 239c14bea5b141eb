"""Behind ``skiptrace quarantine``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.model import Job, Lane
from skiptrace.settings import Settings
from skiptrace.stores import SqlStore
from skiptrace.wiring import SystemClock, dispatcher, open_store

TOGETHER = 500
"""So many cases are let in at a time."""


async def show(settings: Settings, at_most: int, *, as_json: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        found = await store.quarantined(settings.tenant, at_most)
    if as_json:
        print_json([_object(job) for job in found])
        return
    if not found:
        console().print("No case is in quarantine.")
        return
    head = ["case", "batch", "lane", "since (UTC)", "deaths", "reason"]
    rows = [
        [j.case_id, j.batch_id, j.lane.value, f"{_since(j):%Y-%m-%d %H:%M}", str(j.deaths), j.reason] for j in found
    ]
    console().print(table(head, rows, right=["deaths"]))


async def readmit(settings: Settings, case_ids: Sequence[str]) -> int:
    """These cases, or all when none is named. Raises BadInput for one that is not in quarantine."""
    bell = dispatcher(settings)
    try:
        async with open_store(settings, SystemClock()) as store:
            done = await _named(store, settings.tenant, case_ids) if case_ids else await _all(store, settings.tenant)
        await bell.wake(Lane.STANDARD, done)
    finally:
        await bell.close()
    return done


async def _named(store: SqlStore, tenant: str, case_ids: Sequence[str]) -> int:
    for case_id in case_ids:
        if not await store.readmit(tenant, case_id):
            raise BadInput("case", f"{case_id} is not in quarantine; skiptrace quarantine list names those that are")
    return len(case_ids)


async def _all(store: SqlStore, tenant: str) -> int:
    done = 0
    while page := await store.quarantined(tenant, TOGETHER):
        done += sum(await asyncio.gather(*(store.readmit(tenant, job.case_id) for job in page)))
    return done


def _since(job: Job) -> datetime:
    return job.finished_at or job.accepted_at


def _object(job: Job) -> dict[str, object]:
    return {
        "case_id": job.case_id,
        "batch_id": job.batch_id,
        "lane": job.lane.value,
        "deaths": job.deaths,
        "reason": job.reason,
        "accepted_at": job.accepted_at,
        "quarantined_at": _since(job),
    }
