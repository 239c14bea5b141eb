"""A strategy file is checked whole before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from skiptrace import strategies
from skiptrace.errors import ConfigError
from skiptrace.providers import catalog

GOOD = """
name = "mine"
[wanted]
phone = 0.8
[worth]
recovery = 0.2
worth_at_most = "10.00"
[[step]]
ask = "enformion.contact_enrich"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "strategy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_strategy_names_only_products_that_are_installed() -> None:
    strategies.check(strategies.load(), catalog.discover())


def test_a_product_that_is_not_installed_is_refused_with_the_choice(tmp_path: Path) -> None:
    strategy = strategies.load(write(tmp_path, GOOD.replace("contact_enrich", "contact_enrch")))
    with pytest.raises(
        ConfigError, match=r"enformion\.contact_enrch, which is not installed.*enformion\.contact_enrich"
    ):
        strategies.check(strategy, catalog.discover())


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("recovery = 0.2", "recovery = 2", "worth.recovery"),
        ("phone = 0.8", "fax = 0.8", "wanted"),
        ('ask = "enformion.contact_enrich"', 'ask = "enformion"', "step.0.ask"),
        ('ask = "enformion.contact_enrich"', 'ask = "a.b"\nwhen = ["full_moon"]', "step.0.when.0"),
        ('name = "mine"', 'name = "mine"\ncolour = "red"', "colour"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    with pytest.raises(ConfigError) as refused:
        strategies.load(write(tmp_path, GOOD.replace(old, new)))
    assert field in str(refused.value)


def test_a_missing_file_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        strategies.load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        strategies.load(write(tmp_path, "name = "))
