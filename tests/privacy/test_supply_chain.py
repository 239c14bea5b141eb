"""Every dependency is pinned by hash, and none that is shipped is older than its last flaw that we know of."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))

FLOORS = {
    "starlette": ((1, 3, 1), "CVE-2026-54282, CVE-2026-54283: host and form handling"),
    "aiohttp": ((3, 10, 11), "CVE-2024-52304: request smuggling"),
    "cryptography": ((44, 0, 1), "CVE-2024-12797: raw public keys in the bundled OpenSSL"),
    "h11": ((0, 16, 0), "CVE-2025-43859: chunked bodies"),
    "orjson": ((3, 9, 15), "CVE-2024-27454: depth of nesting"),
}


def test_every_file_of_every_dependency_has_a_hash() -> None:
    bare = []
    for package in LOCK["package"]:
        if {"editable", "virtual"} & package["source"].keys():
            continue
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
        if not files or not all(file.get("hash", "").startswith("sha256:") for file in files):
            bare.append(package["name"])
    assert bare == []
    assert len(LOCK["package"]) > 50, "something was looked at"


def test_nothing_comes_from_a_branch_a_folder_or_a_bare_address() -> None:
    kinds = {kind for package in LOCK["package"] for kind in package["source"]}
    assert kinds <= {"registry", "editable", "virtual"}


@pytest.mark.parametrize("name", FLOORS)
def test_no_dependency_is_older_than_its_last_known_flaw(name: str) -> None:
    floor, why = FLOORS[name]
    locked = [package["version"] for package in LOCK["package"] if package["name"] == name]
    assert locked, f"{name} is no dependency any more: take it off the list"
    for found in (*locked, version(name)):
        assert tuple(int(part) for part in found.split(".")[:3]) >= floor, why
