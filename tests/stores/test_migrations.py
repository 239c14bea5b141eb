"""The schema that migrations build is the schema that the code means, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.engine.interfaces import ReflectedIndex

from skiptrace.errors import ConfigError, StoreError
from skiptrace.stores.migrations import REVISIONS
from skiptrace.stores.schema import metadata
from tests.stores.databases import Place


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


async def test_migrations_build_the_schema(new_place: Place) -> None:
    await new_place.run(metadata.create_all)
    meant = await new_place.run(shape)
    await new_place.run(metadata.drop_all)
    async with new_place.store():
        pass
    assert len(meant) == len(metadata.tables)
    assert await new_place.run(shape) == meant


def test_the_list_of_revisions_is_alembics_own() -> None:
    config = Config()
    config.set_main_option("script_location", "skiptrace.stores:migrations")
    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(newest_first)) == REVISIONS


async def test_a_database_of_a_newer_version_is_refused(new_place: Place) -> None:
    async with new_place.store():
        pass
    await new_place.sql("UPDATE alembic_version SET version_num = '9999'")
    before = await new_place.run(shape)
    with pytest.raises(ConfigError, match=r"newer skiptrace.*install that version"):
        async with new_place.store():
            pass
    assert await new_place.run(shape) == before


async def test_a_migration_that_fails_leaves_nothing_behind(new_place: Place) -> None:
    await new_place.sql("CREATE TABLE outcomes (in_the_way INTEGER)")
    with pytest.raises(StoreError, match="name an empty database"):
        async with new_place.store():
            pass
    assert list(await new_place.run(shape)) == ["outcomes"]
    assert not new_place.key_file.exists()
    await new_place.sql("DROP TABLE outcomes")
    async with new_place.store():
        pass


def test_no_migration_imports_the_schema() -> None:
    """A migration is history: later changes of the schema must not change it."""
    from skiptrace.stores.migrations import versions

    for script in Path(versions.__path__[0]).glob("v*.py"):
        assert not re.search(r"^(from|import) skiptrace", script.read_text(), re.MULTILINE)
