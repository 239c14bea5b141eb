"""The OpenAPI document is true, whoever asks: no server error, no answer that it does not describe."""

from __future__ import annotations

from pathlib import Path

import pytest

from skiptrace.access import Role
from tests.stores.databases import Place
from tests.web.fuzzing import fuzz
from tests.web.serving import served
from tests.web.world import settled


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
async def test_the_document_is_true_for(role: Role, sqlite_place: Place, tmp_path: Path) -> None:
    async with served(tmp_path, sqlite_place.url, docs=True) as door:
        world = await settled(door)
        code, said = await fuzz(door, world.keys[role], 3, "fuzzing", "--seed", "20")  # new ones: tests.web.fuzzing

    assert code == 0, said
    assert " 0 generated" not in said
