"""What the documents say is so: links lead somewhere, tables are current, examples compile, settings are all there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from skiptrace.providers import catalog, table
from skiptrace.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_of_our_own_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_the_readmes_providers_are_the_installed_ones() -> None:
    shown = README.split("<!-- /providers -->")[0].split("a test keeps it current -->\n")[1]
    assert shown.strip() == table.overview(catalog.discover().values()).strip()


def test_the_readmes_python_compiles() -> None:
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert examples
    for example in examples:
        ast.parse(example)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    listed = {name.lower() for name in re.findall(r"^\| `SKIPTRACE_(\w+)`", page, re.MULTILINE)}
    assert listed == set(Settings.model_fields)


def test_every_target_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= targets


SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_attack_of_the_list_has_its_tests_or_its_reason() -> None:
    rows = re.findall(r"^\| (S\d\d(?:, S\d\d)*) \|.*\| (.+) \|$", SECURITY, re.MULTILINE)
    assert {one for numbers, _ in rows for one in numbers.split(", ")} == {f"S{n:02}" for n in range(1, 65)}
    assert all("`tests/" in last or len(last) > 20 for _, last in rows)


def test_every_test_that_the_security_page_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+(?:\.py)?)`", SECURITY))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
