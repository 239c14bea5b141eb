"""Somebody who can write to Redis (S06): whose a case is and what for comes from SQL, and what was tried is audited."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from arq import create_pool
from arq.connections import RedisSettings
from sqlalchemy import Column, Connection, MetaData, String, Table, select

from skiptrace.dispatch import LocalDispatcher, RedisDispatcher
from skiptrace.dispatch.arq import JOB, to_json
from skiptrace.model import Case
from skiptrace.settings import PlatformSettings, Settings
from skiptrace.stores import SqlStore, schema
from skiptrace.stores.databases import database_at
from skiptrace.testing.store import a_case
from skiptrace.wiring import connect
from skiptrace.worker.platform import arq_door
from tests.jobs.crew import eventually
from tests.servers.redis import Redis

ROW = {
    "account_id": "A-1",
    "first": "Marion",
    "last": "Okafor",
    "balance": "100",
    "account_state": "open",
    "zip": "78701",
}


async def placed(url: str) -> None:
    """The platform's own table, with one account."""
    database = database_at(url)
    table = Table("placements", MetaData(), *(Column(name, String) for name in ROW))

    def fill(conn: Connection) -> None:
        table.create(conn)
        conn.execute(table.insert(), ROW)

    await database.write(fill)
    await database.close()


async def refusals(store: SqlStore) -> dict[str, str]:
    """What the audit trail says of refused jobs, by the job's id."""
    audit = schema.audit
    rows = await store._database.read(
        lambda conn: conn.execute(select(audit).where(audit.c.event == "job.refused")).all()
    )
    assert {row.tenant for row in rows} <= {"acme"}
    return {row.about: row.detail for row in rows}


async def cases_of(store: SqlStore, tenant: str) -> list[Case]:
    cases = schema.cases
    ids = await store._database.read(
        lambda conn: conn.execute(select(cases.c.case_id).where(cases.c.tenant == tenant)).scalars().all()
    )
    return [case for case_id in ids if (case := await store.case(case_id))]


async def test_a_forged_job_opens_no_other_tenants_case_and_is_audited(redis: Redis, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/platform.db"
    await placed(url)
    mine = PlatformSettings(database=url, table="placements", purpose="collection", certified_by="Jane Sample")
    settings = Settings(home=tmp_path, tenant="acme", redis=redis.url, platform=mine)
    async with connect(settings) as app:
        assert isinstance(app.store, SqlStore)
        far = a_case("case-of-umbrella", tenant="umbrella")
        await app.store.accept([far])
        stop = asyncio.Event()
        async with arq_door(settings, mine, app, LocalDispatcher()) as door:
            running = asyncio.create_task(door.run(stop))
            pool = await create_pool(
                RedisSettings.from_dsn(redis.url),
                default_queue_name=mine.queue,
                job_serializer=to_json,
                job_deserializer=orjson.loads,
            )
            await pool.enqueue_job(JOB, far.case_id, _job_id="by-case")
            await pool.enqueue_job(JOB, far.account.account_id, _job_id="by-account")
            await pool.enqueue_job(JOB, "A-1", tenant="umbrella", purpose="curiosity", _job_id="with-orders")
            await pool.enqueue_job(JOB, "Marion Okafor", _job_id="Marion Okafor")
            await pool.enqueue_job(JOB, "A-1", _job_id="honest")
            await eventually(lambda: not redis.client().zcard(mine.queue))
            await pool.aclose()
            stop.set()
            await running

        told = await refusals(app.store)
        assert set(told) == {"by-case", "by-account", "with-orders", "unreadable id"}
        assert told["by-case"] == told["by-account"] == "account_id: placements has no row for this account"
        assert await cases_of(app.store, "umbrella") == [far]
        (made,) = await cases_of(app.store, "acme")
        assert made.account.account_id == "A-1"
        assert made.purpose.certified_by == "Jane Sample"


@pytest.mark.parametrize("token", [b'{"case_id":"case-of-umbrella","tenant":"acme"}', b"\x80\x04\x95", b"x" * 100_000])
async def test_a_forged_wake_up_says_no_more_than_look(redis: Redis, token: bytes) -> None:
    bell = RedisDispatcher(redis.url, "default")
    redis.client().lpush("skiptrace:default:wake:any", token)

    async with asyncio.timeout(60):
        told = await bell.wait(50)

    assert told is None
    await bell.close()
