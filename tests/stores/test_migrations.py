"""The schema that migrations build is the schema that the code means, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from skiptrace.errors import ConfigError
from skiptrace.stores import SqlStore, StoreError
from skiptrace.stores.databases import Database, database_at
from skiptrace.stores.migrations import REVISIONS
from skiptrace.stores.schema import metadata
from tests.builders import FixedClock
from tests.stores.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def new_url(kind: str, folder: Path, request: pytest.FixtureRequest, name: str) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder}/{name}.db"
    server: Postgres = request.getfixturevalue("postgres")
    return await server.new_database()


async def run(url: str, work: object) -> object:
    database: Database = database_at(url)
    try:
        return await database.write(work)  # type: ignore[arg-type]
    finally:
        await database.close()


def shape(conn: Connection) -> dict[str, object]:
    """All that the database itself knows of its tables."""
    found = inspect(conn)
    tables = sorted(set(found.get_table_names()) - {"alembic_version"})
    return {
        table: (
            [{**column, "type": repr(column["type"])} for column in found.get_columns(table)],
            found.get_pk_constraint(table),
            sorted(found.get_foreign_keys(table), key=str),
            sorted(str({**index, "dialect_options": str(_where(index))}) for index in found.get_indexes(table)),
            sorted(found.get_unique_constraints(table), key=str),
            sorted(found.get_check_constraints(table), key=str),
        )
        for table in tables
    }


def _where(index: ReflectedIndex) -> list[str]:
    return [str(clause) for clause in index.get("dialect_options", {}).values()]


async def test_migrations_build_the_schema(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    migrated, created = [await new_url(kind, tmp_path, request, name) for name in ("migrated", "created")]
    store = await SqlStore.open(migrated, tmp_path / "keys.json", FixedClock())
    await store.close()
    await run(created, metadata.create_all)
    expected = await run(created, shape)
    assert len(expected) == len(metadata.tables)  # type: ignore[arg-type]
    assert await run(migrated, shape) == expected


def test_the_list_of_revisions_is_alembics_own() -> None:
    config = Config()
    config.set_main_option("script_location", "skiptrace.stores:migrations")
    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(newest_first)) == REVISIONS


async def test_a_database_of_a_newer_version_is_refused(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = await new_url(kind, tmp_path, request, "store")
    await (await SqlStore.open(url, tmp_path / "keys.json", FixedClock())).close()
    await run(url, lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    before = await run(url, shape)
    with pytest.raises(ConfigError, match=r"newer skiptrace.*install that version"):
        await SqlStore.open(url, tmp_path / "keys.json", FixedClock())
    assert await run(url, shape) == before


async def test_a_migration_that_fails_leaves_nothing_behind(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = await new_url(kind, tmp_path, request, "store")
    await run(url, lambda conn: conn.execute(text("CREATE TABLE outcomes (in_the_way INTEGER)")))
    with pytest.raises(StoreError, match="name an empty database"):
        await SqlStore.open(url, tmp_path / "keys.json", FixedClock())
    assert list(await run(url, shape)) == ["outcomes"]  # type: ignore[call-overload]
    assert not (tmp_path / "keys.json").exists()
    await run(url, lambda conn: conn.execute(text("DROP TABLE outcomes")))
    await (await SqlStore.open(url, tmp_path / "keys.json", FixedClock())).close()


def test_no_migration_imports_the_schema() -> None:
    """A migration is history: later changes of the schema must not change it."""
    from skiptrace.stores.migrations import versions

    for script in Path(versions.__path__[0]).glob("v*.py"):
        assert not re.search(r"^(from|import) skiptrace", script.read_text(), re.MULTILINE)
