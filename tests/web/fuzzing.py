"""Schemathesis over the OpenAPI document, as each role, against a real server.

    python -m tests.web.fuzzing --examples 2000

runs it at length: all roles, all phases; it ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from skiptrace.access import Role
from tests.web.serving import Served, served
from tests.web.world import settled

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,"
    "allow_header_conformance,ignored_auth"
)


async def fuzz(door: Served, key: str, examples: int, phases: str, *more: str) -> tuple[int, str]:
    """Exit code and report; ``more`` are options of Schemathesis.

    The bulk stream is left out: Schemathesis cannot write it (tests/web/test_bulk.py does).
    """
    program = Path(sys.executable).with_name("schemathesis")
    options = ["--checks", CHECKS, "--phases", phases, "--max-examples", str(examples), "--request-timeout", "100"]
    options += ["--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure", "--no-color"]
    options += ["--exclude-path", "/v1/cases:bulk", "--generation-database", "none"]
    with tempfile.TemporaryDirectory() as folder:
        running = await asyncio.create_subprocess_exec(
            program,
            "run",
            f"{door.url}/openapi.json",
            "-H",
            f"Authorization: Bearer {key}",
            *options,
            *more,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
    return running.returncode or 0, said.decode()


async def fuzz_all(examples: int, roles: Sequence[Role]) -> int:
    worst = 0
    for role in roles:
        with tempfile.TemporaryDirectory() as folder:
            async with served(Path(folder), docs=True) as door:
                world = await settled(door)
                code, said = await fuzz(door, world.keys[role], examples, "examples,coverage,fuzzing")
        print(f"== {role}\n{said}")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--examples", type=int, default=2000, help="for each operation and role")
    arguments.add_argument("--role", type=Role, action="append", help="this one alone; may be repeated")
    given = arguments.parse_args()
    sys.exit(asyncio.run(fuzz_all(given.examples, given.role or [role for role in Role if role is not Role.OPERATOR])))
