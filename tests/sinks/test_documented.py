"""What docs/write-back.md and docs/segments.md show works as it stands there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import Connection, inspect, text
from standardwebhooks import Webhook as Signer

from skiptrace.model import Event, EventKind
from skiptrace.ports import Message
from skiptrace.scheduling import load_policy
from skiptrace.sinks.base import envelope
from skiptrace.sinks.table import metadata
from skiptrace.stores.databases import database_at
from tests.servers.postgres import Postgres
from tests.sinks.receiver import SECRET

DOCS = Path(__file__).parents[2] / "docs"
WRITE_BACK = (DOCS / "write-back.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", WRITE_BACK, re.DOTALL)
    assert found is not None
    return found.group(1)


async def test_the_receiver_of_the_page_takes_our_events_and_refuses_others() -> None:
    place: dict[str, Any] = {}
    exec(example("python").replace("whsec_…", SECRET), place)
    now = datetime.now(UTC)
    event = Event(7, "evt_1", EventKind.TRACE_FINISHED, now, "default", "A-1", "case-1", "trace-1", detail="enough")
    body = orjson.dumps(envelope(Message(event), full=False))
    headers: dict[str, Any] = {"webhook-id": "evt_1", "webhook-timestamp": str(int(now.timestamp()))}
    signed = headers | {"webhook-signature": Signer(SECRET).sign("evt_1", now, body.decode())}

    transport = httpx.ASGITransport(place["app"])
    async with httpx.AsyncClient(transport=transport, base_url="http://platform.example.com") as client:
        assert (await client.post("/skiptrace", content=body, headers=signed)).status_code == 204
        assert place["seen"] == {"evt_1"}
        assert (await client.post("/skiptrace", content=body + b" ", headers=signed)).status_code == 401
        for broken in ("", "v1", "v1,###", "v1,\u00e9"):
            garbled = headers | {"webhook-signature": broken.encode("latin-1")}
            assert (await client.post("/skiptrace", content=body, headers=garbled)).status_code == 401


def test_the_event_of_the_page_has_the_fields_of_an_event() -> None:
    shown = orjson.loads(example("json"))
    event = Event(1, "evt_1", EventKind.TRACE_FINISHED, datetime.now(UTC), "t", "A", "c", "tr", "", "enough")
    made = envelope(Message(event), full=False)
    assert shown.keys() == made.keys()
    assert shown["data"].keys() == made["data"].keys()


async def test_the_tables_of_the_page_are_the_tables_of_the_sink(postgres: Postgres) -> None:
    await postgres.empty()
    database = database_at(postgres.url)

    def columns(conn: Connection) -> dict[str, list[tuple[str, bool]]]:
        found = inspect(conn)
        return {
            table: [(column["name"], column["nullable"]) for column in found.get_columns(table)]
            for table in metadata.tables
        }

    try:
        statements = [statement for statement in example("sql").split(";\n") if statement.strip()]
        await database.write(lambda conn: [conn.execute(text(statement)) for statement in statements])
        documented = await database.write(columns)
        assert await database.write(lambda conn: list(conn.execute(text("SELECT * FROM skiptrace_usable")))) == []
        await postgres.empty()
        await database.write(metadata.create_all)
        assert await database.write(columns) == documented
    finally:
        await database.close()


def test_the_schedule_of_the_page_is_a_schedule(tmp_path: Path) -> None:
    page = (DOCS / "segments.md").read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert found is not None
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\n' + found.group(1))
    assert [segment.name for segment in load_policy(file).segments] == ["small_and_old", "others"]
