"""The role that the program works as adds to the audit trail and cannot change it: deploy/postgres/rights.sql."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from skiptrace.model import Lane
from skiptrace.privacy.retention import load_retention
from skiptrace.stores.erasing import Account
from skiptrace.testing.store import a_case, a_result
from tests.stores.databases import Place
from tests.stores.test_erasing import bought, readable

RIGHTS = Path(__file__).parents[2] / "deploy" / "postgres" / "rights.sql"


@pytest.fixture
async def worker_place(new_postgres_place: Place) -> AsyncIterator[Place]:
    """Tables of the owner's, and the same database as the program's role sees it."""
    async with new_postgres_place.store():
        pass
    await new_postgres_place.sql("CREATE ROLE skiptrace LOGIN")
    lines = [line for line in RIGHTS.read_text().splitlines() if not line.startswith("--")]
    for statement in filter(None, map(str.strip, " ".join(lines).split(";"))):
        await new_postgres_place.sql(statement)
    yield replace(new_postgres_place, url=new_postgres_place.url.replace("postgres@", "skiptrace@", 1))
    await new_postgres_place.sql("DROP OWNED BY skiptrace")
    await new_postgres_place.sql("DROP ROLE skiptrace")


async def test_with_these_rights_everything_works(worker_place: Place) -> None:
    async with worker_place.store() as store:
        await store.accept([a_case(), a_case("case-2")])
        await store.submit([a_case("case-3")], Lane.STANDARD)
        assert len(await store.claim("w", 5, 30)) == 1
        await store.keep([a_result("trace-1"), a_result("trace-2", a_case("case-2"))])
        await bought(store, "call-1", "case-1")
        await store.retaining.run(load_retention(), dry=False)
        await store.rotation.rewrap()
        await store.erasing.erase(Account("default", "A case-1", "jane"))
        assert await readable(store, "case-1", "trace-1") == 0
        assert await readable(store, "case-2", "trace-2") > 0
        assert (await store.audit.verify()).rows > 9


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'somebody else'",
        "DELETE FROM audit WHERE number = 1",
        "TRUNCATE audit",
        "DROP TABLE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE TABLE audit_copy (number integer)",
    ],
)
async def test_the_trail_is_out_of_the_programs_reach(worker_place: Place, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        await worker_place.sql(statement)
