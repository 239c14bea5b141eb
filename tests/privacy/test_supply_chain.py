"""Every dependency is pinned by hash, may be used as its licence says, and is no older than its last flaw that we know.

And no key to anything real stands in the repository. None of this asks a network; ``make vulnerabilities`` does.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, version
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


LICENCES = re.compile(r"MIT|BSD|Apache|PSF|Python Software Foundation|ISC|Mozilla|MPL|Zlib|CC0", re.IGNORECASE)
"""Words of the licences that allow use in a closed product; they are on our list, others have to be looked at first."""
COPYLEFT = re.compile(r"GPL|General Public|SSPL|Server Side|Commons Clause|Business Source|proprietary", re.IGNORECASE)


def shipped() -> set[str]:
    """Names of everything that is installed with the product."""
    packages, found, left = {p["name"]: p for p in LOCK["package"]}, set[str](), ["skiptrace"]
    while left:
        if (name := left.pop()) not in found:
            found.add(name)
            left += [needed["name"] for needed in packages[name].get("dependencies", ())]
    return found


def licence(name: str) -> str | None:
    """What a package says of its licence; None where it is not installed here, as for another system."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    return said.get("License-Expression") or "; ".join(classifiers) or said.get("License", "").partition("\n")[0]


def test_every_dependency_has_a_licence_that_allows_its_use() -> None:
    said = {name: text for name in shipped() if (text := licence(name)) is not None}
    assert len(said) > 50, "something was looked at"
    assert {name: text for name, text in said.items() if COPYLEFT.search(text) or not LICENCES.search(text)} == {}


SECRETS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY",
    "cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of a forge": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,}|glpat-[A-Za-z0-9_-]{20})\b",
    "token of a chat": r"\bxox[abposr]-[A-Za-z0-9-]{20,}",
    "signed token": r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.",
    "API key of ours": r"\bsktr_(?!0{16})[0-9a-f]{16}_(?!0{64})[0-9a-f]{64}\b",
    "key ring": r'"root":\s*"[A-Za-z0-9+/]{43}="',
}
"""Shapes of what opens something. ``make secrets`` looks for more, by entropy and by name."""


FOLDERS = ("benchmarks", "deploy", "docs", "fixtures", "src", "tests", "tools")


def ours() -> list[Path]:
    """The files of the repository."""
    deep = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return [path for path in (*ROOT.glob("*.*"), *deep) if path.is_file() and path.suffix != ".pyc"]


def secrets_in(text: str) -> list[str]:
    return [kind for kind, shape in SECRETS.items() if re.search(shape, text)]


def test_no_key_to_anything_real_stands_in_the_repository() -> None:
    found, files = {}, ours()
    for path in files:
        if path != Path(__file__) and (kinds := secrets_in(path.read_text("utf-8", "replace"))):
            found[str(path.relative_to(ROOT))] = kinds
    assert len(files) > 300, "something was looked at"
    assert found == {}


def test_the_search_for_keys_finds_them() -> None:
    planted = "AKIA" + "ABCDEFGHIJKLMNOP", "-----BEGIN " + "PRIVATE KEY", "sktr_" + "12" * 8 + "_" + "ab" * 32
    assert [secrets_in(text) for text in planted] == [["cloud key"], ["private key"], ["API key of ours"]]


@pytest.mark.parametrize(
    ("dependencies", "said", "code"),
    [
        ([{"name": "arq", "version": "0.28.0", "vulns": []}], "1 of 1 dependencies", 0),
        (
            [{"name": "arq", "version": "0.28.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1"]}]}],
            "arq 0.28.0: CVE-1",
            1,
        ),
        ([{"name": "arq", "skip_reason": "not found"}], "nobody could say anything", 2),
        ([{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "?"}], "1 of 2 dependencies", 2),
        (None, "nobody was asked", 2),
    ],
)
def test_a_scan_that_asked_nobody_is_not_taken_for_a_clean_one(
    tmp_path: Path, dependencies: list[object] | None, said: str, code: int
) -> None:
    if dependencies is not None:
        (tmp_path / "found.json").write_text(json.dumps({"dependencies": dependencies, "fixes": []}))
    command = [sys.executable, str(ROOT / "tools" / "vulnerabilities.py"), str(tmp_path / "found.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr
