"""The documentation of the providers is what their manifests say."""

import os
import re
import subprocess
import sys
from pathlib import Path

from skiptrace.providers import catalog, table

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_current() -> None:
    assert (DOCS / "providers.md").read_text() == table.page(catalog.discover())


def test_every_product_of_every_provider_is_on_it() -> None:
    page = table.page(catalog.discover())

    for manifest in catalog.discover().values():
        assert f"(`{manifest.id}`)" in page
        for product in manifest.products:
            assert f"| `{product.id}` |" in page


def test_the_guide_shows_the_manifest_as_it_is_checked(tmp_path: Path) -> None:
    """The example manifest of the guide is read by the program that reads the real ones."""
    guide = (DOCS / "adding-a-provider.md").read_text()
    (example,) = re.findall(r"```toml\n(id = .*?)```", guide, re.DOTALL)
    path = tmp_path / "acme.toml"
    path.write_text(example)

    assert catalog.read_manifest(path, "acme").products


def test_the_guide_s_example_keeps_the_contract(tmp_path: Path) -> None:
    """Its module, manifest, fixtures and four lines, installed as somebody else's package, run as they stand."""
    guide = (DOCS / "adding-a-provider.md").read_text()
    module, test = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    manifest, entry_point = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    hit, miss = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    files = {
        "acme_skiptrace/__init__.py": "",
        "acme_skiptrace/acme.py": module,
        "acme_skiptrace/acme.toml": manifest,
        "acme_skiptrace-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-skiptrace\nVersion: 1\n",
        "acme_skiptrace-1.dist-info/entry_points.txt": entry_point.replace("project.entry-points.", "").replace(
            '"', ""
        ),
        "fixtures/acme/people/hit.json": hit,
        "fixtures/acme/people/miss.json": miss,
        "test_acme.py": test,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_acme.py"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
